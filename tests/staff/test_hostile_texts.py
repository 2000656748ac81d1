"""What guests and Stripe write is shown as text, whatever it is, and breaks no page."""

import csv
import io

import pytest
from django.test import Client

from payments.models import (
    Alert,
    Charge,
    Dispute,
    EarlyFraudWarning,
    Notification,
    PaymentTransaction,
    Review,
)
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.factories import GuestFactory, MembershipFactory, PropertyFactory, ReservationFactory
from tests.notifications.conftest import deliver_all
from tests.support.admin import listed, page

TEXTS = [
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "{{ 7|add:7 }}{% debug %}",
    "\u202egnp.tseug\u202c",
    "محمد العلي",
    "&lt;b&gt; & Sons",
    "W" * 200,
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_guests_name_is_text_on_every_page(text, manager, stripe):
    booking = ReservationFactory(
        code=text[:64],
        room=text[:50],
        guest=GuestFactory(name=text),
        property=PropertyFactory(name=text),
    )
    stripe.sends(SCENARIOS["dashboard_payment"].events(stay_of(booking)))

    pages = [
        manager.get("/bookings/", {"q": text}),
        manager.get(f"/bookings/{booking.pk}/"),
        manager.get("/bookings/unmatched/"),
    ]

    for answer in pages:
        page = answer.content.decode()
        assert answer.status_code == 200
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<b>" not in page.partition('class="facts"')[0].partition("Sons")[0][-40:]
        assert f"<bdi>{escaped(text)}</bdi>" in page


def escaped(text):
    for raw, safe in (
        ("&", "&amp;"),
        ("<", "&lt;"),
        (">", "&gt;"),
        ('"', "&quot;"),
        ("'", "&#x27;"),
    ):
        text = text.replace(raw, safe)
    return text


@pytest.mark.parametrize("text", [*TEXTS, "x" * 500])
def test_what_stripe_says_is_text(text, manager, stripe, booking):
    events = SCENARIOS["declined"].events(stay_of(booking))
    for event in events:
        thing = event["data"]["object"]
        thing["metadata"]["type"] = text
        if error := thing.get("last_payment_error"):
            error |= {"decline_code": "made_up", "message": text}
        if thing["object"] == "charge":
            thing |= {"failure_code": "made_up", "failure_message": text}
            thing["payment_method_details"]["card"] |= {"brand": text, "last4": "<i>4"}
    stripe.sends(events)

    page = manager.get(f"/bookings/{booking.pk}/").content.decode()

    assert escaped(text) in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "<i>4" not in page


# Every field × every output ----------------------------------------------

WORST = [
    "=<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7|add:7 }}{% debug %}",
    "\t@SUM(A1)<b> & Sons</b>",
    "-\u202egnp.tseug\u202c محمد العلي",
    "+" + "W" * 199,
]
STORIES = (
    "dispute_due_tomorrow",
    "fraud_warning_before_arrival",
    "review_open",
    "hold",
    "declined",
    "two_partial_refunds",
    "dashboard_payment",
    "bank_transfer_given_up",
)
PAGES = (
    *("/bookings/?stay=all", "/bookings/unmatched/", "/alerts/", "/accounts/"),
    *("/accounts/harbour/", "/desks/disputes/", "/desks/warnings/", "/desks/holds/"),
    *("/desks/warnings/?standing=over", "/analytics/?by=property", "/analytics/?by=payment_method"),
)
ADMIN = (PaymentTransaction, Charge, Dispute, EarlyFraudWarning, Review, Alert, Notification)
WITH_STANDING = (Dispute, EarlyFraudWarning, Review, Alert)
API = ("reservations", "payments", "refunds", "disputes", "alerts", "fraud_warnings")
CSVS = ("/analytics/csv/?by=property", "/analytics/csv/?by=payment_method", "/analytics/csv/")


@pytest.fixture
def everywhere(stripe, db):
    """Return a function that writes a text wherever somebody outside can write one."""

    def write(text):
        house = PropertyFactory(name=text)
        house.organization.name = text
        house.organization.save()
        for number, story in enumerate(STORIES):
            booking = ReservationFactory(
                code=f"{text[:50]}{number}",
                room=text[:50],
                rate_name=text[:100],
                guest=GuestFactory(name=text, email=f"{number}@example.com"),
                property=house,
            )
            events = SCENARIOS[story].events(stay_of(booking))
            for event in events:
                _spoil(event["data"]["object"], text)
            stripe.sends(events)
        return booking

    return write


def _spoil(thing, text):
    """Write a text into what Stripe hands on from guests, banks and hotels."""
    if error := thing.get("last_payment_error"):
        error |= {"decline_code": "made_up", "message": text}
    if thing["object"] == "charge":
        thing |= {"failure_message": text, "failure_code": text} if thing["failure_code"] else {}
        card = (thing["payment_method_details"] or {}).get("card")
        if card:
            card |= {"brand": text, "last4": "<i>4"}
        if thing["outcome"]:
            thing["outcome"] |= {"seller_message": text, "network_status": text[:50]}
    if thing["object"] in ("dispute", "review", "refund"):
        thing["reason"] = text
    if thing["object"] == "radar.early_fraud_warning":
        thing["fraud_type"] = text


def outputs(client, booking):
    """Yield all that people are shown, as they are sent it."""
    for address in (*PAGES, f"/bookings/{booking.pk}/", f"/bookings/{booking.pk}/?tab=dispute"):
        yield address, client.get(address)
    for model in ADMIN:
        standing = {"standing": "all"} if model in WITH_STANDING else {}
        yield listed(model), client.get(listed(model), standing)
        row = model.objects.order_by("pk").first()
        if row is not None:
            yield page(row), client.get(page(row))


@pytest.mark.parametrize("text", WORST)
def test_no_field_is_more_than_text_in_any_output(text, everywhere, mailoutbox, settings):
    settings.SITE_URL = "https://pay.example.com"
    user = MembershipFactory(user__username="ana", user__email="ana@example.com").user
    user.first_name = text[:150]
    user.save()
    client = Client()
    client.force_login(user)
    booking = everywhere(text)
    client.post(f"/alerts/{Alert.objects.first().pk}/take/")  # so that somebody is on it
    deliver_all()

    seen = 0
    for address, answer in outputs(client, booking):
        shown = answer.content.decode()
        assert answer.status_code == 200, address
        assert_harmless(shown, address)
        seen += escaped(text.strip()) in shown
    assert seen >= 12

    assert len(mailoutbox) > 8
    for mail in mailoutbox:
        assert "\n" not in mail.subject
        for html, kind in mail.alternatives:
            assert kind == "text/html"
            assert_harmless(html, mail.subject)

    for address in CSVS:
        table = client.get(address).content.decode()
        for cell in (cell for row in csv.reader(io.StringIO(table)) for cell in row):
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")), address

    for name in API:
        answer = client.get(f"/api/organizations/harbour/{name}/?limit=100")
        assert answer.headers["Content-Type"].startswith("application/json")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.json()["results"] or name == "refunds"


def assert_harmless(shown, where):
    """See that nothing in a page came out as markup or was worked out as a template."""
    for markup in ("<script>alert", "<img src=x", "<i>4", "<b> &"):
        assert markup not in shown, where
    assert "14{" not in shown, where
