"""
Inside the system: a platform with a long past, and people who look at it in the admin.

The lists are opened as they come, and as somebody asks for something in them: what is common, what
is rare, and what is not there. Besides the platform's own superuser there are those for whom a list
is hardest to find: a manager of the largest hotel, a manager of a small one whose rows are all old,
and a front desk of one house that few rows of its large hotel belong to.
"""

import time
from collections.abc import Iterable, Iterator
from datetime import timedelta
from statistics import quantiles
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from benchmarks import stays
from benchmarks.filling import book, copy
from organizations.models import Membership, Organization, Property
from payments.models import (
    Alert,
    Charge,
    Customer,
    Dispute,
    EarlyFraudWarning,
    Invoice,
    Notification,
    PaymentMethod,
    PaymentTransaction,
    WebhookEvent,
)
from payments.operations.connect import accounts
from payments.webhooks import inbox, worker
from sandbox.events import body
from sandbox.scenarios import SCENARIOS, scope_of

HOTELS, HOUSES = 20, 3
PLACES = 1_000  # in turns, each row is of the next one
CARDS = 10_000  # whose last four digits differ
SPAN = timedelta(days=365)  # from the first row to the last
OLD_SHARE = 200  # one row in so many is the old hotel's: the first ones
FIRST = 9_998  # the seed of what is copied
READERS = ("superuser", "large hotel", "old hotel", "one house")


def fill_admin(events: int, transactions: int, payments_a_booking: int = 4) -> None:
    """Let every story happen once, then copy what came of it until there is so much of it."""
    hotels = [_hotel(number) for number in range(HOTELS)]
    _staff(hotels)
    book(len(SCENARIOS), seed=FIRST)
    told = stays.stays(len(SCENARIOS), seed=FIRST)
    accounts.bill(customer=told[0].customer, livemode=False, organization_id=stays.ORGANIZATION)
    for stay, scenario in zip(told, SCENARIOS.values(), strict=True):
        for event in scenario.events(stay):
            inbox.receive(body(event), scope_of(event))
    if (states := worker.drain()).keys() != {"applied"}:
        raise RuntimeError(f"Not all of a hotel's first events were applied: {states}.")
    places = Places(hotels)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
    counts = _counts(events, transactions, payments_a_booking)
    ids = Ids(counts, payments_a_booking)
    for name, count in counts.items():
        _fill(name, count, places, ids)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = DEFAULT")


def _hotel(number: int) -> tuple[UUID, list[UUID]]:
    group = Organization.objects.create(slug=f"hotel-{number}", name=f"Hotel {number}")
    houses = [
        Property.objects.create(organization=group, slug=f"house-{each}", name=f"House {each}")
        for each in range(HOUSES)
    ]
    return group.pk, [house.pk for house in houses]


def _staff(hotels: list[tuple[UUID, list[UUID]]]) -> None:
    User = get_user_model()
    User.objects.create_superuser("superuser")
    for name, hotel, role in zip(
        READERS[1:], (hotels[0], hotels[1], hotels[0]), ("manager", "manager", "front_desk"),
        strict=True,
    ):  # fmt: skip
        user = User.objects.create_user(name, is_staff=True)
        work = Membership.objects.create(user=user, organization_id=hotel[0], role=role)
        if name == "one house":
            work.properties.set([hotel[1][0]])


class Places:
    """Which hotel and which house the n-th row is of, in SQL: three in ten are the large one's."""

    def __init__(self, hotels: list[tuple[UUID, list[UUID]]]) -> None:
        (large, houses), (self.old, (self.old_house, *_)), *others = hotels
        spread = []
        for place in range(PLACES):
            if place < PLACES * 3 // 10:
                spread.append((large, houses[0] if place == 0 else houses[1 + place % 2]))
            else:
                group, its = others[place % len(others)]
                spread.append((group, its[place % HOUSES]))
        self.groups = _array(group for group, _ in spread)
        self.houses = _array(house for _, house in spread)

    def organization(self, count: int) -> str:
        """Return SQL for the hotel of the n-th of so many rows."""
        return self._of(count, self.old, self.groups)

    def property(self, count: int) -> str:
        """Return SQL for its house."""
        return self._of(count, self.old_house, self.houses)

    def _of(self, count: int, old: UUID, spread: str) -> str:
        return f"CASE WHEN n <= {count // OLD_SHARE} THEN '{old}'::uuid ELSE {spread} END"


