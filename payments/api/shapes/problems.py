"""What every error looks like, for the schema."""

from typing import Any

from rest_framework import serializers


class ProblemShape(serializers.Serializer[Any]):
    """Problem details (RFC 9457)."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="A sentence for a person.")
    code = serializers.CharField(help_text="The same for a program.")
    errors = serializers.DictField(  # type: ignore[assignment]  # the field, not what is wrong
        child=serializers.ListField(child=serializers.CharField()),
        allow_null=True,
        help_text="What is wrong, field by field.",
    )
