"""The scenarios: what they tell is whole, always the same, and comes to what they expect."""

from dataclasses import replace

import pytest

from payments.webhooks.router import catalogue
from sandbox.scenarios import SCENARIOS, Stay, scope_of

# These ids are no story's own: the account's, what it may do, and the hotel system's at Stripe.
SHARED = {"account", "application", "capability"}

FIGURES = [
    "authorized",
    "paid",
    "extras",
    "refunded",
    "refund_pending",
    "disputed",
    "lost",
    "balance",
    "payment_status",
]

STAY = Stay(
    account="acct_1HarbourHotels00",
    reservation="5c1d6f0a-0001-4000-8000-000000000001",
    organization="5c1d6f0a-0002-4000-8000-000000000002",
    property="5c1d6f0a-0003-4000-8000-000000000003",
    code="HB-1",
    total=141_070,
)

each_scenario = pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=list(SCENARIOS))


def types(scenario):
    return [event["type"] for event in scenario.events(STAY)]


def last_of(scenario, kind, stay=STAY):
    """Return each object of a kind as the last event about it showed it."""
    shown = [event["data"]["object"] for event in scenario.events(stay)]
    return {thing["id"]: thing for thing in shown if thing["object"] == kind and "id" in thing}


def held(dispute):
    """Return what a dispute keeps from the hotel: what was taken less what was given back."""
    lines = dispute["balance_transactions"]
    gone = -sum(line["amount"] for line in lines)
    if any(line["currency"] != dispute["currency"] for line in lines):
        took = -sum(min(line["amount"], 0) for line in lines)
        return dispute["amount"] if took - gone < took / 2 else 0
    return min(max(gone, 0), dispute["amount"])


def test_every_type_that_is_handled_occurs_in_some_scenario_and_no_other_does():
    told = {type for scenario in SCENARIOS.values() for type in types(scenario)}

    assert told == {route.type for route in catalogue()}


@each_scenario
def test_a_scenario_has_a_title_and_names_every_figure(scenario):
    assert scenario.title
    assert list(scenario.expects(STAY)) == FIGURES


@each_scenario
def test_a_scenario_is_always_the_same(scenario):
    assert scenario.events(STAY) == scenario.events(STAY)


@each_scenario
def test_another_seed_booking_or_account_has_other_ids(scenario):
    def ids(stay):
        events = scenario.events(stay)
        things = [event["data"]["object"] for event in events]
        return {event["id"] for event in events} | {
            thing["id"] for thing in things if "id" in thing and thing["object"] not in SHARED
        }

    others = [
        replace(STAY, seed=2),
        replace(STAY, reservation="5c1d6f0a-0001-4000-8000-000000000009"),
        replace(STAY, account="acct_1AsagiriTokyo000"),
    ]
    for other in others:
        assert not ids(STAY) & ids(other)


def test_no_two_events_of_all_scenarios_share_an_id():
    ids = [event["id"] for each in SCENARIOS.values() for event in each.events(STAY)]

    assert len(ids) == len(set(ids))


@each_scenario
def test_events_come_in_order_and_from_the_hotels_account_or_the_platforms(scenario):
    events = scenario.events(STAY)

    assert [event["created"] for event in events] == sorted(event["created"] for event in events)
    assert events[0]["created"] == STAY.start
    assert {event.get("account", STAY.account) for event in events} == {STAY.account}
    assert all("account" in event for event in events if scope_of(event) == "connect")
    assert not any(event["livemode"] for event in events)


@each_scenario
def test_a_previous_attribute_differs_from_what_is_there_now(scenario):
    for event in scenario.events(STAY):
        now = event["data"]["object"]
        assert event["data"].get("previous_attributes") != {}
        for name, before in event["data"].get("previous_attributes", {}).items():
            assert name in now
            assert now[name] != before


@each_scenario
def test_payments_name_the_booking_in_the_words_that_the_hotel_writes(scenario):
    for intent in last_of(scenario, "payment_intent").values():
        if scenario.name == "dashboard_payment":
            assert (intent["metadata"], intent["description"]) == ({}, None)
        elif scenario.name == "another_hotels_booking_named":
            assert intent["metadata"]["orgId"] != STAY.organization
        else:
            assert intent["metadata"] == {
                "reservationId": STAY.reservation,
                "orgId": STAY.organization,
                "propertyId": STAY.property,
                "type": intent["metadata"]["type"],
            }


def test_every_purpose_of_a_payment_occurs_in_some_scenario():
    purposes = {
        intent["metadata"].get("type")
        for scenario in SCENARIOS.values()
        for intent in last_of(scenario, "payment_intent").values()
    }

    assert purposes == {
        "reservation_payment",
        "deposit",
        "hold",
        "extra_charge",
        "damage_charge",
        None,
    }


