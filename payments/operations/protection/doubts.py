"""Fraud warnings and reviews together, as their desk lists them: payments that are in doubt."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, Value

from payments import hotel
from payments.models import EarlyFraudWarning, OutgoingRequest, Review

MODELS: dict[str, Any] = {"warning": EarlyFraudWarning, "review": Review}
OPEN, OVER = "open", "over"


def listed(user: Any, standing: str = OPEN) -> QuerySet[Any]:
    """
    Return the kind and id of each that this person may see, newest first.

    :param standing: those about which something can still be decided, or those that are over.
    """
    warnings = EarlyFraudWarning.objects.filter(seen=True)
    warnings = (
        warnings.filter(actionable=True) if standing == OPEN else warnings.exclude(actionable=True)
    )
    reviews = Review.objects.filter(seen=True, closed=standing == OVER)
    of_kinds = [
        hotel.visible_to(user, rows).order_by().annotate(kind=Value(kind)).values_list("kind", "pk")
        for kind, rows in (("warning", warnings), ("review", reviews))
    ]
    found: QuerySet[Any] = of_kinds[0].union(of_kinds[1], all=True).order_by("-pk")
    return found


def read(found: Collection[tuple[str, UUID]], *also: str) -> list[Any]:
    """Return these rows, in this order."""
    rows: dict[UUID, Any] = {}
    for kind, model in MODELS.items():
        ids = [pk for each, pk in found if each == kind]
        if ids:
            rows |= model.objects.select_related(*also).in_bulk(ids)
    return [rows[pk] for _, pk in found if pk in rows]


def under_way(reviews: Collection[UUID]) -> set[UUID]:
    """Return which of these reviews Stripe has been asked to close, and has not said so."""
    if not reviews:
        return set()
    rows = OutgoingRequest.objects.filter(
        kind="approve_review", about__in=reviews, state=OutgoingRequest.State.PROMISED
    )
    return set(rows.values_list("about", flat=True))
