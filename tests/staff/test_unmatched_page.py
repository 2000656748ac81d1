"""Money without a booking: listed with its likely bookings, attached with one click, taken back."""

import re
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from organizations.models import Role
from payments.models import Alert, Payment
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.factories import (
    AccountFactory,
    OrganizationFactory,
    PropertyFactory,
    ReservationFactory,
    UserFactory,
)
from tests.staff.conftest import somebody

URL = "/bookings/unmatched/"


@pytest.fixture
def loose(stripe, booking):
    """€1,200.00 that came without a booking, exactly what HB-2481 owes."""
    stripe.sends(SCENARIOS["dashboard_payment"].events(stay_of(booking)))
    return Payment.objects.get()


def attach(client, payment, booking):
    return client.post(f"{URL}{payment.pk}/attach/", {"reservation": booking.pk}, follow=True)


def detach(client, payment):
    return client.post(f"{URL}{payment.pk}/detach/", follow=True)


def test_the_page_lists_it_with_the_booking_that_owes_exactly_this(manager, loose):
    page = manager.get(URL).content.decode()

    assert "€1,200.00" in page
    assert "Visa ·· 4242" in page
    assert "HB-2481" in page
    assert "Owes exactly this" in page
    assert loose.stripe_id in page


def test_the_menu_says_how_much_waits(manager, loose):
    assert '1<span class="unseen"> waiting' in manager.get("/bookings/").content.decode()


def test_one_click_attaches_it_and_the_figures_follow(manager, loose, booking):
    answer = attach(manager, loose, booking)

    booking.refresh_from_db()
    assert booking.payment_status == "paid"
    assert booking.paid_amount == 120_000
    page = answer.content.decode()
    assert "€1,200.00 is attached to" in page
    assert "Every payment has its booking." in page
    assert "waiting" not in page


def test_undo_brings_it_back(manager, loose, booking):
    attach(manager, loose, booking)

    answer = detach(manager, loose)

    booking.refresh_from_db()
    assert booking.payment_status == "unpaid"
    assert booking.paid_amount == 0
    assert "Taken back." in answer.content.decode()
    assert "Owes exactly this" in answer.content.decode()


def test_the_booking_says_that_it_was_attached_by_hand(manager, loose, booking):
    attach(manager, loose, booking)

    page = manager.get(f"/bookings/{booking.pk}/").content.decode()

    assert "Attached by hand" in page
    assert f"{URL}{loose.pk}/detach/" in page


def test_the_nearest_stay_is_suggested_first(manager, stripe):
    start = int(datetime(2026, 6, 10, 12, tzinfo=UTC).timestamp())
    for code, month in (("winter", 12), ("june", 6), ("august", 8)):
        first = date(2026, month, 9)
        booking = ReservationFactory(code=code, arrival=first, departure=date(2026, month, 12))
    settled = ReservationFactory(
        code="settled", arrival=date(2026, 6, 9), departure=date(2026, 6, 12), paid_elsewhere=1
    )
    ReservationFactory(code="left", arrival=date(2026, 1, 9), departure=date(2026, 1, 12))
    ReservationFactory(code="yen", currency="jpy")
    stripe.sends(SCENARIOS["dashboard_payment"].events(stay_of(booking, start=start)))

    (item,) = manager.get(URL).context["items"]

    codes = [suggestion.booking.code for suggestion in item["suggestions"]]
    assert codes == ["june", "august", "winter"]
    assert settled.code not in codes


def test_a_stay_that_costs_as_much_is_suggested_after_those_that_owe_it(manager, loose, booking):
    ReservationFactory(code="deposit-paid", paid_elsewhere=20_000)

    (item,) = manager.get(URL).context["items"]

    assert [(each.booking.code, each.why) for each in item["suggestions"]] == [
        (booking.code, "Owes exactly this"),
        ("deposit-paid", "The stay costs exactly this"),
    ]


def test_any_booking_of_the_hotel_is_found_by_its_code(manager, loose):
    other = ReservationFactory(code="HB-9", total=5_000)
    asked = {"payment": loose.pk, "code": "hb-9"}

    page = manager.get(URL, asked).content.decode()

    assert "Owes €50.00" in page
    assert f'value="{other.pk}"' in page


def test_a_booking_is_found_for_a_payment_on_the_second_page(manager, stripe, booking):
    for seed in range(1, 22):
        stripe.sends(SCENARIOS["dashboard_payment"].events(stay_of(booking, seed=seed)))
    page = manager.get(URL, {"page": 2}).content.decode()
    sent = dict(re.findall(r'type="hidden" name="(page|payment)" value="([^"]*)"', page))

    (item,) = manager.get(URL, sent | {"code": booking.code}).context["items"]

    assert [each.code for each in item["found"]] == [booking.code]


def test_another_hotels_booking_is_not_found(manager, loose):
    theirs = PropertyFactory(organization=OrganizationFactory(slug="asagiri"))
    ReservationFactory(code="AS-1", property=theirs)

    page = manager.get(URL, {"payment": loose.pk, "code": "AS-1"}).content.decode()

    assert "There is no booking “<bdi>AS-1</bdi>”" in page


def test_another_hotels_booking_cannot_be_attached(manager, loose):
    theirs = PropertyFactory(organization=OrganizationFactory(slug="asagiri"))

    answer = attach(manager, loose, ReservationFactory(property=theirs))

    assert answer.status_code == 404
    loose.refresh_from_db()
    assert loose.reservation is None


