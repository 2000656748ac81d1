"""
A hotel's past, made in bulk: copies of events and payments that were settled before.

Every column is what the system itself wrote, but for ids, and for bodies, which retention would
have taken by then. So a new column needs no new line here.
"""

from datetime import date

from django.db import connection

from benchmarks import stays
from reservations.models import Guest, Reservation

PAYMENTS_A_BOOKING = 3
REFUND_EVERY = 4  # payments


def book(count: int, seed: int) -> None:
    """Make the bookings that events will be about."""
    guest = Guest.objects.get()
    Reservation.objects.bulk_create(
        Reservation(
            id=stay.reservation,
            code=stay.code,
            organization_id=stays.ORGANIZATION,
            property_id=stays.PROPERTY,
            guest=guest,
            arrival=date(2026, 12, 5),
            departure=date(2026, 12, 9),
            currency=stay.currency,
            total=stay.total,
        )
        for stay in stays.stays(count, seed)
    )


def fill(*, settled: int, transactions: int) -> None:
    """
    Copy what is there until there is so much more of it.

    :param settled: events that were applied.
    :param transactions: payments and their refunds, spread over bookings of their own.
    """
    with connection.cursor() as cursor:  # copies of what was checked need no more checking
        cursor.execute("SET session_replication_role = replica")
    copy(
        "webhook_events",
        settled,
        "state = 'applied'",
        id=_id("event"),
        stripe_event_id="'evt_past_' || n",
        body="NULL",
        data="'{}'",
        changes="NULL",
    )
    refunds = transactions // (REFUND_EVERY + 1)
    payments = transactions - refunds
    bookings = max(1, payments // PAYMENTS_A_BOOKING)
    booking = {"reservation_id": _id("booking", f"1 + (n - 1) % {bookings}")}
    copy("reservations", bookings, "true", id=_id("booking"), code="'PAST-' || n")
    copy(
        "payment_transactions",
        payments,
        "type = 'payment' AND reservation_id IS NOT NULL",
        id=_id("payment"),
        stripe_id="'pi_past_' || n",
        stripe_payment_intent_id="'pi_past_' || n",
        latest_charge="'ch_past_' || n",
        **booking,
    )
    copy(
        "charges",
        payments,
        "payment_id IS NOT NULL AND reservation_id IS NOT NULL",
        id=_id("charge"),
        stripe_id="'ch_past_' || n",
        stripe_payment_intent_id="'pi_past_' || n",
        payment_id=_id("payment"),
        **booking,
    )
    copy(
        "payment_transactions",
        refunds,
        "type = 'refund' AND payment_id IS NOT NULL AND reservation_id IS NOT NULL",
        id=_id("refund"),
        stripe_id="'re_past_' || n",
        stripe_refund_id="'re_past_' || n",
        stripe_payment_intent_id=f"'pi_past_' || n * {REFUND_EVERY}",
        stripe_charge_id=f"'ch_past_' || n * {REFUND_EVERY}",
        payment_id=_id("payment", f"n * {REFUND_EVERY}"),
        charge_id=_id("charge", f"n * {REFUND_EVERY}"),
        reservation_id=_id("booking", f"1 + (n * {REFUND_EVERY} - 1) % {bookings}"),
    )
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = DEFAULT")


def _id(kind: str, number: str = "n") -> str:
    """Return SQL for the id of the n-th of a kind, in the order of time as the system's own."""
    ordered = f"lpad(to_hex(1600000000000 + {number}), 12, '0')"
    return f"({ordered} || substr(md5('{kind}' || ({number})), 1, 20))::uuid"


def copy(table: str, count: int, which: str, **different: str) -> None:
    """Write copies of some rows of a table; `n` counts them in the SQL of what differs."""
    with connection.cursor() as cursor:
        names = [
            column.name for column in connection.introspection.get_table_description(cursor, table)
        ]
        cursor.execute(f"SELECT count(*) FROM {table} WHERE {which}")
        (originals,) = cursor.fetchone()
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(map(_quoted, names))})"
            f" SELECT {', '.join(different.get(n, f'original.{_quoted(n)}') for n in names)}"
            f" FROM generate_series(1, {count}) AS n JOIN"
            f" (SELECT *, row_number() OVER () - 1 AS place FROM {table} WHERE {which}) AS original"
            f" ON original.place = n % {originals}"
        )


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
