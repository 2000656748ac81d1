"""The parts that shapes are made of. What is absent is null."""

from datetime import UTC
from typing import Any

from rest_framework import ISO_8601, serializers

from payments import hotel
from payments.money import LARGEST


class Text(serializers.CharField):
    """A text, or null where there is none."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"allow_null": True, **options})

    def to_representation(self, value: Any) -> Any:
        return str(value) if value not in (None, "") else None


class Amount(serializers.IntegerField):
    """An amount in minor units, or null where Stripe has not told it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"allow_null": True, "min_value": -LARGEST, **options})

    def to_representation(self, value: Any) -> Any:
        return value


class Moment(serializers.DateTimeField):
    """A time in UTC, or null, whatever a host's own time zone and formats are."""

    def __init__(self, **options: Any) -> None:
        usual = {"allow_null": True, "format": ISO_8601, "default_timezone": UTC}
        super().__init__(**{**usual, **options})


class Day(serializers.DateField):
    """A day, whatever a host's own formats are."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"format": ISO_8601, **options})


class Flag(serializers.BooleanField):
    """True or false, or null where Stripe has not told."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"allow_null": True, **options})

    def to_representation(self, value: Any) -> Any:
        return value


class Own(serializers.Serializer[Any]):
    """What every thing of Stripe's has: our id, Stripe's, the account that holds it, the mode."""

    id = serializers.UUIDField()
    stripe_id = Text()
    account = Text()
    livemode = serializers.BooleanField()
    property = serializers.SerializerMethodField(help_text="The slug of the house.")

    def get_property(self, row: Any) -> str | None:
        return hotel.house_of(row) or None


class OfBooking(Own):
    """A thing that may be about a booking: the context's, where that is known already."""

    reservation = serializers.SerializerMethodField(help_text="The code of the booking.")

    def get_property(self, row: Any) -> str | None:
        booking = self.context.get("booking")
        return booking.property if booking else super().get_property(row)

    def get_reservation(self, row: Any) -> str | None:
        booking = self.context.get("booking")
        return booking.code if booking else hotel.code_of(row) or None
