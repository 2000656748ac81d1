"""One booking: its figures, its history in plain words, and the clocks of its house."""

import re
from dataclasses import asdict, replace
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from organizations.models import Role
from payments.hotel import bookings
from payments.models import Payment
from payments.money import show
from payments.records.bookings import folios
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.factories import OrganizationFactory, PropertyFactory, ReservationFactory
from tests.staff.conftest import somebody


def address(booking):
    return f"/bookings/{booking.pk}/"


def page_of(client, booking):
    return client.get(address(booking)).content.decode()


def test_another_hotels_booking_is_as_good_as_not_there(manager):
    theirs = PropertyFactory(organization=OrganizationFactory(slug="asagiri"))
    booking = ReservationFactory(property=theirs)

    missing = manager.get("/bookings/00000000-0000-0000-0000-000000000000/")
    answer = manager.get(address(booking))

    assert answer.status_code == missing.status_code == 404
    token = rb"[A-Za-z0-9]{64}"  # against forgery: another one on every page
    assert re.sub(token, b"", answer.content) == re.sub(token, b"", missing.content)


def test_another_houses_booking_is_as_good_as_not_there(db):
    here, there = PropertyFactory(slug="downtown"), PropertyFactory(slug="seaside")
    front_desk = somebody(Role.FRONT_DESK, houses=[here])

    assert front_desk.get(address(ReservationFactory(property=here))).status_code == 200
    assert front_desk.get(address(ReservationFactory(property=there))).status_code == 404


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_figures_on_the_page_are_the_folios(name, manager, stripe, booking):
    stripe.sends(SCENARIOS[name].events(stay_of(booking)))
    (folio,) = folios(bookings([booking.pk]).values())

    answer = manager.get(address(booking))

    assert asdict(answer.context["money"].figures) == asdict(folio.figures)
    page = answer.content.decode()
    for figure in ("paid", "refunded", "authorized", "refund_pending", "extras"):
        if amount := getattr(folio.figures, figure):
            assert show(amount, "eur") in page
    assert show(abs(folio.figures.balance), "eur") in page


# What each story looks like to a front desk.
STORIES = {
    "deposit_and_balance": ["Deposit", "Payment for the stay", "Paid", "Nothing"],
    "decline_retry_success": ["Earlier attempt", "declined", "Paid"],
    "declined": ["Declined", "The bank declined it"],
    "hold": ["On hold", "Can be taken until"],
    "hold_partial_capture": ["Taken", "was held; the rest was let go", "no money moved"],
    "hold_canceled": ["Let go", "The hold was given back; nothing was taken."],
    "hold_expired": ["Let go", "The hold ran out; nothing was taken."],
    "two_partial_refunds": ["sent back", "returned", "the card has expired or was canceled"],
    "refund_under_way": ["on its way", "Refund under way", "Bank transfer"],
    "damage_charge": ["Damage charge", "Extras", "Partly refunded"],
    "sepa_debit_under_way": ["Direct debit ·· 3201", "takes some days to answer"],
    "dashboard_payment": ["No payment has come through Stripe yet."],
}


@pytest.mark.parametrize(("name", "words"), STORIES.items())
def test_the_history_tells_it_in_plain_words(name, words, manager, stripe, booking):
    stripe.sends(SCENARIOS[name].events(stay_of(booking)))

    page = page_of(manager, booking)

    for each in words:
        assert each in page, each
    for code in ("requires_", "requested_by_customer", "generic_decline", "expired_uncaptured"):
        assert code not in page


def test_a_bank_transfer_says_what_came_so_far(manager, stripe, booking):
    events = SCENARIOS["bank_transfer_in_parts"].events(stay_of(booking))
    first_part = next(n for n, e in enumerate(events) if e["type"].endswith("partially_funded"))

    stripe.sends(events[: first_part + 1])

    assert "€480.00 of €1,200.00 came so far." in page_of(manager, booking)


def test_a_refund_that_only_its_charge_tells_of_awaits_its_details(manager, stripe, booking):
    events = SCENARIOS["full_refund"].events(stay_of(booking))

    stripe.sends(event for event in events if event["data"]["object"]["object"] != "refund")

    page = page_of(manager, booking)
    assert "details awaited" in page
    assert "−€1,200.00" in page


def test_newest_comes_first(manager, stripe, booking):
    stripe.sends(SCENARIOS["deposit_and_balance"].events(stay_of(booking)))

    history = manager.get(address(booking)).context["money"].history

    assert [line.title for line in history] == ["Payment for the stay", "Deposit"]


@pytest.mark.parametrize(
    ("zone", "shown"), [("Asia/Tokyo", "8 Nov 2026, 09:30"), ("America/Lima", "7 Nov 2026, 19:30")]
)
def test_times_are_those_of_the_house(zone, shown, manager, stripe):
    booking = ReservationFactory(property=PropertyFactory(timezone=zone))
    start = int(datetime(2026, 11, 8, 0, 30, tzinfo=UTC).timestamp())

    stripe.sends(SCENARIOS["declined"].events(stay_of(booking, start=start)))

    page = page_of(manager, booking)
    assert shown.replace(" 2026", "") in page.replace(" 2026", "")
    assert zone in page


