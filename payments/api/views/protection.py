"""Disputes, fraud warnings and reviews."""

from typing import Any

from django.db.models import QuerySet

from payments import hotel
from payments.api.shapes import protection as shapes
from payments.api.shapes.payments import WITH
from payments.api.views.base import Address, Listing, One, with_stripe_id
from payments.models import Dispute, EarlyFraudWarning, Review

_FILTERS = {"stripe_id": with_stripe_id, "reservation": hotel.of_booking}


class _Threats(Address):
    """Things that threaten money that came, of one kind."""

    model: Any
    filters = _FILTERS

    def rows(self) -> QuerySet[Any]:
        found: QuerySet[Any] = self.visible(self.model.objects.filter(seen=True))
        return found.select_related(*WITH)

    def shown(self, given: Any) -> Any:
        return self.shape(given, many=isinstance(given, list)).data


class Disputes(_Threats, Listing):
    """What cardholders asked their banks to give back, the newest first."""

    model = Dispute
    shape = shapes.DisputeShape


class DisputeOne(_Threats, One):
    """One dispute."""

    model = Dispute
    shape = shapes.DisputeShape


class FraudWarnings(_Threats, Listing):
    """Payments that a card network takes for fraudulent, the newest first."""

    model = EarlyFraudWarning
    shape = shapes.FraudWarningShape


class FraudWarningOne(_Threats, One):
    """One fraud warning."""

    model = EarlyFraudWarning
    shape = shapes.FraudWarningShape


class Reviews(_Threats, Listing):
    """Payments that Stripe wants somebody to look at, the newest first."""

    model = Review
    shape = shapes.ReviewShape


class ReviewOne(_Threats, One):
    """One review."""

    model = Review
    shape = shapes.ReviewShape
