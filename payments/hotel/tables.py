"""The hotel's own models, by the names that settings give them."""

from typing import Any

from django.apps import apps
from django.conf import settings


def organizations() -> Any:
    """Return the manager of the hotel groups."""
    return apps.get_model(settings.PAYMENTS_ORGANIZATION_MODEL)._default_manager


def properties() -> Any:
    """Return the manager of the houses."""
    return apps.get_model(settings.PAYMENTS_PROPERTY_MODEL)._default_manager


def reservations() -> Any:
    """Return the manager of the bookings."""
    return apps.get_model(settings.PAYMENTS_RESERVATION_MODEL)._default_manager
