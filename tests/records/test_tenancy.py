"""No tenant touches another, whatever an event says."""

import json
import uuid

import pytest
from django.apps import apps
from django.core.management import call_command

from payments import timed
from payments.hotel import bookings
from payments.models import Alert, ConnectedAccount, Customer, Payment, WebhookEvent
from payments.operations import alerts
from payments.operations.connect import accounts
from payments.records.bookings import folios
from payments.webhooks import worker
from payments.webhooks.router import CONNECT, catalogue
from sandbox import events
from sandbox.objects import application_fee, charge, payment_intent, refund
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.factories import (
    AccountFactory,
    GuestFactory,
    OrganizationFactory,
    PropertyFactory,
    ReservationFactory,
)


@pytest.fixture
def theirs(stripe):
    """Return a booking of another organization, paid in full through its own account."""
    other = OrganizationFactory(slug="asagiri")
    AccountFactory(stripe_id="acct_asagiri", organization=other)
    accounts.bill(customer="cus_asagiri", livemode=False, organization_id=other.pk)
    house = PropertyFactory(organization=other, slug="kyoto")
    booking = ReservationFactory(code="KY-7", property=house)
    GuestFactory(organization=other)
    stripe.sends(SCENARIOS["two_partial_refunds"].events(stay_of(booking, "acct_asagiri")))
    booking.refresh_from_db()
    assert booking.paid_amount == booking.total
    return booking


@pytest.fixture
def inbox():
    """Return what the inbox says of each event: its state and its reason, by id."""

    def read():
        rows = WebhookEvent.objects.all()
        return {row.stripe_event_id: (row.state, row.reason) for row in rows}

    return read


def everything_of(organization):
    """Return every row that belongs to an organization, as the database has it."""
    found = {}
    for model in apps.get_models():
        names = {field.name for field in model._meta.get_fields()}
        if model._meta.proxy or model is WebhookEvent:
            continue
        if "organization" in names:
            found[model] = list(
                model.objects.filter(organization=organization).order_by("pk").values()
            )
    assert len(found) > 5
    return found


def figures(booking):
    (folio,) = folios(bookings([booking.pk]).values())
    return folio.as_json()


def deep(value, depth=40):
    """Return a value nested in lists and objects by turns."""
    for level in range(depth):
        value = [value] if level % 2 else {"more": value}
    return value


def ways_to_point_at(booking):
    """Return what an event can say that names something of this booking's organization."""
    id, house = str(booking.pk), str(booking.property_id)
    group = booking.organization
    payment = str(Payment.objects.filter(reservation=booking).first().pk)
    return {
        "reservation": {"metadata": {"reservationId": id}},
        "reservation in capitals": {"metadata": {"reservationId": id.upper()}},
        "reservation without dashes": {"metadata": {"reservationId": id.replace("-", "")}},
        "organization": {"metadata": {"orgId": str(group.pk)}},
        "organization in capitals": {"metadata": {"orgId": str(group.pk).upper()}},
        "organization's slug": {"metadata": {"orgId": group.slug}},
        "property": {"metadata": {"propertyId": house}},
        "transaction": {"metadata": {"transactionId": payment}},
        "among right ones": {"metadata": {"reservationId": "HB-2481", "propertyId": house}},
        "account in metadata": {"metadata": {"note": "acct_asagiri"}},
        "account under a hint": {"metadata": {"reservationId": "acct_asagiri"}},
        "account under another hint": {"metadata": {"orgId": "acct_asagiri"}},
        "destination": {"transfer_data": {"destination": "acct_asagiri"}},
        "expanded destination": {"transfer_data": {"destination": {"id": "acct_asagiri"}}},
        "on behalf of": {"on_behalf_of": "acct_asagiri"},
        "an unknown field": {"some_day": "acct_asagiri"},
        "deep reservation": {"shipping": deep({"reservationId": id})},
        "deep organization": {"shipping": deep({"metadata": {"orgId": group.slug}})},
        "deep account": {"shipping": deep("acct_asagiri")},
        "list of reservations": {"metadata": {"reservationId": ["HB-2481", [id]]}},
        "of its charge": {"charges": {"data": [charge(metadata={"reservationId": id})]}},
        "its expanded charge": {"latest_charge": charge(metadata={"orgId": group.slug})},
        "its account's object": {"latest_charge": {"id": "ch_1", "account": "acct_asagiri"}},
    }


