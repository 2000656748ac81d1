"""What people are told: alerts in the app, and mails."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from payments.models.base import text, time_ordered_id


class Severity(models.TextChoices):
    """How soon somebody must look."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"
    SECURITY = "security"


class Told(models.Model):
    """
    Something that follows from a record of a Stripe object, once.

    Its key (account, livemode, object_id, kind, detail) makes it one, however often it is asked
    for.
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    account = text(255)
    livemode = models.BooleanField(default=False)
    object_id = models.CharField(max_length=255)
    kind = models.CharField(max_length=50)
    detail = text(255)
    facts = models.JSONField(default=dict)  # ids, amounts, dates; never a person or a card
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
        settings.PAYMENTS_RESERVATION_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="%(class)ss",
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


def told_once(name: str, **options: Any) -> models.UniqueConstraint:
    """Return the constraint that makes an effect one."""
    fields = ["object_id", "account", "livemode", "kind", "detail"]
    return models.UniqueConstraint(fields=fields, name=name, **options)


class Alert(Told):
    """Something that staff must know, said in the app, until it is no longer so or was seen."""

    severity = models.CharField(max_length=20, choices=Severity)
    is_news = models.BooleanField(default=False)  # of what happened: being seen closes it
    lasting = models.BooleanField(default=False)  # no rule asks for it again
    raised_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        db_table = "alerts"
        ordering = ["-id"]
        constraints = [told_once("alert_is_raised_once")]
        indexes = [
            models.Index(fields=["organization", "-id"], name="alerts_of_organization"),
            models.Index(
                fields=["severity"], condition=models.Q(closed_at=None), name="alerts_open"
            ),
        ]


class Notification(Told):
    """
    A mail that is owed: the outbox, written in the transaction that gave cause for it.

    What is for several people is owed once until it goes out. Then it is decided who they are: the
    row becomes the first one's mail, and each of the others has a copy with a fate of its own.
    """

    class Audience(models.TextChoices):
        GUEST = "guest"
        MANAGERS = "managers", "Owners, managers and finance"

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        DROPPED = "dropped", "No longer true"
        UNDELIVERABLE = "undeliverable"
        LEFT = "left", "Whoever it was for has left"

    to = models.CharField(max_length=20, choices=Audience)
    addressed_at = models.DateTimeField(null=True, blank=True)  # when it was decided to whom it is
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    copy_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="copies"
    )
    state = models.CharField(max_length=20, choices=State, default=State.WAITING)
    created_at = models.DateTimeField(default=timezone.now)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True, default="")
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "notifications"
        ordering = ["-id"]
        verbose_name = "mail"
        constraints = [
            told_once("notification_is_owed_once", condition=models.Q(copy_of=None)),
            models.UniqueConstraint(
                fields=["copy_of", "recipient"], name="each_gets_one_copy_of_a_notification"
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-id"], name="notifications_of_organization"),
            models.Index(
                fields=["next_attempt_at"],
                condition=models.Q(state="waiting"),
                name="notifications_due",
            ),
            models.Index(
                fields=["organization"],
                condition=models.Q(state="undeliverable"),
                name="notifications_given_up",
            ),
        ]