def _array(ids: Iterator[UUID]) -> str:
    listed = ", ".join(f"'{id}'" for id in ids)
    return f"(ARRAY[{listed}]::uuid[])[1 + n % {PLACES}]"


def _counts(events: int, transactions: int, payments_a_booking: int) -> dict[str, int]:
    """Return how many rows of each table there will be."""
    part = transactions // 50
    bookings = transactions // payments_a_booking
    return {
        "webhook_events": events,
        "guests": bookings // 2,
        "reservations": bookings,
        "payment": transactions * 8 // 10,
        "refund": transactions * 2 // 10 - part,
        "dispute": part,  # what disputes moved
        "charges": transactions * 8 // 10,
        "disputes": part,
        "early_fraud_warnings": part,
        "reviews": part,
        "customers": part * 10,
        "payment_methods": part * 10,
        "setup_intents": part * 5,
        "invoices": part * 5,
        "upcoming_invoices": part // 10,
        "subscription_schedules": part // 10,
        "transfers": part * 5,
        "application_fees": part * 10,
        "connected_accounts": part // 10,
        "external_accounts": part // 10,
        "persons": part // 5,
        "capabilities": part // 5,
        "alerts": part * 10,
        "notifications": part * 25,
    }


_TRANSACTIONS = ("payment", "refund", "dispute")

# What makes a past a past: nearly all of it is over.
_OVER = {
    "payment": {
        "status": "CASE WHEN original.status = 'requires_capture' AND n % 50 <> 0"
        " THEN 'canceled' ELSE original.status END"
    },
    "disputes": {
        "status": "CASE WHEN n % 50 = 0 THEN 'needs_response' ELSE 'won' END",
        "evidence_due_by": "now() + (n % 9) * interval '1 day'",
    },
    "early_fraud_warnings": {"actionable": "n % 50 = 0"},
    "reviews": {"closed": "n % 50 <> 0"},
    "alerts": {"closed_at": "CASE WHEN n % 50 = 0 THEN NULL ELSE now() END"},
    "notifications": {"state": "CASE WHEN n % 1000 = 0 THEN 'undeliverable' ELSE 'sent' END"},
    "webhook_events": {"body": "NULL", "data": "'{}'", "changes": "NULL", "state": "'applied'"},
    "reservations": {"arrival": "current_date - (n % 700)::int + 14"}
    | {"departure": "current_date - (n % 700)::int + 17"},
}


class Ids:
    """The id of the n-th row of a table, in SQL: spread over a year, in the order of time."""

    def __init__(self, counts: dict[str, int], payments_a_booking: int) -> None:
        self.a_booking = payments_a_booking
        self.first = int((timezone.now() - SPAN).timestamp() * 1000)
        self._steps = {
            name: int(SPAN.total_seconds() * 1000) // max(1, count)
            for name, count in counts.items()
        }

    def moment(self, name: str, number: str = "n") -> str:
        """Return SQL for when it came, in milliseconds."""
        return f"({self.first} + ({number})::bigint * {self._steps[name]})"

    def of(self, name: str, number: str = "n") -> str:
        """Return SQL for its id."""
        came = f"lpad(to_hex({self.moment(name, number)}), 12, '0')"
        return f"({came} || substr(md5('{name}' || ({number})), 1, 20))::uuid"


def _fill(name: str, count: int, places: Places, ids: Ids) -> None:
    """Write so many copies of what one table has."""
    table = "payment_transactions" if name in _TRANSACTIONS else name
    which = f"type = '{name}'" if name in _TRANSACTIONS else "true"
    with connection.cursor() as cursor:
        columns = [
            column.name for column in connection.introspection.get_table_description(cursor, table)
        ]
    different = {
        "id": ids.of(name),
        "organization_id": places.organization(count),
        "property_id": places.property(count),
        "occurred_at": f"to_timestamp({ids.moment(name)} / 1000.0)",
        "stripe_id": f"'{name}_past_' || n",
        "stripe_dispute_id": f"'{name}_past_' || n",
        "stripe_event_id": "'evt_past_' || n",
        "object_id": f"'{name}_past_' || n",
        "code": "'PAST-' || n",
        "last4": f"lpad((n * 7 % {CARDS})::text, 4, '0')",
        "name": "'Guest number ' || n % 1000",
        **_belonging(name, ids),
        **_OVER.get(name, {}),
    }
    copy(table, count, which, **{name: sql for name, sql in different.items() if name in columns})


