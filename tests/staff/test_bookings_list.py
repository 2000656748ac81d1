"""The list of bookings: whose they are, what is asked of it, and what it costs to show."""

import re
import time
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from organizations.models import Role
from reservations.front_desk import day_at
from reservations.models import Reservation
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.factories import GuestFactory, OrganizationFactory, PropertyFactory, ReservationFactory
from tests.staff.conftest import somebody

URL = "/bookings/"
Status = Reservation.Status


def codes(answer):
    """Return which bookings a list names, in its order."""
    page = answer.context["page"]
    if page is None:
        return [booking.code for part in answer.context["parts"] for booking in part.rows]
    return [booking.code for booking in page.rows]


def test_somebody_who_has_not_logged_in_is_asked_to(client, db):
    answer = client.get(URL)

    assert answer.status_code == 302
    assert answer.url == "/login/?next=/bookings/"


def test_a_hotel_sees_its_own_bookings_alone(manager):
    ReservationFactory(code="HB-1")
    theirs = OrganizationFactory(slug="asagiri")
    ReservationFactory(code="AS-1", property=PropertyFactory(organization=theirs))

    answer = manager.get(URL)

    assert codes(answer) == ["HB-1"]
    assert b"AS-1" not in answer.content


def test_a_front_desk_sees_the_bookings_of_its_own_house_alone(db):
    here, there = PropertyFactory(slug="downtown"), PropertyFactory(slug="seaside")
    ReservationFactory(code="HB-1", property=here)
    ReservationFactory(code="HB-2", property=there)

    answer = somebody(Role.FRONT_DESK, houses=[here]).get(URL)

    assert codes(answer) == ["HB-1"]


def test_a_row_says_who_stays_when_and_what_is_due(manager):
    guest = GuestFactory(name="Beatriz Loureiro")
    ReservationFactory(code="HB-2481", guest=guest, total=141_000, paid_elsewhere=41_000)

    page = manager.get(URL).content.decode()

    assert "Beatriz Loureiro" in page
    assert "HB-2481" in page
    assert "4 nights" in page
    assert "€1,410.00" in page
    assert "€1,000.00" in page


@pytest.mark.parametrize(
    ("currency", "shown"), [("jpy", "¥120,000"), ("kwd", "KWD\u00a0120.000"), ("eur", "€1,200.00")]
)
def test_amounts_are_written_as_their_currency_is(manager, currency, shown):
    ReservationFactory(currency=currency, total=120_000)

    assert shown in manager.get(URL).content.decode()


def test_the_list_is_narrowed_by_where_a_stay_stands(manager):
    ReservationFactory(code="comes")
    ReservationFactory(code="stays", status=Status.CHECKED_IN)
    ReservationFactory(code="left", status=Status.CHECKED_OUT)
    ReservationFactory(code="canceled", status=Status.CANCELED)

    assert codes(manager.get(URL, {"stay": "arriving"})) == ["comes"]
    assert codes(manager.get(URL, {"stay": "in_house"})) == ["stays"]
    assert codes(manager.get(URL, {"stay": "departed"})) == ["left"]
    assert len(codes(manager.get(URL, {"stay": "all"}))) == 4


def parts(answer):
    """Return the parts of the opening, each with the codes of its bookings."""
    return {part.title: [booking.code for booking in part.rows] for part in answer.context["parts"]}


def stays(code, first, last, status=Status.CONFIRMED, **fields):
    """Make a booking from and to so many days from today."""
    house = PropertyFactory()
    today = day_at(house)
    dates = {"arrival": today + timedelta(first), "departure": today + timedelta(last)}
    return ReservationFactory(code=code, property=house, status=status, **dates, **fields)


def test_the_list_opens_on_what_a_front_desk_works_on_today(manager):
    stays("far", 300, 305)
    stays("next", 2, 5)
    stays("comes", 0, 3)
    stays("late", -1, 3)
    stays("never", -9, 3)
    stays("stays", -2, 2, Status.CHECKED_IN)
    stays("leaves", -2, 0, Status.CHECKED_IN)
    stays("overstays", -5, -1, Status.CHECKED_IN)
    stays("left", -5, 0, Status.CHECKED_OUT)
    stays("canceled", 0, 3, Status.CANCELED)

    assert parts(manager.get(URL)) == {
        "Expected before today": ["late"],
        "Leaving today": ["leaves", "overstays"],
        "Arriving today": ["comes"],
        "In house": ["stays"],
        "Coming next": ["next", "far"],
    }


