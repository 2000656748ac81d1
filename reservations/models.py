"""Who stays, where, when, and for how much."""

import builtins
import uuid
from typing import Any

from django.conf import settings
from django.db import models

from organizations.models import Property


class Guest(models.Model):
    """Somebody who stays at a hotel of one organization."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        settings.PAYMENTS_ORGANIZATION_MODEL, on_delete=models.PROTECT, related_name="guests"
    )
    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True)

    class Meta:
        db_table = "guests"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def erase(self) -> None:
        """Forget who it was; the bookings stay."""
        self.name, self.email = "Erased guest", ""
        self.save(update_fields=["name", "email"])


class PaymentStatus(models.TextChoices):
    """What a booking's money comes down to, worst news first."""

    DISPUTED = "disputed", "Disputed"
    CHARGED_BACK = "charged_back", "Charged back"
    REFUNDED = "refunded", "Refunded"
    PAID = "paid", "Paid"
    PARTIALLY_REFUNDED = "partially_refunded", "Partly refunded"
    PARTIALLY_PAID = "partially_paid", "Partly paid"
    AUTHORIZED = "authorized", "Authorized"
    PENDING = "pending", "Pending"
    FAILED = "failed", "Failed"
    UNPAID = "unpaid", "Unpaid"


class Owed(models.Func):
    """What a booking still owes, as `Reservation.balance`; wide enough for any amounts it adds."""

    template = "(%(expressions)s)"
    arg_joiner = " + "
    output_field = models.BigIntegerField()

    def __init__(self) -> None:
        super().__init__(
            models.F("total"),
            models.F("extras_amount"),
            -models.F("paid_elsewhere"),
            -models.F("paid_amount"),
            models.F("refunded_amount"),
            models.F("lost_amount"),
        )

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="(0::numeric + %(expressions)s)")


class ReservationQuerySet(models.QuerySet["Reservation"]):
    """Bookings."""

    def visible_to(self, user: Any) -> "ReservationQuerySet":
        """Return the bookings of the houses that this person may see."""
        if user.is_superuser:
            return self
        return self.filter(property__in=Property.objects.visible_to(user))

    def with_owed(self) -> "ReservationQuerySet":
        """Add what each booking still owes as `owed`, to find bookings by it."""
        return self.annotate(owed=Owed())


class Reservation(models.Model):
    """
    A booking: one guest, one house, some nights, and what the stay owes.

    Amounts are integers in minor units of `currency`. The columns from `payment_status` on are
    computed by the payments app from its transactions; nobody else writes them.
    """

    class Status(models.TextChoices):
        CONFIRMED = "confirmed"
        CHECKED_IN = "checked_in", "In house"
        CHECKED_OUT = "checked_out", "Departed"
        CANCELED = "canceled"
        NO_SHOW = "no_show"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        settings.PAYMENTS_ORGANIZATION_MODEL, on_delete=models.PROTECT, related_name="reservations"
    )
    property = models.ForeignKey(
        settings.PAYMENTS_PROPERTY_MODEL, on_delete=models.PROTECT, related_name="reservations"
    )
    guest = models.ForeignKey(Guest, on_delete=models.PROTECT, related_name="reservations")
    code = models.CharField(max_length=64)
    status = models.CharField(max_length=20, choices=Status, default=Status.CONFIRMED)
    arrival = models.DateField()
    departure = models.DateField()
    room = models.CharField(max_length=50, blank=True)
    rate_name = models.CharField(max_length=100, blank=True)
    cancellation_policy = models.JSONField(default=list, blank=True)  # steps, strictest last
    policy_accepted_at = models.DateTimeField(null=True, blank=True)
    checked_in_at = models.DateTimeField(null=True, blank=True)
    checked_out_at = models.DateTimeField(null=True, blank=True)

    currency = models.CharField(max_length=3)
    total = models.BigIntegerField(default=0, help_text="What the stay owes now, in minor units.")
    paid_elsewhere = models.BigIntegerField(
        default=0, help_text="Cash, bank or travel agency, in minor units."
    )

    payment_status = models.CharField(
        max_length=20, choices=PaymentStatus, default=PaymentStatus.UNPAID, editable=False
    )
    paid_amount = models.BigIntegerField(default=0, editable=False)
    extras_amount = models.BigIntegerField(default=0, editable=False)
    refunded_amount = models.BigIntegerField(default=0, editable=False)
    authorized_amount = models.BigIntegerField(default=0, editable=False)
    disputed_amount = models.BigIntegerField(default=0, editable=False)
    lost_amount = models.BigIntegerField(default=0, editable=False)
    stripe_payment_intent_id = models.CharField(max_length=255, blank=True, editable=False)

    objects = ReservationQuerySet.as_manager()

    class Meta:
        db_table = "reservations"
        ordering = ["-arrival", "code"]
        swappable = "PAYMENTS_RESERVATION_MODEL"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "code"], name="reservation_code_is_unique_in_organization"
            ),
            models.CheckConstraint(
                condition=models.Q(departure__gte=models.F("arrival")),
                name="departure_is_not_before_arrival",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-arrival", "code"], name="bookings_by_arrival"),
            models.Index(fields=["organization", "status", "-arrival"], name="bookings_by_stay"),
            models.Index(fields=["property", "-arrival"]),
            models.Index(fields=["payment_status", "-arrival"]),
        ]

    def __str__(self) -> str:
        return self.code

    @builtins.property
    def nights(self) -> int:
        """How many nights the stay has."""
        return (self.departure - self.arrival).days

    @builtins.property
    def balance(self) -> int:
        """What is still due, in minor units; below zero, what the hotel owes the guest."""
        return (
            self.total
            + self.extras_amount
            - self.paid_elsewhere
            - self.paid_amount
            + self.refunded_amount
            + self.lost_amount
        )
