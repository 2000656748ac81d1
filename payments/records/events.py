"""The events that Stripe sent about some objects, or about a booking."""

from collections.abc import Collection

from django.db.models import Q, QuerySet

from payments import hotel
from payments.models import Payment, WebhookEvent
from payments.models.inbox import ABOUT

MOST = 1_000  # events that are looked through


def about(rows: QuerySet[WebhookEvent], ids: Collection[str]) -> QuerySet[WebhookEvent]:
    """Return the events among these that are about objects with these Stripe ids."""
    found = rows.filter(data__isnull=False).alias(about=ABOUT).filter(about__in=set(ids))
    # Their keys first: asked to sort as well, PostgreSQL walks through all events by key.
    return rows.filter(pk__in=list(found.order_by().values_list("pk", flat=True)[:MOST]))


def naming(rows: QuerySet[WebhookEvent], text: str) -> QuerySet[WebhookEvent]:
    """
    Return the events among these that name an object by its Stripe id, or a booking.

    Of a booking, those about its payments, too. Set aside or not; one that waits has not been read
    yet. All events are looked through: it is for somebody at a command line, not for a page.

    :param text: an object's Stripe id, a booking's code, or a booking's id.
    """
    named = hotel.as_uuid(text)
    found = [*hotel.with_code(text), *hotel.bookings([named] if named else []).values()]
    bookings = {str(booking.id) for booking in found}
    payments = Payment.objects.filter(reservation__in=bookings).exclude(stripe_id="")
    ids = [text, *payments.values_list("stripe_id", flat=True)]
    return rows.filter(
        Q(data__id__in=ids)
        | Q(data__payment_intent__in=ids)
        | Q(data__charge__in=ids)
        | Q(data__metadata__reservationId__in=[text, *bookings])
    )