@pytest.mark.parametrize("nowhere", ["Europe/Atlantis", "Europe", "../x"])
def test_a_house_whose_zone_nobody_knows_breaks_no_page(nowhere, manager, stripe):
    booking = ReservationFactory(property=PropertyFactory(timezone=nowhere))
    stripe.sends(SCENARIOS["hold"].events(stay_of(booking)))

    booking.cancellation_policy = [{"days_before": 0, "until": "18:00", "refund_percent": 50}]
    booking.save()

    assert manager.get(address(booking)).status_code == 200
    assert manager.get("/bookings/").status_code == 200
    assert manager.get(f"{address(booking)}refund/").status_code == 200


@pytest.mark.parametrize(
    ("currency", "shown"), [("jpy", "¥120,000"), ("kwd", "KWD\u00a0120.000"), ("eur", "€1,200.00")]
)
def test_amounts_are_written_as_their_currency_is(currency, shown, manager, stripe):
    booking = ReservationFactory(currency=currency)
    stripe.sends(SCENARIOS["full_refund"].events(stay_of(booking)))

    assert f"−{shown}" in page_of(manager, booking)


def test_a_payment_in_another_currency_is_shown_and_counted_nowhere(manager, stripe, booking):
    stripe.sends(SCENARIOS["deposit_and_balance"].events(stay_of(booking)))
    dollars = replace(stay_of(booking, seed=2), currency="usd")
    stripe.sends(SCENARIOS["extra_charge"].events(dollars))

    answer = manager.get(address(booking))

    page = answer.content.decode()
    assert "In another currency than the booking: it counts in no figure." in page
    assert "Paid in another currency" in page
    assert answer.context["money"].figures.paid == 120_000


def test_stripes_ids_are_there_for_whoever_needs_them(manager, stripe, booking):
    events = SCENARIOS["full_refund"].events(stay_of(booking))
    stripe.sends(events)

    page = page_of(manager, booking)

    for event in events:
        assert f"<code>{event['data']['object']['id']}</code>" in page


def test_a_second_payment_costs_no_more_queries(manager, stripe, booking):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            assert manager.get(address(booking)).status_code == 200
        return len(asked)

    stripe.sends(SCENARIOS["two_partial_refunds"].events(stay_of(booking)))
    few = queries()
    for seed in range(2, 8):
        stripe.sends(SCENARIOS["two_partial_refunds"].events(stay_of(booking, seed=seed)))

    assert queries() == few
    assert few <= 20


def test_a_guest_who_paid_too_much_is_owed_the_rest(manager, stripe, booking):
    stripe.sends(SCENARIOS["deposit_and_balance"].events(stay_of(booking)))
    booking.total = 100_000
    booking.save(update_fields=["total"])

    page = page_of(manager, booking)

    assert "Guest is owed" in page
    assert "€200.00" in page


def tab(client, booking, name):
    return client.get(address(booking), {"tab": name})


def test_each_tab_shows_its_own_and_an_unknown_one_the_money(manager, booking):
    shows = {
        "payments": "Payment history",
        "stay": "E-mail",
        "activity": "Nobody has done anything",
    }

    for name, text in shows.items():
        page = tab(manager, booking, name).content.decode()
        assert text in page, name
        assert page.count('aria-selected="true"') == 1
    for odd in ("", "dispute", "<script>", "x" * 5_000):
        assert "Payment history" in tab(manager, booking, odd).content.decode()


def test_there_is_a_tab_for_a_dispute_once_there_is_one(manager, stripe, booking):
    assert ">Dispute</a>" not in page_of(manager, booking)

    stripe.sends(SCENARIOS["dispute_won"].events(stay_of(booking)))

    assert ">Dispute</a>" in page_of(manager, booking)
    assert "Asked back" in tab(manager, booking, "dispute").content.decode()


def test_the_activity_says_which_event_changed_what(manager, stripe, booking):
    stripe.sends(SCENARIOS["two_partial_refunds"].events(stay_of(booking)))
    other = ReservationFactory()
    stripe.sends(SCENARIOS["hold"].events(stay_of(other, seed=7)))

    answer = tab(manager, booking, "activity")

    lines = answer.context["activity"]
    assert {"payment_intent.succeeded", "refund.created"} <= {line.event for line in lines}
    paid = next(line for line in lines if line.event == "payment_intent.succeeded")
    assert "Status" in {field.name for each in paid.changed for field in each.fields}
    assert lines == sorted(lines, key=lambda line: line.at, reverse=True)
    ids = {each.stripe_id for line in lines for each in line.changed}
    assert not ids & {row.stripe_id for row in Payment.objects.filter(reservation=other)}


@pytest.mark.parametrize("name", ["payments", "stay", "dispute", "activity"])
def test_a_tab_asks_at_most_twenty_things(name, manager, stripe, booking):
    for seed, story in enumerate(["dispute_won", "two_partial_refunds", "hold", "declined"]):
        stripe.sends(SCENARIOS[story].events(stay_of(booking, seed=seed)))

    with CaptureQueriesContext(connection) as asked:
        tab(manager, booking, name)

    assert len(asked) <= 20
