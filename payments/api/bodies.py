"""What may be sent: each body as a serializer that takes JSON's own types and no others."""

from collections.abc import Mapping, Sequence
from typing import Any

from rest_framework import serializers

from payments.models.payments import Purpose
from payments.money import LARGEST


class Text(serializers.CharField):
    """A text; nothing else is taken for one."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Amount(serializers.IntegerField):
    """An amount in minor units: a whole number above zero."""

    default_error_messages = {"invalid": "A whole number in minor units, such as 12600 for €126."}

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"min_value": 1, "max_value": LARGEST, **options})

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return data


class Flag(serializers.BooleanField):
    """True or false; nothing else is taken for them."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Id(serializers.UUIDField):
    """One of our ids."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class _Body(serializers.Serializer[Any]):
    """
    An object with these fields and no others: a mistyped name is said, not passed by.

    What may be left out may be null as well, and means the same.
    """

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        for field in fields.values():
            field.allow_null = not field.required
        return fields

    def to_internal_value(self, data: Any) -> Any:
        known = [name for name, field in self.fields.items() if not field.read_only]
        if isinstance(data, Mapping):
            data = {
                name: value
                for name, value in data.items()
                if value is not None or name not in known or self.fields[name].required
            }
        names = data if isinstance(data, Mapping) else ()
        wrong: dict[str, Any] = {name: [_unknown(known)] for name in names if name not in known}
        found = None
        try:
            found = super().to_internal_value(data)
        except serializers.ValidationError as error:
            if not isinstance(error.detail, dict):
                raise
            wrong = error.detail | wrong
        if wrong:
            raise serializers.ValidationError(wrong)
        return found


def _unknown(known: Sequence[str]) -> str:
    if not known:
        return "Nothing is to be sent here."
    return f"There is no such field here: {', '.join(known)}."


class Nothing(_Body):
    """A request that needs no body."""


class _OfAmount(_Body):
    amount = Amount()
    currency = Text(max_length=3, required=False, help_text="Must be the booking's, where given.")


class TakePayment(_OfAmount):
    """A payment to be confirmed in a browser."""

    purpose = serializers.ChoiceField(Purpose.choices)
    capture_method = serializers.ChoiceField(["automatic", "manual"], required=False)
    setup_future_usage = serializers.ChoiceField(["on_session", "off_session"], required=False)


class Charge(_OfAmount):
    """A card on file, the guest absent."""

    purpose = serializers.ChoiceField(Purpose.choices)
    payment_method = Id()
    note = Text(max_length=500, required=False, allow_blank=True)
    attachments = serializers.ListField(child=Id(), required=False, max_length=20)


class PayLink(_OfAmount):
    """A link that the guest pays with."""

    purpose = serializers.ChoiceField(Purpose.choices)
    send = Flag(required=False, default=True)


class Capture(_Body):
    """How much of a hold is taken; all of it where nothing is said."""

    amount = Amount(required=False)
    currency = Text(max_length=3, required=False)


class Attach(_Body):
    """The booking that a payment is for."""

    reservation = Text(max_length=64, help_text="The code of the booking.")


class RefundPart(_Body):
    """What goes back of one payment."""

    payment = Id()
    amount = Amount()


class Refund(_OfAmount):
    """Money that goes back to the guest."""

    reason = serializers.ChoiceField(
        ["duplicate", "fraudulent", "requested_by_customer"], required=False
    )
    payments = RefundPart(many=True, required=False, allow_empty=False)
    lower_total = Flag(required=False, default=False)


class Evidence(_Body):
    """Texts of a dispute's evidence, by Stripe's names of them."""

    evidence = serializers.DictField(child=Text(allow_blank=True, trim_whitespace=False))


class File(serializers.Serializer[Any]):
    """A file; other parts of a form are passed by."""

    file = serializers.FileField()


class EvidenceFile(File):
    """A file for one evidence name."""

    name = Text(max_length=100)


class Account(_Body):
    """Where a new account is for."""

    property = Text(max_length=50, required=False)
    country = serializers.RegexField(
        r"^[A-Za-z]{2}$", required=False, error_messages={"invalid": "Two letters, as PT."}
    )
