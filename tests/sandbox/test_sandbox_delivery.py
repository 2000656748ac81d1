"""What happens in the sandbox is told to the endpoints: signed, to whom it concerns, again."""

import http.client
import json
import time

import pytest
import stripe

from sandbox.play import leave, story_ending_now
from sandbox.scenarios import SCENARIOS, Stay
from tests.sandbox.conftest import client_of

HARBOUR = {"stripe_account": "acct_1HarbourHotels00"}
CARD = {"amount": 5_000, "currency": "eur", "payment_method": "pm_card_visa", "confirm": True}


def until(ask, wanted=True, seconds=5):
    """Wait until something is so; return what it was at the end."""
    end = time.monotonic() + seconds
    while (found := ask()) != wanted and time.monotonic() < end:
        time.sleep(0.02)
    return found


def read(endpoint, secret):
    """Return the events that an endpoint was sent, with their signatures checked."""
    return [
        json.loads(str(stripe.Webhook.construct_event(body, signature, secret)))
        for _, signature, body in endpoint.received
    ]


def control(sandbox, path, **fields):
    """Ask for something under `/_sandbox/`."""
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.server_address[1], timeout=10)
    given = {"Content-Type": "application/json"}
    connection.request("POST", f"/_sandbox/{path}", json.dumps(fields), given)
    answer = connection.getresponse()
    said = json.load(answer)
    connection.close()
    assert answer.status == 200, said
    return said


def test_our_own_endpoint_is_told_without_having_been_made(told, endpoint):
    paid = client_of(told).v1.payment_intents.create(CARD, HARBOUR)

    assert until(lambda: len(endpoint.received), 4) == 4
    events = read(endpoint, "whsec_connect")
    assert [event["type"] for event in events] == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "charge.updated",  # what Stripe keeps is known a moment later
    ]
    assert {event["account"] for event in events} == {"acct_1HarbourHotels00"}
    assert events[2]["data"]["object"]["id"] == paid.id
    assert events[2]["request"]["id"] == paid.last_response.headers["Request-Id"]
    assert events[3]["request"]["id"] is None
    assert "balance_transaction" in events[3]["data"]["previous_attributes"]


def test_what_happens_on_the_platform_goes_to_its_own_scope(told, endpoint):
    client_of(told).v1.customers.create({"email": "group@hotels.example"})

    assert until(lambda: len(endpoint.received), 1) == 1
    [event] = read(endpoint, "whsec_platform")
    assert event["type"] == "customer.created"
    assert "account" not in event


def test_an_endpoint_that_was_made_gets_what_it_chose_in_its_version(sandbox, client, endpoint):
    made = client.v1.webhook_endpoints.create(
        {
            "url": endpoint.url,
            "enabled_events": ["charge.succeeded"],
            "connect": True,
            "api_version": "2025-01-27.acacia",
        }
    )
    client.v1.payment_intents.create(CARD, HARBOUR)
    client.v1.payment_intents.create(CARD)  # the platform's own is another scope

    assert until(lambda: len(endpoint.received), 1) == 1
    [event] = read(endpoint, made.secret)
    assert (event["type"], event["api_version"]) == ("charge.succeeded", "2025-01-27.acacia")
    listed = client.v1.webhook_endpoints.list().data
    assert [each.id for each in listed] == [made.id]
    assert "secret" not in listed[0].to_dict()


def test_an_endpoint_wants_types_of_events(client):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.webhook_endpoints.create(
            {"url": "https://example.com", "enabled_events": ["charge.succeeded", "everything"]}
        )

    assert refused.value.param == "enabled_events[1]"
    assert client.v1.webhook_endpoints.list().data == []


def test_one_made_at_our_address_stands_for_our_own(told, endpoint):
    client = client_of(told)
    made = client.v1.webhook_endpoints.create(
        {"url": endpoint.url, "enabled_events": ["customer.created"], "connect": True}
    )

    client.v1.customers.create({}, HARBOUR)

    assert until(lambda: len(endpoint.received), 1) == 1
    assert read(endpoint, made.secret)[0]["type"] == "customer.created"


