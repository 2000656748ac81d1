"""What we have promised to ask Stripe for: a row each, until Stripe has decided."""

import builtins
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models
from django.utils import timezone

from payments.models.base import stripe_id, text, time_ordered_id


class OutgoingRequest(models.Model):
    """
    One call to Stripe that must be made exactly once, written down before it is made.

    Whoever dies in between leaves it to the worker, which makes the same call again: with the same
    parameters and the same idempotency key.
    """

    class State(models.TextChoices):
        PROMISED = "promised", "Promised"
        KEPT = "kept", "Done"
        REFUSED = "refused", "Refused"

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    kind = models.CharField(max_length=50)
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
        settings.PAYMENTS_RESERVATION_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    account = text(255)  # that holds the object; empty: the platform's own
    livemode = models.BooleanField(default=False)
    about = models.UUIDField()  # our row of the object that it makes or changes
    target = stripe_id()  # the object that it changes; empty where it makes one
    params = models.JSONField(default=dict)
    key_number = models.PositiveSmallIntegerField(default=1)
    server_errors = models.PositiveSmallIntegerField(default=0)  # with this key
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=20, choices=State, default=State.PROMISED)
    stripe_id = stripe_id()  # of the object that came of it
    refusal = text(50)  # which kind of refusal: a class of `gateway.errors`
    error_code = text(100)
    error_param = text(100)
    decline_code = text(100)
    error = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True)
    asked_as = models.ForeignKey(  # the request to our API that it came of, for as long as we know
        "payments.IdempotentRequest",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="promises",
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        db_table = "outgoing_requests"
        ordering = ["-id"]
        verbose_name = "request to Stripe"
        verbose_name_plural = "requests to Stripe"
        indexes = [
            models.Index(fields=["organization", "-id"], name="requests_of_organization"),
            models.Index(
                fields=["next_attempt_at"],
                condition=models.Q(state="promised"),
                name="requests_due",
            ),
            models.Index(
                fields=["livemode", "account", "next_attempt_at", "id"],
                condition=models.Q(state="promised"),
                name="requests_of_account",
            ),
            models.Index(fields=["about"], name="requests_about"),
        ]

    # Of the attempt that this process made, never stored: the answer, Stripe's moment of it, and
    # our row merged with it.
    answer: dict[str, Any] | None = None
    answered_at: datetime | None = None
    row: Any = None

    def __str__(self) -> str:
        return f"{self.kind} {self.stripe_id or self.pk}"

    @builtins.property
    def key(self) -> str:
        """The idempotency key of the next attempt."""
        return str(self.pk) if self.key_number == 1 else f"{self.pk}:{self.key_number}"

    @builtins.property
    def is_decided(self) -> bool:
        """Whether Stripe has done it or will not."""
        return self.state != self.State.PROMISED


def written_on(about: UUID, hints: dict[str, Any]) -> dict[str, str]:
    """Return the metadata of an object that we make: what finds its booking, and our own row."""
    return {**{name: str(value) for name, value in hints.items()}, "transactionId": str(about)}


class OwedRead(models.Model):
    """
    A row of ours that Stripe is to be asked about again, because no order of events decides it.

    One for each row, however many events came of it; it goes once the row is clean.
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    kind = models.CharField(max_length=50)  # one of `models.KINDS`
    row = models.UUIDField()
    organization = models.ForeignKey(
        settings.PAYMENTS_ORGANIZATION_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    account = text(255)
    livemode = models.BooleanField(default=False)
    urgency = models.PositiveSmallIntegerField()  # the lowest first
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    last_error = models.TextField(blank=True, default="", db_default="")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "owed_reads"
        ordering = ["urgency", "due_at"]
        verbose_name = "re-read"
        verbose_name_plural = "re-reads"
        constraints = [models.UniqueConstraint(fields=["row"], name="read_is_owed_once")]
        indexes = [models.Index(fields=["livemode", "urgency", "due_at"], name="reads_due")]

    def __str__(self) -> str:
        return f"{self.kind} {self.row}"
