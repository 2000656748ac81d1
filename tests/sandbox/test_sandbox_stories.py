"""The scenarios beside payments: what they leave behind, and what Stripe would never tell."""

from dataclasses import replace

import pytest

from sandbox.objects import API_VERSION
from sandbox.scenarios import SCENARIOS, Stay, scope_of

STAY = Stay(
    account="acct_1HarbourHotels00",
    reservation="5c1d6f0a-0001-4000-8000-000000000001",
    organization="5c1d6f0a-0002-4000-8000-000000000002",
    property="5c1d6f0a-0003-4000-8000-000000000003",
    total=141_070,
)

ALL = [event for scenario in SCENARIOS.values() for event in scenario.events(STAY)]

LEGACY = ("customer.card.", "customer.bank_account.", "customer.source.", "transfer.canceled")
KINDS = {"card": "payment_method", "source": "payment_method"}  # the others are their own
KINDS["radar.early_fraud_warning"] = "early_fraud_warning"

each_that_leaves = pytest.mark.parametrize(
    "scenario", [each for each in SCENARIOS.values() if each.leaves], ids=lambda each: each.name
)


def told(name, *types):
    """Return the objects that a scenario shows in events of these types; of all when none."""
    return [
        event["data"]["object"]
        for event in SCENARIOS[name].events(STAY)
        if not types or event["type"] in types
    ]


def kind_of(thing):
    """Return what an object is to a hotel."""
    if thing["object"] == "bank_account":
        return "payment_method" if "customer" in thing else "external_account"
    return KINDS.get(thing["object"], thing["object"])


def facts(events, kind):
    """Return what is true at the end of every object of a kind, as its events tell it."""
    found = {}
    authorized = None
    for event in events:
        thing, what = event["data"]["object"], event["type"].rpartition(".")[2]
        if thing["object"] == "application":
            authorized = what == "authorized"
        if kind_of(thing) == kind and "id" in thing:
            known = found.setdefault(thing["id"], {"deleted": False, "detached": False})
            known.update(thing)
            known.update(thing.get("card", {}))
            known["deleted"] |= what == "deleted"
            known["detached"] |= what == "detached"
    for known in found.values():
        if kind == "account":
            known["disabled_reason"] = known["requirements"]["disabled_reason"]
            known["authorized"] = authorized
        if kind == "person":
            known["status"] = known["verification"]["status"]
    return list(found.values())


@each_that_leaves
def test_a_scenario_leaves_what_it_says(scenario):
    events = scenario.events(STAY)
    for kind, expected in scenario.leaves.items():
        ends = facts(events, kind)
        assert ends
        for end in ends:
            assert {name: end[name] for name in expected} == expected


def test_a_scenario_that_leaves_the_bookings_money_alone_leaves_something_else():
    quiet = [each for each in SCENARIOS.values() if not each.moves_money]

    assert len(quiet) > 20
    assert all(each.leaves for each in quiet)
    for each in quiet:
        assert not [event for event in each.events(STAY) if "payment_intent" in event["type"]]


def test_what_happens_on_the_platforms_account_names_no_account_but_its_fees_may():
    platform = [event for event in ALL if scope_of(event) == "platform"]

    families = {event["type"].partition(".")[0] for event in platform}
    assert families == {"invoice", "subscription_schedule", "transfer", "application_fee"}
    named = {event["type"].partition(".")[0] for event in platform if "account" in event}
    assert named == {"application_fee"}
    assert {event["type"].partition(".")[0] for event in ALL if scope_of(event) == "connect"} >= {
        "invoice",
        "account",
        "charge",
        "customer",
    }


def test_the_platform_bills_the_organization_and_the_hotel_its_guests():
    for event in ALL:
        thing = event["data"]["object"]
        if thing["object"] in ("invoice", "subscription_schedule"):
            ours = thing["customer"] == STAY.customer
            assert ours == (scope_of(event) == "platform")


def test_the_platforms_customer_is_the_organizations():
    other = replace(STAY, organization="5c1d6f0a-0002-4000-8000-000000000009", customer="")

    assert STAY.customer.startswith("cus_")
    assert STAY.customer == replace(STAY, reservation="another").customer != other.customer
    assert replace(STAY, customer="cus_mine").customer == "cus_mine"


def test_what_stripe_no_longer_offers_comes_in_its_old_shape():
    for event in ALL:
        old = event["type"].startswith(LEGACY)
        assert (event["api_version"] != API_VERSION) == old
        assert isinstance(event["request"], dict) != old


# Protection ---------------------------------------------------------------


def disputes(scenario):
    """Yield every sighting of a dispute, with the time of its event."""
    for event in scenario.events(STAY):
        if event["data"]["object"]["object"] == "dispute":
            yield event["created"], event["data"]["object"]


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=list(SCENARIOS))
def test_a_disputes_movements_add_up_and_are_never_unsaid(scenario):
    seen = {}
    for _, dispute in disputes(scenario):
        lines = dispute["balance_transactions"]
        ids = [line["id"] for line in lines]
        assert ids[: len(seen.get(dispute["id"], []))] == seen.get(dispute["id"], [])
        seen[dispute["id"]] = ids
        assert len(ids) <= 2
        for line in lines:
            assert line["net"] == line["amount"] - line["fee"]
            assert line["fee"] == sum(each["amount"] for each in line["fee_details"])
            assert (line["source"], line["type"]) == (dispute["id"], "adjustment")
            given_back = line["reporting_category"] == "dispute_reversal"
            assert (line["amount"] > 0, line["fee"] == 0) == (given_back, given_back)


