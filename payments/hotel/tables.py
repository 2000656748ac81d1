"""The hotel's own models, by the names that settings give them, and what they must have."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import UUIDField

MONEY_FIELDS = (  # of a reservation; payments alone writes them
    "payment_status",
    "paid_amount",
    "extras_amount",
    "refunded_amount",
    "authorized_amount",
    "disputed_amount",
    "lost_amount",
    "stripe_payment_intent_id",
)
_STRIPE = "stripe_account_id stripe_onboarding_complete stripe_charges_enabled"
FIELDS = {
    "PAYMENTS_ORGANIZATION_MODEL": f"""
        name slug currency timezone limits submits_evidence stripe_architecture memberships
        {_STRIPE}
    """,
    "PAYMENTS_PROPERTY_MODEL": f"""
        organization name slug timezone email memberships {_STRIPE}
    """,
    "PAYMENTS_RESERVATION_MODEL": f"""
        organization property guest code status arrival departure currency total paid_elsewhere
        room rate_name cancellation_policy policy_accepted_at checked_in_at checked_out_at
        {" ".join(MONEY_FIELDS)}
    """,
}
_METHODS = {name: ["visible_to"] for name in FIELDS}
_METHODS["PAYMENTS_RESERVATION_MODEL"].append("with_owed")


def lacking() -> Iterator[tuple[str, list[str]]]:
    """Yield each of the hotel's models that lacks something payments needs, and what."""
    for setting, fields in FIELDS.items():
        named = getattr(settings, setting)
        try:
            model = apps.get_model(named)
        except (LookupError, ValueError):
            yield setting, [f"a model: there is no {named!r}"]
            continue
        there = {field.name for field in model._meta.get_fields()}
        lacks = [name for name in fields.split() if name not in there]
        if not isinstance(model._meta.pk, UUIDField):
            lacks.append("a UUID as its key")
        lacks += [
            f"{name}() on its manager"
            for name in _METHODS[setting]
            if not hasattr(model._default_manager, name)
        ]
        if "guest" in there and not hasattr(model._meta.get_field("guest").related_model, "erase"):
            lacks.append("erase() on its guest")
        if lacks:
            yield model._meta.label, lacks


def organizations() -> Any:
    """Return the manager of the hotel groups."""
    return apps.get_model(settings.PAYMENTS_ORGANIZATION_MODEL)._default_manager


def properties() -> Any:
    """Return the manager of the houses."""
    return apps.get_model(settings.PAYMENTS_PROPERTY_MODEL)._default_manager


def reservations() -> Any:
    """Return the manager of the bookings."""
    return apps.get_model(settings.PAYMENTS_RESERVATION_MODEL)._default_manager