KINDS = {
    "payment_intent.succeeded": lambda **more: payment_intent(seed="x", status="succeeded", **more),
    "charge.succeeded": lambda **more: charge(seed="x", **more),
    "refund.created": lambda **more: refund(seed="x", **more),
}


@pytest.mark.parametrize("type", KINDS)
def test_pointing_at_another_organization_changes_nothing_of_it(stripe, theirs, booking, type):
    before, mine = everything_of(theirs.organization), everything_of(booking.organization)
    del mine[Alert]
    state = figures(theirs)
    ways = ways_to_point_at(theirs)
    for number, (way, more) in enumerate(ways.items()):
        thing = KINDS[type](id=f"x_{number}") | more
        stripe.tells(type, thing, id=f"evt_{number}")

        row = WebhookEvent.objects.get(stripe_event_id=f"evt_{number}")
        assert (row.state, row.reason) == ("quarantined", "tenant_mismatch"), way
        assert row.organization == booking.organization
        assert row.changes is None

    assert everything_of(theirs.organization) == before
    assert figures(theirs) == state
    after = everything_of(booking.organization)
    alerts = after.pop(Alert)
    assert after == mine
    assert [(alert["kind"], alert["severity"]) for alert in alerts] == [
        ("tenant_mismatch", "security")
    ] * len(ways)


def test_a_batch_of_good_and_forged_events_parts_them(stripe, theirs, booking):
    before = everything_of(theirs.organization)
    for number, more in enumerate(ways_to_point_at(theirs).values()):
        forged = payment_intent(seed=f"f{number}", status="succeeded") | more
        good = payment_intent(
            seed=f"g{number}", status="succeeded", amount=100, metadata={"reservationId": "HB-2481"}
        )
        for thing in (forged, good):
            told = events.event("payment_intent.succeeded", thing, account="acct_harbour")
            stripe.delivers(told)

    done = worker.drain()

    many = len(ways_to_point_at(theirs))
    assert done == {"applied": many, "quarantined": many}
    assert figures(booking)["paid"] == 100 * many
    assert everything_of(theirs.organization) == before


def test_the_alarm_is_for_the_house_whose_account_it_is(stripe, theirs, booking):
    AccountFactory(
        stripe_id="acct_downtown", organization=booking.organization, property=booking.property
    )
    forged = payment_intent(metadata={"orgId": "asagiri"})

    stripe.tells("payment_intent.created", forged, account="acct_downtown")

    alarm = Alert.objects.get(kind="tenant_mismatch")
    assert (alarm.organization, alarm.property) == (booking.organization, booking.property)


def test_the_alarm_is_raised_once_however_often_the_event_is_tried(stripe, theirs, booking):
    forged = payment_intent(seed="f", metadata={"reservationId": str(theirs.pk)})
    stripe.tells("payment_intent.created", forged)
    stripe.tells("payment_intent.succeeded", forged)
    call_command("stripe_replay", "--quarantined")
    call_command("stripe_replay", "--reason", "tenant_mismatch")

    (alert,) = Alert.objects.filter(kind="tenant_mismatch")
    assert (alert.organization, alert.reservation) == (booking.organization, None)
    assert str(theirs.pk) not in json.dumps(alert.facts)


def test_the_alarm_that_somebody_has_seen_sounds_anew_when_it_happens_again(
    stripe, theirs, admin_user
):
    forged = payment_intent(seed="f", metadata={"reservationId": str(theirs.pk)})
    stripe.tells("payment_intent.created", forged)
    seen = Alert.objects.get(kind="tenant_mismatch")
    alerts.acknowledge([seen.pk], by=admin_user)

    told = stripe.tells("payment_intent.succeeded", forged)

    alarm = Alert.objects.get(kind="tenant_mismatch")
    assert (alarm.pk, alarm.closed_at, alarm.acknowledged_by) == (seen.pk, None, None)
    assert alarm.facts["event"] == told["id"]


