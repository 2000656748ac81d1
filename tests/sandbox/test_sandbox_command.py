"""`manage.py sandbox`: what a developer types, and what the endpoint then gets."""

import io
import json
import re
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
import stripe
from django.core.management import CommandError, call_command

from organizations.models import Organization, Property
from reservations.models import Guest, Reservation
from sandbox import hotel
from sandbox.management.commands.sandbox import Command
from sandbox.scenarios import SCENARIOS, scope_of

SECRET = "whsec_of_the_hotels"
PLATFORM_SECRET = "whsec_of_the_platform"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def development(settings, endpoint):
    settings.DEBUG = True
    settings.STRIPE_SECRET_KEY = ""
    settings.STRIPE_WEBHOOK_SECRET = [PLATFORM_SECRET, "whsec_the_one_before"]
    settings.STRIPE_CONNECT_WEBHOOK_SECRET = [SECRET, "whsec_the_one_before"]
    settings.WEBHOOK_URL = endpoint.url


@pytest.fixture
def demo_hotel(development):
    """The demo hotel, written straight into the database."""
    for house in json.loads(sandbox("hotel"))["organizations"]:
        organization = Organization.objects.create(
            id=house["id"],
            slug=house["slug"],
            name=house["name"],
            currency=house["currency"],
            stripe_account_id=house["stripe_account"] or "",
        )
        properties = {
            each["slug"]: Property.objects.create(
                id=each["id"],
                slug=each["slug"],
                name=each["name"],
                organization=organization,
                stripe_account_id=each["stripe_account"] or "",
            )
            for each in house["properties"]
        }
        for each in house["reservations"]:
            Reservation.objects.create(
                id=each["id"],
                code=each["code"],
                organization=organization,
                property=properties[each["property"]],
                guest=Guest.objects.create(organization=organization, **each["guest"]),
                arrival=each["arrival"],
                departure=each["departure"],
                currency=each["currency"],
                total=each["total"],
            )


def sandbox(*arguments):
    """Run the command, and return what it printed."""
    out = io.StringIO()
    call_command(Command(), *arguments, stdout=out)
    return out.getvalue()


def delivered(endpoint):
    """Return the events that came in, each signed as what its scope says."""
    events = []
    for _, header, body in endpoint.received:
        event = json.loads(body)
        secret = {"connect": SECRET, "platform": PLATFORM_SECRET}[scope_of(event)]
        assert stripe.Webhook.construct_event(body, header, secret).id == event["id"]
        events.append(event)
    return events


def test_list_shows_each_scenario_with_its_title():
    shown = sandbox("list")

    assert all(each.name in shown and each.title in shown for each in SCENARIOS.values())
    assert [each["name"] for each in json.loads(sandbox("list", "--json"))] == list(SCENARIOS)


def test_hotel_prints_the_demo_hotel_and_nothing_else():
    document = json.loads(sandbox("hotel"))

    assert [each["slug"] for each in document["organizations"]] == [
        "harbour",
        "asagiri",
        "fjellheim",
    ]
    assert "佐々木" in sandbox("hotel")


def test_play_sends_a_scenario_signed_onto_the_booking_that_shows_it(demo_hotel, endpoint):
    printed = sandbox("play", "hold")

    booking = Reservation.objects.get(code="HB-2431")
    events = delivered(endpoint)
    assert [event["type"] for event in events] == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.amount_capturable_updated",
    ]
    assert {event["account"] for event in events} == {"acct_1HarbourHotels00"}
    for event in events:
        seen = event["data"]["object"]
        assert seen["metadata"]["reservationId"] == str(booking.pk)
        assert seen["metadata"]["orgId"] == str(booking.organization_id)
        assert seen["metadata"]["propertyId"] == str(booking.property_id)
        assert seen["currency"] == "eur"
        assert f"200  {event['type']}" in printed
        assert event["id"] in printed


