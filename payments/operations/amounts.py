"""Amounts that people and programs ask for."""

from typing import Any

from payments import money
from payments.errors import Invalid, NotAsThingsStand

# What one payment can be: twelve digits in rupiah, eight in all others
# (docs.stripe.com/currencies#minimum-and-maximum-charge-amounts).
_LARGEST = {"idr": 10**12 - 1}
_LARGEST_ELSEWHERE = 10**8 - 1


class CurrencyDiffers(NotAsThingsStand):
    """A booking's money is in its own currency alone."""

    code = "currency_differs"


class AmountTooLarge(NotAsThingsStand):
    """There is less than that."""

    code = "amount_too_large"


def check(amount: Any, currency: str, field: str = "amount") -> int:
    """
    Return an amount in minor units of money that is there.

    :raises Invalid: it is no whole number above zero, or not written as Stripe wants this
        currency: the last digit of those with three decimals is 0
        (docs.stripe.com/currencies#three-decimal).
    """
    if isinstance(amount, bool) or not isinstance(amount, int):
        raise Invalid(field, "An amount is a whole number of the currency's smallest unit.")
    if amount <= 0:
        raise Invalid(field, "The amount must be above zero.")
    if money.exponent(currency) == 3 and amount % 10:
        raise Invalid(field, f"In {currency.upper()} the last digit must be 0.")
    return amount


def check_payment(amount: Any, currency: str) -> int:
    """
    Return an amount in minor units that one new payment can be of.

    :raises Invalid: as `check`; or it is more than Stripe takes at once.
    """
    check(amount, currency)
    largest = _LARGEST.get(currency, _LARGEST_ELSEWHERE)
    if amount > largest:
        raise Invalid("amount", f"Stripe takes {money.show(largest, currency)} at once at most.")
    return int(amount)
