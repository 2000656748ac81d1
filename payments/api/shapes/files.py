"""Files that staff keep with a booking."""

from typing import Any

from rest_framework import serializers


class AttachmentShape(serializers.Serializer[Any]):
    """One private file."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    content_type = serializers.CharField()