@pytest.mark.parametrize(
    "hint",
    [
        "KY-7",
        "ky-7",
        "HB-0000",
        " HB-2481 ",
        "x" * 255,
        "x" * 500,
        "é",
        "\x00HB-2481",
        str(uuid.UUID(int=7)),
        "{00000000-0000-0000-0000-000000000007}",
    ],
)
def test_a_code_of_another_organization_is_nothing_we_know(stripe, theirs, booking, hint):
    before = everything_of(theirs.organization)
    paid = payment_intent(seed="f", status="succeeded", metadata={"reservationId": hint})

    stripe.tells("payment_intent.succeeded", paid)

    assert WebhookEvent.objects.latest("id").state == "applied"
    payment = Payment.objects.get(account="acct_harbour")
    assert (payment.reservation, payment.organization) == (None, booking.organization)
    assert Alert.objects.filter(kind="unmatched_money", object_id=payment.stripe_id).exists()
    assert everything_of(theirs.organization) == before


@pytest.mark.parametrize("hint", [None, 5, True, [], {}, [None], {"a": 5}, 1.5])
@pytest.mark.parametrize("name", ["reservationId", "orgId", "propertyId", "transactionId", "type"])
def test_a_hint_that_is_no_text_is_no_hint(stripe, name, hint):
    paid = payment_intent(seed="f", status="succeeded", metadata={name: hint})

    stripe.tells("payment_intent.succeeded", paid)

    assert WebhookEvent.objects.get().state == "applied"
    assert Payment.objects.get().purpose == "reservation_payment"


@pytest.mark.parametrize("metadata", [None, 5, "x", [], ["reservationId"], {"reservationId": None}])
def test_metadata_that_is_no_object_says_nothing(stripe, metadata):
    stripe.tells("payment_intent.succeeded", payment_intent(seed="f", metadata=metadata))

    assert WebhookEvent.objects.get().state == "applied"


@pytest.mark.parametrize("hint", ["HB-2481", "id", "ID"])
def test_another_house_of_the_same_organization_is_fine(stripe, booking, hint):
    house = PropertyFactory(slug="alfama")
    ids = {"id": str(booking.pk), "ID": str(booking.pk).upper()}
    told = {"reservationId": ids.get(hint, hint), "propertyId": str(house.pk), "orgId": "harbour"}
    paid = payment_intent(seed="f", status="succeeded", amount=500, metadata=told)

    stripe.tells("payment_intent.succeeded", paid)

    assert figures(booking)["paid"] == 500


def test_the_account_of_one_house_pays_for_another_of_the_same_group(stripe, booking):
    house = PropertyFactory(slug="alfama")
    AccountFactory(stripe_id="acct_alfama", property=house)
    paid = payment_intent(
        status="succeeded", amount=500, metadata={"reservationId": "HB-2481", "a": "acct_harbour"}
    )

    stripe.tells("payment_intent.succeeded", paid, account="acct_alfama")

    assert figures(booking)["paid"] == 500
    assert Payment.objects.get().property == booking.property


def test_the_same_ids_in_two_accounts_are_two_payments(stripe, theirs, booking):
    before = figures(theirs)
    told = SCENARIOS["deposit_and_balance"].events(stay_of(booking))
    stripe.sends(told)
    mine = figures(booking)

    again = [event | {"account": "acct_asagiri"} for event in told]
    stripe.sends(again)  # metadata names our booking: a mismatch
    for event in again:
        event["data"]["object"].pop("metadata", None)
        event["id"] += "_bare"
    stripe.sends(again)  # nothing names it: the other's own payments

    assert figures(booking) == mine
    assert figures(theirs) == before
    states = dict.fromkeys(e["id"] for e in told)
    for row in WebhookEvent.objects.filter(account="acct_asagiri", stripe_event_id__in=states):
        assert row.reason in ("", "tenant_mismatch")
    ids = {e["data"]["object"]["id"] for e in told if e["type"].startswith("payment_intent")}
    assert Payment.objects.filter(stripe_id__in=ids, account="acct_harbour").count() == len(ids)
    assert Payment.objects.filter(stripe_id__in=ids, account="acct_asagiri").count() == len(ids)
    assert not Payment.objects.filter(account="acct_asagiri", reservation=booking).exists()


