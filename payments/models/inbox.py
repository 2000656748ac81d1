"""The inbox: every event that Stripe sent, and what became of it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Left
from django.utils import timezone

from payments.models.base import text, time_ordered_id


class Scope(models.TextChoices):
    """Whose secret proved an event: the platform's endpoint, or that of the hotels' accounts."""

    PLATFORM = "platform"
    CONNECT = "connect"


class State(models.TextChoices):
    """What became of an event."""

    RECEIVED = "received"
    APPLIED = "applied"
    IGNORED = "ignored"
    QUARANTINED = "quarantined"


class Reason(models.TextChoices):
    """Why an event was not applied. There are no others."""

    MALFORMED = "malformed", "Makes no sense"
    THIN_EVENT = "thin_event", "Thin event: set the endpoint to snapshot payloads"
    UNKNOWN_ACCOUNT = (
        "unknown_account",
        "Nobody's account (are the two secrets swapped?)",
    )
    LIVEMODE_MISMATCH = "livemode_mismatch", "Live event, test-mode account"
    TENANT_MISMATCH = "tenant_mismatch", "Points at another organization"
    HANDLER_ERROR = "handler_error", "Our own failure"
    UNHANDLED_TYPE = "unhandled_type", "A type that no handler is for"
    TEST_EVENT = "test_event", "Test event, live account"
    NO_EFFECT = "no_effect", "Names no organization of ours"


# The id of what an event is about; cut, because an index holds no text without end.
ABOUT = Left(KeyTextTransform("id", "data"), 255)


_MAY_BE_EMPTIED = models.Q(body__isnull=False, state__in=[State.APPLIED, State.IGNORED])


class WebhookEvent(models.Model):
    """One event as Stripe sent it, and what became of it."""

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    scope = models.CharField(max_length=10, choices=Scope)
    account = text(255)  # empty where the event names none
    livemode = models.BooleanField(default=False)
    stripe_event_id = models.CharField(max_length=255)
    event_type = text(100)
    body = models.BinaryField(null=True)  # the bytes that were signed, until retention takes them
    data = models.JSONField(null=True, blank=True)  # `data.object`, cleaned
    created_at = models.DateTimeField("received at", default=timezone.now)
    state = models.CharField(
        max_length=20, choices=State, default=State.RECEIVED, db_default=State.RECEIVED
    )
    reason = text(30, choices=Reason)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    last_error = models.TextField(blank=True, default="", db_default="")
    processed_at = models.DateTimeField(null=True, blank=True)
    organization = models.ForeignKey(
        settings.PAYMENTS_ORGANIZATION_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    changes = models.JSONField(null=True, blank=True)  # rows that it changed, before and after

    # What was settled and still has its payload.
    MAY_BE_EMPTIED: ClassVar[models.Q] = _MAY_BE_EMPTIED

    class Meta:
        db_table = "webhook_events"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["stripe_event_id", "account", "scope", "livemode"],
                name="event_is_received_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"],
                condition=models.Q(state="received"),
                name="events_due",
            ),
            models.Index(
                fields=["reason", "account"],
                condition=models.Q(state="quarantined"),
                name="events_quarantined",
            ),
            models.Index(
                fields=["organization", "-id"],
                condition=models.Q(organization__isnull=False),
                name="events_of_organization",
            ),
            models.Index(fields=["id"], condition=_MAY_BE_EMPTIED, name="events_with_payload"),
            # A new event has no data yet, so the endpoint does not write to this one.
            models.Index(ABOUT, condition=models.Q(data__isnull=False), name="events_about_object"),
        ]

    def __str__(self) -> str:
        return self.stripe_event_id


class EventCursor(models.Model):
    """Up to when an account's events were fetched from Stripe."""

    account = models.CharField(max_length=255, blank=True)  # empty: the platform's own
    livemode = models.BooleanField(default=False)
    fetched_until = models.DateTimeField()  # by Stripe's clock
    checked_at = models.DateTimeField()  # when somebody last began to

    class Meta:
        db_table = "event_cursors"
        constraints = [
            models.UniqueConstraint(fields=["account", "livemode"], name="cursor_is_one_an_account")
        ]

    def __str__(self) -> str:
        return self.account or "platform"
