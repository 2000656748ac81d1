"""A guest pays and disputes, and staff look at every page; prints what came of it as JSON."""

import json
import os
import sys
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "inn.settings"
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from groups.models import Employee, Hotel, HotelGroup  # noqa: E402
from stays.models import Booking, Person  # noqa: E402

from payments.models import Dispute  # noqa: E402
from payments.operations.connect import accounts  # noqa: E402
from sandbox import events  # noqa: E402
from sandbox.scenarios import SCENARIOS, Stay, scope_of  # noqa: E402

PAGES = [
    "/alerts/",
    "/desks/disputes/",
    "/desks/warnings/",
    "/desks/holds/",
    "/accounts/",
    "/accounts/inn/",
    "/analytics/",
    "/bookings/unmatched/",
    "/bookings/{booking}/take/",
    "/bookings/{booking}/refund/",
    "/bookings/{booking}/pay-link/",
    "/api/schema/",
    "/api/organizations/",
    "/api/organizations/inn/reservations/B1/",
    "/api/organizations/inn/payments/",
    "/admin/",
    "/admin/payments/paymenttransaction/",
    "/admin/payments/dispute/",
    "/admin/payments/webhookevent/",
    "/healthz",
    "/metrics",
]


def main():
    group = HotelGroup.objects.create(name="The Inns", slug="inn")
    hotel = Hotel.objects.create(organization=group, name="The Inn", slug="inn")
    manager = User.objects.create_user("manager", "manager@inn.example", is_staff=True)
    Employee.objects.create(user=manager, organization=group, role="owner")
    booking = Booking.objects.create(
        organization=group,
        property=hotel,
        guest=Person.objects.create(name="Ada Byron", email="ada@example.com"),
        code="B1",
        arrival=date.today(),  # noqa: DTZ011 - any day is good
        departure=date.today() + timedelta(days=2),  # noqa: DTZ011
        currency="eur",
        total=20_000,
        checked_in_at=datetime(2026, 12, 1, 15, 0, tzinfo=UTC),
    )
    accounts.connect(stripe_id="acct_1TheInn", livemode=False, organization_id=group.pk)

    client = Client()
    stay = Stay(
        account="acct_1TheInn",
        reservation=str(booking.pk),
        organization=str(group.pk),
        property=str(hotel.pk),
        total=booking.total,
    )
    secrets = {
        "platform": settings.STRIPE_WEBHOOK_SECRET[0],
        "connect": settings.STRIPE_CONNECT_WEBHOOK_SECRET[0],
    }
    for event in SCENARIOS["dispute_due_tomorrow"].events(stay):
        body = events.body(event)
        signed = events.sign(body, secrets[scope_of(event)])
        client.generic("POST", "/api/webhooks/stripe", body, headers={"Stripe-Signature": signed})
    call_command("stripe_drain", stdout=StringIO())

    strangers = client.get("/api/organizations/")
    client.force_login(manager)
    answers = {page: client.get(page.format(booking=booking.pk)) for page in PAGES}
    stay = answers["/api/organizations/inn/reservations/B1/"].json()
    booking.refresh_from_db()
    Booking.objects.filter(pk=booking.pk).update(status="checked_out")
    Dispute.objects.update(status="lost")
    call_command("erase_guest", "B1", "--yes", stdout=StringIO())
    sys.stdout.write(
        json.dumps(
            {
                "booking": [booking.payment_status, booking.paid_amount, booking.disputed_amount],
                "stranger": [strangers.status_code, strangers["Content-Type"]],
                "failed": {p: a.status_code for p, a in answers.items() if a.status_code != 200},
                "arrival": stay["arrival"] == booking.arrival.isoformat(),
                "checked in": stay["checked_in_at"],
                "erased": list(Person.objects.values_list("name", "email")),
                "named": "B1 · Ada Byron" in answers["/admin/payments/dispute/"].content.decode(),
            }
        )
    )


main()