def _belonging(name: str, ids: Ids) -> dict[str, str]:
    """Return what ties a copy to the copies that it belongs to."""
    ties = {}
    if name == "reservations":
        ties["guest_id"] = ids.of("guests", "(n + 1) / 2")
    else:
        each = ids.a_booking
        ties["reservation_id"] = ids.of("reservations", f"(n + {each - 1}) / {each}")
    if name in (*_TRANSACTIONS[1:], "charges", "disputes", "early_fraud_warnings", "reviews"):
        ties["payment_id"] = ids.of("payment")
        ties["stripe_payment_intent_id"] = "'payment_past_' || n"
    if name in (*_TRANSACTIONS[1:], "disputes", "early_fraud_warnings", "reviews"):
        ties["charge_id"] = ids.of("charges")
        ties["stripe_charge_id"] = "'charges_past_' || n"
    if name == "dispute":
        ties["stripe_dispute_id"] = "'disputes_past_' || n"
    return ties


# Looking -----------------------------------------------------------------


def look(requests: int) -> list[dict[str, Any]]:
    """Open every list, and the overview, as each reader; return how long they took."""
    return opened(_pages(), requests)


def opened(pages: Iterable[tuple[str, str, int]], requests: int) -> list[dict[str, Any]]:
    """
    Open pages as each reader; return how long they took.

    :param pages: each with its name, its address and how many rows it is about.
    """
    readers = {name: _browser(name) for name in READERS}
    found = []
    for name, address, rows in pages:
        line: dict[str, Any] = {"page": name, "rows": rows}
        queries = 0
        for reader, browser in readers.items():
            if browser.get(address, secure=True).status_code in (403, 404):
                line[reader] = "not theirs"
                continue
            with CaptureQueriesContext(connection) as asked:
                _open(browser, address)
            queries = max(queries, len(asked))
            waits = []
            for _ in range(requests):
                began = time.perf_counter()
                _open(browser, address)
                waits.append(1000 * (time.perf_counter() - began))
            cuts = quantiles(waits, n=20, method="inclusive")
            line[reader] = f"{cuts[9]:.0f} / {cuts[18]:.0f}"
        found.append({**line, "queries": queries})
    return found


def _browser(name: str) -> Client:
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(get_user_model().objects.get(username=name))
    return client


def _open(browser: Client, address: str) -> None:
    answer = browser.get(address, secure=True)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}.")


ASKED = {
    PaymentTransaction: [
        *("q=PAST-12345", "q=number+77", "q=Nobody", "q=0077", "q=payment_past_500"),
        *("matched=no", "status=failed", "currency=jpy", "account=acct_nobody", "livemode=1"),
    ],
    Charge: ["q=0077", "q=PAST-12345", "status=failed", "currency=jpy"],
    Dispute: ["standing=all", "standing=over&reason=duplicate", "q=number+77"],
    EarlyFraudWarning: ["standing=all"],
    WebhookEvent: [
        *("q=evt_past_777", "q=pi_nothing", "state=quarantined", "reason=handler_error"),
        *("event_type=transfer.canceled", "account=acct_nobody", "livemode=1"),
    ],
    Alert: ["standing=all", "standing=closed&severity=security", "q=number+77"],
    Notification: ["state=undeliverable", "state=dropped", "q=PAST-12345"],
    Customer: ["q=number+77"],
    PaymentMethod: ["q=number+77"],
    Invoice: ["status=void"],
}


def _pages() -> Iterator[tuple[str, str, int]]:
    """Yield the overview and each list of payments: its name, its address, how many rows it has."""
    yield "overview", reverse("admin:index"), 0
    for model in apps.get_app_config("payments").get_models():
        if model in admin.site._registry:
            name = str(model._meta.verbose_name_plural)
            url = reverse(f"admin:payments_{model._meta.model_name}_changelist")
            rows = model._default_manager.count()
            yield name, url, rows
            for asked in ASKED.get(model, []):
                yield f"{name}?{asked}", f"{url}?{asked}", rows
