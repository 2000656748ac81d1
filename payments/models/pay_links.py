"""Links by which a guest pays one amount for one booking."""

import builtins
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from payments.models.base import text, time_ordered_id
from payments.models.payments import PaymentTransaction, Purpose

VALID_FOR = timedelta(days=7)
DONE = ("succeeded", "processing", "requires_capture")  # its payment needs nobody any more


def a_week_from_now() -> datetime:
    """Return until when a link that is made now is good."""
    return timezone.now() + VALID_FOR


class PayLink(models.Model):
    """
    One booking, one amount, until a day.

    Whoever has its token may pay it. The token is signed from the id and kept nowhere.
    """

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
        settings.PAYMENTS_RESERVATION_MODEL, on_delete=models.PROTECT, related_name="pay_links"
    )
    amount = models.BigIntegerField()  # minor units
    currency = models.CharField(max_length=3)
    purpose = models.CharField(max_length=50, choices=Purpose)
    payment = models.ForeignKey(  # that it confirms; none until one is made
        PaymentTransaction,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="pay_links",
    )
    sent_to = text(254)  # the address it was mailed to; empty: to none
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,  # the system, because the guest's bank asks
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    expires_at = models.DateTimeField(default=a_week_from_now)
    used_at = models.DateTimeField(null=True, blank=True)  # it was paid

    class Meta:
        db_table = "pay_links"
        ordering = ["-id"]
        indexes = [models.Index(fields=["organization", "-id"], name="links_of_organization")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount__gt=0), name="pay_link_is_for_some_amount"
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)

    def has_expired(self, now: datetime) -> bool:
        """Say whether its time is over."""
        return now >= self.expires_at

    @builtins.property
    def is_used(self) -> bool:
        """Whether it was paid."""
        return self.used_at is not None or (
            self.payment is not None and self.payment.status in DONE
        )