@pytest.mark.parametrize("answer", [400, 500])
def test_what_was_not_taken_comes_again(told, endpoint, answer):
    endpoint.answer = answer
    client_of(told).v1.customers.create({}, HARBOUR)
    assert until(lambda: len(endpoint.received), 1) == 1

    endpoint.answer = 200

    assert until(lambda: len(endpoint.received), 2) == 2
    first, second = read(endpoint, "whsec_connect")
    assert first == second


def test_delivery_can_be_made_worse(told, endpoint):
    client = client_of(told)
    assert control(told, "delivery", drop=0, double=1, seed=1)["double"] == 1
    client.v1.customers.create({}, HARBOUR)
    assert until(lambda: len(endpoint.received), 2) == 2

    control(told, "delivery", drop=1)
    client.v1.customers.create({}, HARBOUR)
    shown = control(told, "delivery")

    assert (shown["dropped"], shown["delivered"]) == (1, 2)
    assert shown["drop"] == 0  # nothing said: as well as can be
    assert len(client.v1.events.list({"type": "customer.created"}, HARBOUR).data) == 2


def test_events_are_listed_by_type_and_moment_and_account(client):
    held = CARD | {"capture_method": "manual"}  # its charge is not updated a moment later
    client.v1.payment_intents.create(held, HARBOUR)
    now = client.v1.customers.create({}, HARBOUR).created

    def types(**asked):
        return [each.type for each in client.v1.events.list(asked, HARBOUR).data]

    assert types()[0] == "customer.created"
    assert types(types=["charge.succeeded"]) == ["charge.succeeded"]
    assert types(type="charge.*") == ["charge.succeeded"]
    assert types(created={"gte": now + 60}) == []
    newest, older = client.v1.events.list({"limit": 2}, HARBOUR).data
    assert client.v1.events.list({"limit": 1, "starting_after": newest.id}, HARBOUR).data == [older]
    assert client.v1.events.list({"ending_before": older.id}, HARBOUR).data == [newest]
    assert client.v1.events.list().data == []


# Stories -----------------------------------------------------------------


def left_by(sandbox, name):
    """Leave a story with a sandbox that serves; return the story."""
    stay = Stay(
        account="acct_1HarbourHotels00",
        reservation="5c1d6f0a-0001-4000-8000-000000000001",
        organization="5c1d6f0a-0002-4000-8000-000000000002",
        property="5c1d6f0a-0003-4000-8000-000000000003",
    )
    story = story_ending_now(SCENARIOS[name], stay)
    leave(story, sandbox.url)
    return story


def test_what_a_story_left_can_be_asked_about_and_goes_on(sandbox, client):
    story = left_by(sandbox, "full_refund")
    [intent] = client.v1.payment_intents.list({}, HARBOUR).data
    assert intent.status == "succeeded"
    assert len(client.v1.events.list({"limit": 100}, HARBOUR).data) == len(story.events)
    with pytest.raises(stripe.InvalidRequestError, match="already been refunded"):
        client.v1.refunds.create({"payment_intent": intent.id}, HARBOUR)

    left_by(sandbox, "hold")
    held = client.v1.payment_intents.list({}, HARBOUR).data[0]
    left_by(sandbox, "hold")  # played again it changes nothing
    assert client.v1.payment_intents.capture(held.id, {}, HARBOUR).status == "succeeded"


def test_a_hold_of_a_story_runs_out_and_an_account_is_as_the_story_left_it(sandbox, client):
    left_by(sandbox, "hold")
    control(sandbox, "advance", days=7, seconds=1)
    assert client.v1.payment_intents.list({}, HARBOUR).data[0].status == "canceled"

    left_by(sandbox, "account_restricted")
    assert not client.v1.accounts.retrieve("acct_1HarbourHotels00").charges_enabled
    left_by(sandbox, "account_deauthorized")
    with pytest.raises(stripe.PermissionError):
        client.v1.payment_intents.list({}, HARBOUR)
