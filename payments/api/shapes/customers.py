"""The cards that guests have left."""

from rest_framework import serializers

from payments.api.shapes.fields import Own, Text
from payments.models import PaymentMethod


class CardShape(Own):
    """A card, or another means, on file."""

    type = Text()
    brand = Text()
    last4 = Text()
    exp_month = serializers.IntegerField(allow_null=True)
    exp_year = serializers.IntegerField(allow_null=True)
    default = serializers.SerializerMethodField("is_default")
    usable = serializers.SerializerMethodField()

    def is_default(self, row: PaymentMethod) -> bool:
        default = row.customer.default_payment_method if row.customer else ""
        return bool(row.stripe_id and row.stripe_id == default)

    def get_usable(self, row: PaymentMethod) -> bool:
        return row.can_be_charged
