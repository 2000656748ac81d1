"""Hotel groups, and the stays of their guests."""

from typing import Any

from rest_framework import serializers

from payments import hotel
from payments.api.shapes.fields import Amount, Day, Moment, Text
from payments.records import bookings


class OrganizationShape(serializers.Serializer[Any]):
    """A hotel group that somebody works for."""

    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    currency = serializers.CharField()
    timezone = serializers.CharField()
    stripe_architecture = serializers.CharField()
    role = Text()
    properties = serializers.ListField(
        child=serializers.CharField(), help_text="The slugs of the houses that they may see."
    )


class GuestShape(serializers.Serializer[Any]):
    """Who stays."""

    name = Text(source="guest_name")
    email = Text(source="guest_email")


class StayShape(serializers.Serializer[Any]):
    """A booking."""

    id = serializers.UUIDField()
    code = serializers.CharField()
    organization = serializers.CharField(source="organization_slug")
    property = serializers.CharField(source="property_slug")
    guest = GuestShape(source="*")
    status = serializers.CharField()
    arrival = Day()
    departure = Day()
    room = Text()
    rate_name = Text()
    cancellation_policy = serializers.JSONField(help_text="The steps of the rate's policy.")
    policy_accepted_at = Moment()
    checked_in_at = Moment()
    checked_out_at = Moment()
    currency = serializers.CharField()
    total = Amount()
    paid_elsewhere = Amount()
    payment_status = serializers.CharField()


class StayWithMoneyShape(StayShape):
    """A booking and where its money stands, exactly as `payment_state` says it."""

    money = serializers.SerializerMethodField()

    def get_money(self, row: dict[str, Any]) -> dict[str, Any]:
        (folio,) = bookings.folios(hotel.bookings([row["id"]]).values())
        return folio.as_json()
