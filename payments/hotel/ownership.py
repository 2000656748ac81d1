"""Which organization owns what a text names."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Q

from payments.hotel.tables import organizations, properties, reservations


def organization_of_reservations(ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return which organization each of these bookings belongs to."""
    return _owners(reservations(), ids)


def organization_of_properties(ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return which organization each of these houses belongs to."""
    return _owners(properties(), ids)


def _owners(rows: Any, ids: Collection[UUID]) -> dict[UUID, UUID]:
    if not ids:
        return {}
    return dict(rows.filter(pk__in=ids).order_by().values_list("pk", "organization_id"))


def organizations_named(texts: Collection[str]) -> dict[str, UUID]:
    """Return the organizations that these texts name, by id or by slug."""
    if not texts:
        return {}
    ids = {text: found for text in texts if (found := as_uuid(text))}
    rows = organizations().filter(Q(pk__in=ids.values()) | Q(slug__in=texts)).order_by()
    known = list(rows.values_list("pk", "slug"))
    pks, slugs = {pk for pk, _ in known}, {slug: pk for pk, slug in known}
    named = {text: slugs[text] for text in texts if text in slugs}
    return named | {text: id for text, id in ids.items() if id in pks}


def as_uuid(text: str) -> UUID | None:
    """Return the UUID that a text spells out; None where it is none."""
    if len(text) not in (32, 36):
        return None
    try:
        return UUID(text)
    except ValueError:
        return None
