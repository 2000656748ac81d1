"""What people are told."""

from django.conf import settings
from django.db import models

from payments.models.base import text, time_ordered_id


class Severity(models.TextChoices):
    """How soon somebody must look."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"
    SECURITY = "security"


class Alert(models.Model):
    """
    Something that staff must know, said once in the app.

    Its key (account, livemode, object_id, kind, detail) makes it one: asked for a hundred times, it
    is raised once. It closes by itself when it is no longer true.
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    account = text(255)
    livemode = models.BooleanField(default=False)
    object_id = models.CharField(max_length=255)
    kind = models.CharField(max_length=50)
    detail = text(255)
    severity = models.CharField(max_length=20, choices=Severity)
    facts = models.JSONField(default=dict)  # ids, amounts, dates; never a person or a card
    organization = models.ForeignKey(
        settings.PAYMENTS_ORGANIZATION_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    property = models.ForeignKey(
        settings.PAYMENTS_PROPERTY_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    reservation = models.ForeignKey(
        settings.PAYMENTS_RESERVATION_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="alerts",
    )
    lasting = models.BooleanField(default=False)  # of what happened, not of what is
    raised_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "alerts"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["object_id", "account", "livemode", "kind", "detail"],
                name="alert_is_raised_once",
            )
        ]
        indexes = [
            models.Index(fields=["organization", "-id"], name="alerts_of_organization"),
            models.Index(
                fields=["severity"],
                condition=models.Q(closed_at=None),
                name="alerts_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"