def test_who_owes_comes_first_of_those_who_do_the_same(manager):
    for code, name, paid in (("3", "Ada", 120_000), ("2", "Zoë", 0), ("1", "Grace", 0)):
        guest = GuestFactory(name=name)
        stays(code, 0, 3, guest=guest, paid_elsewhere=paid)

    assert parts(manager.get(URL)) == {"Arriving today": ["1", "2", "3"]}
    assert parts(manager.get(URL, {"payment": "owing"})) == {"Arriving today": ["1", "2"]}
    assert parts(manager.get(URL, {"payment": "disputed"})) == {}


@pytest.mark.parametrize("status", Status)
def test_whoever_is_searched_for_is_found_whenever_they_stay(manager, status):
    stays("comes", 0, 3)
    stays("WANTED", 200, 210, status)

    assert codes(manager.get(URL, {"q": "wanted"})) == ["WANTED"]


def test_each_count_of_the_day_leads_to_the_guests_it_counts(manager):
    stays("late", -1, 3)
    stays("comes", 0, 3)
    stays("next", 2, 5)
    stays("stays", -2, 2, Status.CHECKED_IN)
    stays("leaves", -2, 0, Status.CHECKED_IN)
    stays("overstays", -5, -1, Status.CHECKED_IN)

    assert codes(manager.get(URL, {"stay": "arriving_today"})) == ["comes"]
    assert codes(manager.get(URL, {"stay": "leaving"})) == ["leaves", "overstays"]
    tiles = re.findall(r'class="tile" href="([^"]+)".*?<strong>(\d+)<', page_of(manager), re.DOTALL)
    assert [len(codes(manager.get(address))) for address, _ in tiles] == [
        int(count) for _, count in tiles
    ]


def page_of(client):
    return client.get(URL).content.decode()


def test_holds_that_run_out_soon_are_found_whenever_the_guest_comes(manager, stripe):
    for code, left in (("soon", 20), ("later", 200), ("gone", -1)):
        booking = stays(code, 40, 50)
        events = SCENARIOS["hold"].events(stay_of(booking, seed=code))
        end = int(time.time()) + left * 3600
        for event in events:
            if details := event["data"]["object"].get("payment_method_details"):
                details["card"]["capture_before"] = end
        stripe.sends(events)

    assert codes(manager.get(URL, {"payment": "expiring"})) == ["soon"]


def test_a_full_house_names_some_and_says_how_many_more(manager):
    for number in range(27):
        stays(f"HB-{number:02}", -1, 3, Status.CHECKED_IN)
    for number in range(12):
        stays(f"next-{number:02}", number + 1, 20)

    answer = manager.get(URL)

    assert len(parts(answer)["In house"]) == 25
    assert "stay=in_house" in answer.content.decode().partition("2 more")[0][-80:]
    assert parts(answer)["Coming next"] == [f"next-{number:02}" for number in range(10)]


def test_a_day_without_guests_says_so(manager):
    stays("left", -5, -2, Status.CHECKED_OUT)

    page = manager.get(URL).content.decode()

    assert "Nobody comes, stays or leaves today." in page
    assert "?stay=all" in page


def test_the_next_to_arrive_comes_first(manager):
    for days in (9, 1, 5):
        start = date(2026, 12, 1) + timedelta(days=days)
        ReservationFactory(code=f"in-{days}", arrival=start, departure=start + timedelta(days=2))

    assert codes(manager.get(URL, {"stay": "arriving"})) == ["in-1", "in-5", "in-9"]


def test_the_list_is_narrowed_by_what_is_due(manager, stripe):
    owes, paid = ReservationFactory(code="owes"), ReservationFactory(code="paid")
    stripe.sends(SCENARIOS["deposit_and_balance"].events(stay_of(paid)))

    assert codes(manager.get(URL, {"payment": "owing"})) == [owes.code]
    assert codes(manager.get(URL, {"payment": "paid"})) == [paid.code]
    assert codes(manager.get(URL, {"payment": "failed"})) == []


