"""A hotel's answer to a dispute."""

from typing import Any

from rest_framework import serializers

from payments.api.shapes.fields import Moment
from payments.api.shapes.protection import DisputeShape


class EvidenceFileShape(serializers.Serializer[Any]):
    """A file for one evidence name."""

    id = serializers.UUIDField(source="attachment.pk")
    name = serializers.CharField(help_text="Stripe's evidence name.")
    file_name = serializers.CharField(source="attachment.name")
    size = serializers.IntegerField(source="attachment.size", help_text="Bytes.")
    content_type = serializers.CharField(source="attachment.content_type")


class EvidenceShape(serializers.Serializer[Any]):
    """The pack as it would be handed in now."""

    evidence = serializers.DictField(
        child=serializers.CharField(), help_text="Texts by Stripe's evidence names."
    )
    files = serializers.DictField(child=EvidenceFileShape())
    characters = serializers.IntegerField(help_text="Of 150,000.")
    missing = serializers.ListField(child=serializers.CharField(), help_text="What would help.")
    staged_at = Moment()
    submitted_at = Moment()


class SubmittedShape(DisputeShape, EvidenceShape):
    """A dispute, and what was handed in about it."""