@each_scenario
@pytest.mark.parametrize("total", [1_000, 36_999, 141_070, 9_007_199_254_740_993])
def test_what_stripe_shows_at_the_end_comes_to_what_the_scenario_expects(scenario, total):
    """Counted anew from the objects: the scenario's own figures are written by hand."""
    stay = replace(STAY, total=total)
    intents = last_of(scenario, "payment_intent", stay)
    charges = last_of(scenario, "charge", stay)
    for charge in charges.values():
        if charge["payment_intent"] is None:  # it is a payment of its own
            came = {"amount_received": charge["amount_captured"], "status": charge["status"]}
            intents[charge["id"]] = charge | came
    mine = {
        key
        for key, intent in intents.items()
        if "reservationId" in intent["metadata"]
        and intent["currency"] == stay.currency
        and intent["metadata"]["orgId"] == stay.organization
    }
    refunds = [
        each
        for each in last_of(scenario, "refund", stay).values()
        if (each["payment_intent"] or each["charge"]) in mine and each["balance_transaction"]
    ]

    def purpose(key):
        return intents[key]["metadata"]["type"]

    def extra(key):
        return purpose(key) in ("extra_charge", "damage_charge")

    paid = {key: intents[key]["amount_received"] for key in mine}
    if scenario.name == "stripe_contradicts_itself":
        paid = dict.fromkeys(paid, total)
    returned = [each for each in refunds if each["status"] == "succeeded"]
    refunded = sum(each["amount"] for each in returned)
    extras = sum(paid[key] for key in mine if extra(key)) - sum(
        each["amount"] for each in returned if extra(each["payment_intent"] or each["charge"])
    )

    disputes = last_of(scenario, "dispute", stay).values()
    lost = sum(held(each) for each in disputes if each["status"] in ("lost", "won"))

    expected = scenario.expects(stay)
    assert expected["paid"] == sum(paid.values())
    assert expected["extras"] == extras
    assert expected["refunded"] == refunded
    assert expected["refund_pending"] == sum(
        each["amount"] for each in refunds if each["status"] == "pending"
    )
    assert expected["authorized"] == sum(
        intents[key]["amount_capturable"]
        for key in mine
        if intents[key]["status"] == "requires_capture"
    )
    assert expected["balance"] == total + extras - sum(paid.values()) + refunded + lost
    assert expected["disputed"] == sum(map(held, disputes)) - lost
    assert expected["lost"] == lost
    for charge in charges.values():
        most = 2 if scenario.name == "capture_beyond_the_hold" else 1
        assert 0 <= charge["amount_captured"] <= most * charge["amount"]
        assert 0 <= charge["amount_refunded"] <= charge["amount"]


@pytest.mark.parametrize("name", ["hold_partial_capture", "hold_canceled", "hold_expired"])
def test_a_hold_that_is_let_go_leaves_a_refund_row_that_moves_no_money(name):
    [charge] = last_of(SCENARIOS[name], "charge").values()
    [release] = last_of(SCENARIOS[name], "refund").values()

    assert release["charge"] == charge["id"]
    assert release["amount"] == charge["amount"] - charge["amount_captured"] > 0
    assert release["balance_transaction"] is None
    assert charge["captured"] == (name == "hold_partial_capture")
    assert (release["reason"] == "expired_uncaptured_charge") == (name == "hold_expired")


def test_a_hold_says_until_when_it_can_be_taken():
    [charge] = last_of(SCENARIOS["hold"], "charge").values()

    assert charge["payment_method_details"]["card"]["capture_before"] == STAY.start + 7 * 86_400


def test_a_refund_that_comes_back_is_taken_off_the_charge_again():
    events = SCENARIOS["two_partial_refunds"].events(STAY)
    counted = [
        event["data"]["object"]["amount_refunded"]
        for event in events
        if event["data"]["object"]["object"] == "charge"
    ]
    statuses = [
        refund["status"] for refund in last_of(SCENARIOS["two_partial_refunds"], "refund").values()
    ]

    assert counted == [0, 0, 14_100, 35_260, 14_100]
    assert statuses == ["succeeded", "failed"]
    assert types(SCENARIOS["two_partial_refunds"]).index("refund.failed") > types(
        SCENARIOS["two_partial_refunds"]
    ).index("refund.updated")


def test_a_bank_transfer_says_how_much_is_still_missing():
    asked = [
        event["data"]["object"]["next_action"]["display_bank_transfer_instructions"]
        for event in SCENARIOS["bank_transfer_in_parts"].events(STAY)
        if event["data"]["object"].get("next_action")
    ]

    assert [each["amount_remaining"] for each in asked] == [141_070, 84_650, 35_280]


def test_a_share_of_a_stay_is_a_round_amount():
    assert STAY.percent(10) == 14_100
    assert replace(STAY, total=9_007_199_254_740_993).percent(10) == 900_719_925_474_090


def test_a_stay_too_small_to_split_is_refused():
    with pytest.raises(ValueError, match="too small"):
        replace(STAY, total=999)