def test_play_uses_the_account_of_a_house_that_has_its_own(demo_hotel, endpoint):
    sandbox("play", "hold", "--booking", "AS-1016")

    assert {event["account"] for event in delivered(endpoint)} == {"acct_1AsagiriTokyo000"}
    assert {event["data"]["object"]["currency"] for event in delivered(endpoint)} == {"jpy"}


def test_playing_again_sends_the_same_events_and_another_seed_others(demo_hotel, endpoint):
    def ids(*arguments):
        endpoint.received.clear()
        sandbox("play", "extra_charge", *arguments)
        return [event["id"] for event in delivered(endpoint)]

    assert ids() == ids()
    assert not set(ids()) & set(ids("--seed", "2"))


def test_double_brings_each_event_twice_and_shuffle_in_another_order(demo_hotel, endpoint):
    sandbox("play", "deposit_and_balance")
    in_order = [event["id"] for event in delivered(endpoint)]
    endpoint.received.clear()

    sandbox("play", "deposit_and_balance", "--double", "--shuffle")

    brought = [event["id"] for event in delivered(endpoint)]
    assert sorted(brought) == sorted(in_order * 2)
    assert brought != [id for id in in_order for _ in range(2)]


def test_play_prints_json_and_nothing_else(demo_hotel, endpoint):
    answers = json.loads(sandbox("play", "declined", "--json"))

    assert [(each["event_id"], each["type"]) for each in answers] == [
        (event["id"], event["type"]) for event in delivered(endpoint)
    ]
    assert {each["status"] for each in answers} == {200}


# Their payments name no booking, one of somebody else, or are no payment intents.
UNNAMED = ("dashboard_payment", "another_hotels_booking_named", "charge_alone")


def test_demo_plays_every_scenario(demo_hotel, endpoint):
    printed = sandbox("demo")

    assert all(each.title in printed for each in SCENARIOS.values())
    assert len({event["id"] for event in delivered(endpoint)}) == len(endpoint.received)
    named = {
        event["data"]["object"]["metadata"].get("reservationId")
        for event in delivered(endpoint)
        if event["data"]["object"]["object"] == "payment_intent"
    }
    shown = {
        str(Reservation.objects.get(organization__slug=slug, code=code).pk)
        for each in SCENARIOS.values()
        for slug, code in [hotel.booking_for(each.name)]
        if each.moves_money and each.name not in UNNAMED
    }
    assert named == shown | {None, hotel.same_id("asagiri", "AS-1040")}


def test_what_the_endpoint_refuses_is_said_and_fails(demo_hotel, endpoint):
    endpoint.answer = 400

    with pytest.raises(CommandError, match="3 of 3 events were not accepted"):
        sandbox("play", "hold")


