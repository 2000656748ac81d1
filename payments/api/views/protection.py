"""Disputes, fraud warnings and reviews."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from payments import hotel
from payments.api import bodies
from payments.api.shapes import protection as shapes
from payments.api.shapes.evidence import EvidenceFileShape, EvidenceShape
from payments.api.shapes.payments import WITH
from payments.api.views.base import Address, Asking, Known, Listing, One, with_stripe_id
from payments.models import Dispute, EarlyFraudWarning, OutgoingRequest, Review
from payments.operations.protection import evidence

_FILTERS = {"stripe_id": with_stripe_id, "reservation": hotel.of_booking}


class _Threats(Address):
    """Things that threaten money that came, of one kind."""

    model: Any
    shape: ClassVar[type[BaseSerializer[Any]]]
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


class Evidence(_Threats, Known):
    """The answer to a dispute, as composed and edited."""

    model = Dispute
    shape = EvidenceShape
    sends = {"PATCH": bodies.Evidence}

    def shown(self, row: Any) -> Any:
        return EvidenceShape(evidence.pack(row)).data

    def get(self, request: Request, **kwargs: Any) -> Response:
        return Response(self.shown(self.thing))

    def patch(self, request: Request, **kwargs: Any) -> Response:
        evidence.edit(dispute=self.thing, evidence=self.body()["evidence"], by=request.user)
        return Response(self.shown(self.thing))


class Files(_Threats, Known, Asking):
    """A file for one evidence name, in place of the one before."""

    model = Dispute
    parser_classes = (MultiPartParser,)
    sends = {"POST": bodies.EvidenceFile}
    shape = EvidenceFileShape
    status = 201

    def act(self) -> Response:
        sent = self.body()
        kept = evidence.add_file(
            dispute=self.thing, name=sent["name"], file=sent["file"], by=self.request.user
        )
        return Response(EvidenceFileShape(kept).data, status=201)

    def standing(self, made: Sequence[OutgoingRequest]) -> Response:
        return self.act()


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
