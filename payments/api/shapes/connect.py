"""The Stripe accounts that hotels take their money through."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from payments.analytics.arrivals import Risk
from payments.api.shapes.fields import Moment, Own, Text
from payments.models import ConnectedAccount
from payments.words import connect


class RequirementShape(serializers.Serializer[Any]):
    """Something that Stripe wants to know of an account."""

    name = serializers.CharField(help_text="Stripe's name of it.")
    words = serializers.CharField()
    deadline = Moment()
    error = Text(help_text="Why Stripe refused what it was sent.")


class SumShape(serializers.Serializer[Any]):
    """A sum in one currency."""

    currency = serializers.CharField()
    amount = serializers.IntegerField()


class AtRiskShape(serializers.Serializer[Any]):
    """The bookings that begin soon and still owe something, where an account is in trouble."""

    bookings = serializers.IntegerField()
    amounts = SumShape(many=True)


class AccountShape(Own):
    """A hotel's own Stripe account."""

    status = serializers.SerializerMethodField()
    connected = serializers.SerializerMethodField()
    charges_enabled = serializers.BooleanField()
    payouts_enabled = serializers.BooleanField()
    details_submitted = serializers.BooleanField()
    country = Text()
    requirements = serializers.SerializerMethodField()
    disabled_reason = Text()
    disabled_because = serializers.SerializerMethodField(help_text="The reason in words.")
    arrivals_at_risk = serializers.SerializerMethodField()

    def get_status(self, row: ConnectedAccount) -> str:
        if not row.stripe_id:
            return "promised"
        return "connected" if row.is_connected else "disconnected"

    def get_connected(self, row: ConnectedAccount) -> bool:
        return bool(row.stripe_id) and row.is_connected

    @extend_schema_field(RequirementShape(many=True))
    def get_requirements(self, row: ConnectedAccount) -> Any:
        errors = {each["requirement"]: each["reason"] or each["code"] for each in row.errors or []}
        found = [
            {
                "name": name,
                "words": connect.requirement(name),
                "deadline": row.current_deadline,
                "error": errors.get(name),
            }
            for name in row.wanted
        ]
        return RequirementShape(found, many=True).data

    def get_disabled_because(self, row: ConnectedAccount) -> str | None:
        return connect.why_stopped(row.disabled_reason) if row.disabled_reason else None

    @extend_schema_field(AtRiskShape)
    def get_arrivals_at_risk(self, row: ConnectedAccount) -> Any:
        risks: dict[Any, Risk] = self.context["risks"]
        risk = risks.get(row.pk) or Risk(row)
        sums = [{"currency": c, "amount": a} for c, a in sorted(risk.owed.items())]
        return AtRiskShape({"bookings": risk.owing, "amounts": sums}).data


class LinkShape(serializers.Serializer[Any]):
    """A way into Stripe's pages, for one use."""

    url = serializers.URLField()
    expires_at = Moment(allow_null=False)


class LetGoShape(AccountShape):
    """An account that was let go, and where to finish it at Stripe, where that is left to do."""

    finish_at = serializers.URLField(read_only=True, allow_null=True)
    how = serializers.CharField(read_only=True, allow_null=True)