def test_nobody_answering_is_said(demo_hotel, nobody):
    with pytest.raises(CommandError, match="Is the web server running"):
        sandbox("play", "hold", "--url", nobody)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["a_dragon"], "no scenario a_dragon"),
        (["hold", "--booking", "HB-0000"], "no booking HB-0000"),
        (["hold", "--booking", "HB-2431", "--organization", "asagiri"], "HB-2431 of asagiri"),
        (["hold", "--url", "https://hooks.example.com/stripe"], "this machine alone"),
        (["hold", "--url", "http://127.0.0.1@example.com/"], "this machine alone"),
    ],
)
def test_what_is_not_there_or_elsewhere_is_refused(demo_hotel, endpoint, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        sandbox("play", *arguments)
    assert not endpoint.received


def test_a_code_of_two_organizations_needs_the_slug(demo_hotel, endpoint):
    Reservation.objects.filter(code="AS-1016").update(code="HB-2431")

    with pytest.raises(CommandError, match="asagiri, harbour"):
        sandbox("play", "hold", "--booking", "HB-2431")
    sandbox("play", "hold", "--booking", "HB-2431", "--organization", "asagiri")
    assert {event["account"] for event in delivered(endpoint)} == {"acct_1AsagiriTokyo000"}


def test_a_booking_without_an_account_is_refused(demo_hotel):
    Reservation.objects.filter(code="HB-2431").update(
        organization=Organization.objects.create(slug="quay", name="Quay"),
        property=Property.objects.create(
            slug="old-quay", name="Old Quay", organization=Organization.objects.get(slug="quay")
        ),
    )

    with pytest.raises(CommandError, match="HB-2431 has no Stripe account"):
        sandbox("play", "hold", "--booking", "HB-2431")


def test_a_demo_account_that_is_cut_off_is_told_of_in_the_same_words_again(demo_hotel, endpoint):
    sandbox("play", "account_deauthorized")
    before = {event["id"] for event in delivered(endpoint)}
    Property.objects.filter(slug="ridge").update(stripe_account_id="")
    endpoint.received.clear()

    sandbox("play", "account_deauthorized")

    assert {event["id"] for event in delivered(endpoint)} == before
    assert {event["account"] for event in delivered(endpoint)} == {"acct_1FjellheimRidge0"}


def test_what_the_platform_bills_is_signed_with_the_platforms_secret(demo_hotel, endpoint):
    sandbox("play", "invoice_paid")

    billed = delivered(endpoint)
    assert {scope_of(event) for event in billed} == {"platform"}
    assert {event["data"]["object"]["customer"] for event in billed} == {"cus_1PlatformHarb0"}

    endpoint.received.clear()
    sandbox("play", "invoice_paid", "--customer", "cus_mine")
    assert {event["data"]["object"]["customer"] for event in delivered(endpoint)} == {"cus_mine"}


def test_a_stay_too_small_to_split_is_refused(demo_hotel):
    Reservation.objects.filter(code="HB-2431").update(total=900)

    with pytest.raises(CommandError, match="too small"):
        sandbox("play", "hold")


def test_without_the_demo_hotel_it_says_how_to_load_it():
    with pytest.raises(CommandError, match="load_hotel demo"):
        sandbox("demo")


@pytest.mark.parametrize("key", ["sk_live_123", "rk_live_123"])
def test_it_refuses_to_run_beside_a_live_key(settings, key):
    settings.STRIPE_SECRET_KEY = key

    with pytest.raises(CommandError, match="live key"):
        sandbox("list")


def test_it_refuses_to_run_in_production(settings):
    settings.DEBUG = False

    with pytest.raises(CommandError, match="DEBUG=True"):
        sandbox("list")


# Serving -----------------------------------------------------------------


@contextmanager
def serving(*arguments):
    """Run `sandbox serve` on a free port, in a process of its own; give its address."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "sandbox", "serve", "--port", "0", *arguments],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield re.search(r"http://[\d.:]+", process.stdout.readline())[0]
    finally:
        process.terminate()
        process.communicate(timeout=20)
    assert process.returncode == 0


def test_it_serves_and_goes_on_after_a_restart(tmp_path):
    def ask(address):
        bases = dict.fromkeys(("api", "files", "connect"), address)
        return stripe.StripeClient("sk_test_any", base_addresses=bases).v1.customers

    state = str(tmp_path / "state.json")
    with serving("--state", state) as address:
        made = ask(address).create({"name": "A Guest"})
    with serving("--state", state) as address:
        assert ask(address).retrieve(made.id).name == "A Guest"


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("DEBUG", False, "runs with DEBUG=True alone"),
        ("STRIPE_SECRET_KEY", "sk_live_x", "never runs beside real money"),
        ("WEBHOOK_URL", "https://hotel.example/hook", "sends to this machine alone"),
    ],
)
def test_it_serves_on_laptops_alone(settings, name, value, sentence):
    setattr(settings, name, value)

    with pytest.raises(CommandError, match=sentence):
        call_command("sandbox", "serve", "--port", "0")


def test_a_taken_port_and_a_strange_state_are_said_to_be(tmp_path):
    strange = tmp_path / "state.json"
    strange.write_text("[]")
    with pytest.raises(CommandError, match="holds no state"):
        call_command("sandbox", "serve", "--port", "0", "--state", str(strange))

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(CommandError, match="cannot be used"):
            call_command("sandbox", "serve", "--port", str(other.getsockname()[1]))