def test_the_same_ids_in_both_modes_never_meet(stripe, booking):
    live = ConnectedAccount.objects.get()
    live.livemode = True
    live.save()
    told = SCENARIOS["full_refund"].events(stay_of(booking))
    stripe.sends([event | {"livemode": True} for event in told[:3]])
    before = everything_of(booking.organization)

    stripe.sends([event | {"id": event["id"] + "_test"} for event in told])

    assert everything_of(booking.organization) == before
    ignored = WebhookEvent.objects.filter(livemode=False)
    assert {row.reason for row in ignored} == {"test_event"}


# The platform's own account ------------------------------------------------


def told_by_the_platform(stripe, thing, **envelope):
    stripe.tells(
        "payment_intent.succeeded", thing, account=None, scope="platform", id="evt_1", **envelope
    )
    return WebhookEvent.objects.get(stripe_event_id="evt_1")


@pytest.mark.parametrize(
    "named",
    [
        {"customer": "cus_asagiri"},
        {"customer": {"id": "cus_asagiri"}},
        {"transfer_data": {"destination": "acct_asagiri"}},
        {"on_behalf_of": "acct_asagiri"},
        {"destination": "acct_asagiri"},
        {"destination": {"id": "acct_asagiri"}},
    ],
)
def test_a_platform_event_belongs_to_whom_it_names(stripe, theirs, named):
    before = figures(theirs)
    paid = payment_intent(seed="p", status="succeeded", metadata={"reservationId": "KY-7"}, **named)

    row = told_by_the_platform(stripe, paid)

    assert (row.state, row.organization) == ("applied", theirs.organization)
    payment = Payment.objects.get(account="")
    assert (payment.organization, payment.reservation) == (theirs.organization, None)
    assert figures(theirs) == before  # metadata moves no booking there


@pytest.mark.parametrize(
    "named",
    [
        {},
        {"customer": "cus_of_nobody"},
        {"customer": None},
        {"customer": 5},
        {"on_behalf_of": "acct_nobody"},
        {"transfer_data": {"destination": ["acct_asagiri_not"]}},
        {"metadata": {"orgId": "asagiri", "reservationId": "KY-7"}},
    ],
)
def test_a_platform_event_that_names_nobody_has_no_effect(stripe, theirs, named):
    before = everything_of(theirs.organization)

    row = told_by_the_platform(stripe, payment_intent(seed="p", status="succeeded", **named))

    assert (row.state, row.reason) == ("ignored", "no_effect")
    assert everything_of(theirs.organization) == before


@pytest.mark.parametrize("type", [route.type for route in catalogue() if route.scope == CONNECT])
def test_what_is_told_of_the_platforms_own_account_is_no_hotels(stripe, theirs, type):
    before = everything_of(theirs.organization)

    own = {"id": "acct_platform", "customer": "cus_asagiri", "on_behalf_of": "acct_asagiri"}
    stripe.tells(type, own, account=None, scope="platform", id="evt_1")

    row = WebhookEvent.objects.get(stripe_event_id="evt_1")
    assert (row.state, row.reason) == ("ignored", "no_effect")
    assert everything_of(theirs.organization) == before


@pytest.mark.parametrize(
    "forged",
    [
        {"on_behalf_of": "acct_harbour"},
        {"metadata": {"orgId": "harbour"}},
        {"metadata": {"account": "acct_harbour"}},
        {"transfer_data": {"destination": "acct_harbour"}},
    ],
)
def test_a_platform_event_that_names_two_organizations_is_a_mismatch(stripe, theirs, forged):
    paid = payment_intent(seed="p", status="succeeded", customer="cus_asagiri", **forged)

    row = told_by_the_platform(stripe, paid)

    assert (row.reason, row.organization) == ("tenant_mismatch", theirs.organization)
    assert not Payment.objects.filter(account="").exists()


