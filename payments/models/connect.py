"""The Stripe accounts that hotels take their money through."""

from django.conf import settings
from django.db import models

from payments.models.base import flag, time_ordered_id


class ConnectedAccount(models.Model):
    """
    A hotel's own Stripe account, in one mode: of the organization, or of one of its houses.

    An account belongs to one organization for ever. Once met it is never unknown: what Stripe says
    of it after it was disconnected is still applied.
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    stripe_id = models.CharField(max_length=255)
    livemode = models.BooleanField(default=False)
    organization = models.ForeignKey(
        settings.PAYMENTS_ORGANIZATION_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    property = models.ForeignKey(
        settings.PAYMENTS_PROPERTY_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    charges_enabled = flag()
    details_submitted = flag()
    connected_at = models.DateTimeField(auto_now_add=True)
    disconnected_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "connected_accounts"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["stripe_id", "livemode"], name="account_is_unique_in_mode"
            )
        ]

    def __str__(self) -> str:
        return self.stripe_id
