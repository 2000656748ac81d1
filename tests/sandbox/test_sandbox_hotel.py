"""The demo hotel: something of everything, whatever the day."""

import json
import uuid
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sandbox import hotel
from sandbox.scenarios import SCENARIOS

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ORGANIZATIONS = {each["slug"]: each for each in hotel.document(NOON)["organizations"]}
RESERVATIONS = [each for org in ORGANIZATIONS.values() for each in org["reservations"]]


ZONES = {"HB": "Europe/Lisbon", "AS": "Asia/Tokyo", "FJ": "Europe/Oslo"}


def ids(document):
    """Return every id in the document, in its order."""
    for organization in document["organizations"]:
        yield organization["id"]
        for kind in ("properties", "reservations"):
            yield from (each["id"] for each in organization[kind])


def test_it_is_plain_json():
    document = hotel.document(NOON)

    assert json.loads(json.dumps(document)) == document


def test_two_organizations_take_money_in_two_currencies_and_in_two_ways():
    harbour, asagiri = ORGANIZATIONS["harbour"], ORGANIZATIONS["asagiri"]

    assert (harbour["currency"], harbour["stripe_architecture"]) == ("eur", "centralized")
    assert (asagiri["currency"], asagiri["stripe_architecture"]) == ("jpy", "per_property")
    assert len(harbour["properties"]) == 2
    assert harbour["stripe_account"]
    assert not asagiri["stripe_account"]
    assert asagiri["properties"][0]["stripe_account"]


def test_ids_are_the_same_on_any_day_and_no_two_are_alike():
    today, later = hotel.document(NOON), hotel.document(NOON + timedelta(days=100))

    assert list(ids(today)) == list(ids(later))
    assert len(set(ids(today))) == len(list(ids(today)))
    assert all(uuid.UUID(each) for each in ids(today))


def test_it_is_the_same_at_any_hour_of_a_day():
    assert hotel.document(NOON) == hotel.document(NOON + timedelta(hours=2))


@pytest.mark.parametrize("slug", ORGANIZATIONS)
@pytest.mark.parametrize("hour", [0, 14, 15, 23])
def test_today_is_the_day_at_the_hotel(slug, hour):
    now = NOON.replace(hour=hour)
    organization = next(
        each for each in hotel.document(now)["organizations"] if each["slug"] == slug
    )
    today = now.astimezone(ZoneInfo(organization["timezone"])).date()

    stays = [
        (date.fromisoformat(each["arrival"]), date.fromisoformat(each["departure"]))
        for each in organization["reservations"]
    ]

    assert any(departure < today for _, departure in stays)
    assert any(arrival < today <= departure for arrival, departure in stays)
    assert any(arrival == today for arrival, _ in stays)
    assert any(arrival > today for arrival, _ in stays)


@pytest.mark.parametrize("each", RESERVATIONS, ids=[each["code"] for each in RESERVATIONS])
def test_a_guest_agreed_then_arrived_then_left(each):
    zone = ZoneInfo(ZONES[each["code"][:2]])
    moments = [each["policy_accepted_at"], each["checked_in_at"], each["checked_out_at"]]
    known = [datetime.fromisoformat(moment) for moment in moments if moment]

    assert known == sorted(known)
    assert all(moment < NOON for moment in known)
    assert known[0].date() < date.fromisoformat(each["arrival"])
    if each["checked_out_at"]:
        assert each["checked_in_at"]
        assert known[-1].astimezone(zone).date().isoformat() == each["departure"]


@pytest.mark.parametrize("each", RESERVATIONS, ids=[each["code"] for each in RESERVATIONS])
def test_the_later_a_guest_cancels_the_less_goes_back(each):
    steps = [(step["days_before"], step["refund_percent"]) for step in each["cancellation_policy"]]

    assert steps == sorted(steps, reverse=True)
    assert steps[-1][0] == 0


def test_there_is_a_login_for_each_role_and_the_front_desk_sees_one_house():
    users = [user for each in ORGANIZATIONS.values() for user in each["users"]]

    assert len({user["username"] for user in users}) == len(users)
    for organization in ORGANIZATIONS.values():
        roles = {user["role"]: user["properties"] for user in organization["users"]}
        assert set(roles) == {"owner", "manager", "front_desk", "finance", "read_only"}
        assert roles["front_desk"] == [organization["properties"][0]["slug"]]
        assert roles["owner"] == []


def test_a_small_organization_keeps_the_trouble_away_from_the_others():
    fjellheim = ORGANIZATIONS["fjellheim"]
    accounts = {each["slug"]: each["stripe_account"] for each in fjellheim["properties"]}
    houses = {each["code"]: each["property"] for each in fjellheim["reservations"]}
    shown = [
        hotel.booking_for(name)
        for name in ("account_begun", "account_deauthorized", "account_restricted")
    ]

    assert len(set(accounts.values())) == 3
    assert all(accounts.values())
    assert {slug for slug, _ in shown} == {"fjellheim"}
    assert {houses[code] for _, code in shown} == {"lake", "ridge", "shore"}
    assert len(houses) < 10


def test_a_house_is_found_by_its_organizations_id():
    assert hotel.house_of(uuid.UUID(ORGANIZATIONS["asagiri"]["id"])).slug == "asagiri"
    assert hotel.house_of("5c1d6f0a-0002-4000-8000-000000000002") is None


def test_every_scenario_has_a_booking_and_one_that_moves_money_has_it_for_itself():
    shown = [hotel.booking_for(name) for name in SCENARIOS]
    moved = [hotel.booking_for(each.name) for each in SCENARIOS.values() if each.moves_money]
    bookings = {
        (slug, each["code"]): each
        for slug, organization in ORGANIZATIONS.items()
        for each in organization["reservations"]
    }

    assert all(shown.count(each) == 1 for each in moved)
    assert all(bookings[each]["paid_elsewhere"] == 0 for each in shown)


def test_no_booking_shows_an_unknown_scenario():
    with pytest.raises(LookupError):
        hotel.booking_for("a_dragon_in_the_lobby")
