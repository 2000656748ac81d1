"""Amounts in minor units: right in every currency, and never a float."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments import money
from payments.money import EXPONENTS

CURRENCIES = st.sampled_from(sorted(EXPONENTS))


@given(amount=st.integers(-money.LARGEST, money.LARGEST), currency=CURRENCIES)
def test_what_is_written_down_reads_back_the_same_in_every_currency(amount, currency):
    assert money.from_decimal(money.to_decimal(amount, currency), currency) == amount


@given(amount=st.integers(0, money.LARGEST), currency=CURRENCIES)
def test_what_is_shown_has_every_digit(amount, currency):
    shown = money.show(amount, currency)

    assert int("".join(filter(str.isdigit, shown))) == amount


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (102_480, "eur", "€1,024.80"),
        (84_000, "jpy", "¥84,000"),
        (12_340, "kwd", "KWD\u00a012.340"),
        (500, "ugx", "UGX\u00a05.00"),  # daily life knows no cents, Stripe writes two digits
        (-4_500, "gbp", "-£45.00"),
        (None, "eur", "–"),
    ],
)
def test_an_amount_is_shown_as_its_currency_is_written(amount, currency, shown):
    assert money.show(amount, currency) == shown


@pytest.mark.parametrize("typed", ["12.345", "x", "", "NaN", "Infinity", "1e30", "1.001"])
def test_what_is_no_amount_in_euros_is_refused(typed):
    with pytest.raises(money.NotAnAmount):
        money.from_decimal(typed, "eur")


def test_yen_have_no_cents_and_dinars_have_three_digits():
    with pytest.raises(money.NotAnAmount):
        money.from_decimal("10.5", "jpy")
    assert money.from_decimal("10", "jpy") == 10
    assert money.from_decimal(Decimal("10.125"), "kwd") == 10_125


def test_stripes_own_list_decides_not_the_banks():
    zero = {currency for currency, digits in EXPONENTS.items() if digits == 0}
    assert zero == set(
        "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split()  # noqa: SIM905
    )
    assert money.exponent("isk") == money.exponent("ugx") == 2
