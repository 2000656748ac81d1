"""What staff must know."""

from collections.abc import Sequence
from typing import Any

from rest_framework import serializers

from payments.api.shapes.fields import Moment, OfBooking, Text
from payments.models import Alert
from payments.notifications import messages


class StripeId(Text):
    """An id of Stripe's; null where there is one of ours alone."""

    def to_representation(self, value: str) -> Any:
        return super().to_representation(value if "_" in value else None)


class AlertShape(OfBooking):
    """Something that staff must know, until it is no longer so or was seen."""

    stripe_id = StripeId(source="object_id", help_text="What it is about.")
    kind = serializers.CharField()
    severity = serializers.CharField()
    title = serializers.SerializerMethodField()
    text = serializers.SerializerMethodField(help_text="What is the case, and what to do.")
    open = serializers.SerializerMethodField()
    raised_at = Moment()
    closed_at = Moment()
    taken_at = Moment(source="acknowledged_at")
    taken_by = Text(source="acknowledged_by", help_text="Who looks after it.")

    def get_title(self, row: Alert) -> str:
        return messages.title(row)

    def get_text(self, row: Alert) -> str:
        return str(self.context["texts"][row.pk])

    def get_open(self, row: Alert) -> bool:
        return row.closed_at is None


def shown(rows: Sequence[Alert]) -> Any:
    """Return alerts as they are shown; what they name is read for all of them at once."""
    return AlertShape(rows, many=True, context={"texts": messages.sentences(rows)}).data
