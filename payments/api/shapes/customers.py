"""The cards that guests have left, and are leaving."""

from typing import Any

from rest_framework import serializers

from payments.api.shapes.fields import OfBooking, Own, Text
from payments.operations.customers.payment_methods import OnFile


class CardShape(Own):
    """A card, or another means, on file."""

    type = Text()
    brand = Text()
    last4 = Text()
    exp_month = serializers.IntegerField(allow_null=True)
    exp_year = serializers.IntegerField(allow_null=True)
    default = serializers.BooleanField(read_only=True)
    usable = serializers.BooleanField(read_only=True, help_text="It can be charged now.")

    def to_representation(self, instance: OnFile) -> Any:
        instance.method.default = instance.default  # type: ignore[attr-defined]
        instance.method.usable = instance.usable  # type: ignore[attr-defined]
        return super().to_representation(instance.method)


class SetupShape(OfBooking):
    """A card being left, and what a browser leaves it with."""

    status = Text()
    client_secret = serializers.CharField(read_only=True, allow_null=True)
    publishable_key = serializers.CharField(read_only=True, allow_null=True)