def test_an_inquiry_takes_no_money_until_it_becomes_a_chargeback():
    for scenario in SCENARIOS.values():
        for _, dispute in disputes(scenario):
            case = dispute["payment_method_details"]["card"]["case_type"]
            assert (case == "inquiry") == dispute["status"].startswith("warning_")
            assert (case == "inquiry") == (dispute["balance_transactions"] == [])


def test_the_inquiry_that_is_appealed_goes_all_the_way():
    statuses = [dispute["status"] for _, dispute in disputes_of("dispute_inquiry_to_appeal_won")]

    assert list(dict.fromkeys(statuses)) == [
        "warning_needs_response",
        "needs_response",
        "under_review",
        "lost",
        "appeal_needs_response",
        "appeal_under_review",
        "won",
    ]


def disputes_of(name):
    """Return the sightings of a scenario's disputes."""
    return list(disputes(SCENARIOS[name]))


def test_the_evidence_that_is_due_tomorrow_is_due_within_a_day():
    now, dispute = disputes_of("dispute_due_tomorrow")[-1]

    assert 0 < dispute["evidence_details"]["due_by"] - now <= 86_400
    assert dispute["status"] == "needs_response"


@pytest.mark.parametrize(("currency", "settled"), [("eur", "usd"), ("jpy", "usd"), ("usd", "eur")])
def test_a_dispute_may_be_settled_in_another_currency(currency, settled):
    events = SCENARIOS["dispute_in_another_currency"].events(replace(STAY, currency=currency))
    dispute = events[-1]["data"]["object"]
    [taken] = dispute["balance_transactions"]

    assert (dispute["currency"], taken["currency"]) == (currency, settled)
    assert taken["amount"] == -dispute["amount"] * 11 // 10
    assert taken["exchange_rate"] == 1.1


def test_two_disputes_are_of_one_charge():
    [payment] = {charge["id"] for charge in told("two_disputes_on_one_charge", "charge.succeeded")}
    opened = told("two_disputes_on_one_charge", "charge.dispute.created")

    assert len({each["id"] for each in opened}) == 2
    assert {each["charge"] for each in opened} == {payment}


# The other families -------------------------------------------------------


def test_an_upcoming_invoice_has_no_id_and_every_other_has():
    for event in ALL:
        thing = event["data"]["object"]
        assert ("id" in thing) == (event["type"] != "invoice.upcoming")


def test_a_restricted_account_was_asked_in_time():
    asked, stopped = told("account_restricted", "account.updated")

    assert asked["charges_enabled"]
    assert asked["requirements"]["currently_due"] == stopped["requirements"]["past_due"]
    assert asked["requirements"]["current_deadline"] == STAY.start + 14 * 86_400
    assert stopped["capabilities"] == {"card_payments": "inactive", "transfers": "inactive"}


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("bank_account_changed", "account.external_account.updated"),
        ("card_detached", "payment_method.attached"),
        ("customer_deleted", "customer.updated"),
        ("person_left", "person.updated"),
    ],
)
def test_a_late_word_comes_after_the_end_in_the_same_second(name, last):
    end, late = SCENARIOS[name].events(STAY)[-2:]

    assert end["type"].endswith((".deleted", ".detached"))
    assert (late["type"], late["created"]) == (last, end["created"])


def test_a_card_on_file_is_renewed_by_the_network_alone():
    events = SCENARIOS["card_on_file"].events(STAY)
    renewed = [event for event in events if "automatically_updated" in event["type"]]

    assert [event["data"]["previous_attributes"]["card"]["exp_year"] for event in renewed] == [
        2030,
        2032,
    ]
    assert {event["request"]["id"] for event in renewed} == {None}


def test_a_setup_that_failed_says_why_and_charged_nothing():
    [failed] = told("setup_failed", "setup_intent.setup_failed")

    assert failed["last_setup_error"]["decline_code"] == "insufficient_funds"
    assert failed["last_setup_error"]["payment_method"]["card"]["last4"] == "9995"
    assert "charge" not in failed["last_setup_error"]


def test_an_invoice_adds_up_wherever_it_is():
    for event in ALL:
        thing = event["data"]["object"]
        if thing["object"] == "invoice":
            assert thing["amount_paid"] + thing["amount_remaining"] == thing["amount_due"]
            assert thing["total"] == sum(line["amount"] for line in thing["lines"]["data"])
            assert (thing["number"] is None) == (thing["status"] == "draft")


def test_a_plan_goes_through_its_phases_and_ends():
    shown = told("subscription", *(f"subscription_schedule.{x}" for x in ("updated", "completed")))
    [notice] = told("subscription", "invoice.upcoming")

    assert [len(each["phases"]) for each in shown] == [2, 2, 2]
    assert shown[1]["current_phase"]["start_date"] == notice["next_payment_attempt"]
    assert shown[1]["current_phase"]["end_date"] == shown[2]["completed_at"]


@pytest.mark.parametrize(
    "name", [name for name in SCENARIOS if name.startswith(("transfer_", "app"))]
)
def test_what_went_back_is_the_sum_of_its_parts(name):
    for thing in told(name):
        fee = thing["object"] == "application_fee"
        parts = thing["refunds" if fee else "reversals"]
        back = thing["amount_refunded" if fee else "amount_reversed"]
        assert back == sum(part["amount"] for part in parts["data"])
        assert len(parts["data"]) == parts["total_count"]
        assert thing["refunded" if fee else "reversed"] == (back == thing["amount"])


def test_a_share_goes_to_the_hotels_account():
    shares = [each for each in told("transfer_reversed") if each["object"] == "transfer"]

    assert {each["destination"] for each in shares} == {STAY.account}
    assert [each["amount_reversed"] for each in shares] == [0, 0, 42_320, 126_960]
