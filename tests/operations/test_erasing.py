"""A guest is erased: nothing says any more who it was, no replay tells it, and the money stays."""

import json
from datetime import date

import pytest
from django.apps import apps
from django.conf import settings as configured
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from payments.hotel import with_code
from payments.models import (
    Activity,
    Attachment,
    Charge,
    Customer,
    Dispute,
    IdempotentRequest,
    Invoice,
    OutgoingRequest,
    PayLink,
    PaymentMethod,
    WebhookEvent,
)
from payments.operations import attachments, erasing, mails
from payments.operations.customers import payment_methods
from payments.operations.payments import pay_links, refunds
from payments.operations.protection import evidence
from payments.outgoing import rereads
from payments.records.bookings import folios
from payments.webhooks import replaying
from reservations.models import Guest, Reservation
from sandbox import events, objects
from tests.factories import AccountFactory, GuestFactory, ReservationFactory
from tests.operations.conftest import metadata_of
from tests.operations.test_attachments import PDF

pytestmark = pytest.mark.django_db

NAME, EMAIL = "Philippa Quillfeather", "philippa@quill.example"
PHONE, STREET, NOTE = "+351 910 555 777", "9 Larkspur Lane", "She was ill, poor Philippa"
PERSONAL = (
    "quillfeather",
    "philippa",
    "quill.example",
    "555 777",
    "larkspur",
    "passport",
    "CAcKTh",
)
HELD = {
    "name": NAME,
    "email": EMAIL,
    "phone": PHONE,
    "address": {"line1": STREET, "city": None, "country": None},
}
NUMBERS = {"pi_1": "ch_1", "pi_2": "ch_2"}


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    """Keep no other test's files beside those that are looked through."""
    settings.PAYMENTS_ATTACHMENTS = tmp_path / "attachments"


@pytest.fixture
def booking(db):
    """Return a stay that is over."""
    guest = GuestFactory(name=NAME, email=EMAIL)
    return ReservationFactory(
        code="HB-2481", guest=guest, arrival=date(2026, 1, 5), departure=date(2026, 1, 9)
    )


def answers(asked):
    """Answer as Stripe does: with what it was asked, and with who the guest is."""
    made = {"created": 1_800_000_100, "metadata": metadata_of(asked)}
    if asked.path == "/v1/customers":
        return 200, objects.customer(id="cus_guest", **made, **HELD)
    if asked.path == "/v1/refunds":
        charge = asked.form["charge"]
        return 200, objects.refund(
            id="re_1",
            amount=int(asked.form["amount"]),
            charge=charge,
            currency="eur",
            payment_intent="pi_1",
            status="succeeded",
            **made,
        )
    intent = objects.setup_intent(id="seti_1", customer="cus_guest", status="succeeded", **made)
    return 200, intent | {"client_secret": "seti_1_secret_of_the_guest"}


def intent_of(booking, id="pi_1", **fields):
    return objects.payment_intent(
        id=id,
        amount=60_000,
        amount_received=60_000,
        currency="eur",
        latest_charge=NUMBERS[id],
        metadata={"reservationId": str(booking.pk), "orgId": str(booking.organization_id)},
        receipt_email=EMAIL,
        status="succeeded",
        **{"customer": "cus_guest"} | fields,
    )


def charge_of(id="pi_1"):
    return objects.charge(
        id=NUMBERS[id],
        amount=60_000,
        billing_details=HELD,
        currency="eur",
        payment_intent=id,
        receipt_email=EMAIL,
        receipt_url="https://pay.stripe.com/receipts/payment/CAcKTh",
    )


@pytest.fixture
def stayed(stripe, wire, booking, stay, finance, client):
    """A stay with all that a guest leaves behind: money, a card, a refund, mails, files, notes."""
    wire.answers = answers
    payment_methods.setup(booking=stay(), by=finance)
    stripe.tells("customer.created", objects.customer(id="cus_guest", **HELD))
    method = objects.payment_method(id="pm_1", customer="cus_guest", billing_details=HELD)
    stripe.tells("payment_method.attached", method)
    stripe.tells("charge.succeeded", charge_of())
    stripe.tells("payment_intent.succeeded", intent_of(booking))
    billed = {"customer": "cus_guest", "customer_email": EMAIL, "customer_name": NAME}
    invoice = objects.invoice(id="in_1", hosted_invoice_url="https://invoice.stripe.com/CAcKTh")
    stripe.tells("invoice.finalized", invoice | billed)
    stripe.tells(
        "checkout.session.completed",
        {"id": "cs_1", "object": "checkout.session", "customer_details": HELD}
        | {"payment_intent": "pi_1"},
    )
    malformed = intent_of(booking) | {"amount": -1}
    stripe.tells("payment_intent.succeeded", malformed)
    refunds.issue(booking=stay(), amount=10_000, note=NOTE, by=finance)
    pay_links.make(booking=stay(), amount=5_000, purpose="extra_charge", by=finance)
    file = SimpleUploadedFile("passport of Philippa.pdf", PDF + STREET.encode())
    attachments.add(booking=booking, file=file, by=finance)
    mails.deliver()
    OutgoingRequest.objects.filter(kind="refund").update(error=f"Nobody has {EMAIL}.")
    LogEntry.objects.log_actions(finance.pk, [booking.guest], CHANGE, "Changed Philippa")
    IdempotentRequest.objects.create(
        person=finance,
        digest="d",
        status=200,
        answer=json.dumps({"reservation": booking.code, "guest": NAME}),
    )
    return booking


