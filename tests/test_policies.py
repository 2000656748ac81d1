"""What a cancellation policy gives back: exact, by the house's clocks, and in plain words."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from payments import hotel, money
from payments.hotel import Step, gives_back, steps_of
from payments.records import bookings
from payments.words import policies as words

STANDARD = steps_of(
    [
        {"days_before": 14, "refund_percent": 100},
        {"days_before": 3, "refund_percent": 50},
        {"days_before": 0, "refund_percent": 0},
    ]
)
LISBON = ZoneInfo("Europe/Lisbon")
ARRIVAL = date(2026, 12, 5)


def ask(at, steps=STANDARD, *, amount=87_400, currency="eur", timezone="Europe/Lisbon"):
    return gives_back(
        steps, amount=amount, currency=currency, arrival=ARRIVAL, timezone=timezone, at=at
    )


def said(local):
    at = datetime.fromisoformat(local).replace(tzinfo=LISBON)
    return words.gives_back(ask(at), "eur", at, LISBON)


@pytest.mark.parametrize(
    ("at", "sentence"),
    [
        ("2026-11-01T09:00", "everything until Sat 21 Nov 2026 18:00: €874.00."),
        ("2026-11-21T18:00", "everything until today 18:00: €874.00."),
        ("2026-11-21T18:00:01", "50 % until Wed 2 Dec 2026 18:00: €437.00."),
        ("2026-12-01T23:59", "50 % until tomorrow 18:00: €437.00."),
        ("2026-12-02T18:00", "50 % until today 18:00: €437.00."),
    ],
)
def test_the_front_desk_reads_what_goes_back_and_until_when(at, sentence):
    assert said(at) == f"The policy gives back {sentence}"


def test_after_the_last_step_nothing_goes_back():
    for at in ("2026-12-02T18:00:01", "2026-12-05", "2027-01-01"):
        assert said(at) == "The policy gives nothing back any more."


def test_days_end_by_the_clocks_of_the_house():
    evening = datetime(2026, 12, 2, 18, tzinfo=UTC)

    assert ask(evening).percent == 50
    assert ask(evening, timezone="Asia/Tokyo").percent == 0  # three in the morning there
    assert ask(evening, timezone="America/New_York").until == datetime(2026, 12, 2, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "currency", "half"),
    [
        (1, "eur", 1),
        (3, "eur", 2),
        (99_999, "jpy", 50_000),
        (12_340, "kwd", 6_170),
        (12_350, "kwd", 6_180),
        (0, "eur", 0),
        (2**63 - 1, "eur", 2**62),
    ],
)
def test_halves_are_rounded_for_the_guest_and_to_what_stripe_can_return(amount, currency, half):
    at = datetime(2026, 12, 1, tzinfo=UTC)

    assert ask(at, amount=amount, currency=currency).amount == half


def test_a_policy_is_read_as_the_guest_read_it():
    assert words.disclosed(STANDARD) == (
        "Canceled until 18:00 14 days before arrival: 100 % of what was paid is returned."
        " Canceled until 18:00 3 days before arrival: 50 % of what was paid is returned."
        " Canceled later, or not arrived: nothing is returned."
    )
    assert "until 12:00 on the day of arrival: 10 %" in words.disclosed([Step(0, 10, time(12))])
    assert "18:00 1 day before arrival" in words.disclosed([Step(1, 10)])
    assert words.disclosed([Step(0, 0)]) == "What was paid is not returned."
    assert words.disclosed([]) == ""


# Whatever the policy -----------------------------------------------------

clocks = st.times(timezones=st.none()).map(lambda t: t.replace(second=0, microsecond=0))
raw_steps = st.lists(
    st.fixed_dictionaries(
        {
            "days_before": st.integers(0, 400),
            "refund_percent": st.integers(0, 100),
            "until": clocks.map(lambda t: f"{t:%H:%M}"),
        }
    ),
    max_size=6,
)
NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)
moments = st.timedeltas(timedelta(0), timedelta(days=600)).map(lambda ago: NEW_YEAR - ago)


def in_order(steps):
    """Put steps in the order that a policy has, each giving no more than the one before."""
    unique = {(each["days_before"], each["until"]): each for each in steps}
    ordered = sorted(unique.values(), key=lambda each: (-each["days_before"], each["until"]))
    percents = sorted((each["refund_percent"] for each in ordered), reverse=True)
    return [e | {"refund_percent": p} for e, p in zip(ordered, percents, strict=True)]


@given(
    raw_steps,
    moments,
    st.timedeltas(timedelta(0), timedelta(days=400)),
    st.integers(0, 2**63 - 1),
    st.sampled_from(sorted(money.EXPONENTS)),
    st.sampled_from(["Europe/Lisbon", "Asia/Tokyo", "Pacific/Apia", "America/New_York"]),
)
def test_whoever_cancels_later_never_gets_more(raw, at, wait, amount, currency, timezone):
    steps = steps_of(in_order(raw))
    options = {"amount": amount, "currency": currency, "timezone": timezone}
    now, later = ask(at, steps, **options), ask(at + wait, steps, **options)

    assert 0 <= later.amount <= now.amount <= amount
    assert later.percent <= now.percent
    unit = 10 if money.exponent(currency) == 3 else 1
    assert abs(now.amount * 100 - amount * now.percent) <= 50 * unit or now.amount == amount
    if now.until is None:
        assert later == now
    else:
        assert at <= now.until
        assert ask(now.until, steps, **options) == now
        assert ask(now.until + timedelta(microseconds=1), steps, **options) != now
    assert words.gives_back(now, currency, at, ZoneInfo(timezone)).endswith(".")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
    | raw_steps
)
def test_what_is_no_policy_is_said_and_nothing_else_happens(given_value):
    wrong = ""
    try:
        steps = steps_of(given_value)
    except ValueError as error:
        wrong = str(error)
    assert wrong.endswith(".") or len(steps) == len(given_value)


# Lowering what a stay owes -----------------------------------------------


@pytest.mark.parametrize(
    ("amount", "lowered"), [(0, 0), (1, 1), (120_000, 120_000), (120_001, 120_000), (-5, 0)]
)
def test_a_stay_owes_less_and_never_less_than_nothing(booking, amount, lowered):
    with transaction.atomic():
        assert hotel.lower_total(booking.pk, amount) == lowered
        bookings.recompute([booking.pk])

    booking.refresh_from_db()
    assert (booking.total, booking.balance) == (120_000 - lowered, 120_000 - lowered)
    assert (booking.payment_status == "paid") is (lowered == 120_000)
