"""Files that staff keep with a booking: photos of damage, signed registrations, letters."""

import builtins
from typing import Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db import models
from django.utils import timezone

from payments.models.base import time_ordered_id


class PrivateFiles(FileSystemStorage):
    """
    Files on the server's own disk that have no address.

    A view serves each to whoever may see its row.
    """

    @builtins.property
    def base_location(self) -> Any:
        return settings.PAYMENTS_ATTACHMENTS  # asked each time, for it differs by machine

    @builtins.property
    def location(self) -> str:
        return str(self.base_location)

    def url(self, name: str | None) -> str:
        raise ValueError("A private file has no address.")


def private_files() -> PrivateFiles:
    """Return where attachments are kept, readable for the server's own user alone."""
    return PrivateFiles(file_permissions_mode=0o600, directory_permissions_mode=0o700)


def place_of(attachment: "Attachment", name: str) -> str:
    """Return where a file is kept: by its id, whatever somebody called it."""
    return f"{attachment.pk.hex[:2]}/{attachment.pk.hex}"


class Attachment(models.Model):
    """One private file. What it is was read from its contents; its name is only a text."""

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    organization = models.ForeignKey(
        settings.PAYMENTS_ORGANIZATION_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    property = models.ForeignKey(
        settings.PAYMENTS_PROPERTY_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    reservation = models.ForeignKey(
        settings.PAYMENTS_RESERVATION_MODEL, on_delete=models.PROTECT, related_name="attachments"
    )
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()  # bytes
    file = models.FileField(storage=private_files, upload_to=place_of, max_length=100)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        db_table = "attachments"
        ordering = ["-id"]
        indexes = [models.Index(fields=["organization", "-id"], name="files_of_organization")]

    def __str__(self) -> str:
        return self.name