def test_another_hotels_money_is_as_good_as_not_there(loose, booking):
    stranger = somebody(organization=OrganizationFactory(slug="asagiri"))

    assert loose.stripe_id not in stranger.get(URL).content.decode()
    assert attach(stranger, loose, booking).status_code == 404
    assert detach(stranger, loose).status_code == 404


def test_who_works_for_both_hotels_still_cannot_mix_them(loose):
    asagiri = OrganizationFactory(slug="asagiri")
    theirs = ReservationFactory(property=PropertyFactory(organization=asagiri))
    user = UserFactory()
    somebody(user=user)
    both = somebody(user=user, organization=asagiri)

    answer = attach(both, loose, theirs)

    assert "is a booking of another organization" in answer.content.decode()
    loose.refresh_from_db()
    assert loose.reservation is None


def test_money_of_the_whole_organization_is_not_for_the_front_desk_of_one_house(loose, booking):
    front_desk = somebody(Role.FRONT_DESK, houses=[booking.property])

    assert "Every payment has its booking." in front_desk.get(URL).content.decode()
    assert attach(front_desk, loose, booking).status_code == 404


def test_money_of_a_houses_own_account_is_for_its_front_desk(stripe):
    house = PropertyFactory(slug="seaside")
    AccountFactory(stripe_id="acct_seaside", property=house)
    booking = ReservationFactory(property=house)
    stripe.sends(SCENARIOS["dashboard_payment"].events(stay_of(booking, "acct_seaside")))
    front_desk = somebody(Role.FRONT_DESK, houses=[house])

    attach(front_desk, Payment.objects.get(), booking)

    booking.refresh_from_db()
    assert booking.payment_status == "paid"


def test_who_may_only_read_gets_no_button_and_no_say(loose, booking):
    reader = somebody(Role.READ_ONLY)

    assert "Attach</button>" not in reader.get(URL).content.decode()
    assert attach(reader, loose, booking).status_code == 403
    loose.refresh_from_db()
    assert loose.reservation is None


def test_a_reader_beside_a_manager_takes_nothing_from_the_manager(loose, booking, manager):
    somebody(Role.READ_ONLY)

    assert "Attach</button>" in manager.get(URL).content.decode()
    assert attach(manager, loose, booking).status_code == 200


def test_who_may_only_read_cannot_take_back(loose, booking, manager):
    attach(manager, loose, booking)
    reader = somebody(Role.READ_ONLY)

    assert "Take back" not in reader.get(f"/bookings/{booking.pk}/").content.decode()
    assert detach(reader, loose).status_code == 403
    loose.refresh_from_db()
    assert loose.reservation_id == booking.pk


def test_a_second_click_changes_nothing(manager, loose, booking):
    attach(manager, loose, booking)

    answer = attach(manager, loose, booking)

    assert "is attached to" in answer.content.decode()
    booking.refresh_from_db()
    assert booking.paid_amount == 120_000


def test_whoever_comes_second_is_told_so(manager, loose, booking):
    other = ReservationFactory(code="HB-9")
    attach(manager, loose, booking)

    answer = attach(manager, loose, other)

    assert "Somebody has attached this payment" in answer.content.decode()
    loose.refresh_from_db()
    assert loose.reservation_id == booking.pk


def test_what_nobody_attached_cannot_be_taken_back(manager, stripe, booking):
    stripe.sends(SCENARIOS["deposit_and_balance"].events(stay_of(booking)))
    payment = Payment.objects.first()

    answer = detach(manager, payment)

    assert "not attached by hand" in answer.content.decode()
    payment.refresh_from_db()
    assert payment.reservation_id == booking.pk


@pytest.mark.parametrize("posted", [{}, {"reservation": "HB-2481"}, {"reservation": "\x00"}])
def test_a_post_without_a_booking_asks_for_one(posted, manager, loose):
    answer = manager.post(f"{URL}{loose.pk}/attach/", posted, follow=True)

    assert "Choose the booking" in answer.content.decode()


def test_a_post_from_elsewhere_is_turned_away(loose, booking):
    member = somebody()
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = member.cookies

    assert attach(strict, loose, booking).status_code == 403
    assert strict.get(f"{URL}{loose.pk}/attach/").status_code == 405


def test_money_that_never_came_waits_for_nobody(manager, stripe, booking):
    events = SCENARIOS["declined"].events(stay_of(booking))
    for event in events:
        event["data"]["object"]["metadata"] = {}
    stripe.sends(events)

    assert "Every payment has its booking." in manager.get(URL).content.decode()


def test_twenty_payments_cost_as_many_queries_as_two(manager, stripe, booking):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            assert manager.get(URL).status_code == 200
        return len(asked)

    for seed in (1, 2):
        stripe.sends(SCENARIOS["dashboard_payment"].events(stay_of(booking, seed=seed)))
    few = queries()
    for seed in range(3, 25):
        stripe.sends(SCENARIOS["dashboard_payment"].events(stay_of(booking, seed=seed)))

    assert queries() == few
    assert few <= 9
    assert len(manager.get(URL).context["items"]) == 20
    assert len(manager.get(URL, {"page": 2}).context["items"]) == 4


def test_the_alert_closes_when_it_is_attached_and_opens_when_it_is_taken_back(
    manager, loose, booking
):
    alert = Alert.objects.get(kind="unmatched_money")
    assert alert.closed_at is None

    attach(manager, loose, booking)
    alert.refresh_from_db()
    assert alert.closed_at is not None

    detach(manager, loose)
    alert.refresh_from_db()
    assert alert.closed_at is None
