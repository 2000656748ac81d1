"""What was asked of us under an `Idempotency-Key`, and how it was answered."""

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from payments.models.base import time_ordered_id


class IdempotentRequest(models.Model):
    """
    One request that somebody may repeat, because they did not hear the answer.

    It is theirs, of one method and address. `status` is null while it is worked on. What it has
    promised to ask of Stripe points here, so that whoever takes over from a process that died
    knows what was promised already.
    """

    REMEMBERED: ClassVar[timedelta] = timedelta(hours=24)

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    digest = models.CharField(max_length=64)  # of its method, address and key
    body = models.CharField(max_length=64)  # a digest of it
    begun_at = models.DateTimeField(default=timezone.now)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.TextField(blank=True, default="")  # JSON; no secret and no address is in it

    class Meta:
        db_table = "idempotent_requests"
        constraints = [
            models.UniqueConstraint(fields=["person", "digest"], name="a_key_asks_once"),
        ]
        indexes = [models.Index(fields=["begun_at"], name="idempotent_requests_by_age")]

    def __str__(self) -> str:
        return str(self.pk)
