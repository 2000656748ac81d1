"""What staff must know, and that somebody looks after it."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from rest_framework.response import Response

from payments import hotel
from payments.api.shapes import alerts as shapes
from payments.api.shapes.payments import WITH
from payments.api.views.base import Address, Asking, Known, Listing, One
from payments.models import Alert, OutgoingRequest
from payments.operations import alerts


def _about(rows: QuerySet[Any], stripe_id: str) -> QuerySet[Any]:
    return rows.filter(object_id=stripe_id)


class _Alerts(Address):
    """The alerts of a hotel group."""

    shape = shapes.AlertShape

    def rows(self) -> QuerySet[Any]:
        found: QuerySet[Any] = self.visible(Alert.objects.all())
        return found.select_related(*WITH, "organization", "acknowledged_by")


class Alerts(_Alerts, Listing):
    """What staff must know or had to, the newest first."""

    filters = {"stripe_id": _about, "reservation": hotel.of_booking}

    def shown(self, rows: list[Any]) -> Any:
        return shapes.shown(rows)


class AlertOne(_Alerts, One):
    """One alert."""

    def shown(self, row: Any) -> Any:
        return shapes.shown([row])[0]


class Take(_Alerts, Known, Asking):
    """Say that I look after it; what has only happened is over by being seen."""

    def shown(self, row: Any) -> Any:
        return shapes.shown([self.rows().get(pk=row.pk)])[0]

    def act(self) -> Response:
        alerts.acknowledge([self.thing.pk], by=self.request.user)
        return Response(self.shown(self.thing))

    def standing(self, made: Sequence[OutgoingRequest]) -> Response:
        return Response(self.shown(self.thing))


class Seen(Take):
    """Say that I have seen it."""
