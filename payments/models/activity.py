"""Who did what: written in the transaction that does it, and never changed."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from payments.models.base import text, time_ordered_id


class Activity(models.Model):
    """Something that somebody did, or the system on an organization's behalf, and to what."""

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    organization = models.ForeignKey(  # on whose behalf
        settings.PAYMENTS_ORGANIZATION_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    property = models.ForeignKey(
        settings.PAYMENTS_PROPERTY_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    reservation = models.ForeignKey(
        settings.PAYMENTS_RESERVATION_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="activities",
        db_index=False,
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,  # the system
        on_delete=models.SET_NULL,
        related_name="+",
    )
    who = text(150)  # the name they logged in with, for when the login is gone
    kind = models.CharField(max_length=50)
    facts = models.JSONField(default=dict)  # ids, amounts, dates; never a person or a card
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "activities"
        ordering = ["-id"]
        verbose_name_plural = "activity"
        indexes = [
            models.Index(fields=["organization", "-id"], name="activity_of_organization"),
            models.Index(fields=["reservation", "-id"], name="activity_of_reservation"),
        ]

    def __str__(self) -> str:
        return self.kind
