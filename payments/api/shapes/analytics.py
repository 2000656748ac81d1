"""What figures come to."""

from typing import Any

from rest_framework import serializers

from payments.analytics.figures import Row
from payments.api.shapes.fields import Amount, Text


class RowShape(serializers.Serializer[Any]):
    """What one group comes to: under its own name whatever it was grouped by."""

    day = Text(required=False)
    week = Text(required=False, help_text="Its first day.")
    month = Text(required=False)
    property = Text(required=False)
    purpose = Text(required=False)
    payment_method = Text(required=False)
    reason = Text(required=False)
    currency = serializers.CharField()
    amount = serializers.IntegerField()
    count = serializers.IntegerField()
    fees = Amount(help_text="What Stripe kept; null while it is not known.")
    net = Amount()


def shown(row: Row) -> dict[str, Any]:
    """Return a group as it is shown."""
    return {
        **row.by,
        "currency": row.currency,
        "amount": row.amount,
        "count": row.count,
        "fees": row.fees,
        "net": row.net,
    }
