"""Every event of the catalogue, sent by one hotel and naming another's: nothing moves there."""

from copy import deepcopy

import pytest
from django.apps import apps

from payments.models import Alert, Notification, Payment, State, WebhookEvent
from payments.operations.connect import accounts
from payments.webhooks import worker
from reservations.models import Reservation
from sandbox import events, objects
from sandbox.scenarios import SCENARIOS
from tests.conftest import CUSTOMER, stay_of
from tests.factories import AccountFactory, OrganizationFactory, PropertyFactory, ReservationFactory
from tests.handlers.shows import SHOWS
from tests.support.stripe import Stripe


@pytest.fixture
def other(db):
    """Another hotel with a booking that is paid, an account and a customer of the platform."""
    organization = OrganizationFactory(slug="rival")
    house = PropertyFactory(organization=organization, slug="uptown")
    AccountFactory(stripe_id="acct_rival", organization=organization)
    return ReservationFactory(property=house, code="RV-1")


def rows_of(organization):
    """Return everything that belongs to an organization, as it stands in the database."""
    kept = {}
    for model in apps.get_app_config("payments").get_models():
        names = {field.name for field in model._meta.get_fields()}
        if "organization" in names and model is not WebhookEvent:
            rows = model._base_manager.filter(organization=organization)
            kept[model.__name__] = list(rows.order_by("pk").values())
    kept["Reservation"] = list(Reservation.objects.filter(organization=organization).values())
    return kept


def naming(event, **hints):
    """Return an event whose object says that it is about something of the other hotel's."""
    forged = deepcopy(event)
    forged["data"]["object"].setdefault("lines", {})
    forged["data"]["object"]["metadata"] = hints
    return forged


HINTS = ("reservationId", "orgId", "propertyId", "account")
# Every type with one of the hints, in turn; all of them when slow tests are asked for.
MATRIX = [
    pytest.param(type, hint, marks=[] if number % len(HINTS) == turn else [pytest.mark.slow])
    for number, type in enumerate(SHOWS)
    for turn, hint in enumerate(HINTS)
]


@pytest.mark.parametrize(("type", "hint"), MATRIX)
def test_an_event_that_names_something_of_another_hotel_changes_nothing(
    type, hint, stripe, booking, other
):
    named = {
        "reservationId": str(other.pk),
        "orgId": str(other.organization_id),
        "propertyId": str(other.property_id),
        "account": "acct_rival",
    }
    events = SCENARIOS[SHOWS[type][0]].events(stay_of(booking))
    event = next(event for event in events if event["type"] == type)
    theirs, ours = rows_of(other.organization), rows_of(booking.organization)

    stripe.sends([naming(event, **{hint: named[hint]})])

    kept = WebhookEvent.objects.get()
    assert (kept.state, kept.reason) == (State.QUARANTINED, "tenant_mismatch")
    assert rows_of(other.organization) == theirs
    raised = Alert.objects.get(kind="tenant_mismatch")
    assert raised.organization == booking.organization
    Alert.objects.all().delete()
    assert rows_of(booking.organization) == ours
    assert not Notification.objects.exists()


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_same_ids_in_two_accounts_are_two_things(name, stripe, booking, other):
    """A story of one hotel, told again with the same ids by another's account."""
    events = SCENARIOS[name].events(stay_of(booking))
    stripe.sends(events)
    ours = rows_of(booking.organization)

    copied = [{**deepcopy(e), "account": "acct_rival"} for e in events if e.get("account")]
    for event in copied:
        event["data"]["object"].pop("metadata", None)
        if event["data"]["object"].get("account"):
            event["data"]["object"]["account"] = "acct_rival"
        if event["data"]["object"].get("id") == "acct_harbour":
            event["data"]["object"]["id"] = "acct_rival"
    stripe.sends([event for event in copied if not event["type"].startswith("application_fee.")])

    assert rows_of(booking.organization) == ours


@pytest.mark.parametrize("name", ["account_onboarded", "card_on_file", "deposit_and_balance"])
def test_an_accounts_events_may_come_before_the_account_is_known(name, booking):
    stripe = Stripe()
    events = SCENARIOS[name].events(stay_of(booking))
    stripe.sends(events)
    assert set(WebhookEvent.objects.values_list("reason", flat=True)) == {"unknown_account"}

    accounts.connect(
        stripe_id="acct_harbour", livemode=False, organization_id=booking.organization_id
    )
    worker.drain()

    assert set(WebhookEvent.objects.values_list("state", flat=True)) == {State.APPLIED}
    booking.refresh_from_db()
    assert booking.payment_status == SCENARIOS[name].expects(stay_of(booking))["payment_status"]


@pytest.mark.parametrize("together", [True, False])
def test_what_the_platform_filed_under_one_hotel_is_never_anothers(
    together, stripe, booking, other
):
    """Of the platform's own objects an event says whose they are; a second one may not say else."""
    ours = objects.payment_intent(status="processing", amount=9_000, customer=CUSTOMER)
    theirs = ours | {"customer": None, "on_behalf_of": "acct_rival", "status": "succeeded"}
    sent = [
        events.event("payment_intent.processing", ours, id="evt_1"),
        events.event("payment_intent.succeeded", theirs, id="evt_2"),
    ]

    for part in [sent] if together else [[each] for each in sent]:
        stripe.sends(part, scope="platform")

    states = dict(WebhookEvent.objects.values_list("stripe_event_id", "reason"))
    assert states == {"evt_1": "", "evt_2": "tenant_mismatch"}
    kept = Payment.objects.get()
    assert (kept.organization, kept.status) == (booking.organization, "processing")
    assert Alert.objects.get().organization == other.organization