def test_the_platforms_word_of_an_organizations_customer_is_that_organizations(stripe, theirs):
    for type in ("customer.updated", "customer.deleted"):
        stripe.tells(type, {"id": "cus_asagiri", "object": "customer"}, account=None, id=type)

    rows = WebhookEvent.objects.filter(event_type__startswith="customer.", scope="platform")
    assert {(row.state, row.organization) for row in rows} == {("applied", theirs.organization)}
    assert Customer.objects.get(stripe_id="cus_asagiri").deleted


def test_a_customer_of_the_other_mode_names_nobody(stripe, theirs):
    paid = payment_intent(seed="p", status="succeeded", customer="cus_asagiri")

    row = told_by_the_platform(stripe, paid, livemode=True)

    assert row.reason == "no_effect"


# Accounts that become known later ------------------------------------------


def document(tmp_path, account="acct_new", slug="newcomer", **more):
    """Write a document of one more hotel; return its path."""
    hotel = {"slug": slug, "name": slug, "currency": "eur", "stripe_account": account, **more}
    path = tmp_path / "hotel.json"
    path.write_text(json.dumps({"organizations": [hotel]}))
    return str(path)


def test_what_came_before_the_account_was_known_is_due_when_it_is(stripe, tmp_path, inbox):
    stripe.tells("payment_intent.succeeded", payment_intent(), account="acct_new", id="evt_1")
    stripe.tells("payment_intent.succeeded", payment_intent(), account="acct_other", id="evt_2")
    assert set(inbox().values()) == {("quarantined", "unknown_account")}

    call_command("load_hotel", document(tmp_path))
    assert inbox()["evt_1"] == ("received", "")
    worker.drain()

    assert inbox() == {
        "evt_1": ("applied", ""),
        "evt_2": ("quarantined", "unknown_account"),
    }
    assert Payment.objects.get().organization.slug == "newcomer"


def test_a_timed_sweep_finds_what_crossed_with_the_account(stripe, inbox):
    stripe.tells("payment_intent.succeeded", payment_intent(), account="acct_new", id="evt_1")
    AccountFactory(stripe_id="acct_new", organization=OrganizationFactory(slug="newcomer"))

    assert timed.run(timed.recall_known_accounts) == 1
    worker.drain()

    assert inbox() == {"evt_1": ("applied", "")}
    assert timed.run(timed.recall_known_accounts) == 0


def test_the_sweep_finds_fees_that_the_platform_took_of_it(stripe, inbox):
    fee = application_fee(account="acct_new")
    stripe.tells("application_fee.created", fee, account="acct_new", scope="platform", id="evt_fee")
    assert inbox() == {"evt_fee": ("quarantined", "unknown_account")}
    AccountFactory(stripe_id="acct_new", organization=OrganizationFactory(slug="newcomer"))

    assert timed.run(timed.recall_known_accounts) == 1
    worker.drain()

    assert inbox() == {"evt_fee": ("applied", "")}


def test_swapped_secrets_do_not_turn_in_circles(stripe, inbox):
    event = events.event("payment_intent.created", payment_intent(), account="acct_harbour")
    stripe.sends([event], scope="platform")

    assert timed.run(timed.recall_known_accounts) == 0
    assert set(inbox().values()) == {("quarantined", "unknown_account")}


def test_an_account_connected_live_later_has_its_live_events(stripe, inbox, tmp_path):
    stripe.tells("payment_intent.succeeded", payment_intent(), livemode=True, id="evt_1")
    assert inbox() == {"evt_1": ("quarantined", "livemode_mismatch")}

    call_command("load_hotel", document(tmp_path, "acct_harbour", "harbour", livemode=True))
    worker.drain()

    assert inbox() == {"evt_1": ("applied", "")}