def told():
    """Return, of every table of the database and every file, what tells who the guest was."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        if model._meta.proxy:
            continue
        for row in model._base_manager.values():
            for column, value in row.items():
                text = bytes(value).decode(errors="replace") if _is_bytes(value) else str(value)
                if any(each.lower() in text.lower() for each in PERSONAL):
                    found.append((model._meta.db_table, column))
    folder = configured.PAYMENTS_ATTACHMENTS
    files = folder.rglob("*") if folder.exists() else ()
    found += [("file", path.name) for path in files if path.is_file() and _tells(path)]
    return sorted(set(found))


def _is_bytes(value):
    return isinstance(value, bytes | memoryview)


def _tells(path):
    return any(
        each.lower() in path.read_bytes().decode(errors="replace").lower() for each in PERSONAL
    )


def erase(capsys, *more):
    capsys.readouterr()
    call_command("erase_guest", "HB-2481", "--yes", "--json", *more)
    return json.loads(capsys.readouterr().out)


def money_of(code="HB-2481"):
    (folio,) = folios(with_code(code))
    columns = Reservation.objects.filter(code=code).values().get()
    return folio.as_json(), columns


def test_nothing_says_any_more_who_it_was(stayed, capsys, logged):
    before = money_of()
    kept = list(
        WebhookEvent.objects.order_by("pk").values("pk", "stripe_event_id", "event_type", "state")
    )
    places = {table for table, _ in told()}
    assert places == {
        "activities", "attachments", "charges", "customers", "django_admin_log", "file", "guests",
        "idempotent_requests", "invoices", "outgoing_requests", "pay_links", "webhook_events",
    }  # fmt: skip

    erased = erase(capsys)

    assert told() == []
    assert money_of() == before
    assert before[0]["refunded"] == 10_000
    assert (
        list(
            WebhookEvent.objects.order_by("pk").values(
                "pk", "stripe_event_id", "event_type", "state"
            )
        )
        == kept
    )
    assert Guest.objects.get(pk=stayed.guest_id).name == "Erased guest"
    assert (erased["bookings"], erased["customers"], erased["files"]) == (["HB-2481"], 1, 1)
    assert PaymentMethod.objects.get().last4 == "4242"
    assert not Attachment.objects.exists()
    done = Activity.objects.filter(kind="guest_erased").get()
    assert (done.reservation_id, done.user_id, done.who, done.facts) == (stayed.pk, None, "", {})
    assert any("guest.erased" in line and str(stayed.pk) in line for line in logged)


def test_no_replay_and_no_later_event_tells_it_again(stayed, stripe, capsys):
    before = money_of()
    erase(capsys)

    replaying.replay(WebhookEvent.objects.all())
    assert told() == []
    stripe.tells(
        "customer.updated", objects.customer(id="cus_guest", **HELD), created=2_000_000_000
    )
    method = objects.payment_method(id="pm_1", customer="cus_guest", billing_details=HELD)
    stripe.tells("payment_method.updated", method, created=2_000_000_000)
    stripe.tells("charge.updated", charge_of(), created=2_000_000_000)

    assert {table for table, _ in told()} == {"webhook_events"}
    told_of = ("body", "data")
    assert {column for _, column in told()} == set(told_of)
    assert Customer.objects.values("name", "email").get(stripe_id="cus_guest") == {
        "name": "",
        "email": "",
    }
    assert Charge.objects.get().receipt_url == ""
    assert money_of() == before

    erase(capsys)
    assert told() == []


def test_a_re_read_does_not_tell_it(stayed, wire, capsys):
    erase(capsys)
    wire.answers = lambda asked: (200, charge_of())

    assert rereads.keep_due(early=True)

    assert "/v1/charges/ch_1" in [each.path for each in wire.asked]
    assert told() == []


def test_a_customer_that_is_seen_only_later_stays_nameless(stripe, booking, capsys):
    stripe.tells("payment_intent.succeeded", intent_of(booking, customer="cus_late"))
    erase(capsys)

    stripe.tells("customer.created", objects.customer(id="cus_late", **HELD))

    assert Customer.objects.get(stripe_id="cus_late").seen
    assert Customer.objects.get(stripe_id="cus_late").email == ""


def test_all_bookings_of_the_guest_are_erased(stayed, stripe, capsys):
    other = ReservationFactory(
        code="HB-2", guest=stayed.guest, arrival=date(2025, 1, 5), departure=date(2025, 1, 9)
    )
    stripe.tells("charge.succeeded", charge_of("pi_2"))
    stripe.tells("payment_intent.succeeded", intent_of(other, "pi_2"))

    assert erase(capsys)["bookings"] == ["HB-2", "HB-2481"]
    assert told() == []


def test_a_customer_that_others_share_is_left_alone(stripe, booking, capsys):
    companion = ReservationFactory(code="HB-3")
    stripe.tells("customer.created", objects.customer(id="cus_both", **HELD))
    stripe.tells("payment_intent.succeeded", intent_of(booking, customer="cus_both"))
    stripe.tells("payment_intent.succeeded", intent_of(companion, "pi_2", customer="cus_both"))

    assert erase(capsys)["customers"] == 0

    assert Customer.objects.get(stripe_id="cus_both").name == NAME
    empty = WebhookEvent.objects.filter(body=None)
    assert [row.event_type for row in empty] == ["payment_intent.succeeded"]


def test_another_tenants_guest_of_the_same_address_is_untouched(stayed, stripe, capsys):
    house = AccountFactory(stripe_id="acct_other", organization__slug="other").organization
    theirs = ReservationFactory(
        code="HB-2481",
        property__organization=house,
        guest=GuestFactory(organization=house, name=NAME, email=EMAIL),
    )
    stripe.tells("customer.created", objects.customer(id="cus_2", **HELD), account="acct_other")
    stripe.tells(
        "payment_intent.succeeded",
        intent_of(theirs, "pi_2", customer="cus_2"),
        account="acct_other",
    )

    with pytest.raises(CommandError, match="say which with --organization"):
        erase(capsys)
    erase(capsys, "--organization", "harbour")

    assert told() == [
        ("customers", "email"),
        ("customers", "name"),
        ("guests", "email"),
        ("guests", "name"),
        ("webhook_events", "body"),
        ("webhook_events", "changes"),
        ("webhook_events", "data"),
    ]
    theirs.guest.refresh_from_db()
    assert (theirs.guest.name, theirs.guest.email) == (NAME, EMAIL)
    assert set(WebhookEvent.objects.exclude(body=None).values_list("account", flat=True)) == {
        "acct_other"
    }


# Refusals ------------------------------------------------------------------


def refused(match, *arguments):
    before = told()
    with pytest.raises(CommandError, match=match):
        call_command("erase_guest", "HB-2481", *(arguments or ["--yes"]))
    assert told() == before


@pytest.mark.parametrize(("status", "ok"), [("confirmed", False), ("canceled", True)])
def test_a_guest_with_a_stay_to_come_is_not_erased(stayed, status, ok):
    ReservationFactory(code="HB-9", guest=stayed.guest, status=status)
    if ok:
        call_command("erase_guest", "HB-2481", "--yes", "--json")
    else:
        refused("a stay that is not over: HB-9")


def test_a_guest_whose_dispute_is_open_is_not_erased(stayed, stripe, capsys, finance):
    dispute = objects.dispute(id="dp_1", charge="ch_1", payment_intent="pi_1")
    dispute["evidence_details"]["due_by"] = 4_000_000_000
    stripe.tells("charge.dispute.created", dispute | {"status": "needs_response"})
    evidence.edit(dispute=Dispute.objects.get(), evidence={"customer_name": NAME}, by=finance)
    assert ("evidence_packs", "draft") in told()
    refused("A dispute is open, and its evidence needs the guest: dp_1")

    stripe.tells("charge.dispute.closed", dispute | {"status": "lost"}, created=2_000_000_000)
    erase(capsys)
    assert told() == []


def test_what_is_under_way_is_settled_first(stayed, stripe):
    row = OutgoingRequest.objects.first()
    OutgoingRequest.objects.filter(pk=row.pk).update(state="promised")
    refused("Stripe is still being asked")
    OutgoingRequest.objects.filter(pk=row.pk).update(state="kept")
    stripe.delivers(events.event("charge.updated", charge_of(), account="acct_harbour"))
    refused("waits to be settled")


@pytest.mark.parametrize("typed", ["", "no", "y"])
def test_it_asks_first(stayed, monkeypatch, typed):
    monkeypatch.setattr("builtins.input", lambda: typed)
    refused("Nothing was erased", "--json")


def test_yes_is_yes(stayed, monkeypatch, capsys):
    monkeypatch.setattr("builtins.input", lambda: "yes")
    call_command("erase_guest", "HB-2481")
    assert "The guest of HB-2481 is erased." in capsys.readouterr().out
    assert told() == []


def test_a_booking_that_is_not_there_is_said(db):
    with pytest.raises(CommandError, match="no booking"):
        call_command("erase_guest", "HB-2481", "--yes")


def test_whoever_it_is_erased_by_is_noted(stayed, stay, finance):
    erasing.erase(booking=stay(), by=finance)
    assert Activity.objects.get(kind="guest_erased").who == finance.get_username()
    assert PayLink.objects.get().sent_to == ""
    assert Invoice.objects.get().hosted_invoice_url == ""