@pytest.mark.parametrize("typed", ["hb-77", "zoë", "ZOË", "Zoë van der Meer", "van der"])
def test_a_booking_is_found_by_its_code_or_its_guest(manager, typed):
    ReservationFactory(code="HB-7734", guest=GuestFactory(name="Zoë van der Meer"))
    ReservationFactory(code="HB-2", guest=GuestFactory(name="Wayan"))

    assert codes(manager.get(URL, {"q": typed})) == ["HB-7734"]


@pytest.mark.parametrize(
    "asked",
    [
        {"stay": "elsewhere"},
        {"payment": "'; drop table"},
        {"page": "-1"},
        {"page": "99999999999999999999"},
        {"page": "two"},
        {"q": "a\x00b"},
        {"q": "x" * 5_000},
    ],
)
def test_a_question_that_makes_no_sense_narrows_nothing(manager, asked):
    ReservationFactory(code="HB-1")

    assert codes(manager.get(URL, asked)) == ["HB-1"]


def test_wildcards_mean_themselves(manager):
    ReservationFactory(code="HB-1")

    assert codes(manager.get(URL, {"q": "%"})) == []
    assert codes(manager.get(URL, {"q": "H_-1"})) == []


def test_a_long_list_comes_in_pages_that_keep_what_was_asked(manager):
    for number in range(30):
        ReservationFactory(code=f"HB-{number:02}")

    first = manager.get(URL, {"stay": "arriving"})
    second = manager.get(URL, {"stay": "arriving", "page": 2})

    assert len(codes(first)) == 25
    assert "stay=arriving&amp;page=2" in first.content.decode()
    assert len(codes(second)) == 5
    assert not set(codes(first)) & set(codes(second))
    assert second.context["page"].next == 0


def test_the_day_is_summed_up_by_who_comes_and_owes(manager):
    house = PropertyFactory(timezone="Pacific/Kiritimati")  # UTC+14: where tomorrow begins
    today = day_at(house)
    later = today + timedelta(days=3)
    stay = {"property": house, "arrival": today, "departure": later}
    ReservationFactory(**stay, total=50_000)
    ReservationFactory(**stay, total=20_000, paid_elsewhere=20_000)
    ReservationFactory(**stay, total=9_800, currency="jpy")
    ReservationFactory(property=house, arrival=later, departure=later, total=1)
    ReservationFactory(**stay | {"departure": today}, total=700, status=Status.CHECKED_IN)

    answer = manager.get(URL)

    assert answer.context["today"].arriving.count == 3
    assert "€500.00 and ¥9,800" in answer.content.decode()
    assert answer.context["today"].in_house.count == 1
    assert answer.context["today"].leaving.owed == {"eur": 700}


def test_an_open_alert_marks_its_booking(manager, stripe, booking):
    ReservationFactory(code="quiet")
    stripe.sends(SCENARIOS["two_partial_refunds"].events(stay_of(booking)))

    page = manager.get(URL).content.decode()

    assert page.count("Needs a look") == 1
    assert "A refund did not reach the guest" in page


def test_an_empty_hotel_and_an_empty_answer_say_so(manager):
    assert "There are no bookings yet." in manager.get(URL).content.decode()
    assert "No booking fits" in manager.get(URL, {"q": "nobody"}).content.decode()


def test_amounts_at_the_edge_of_a_column_break_no_page(manager):
    ReservationFactory(code="huge", total=2**63 - 1, extras_amount=2**63 - 1)

    assert codes(manager.get(URL, {"payment": "owing"})) == ["huge"]


def test_fifty_bookings_cost_as_many_queries_as_five(manager, stripe):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert manager.get(URL).status_code == 200
        return len(asked)

    for _ in range(5):
        stripe.sends(SCENARIOS["two_partial_refunds"].events(stay_of(ReservationFactory())))
    few = queries()
    for _ in range(45):
        ReservationFactory(property=PropertyFactory(slug="seaside"))

    assert queries() == few
    assert few <= 9
