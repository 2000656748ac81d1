"""The hotel groups, their houses, and who works for them in which role."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q


class Role(models.TextChoices):
    """What somebody does at a hotel group."""

    OWNER = "owner"
    MANAGER = "manager"
    FRONT_DESK = "front_desk"
    FINANCE = "finance"
    READ_ONLY = "read_only"


class Architecture(models.TextChoices):
    """Whose Stripe account takes the money."""

    CENTRALIZED = "centralized", "One account for the organization"
    PER_PROPERTY = "per_property", "One account for each property"


class StripeColumns(models.Model):
    """
    What the rest of the hotel's system reads about a Stripe account.

    Written by the payments app alone, together with its own record of the account.
    """

    stripe_account_id = models.CharField(max_length=255, blank=True)
    stripe_onboarding_complete = models.BooleanField(default=False)
    stripe_charges_enabled = models.BooleanField(default=False)

    class Meta:
        abstract = True


class OrganizationQuerySet(models.QuerySet["Organization"]):
    """Hotel groups."""

    def visible_to(self, user: Any) -> "OrganizationQuerySet":
        """Return the groups that this person works for; all of them for a superuser."""
        if user.is_superuser:
            return self
        if not user.is_authenticated:
            return self.none()
        return self.filter(memberships__user=user).distinct()


class Organization(StripeColumns):
    """A hotel group: the tenant that every booking and every payment belongs to."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    slug = models.SlugField(unique=True)
    currency = models.CharField(max_length=3, default="eur")
    timezone = models.CharField(max_length=64, default="UTC")
    stripe_architecture = models.CharField(
        max_length=20, choices=Architecture, default=Architecture.CENTRALIZED
    )

    limits = models.JSONField(
        default=dict,
        blank=True,
        help_text="What the front desk may charge and refund at once, in minor units.",
    )
    submits_evidence = models.BooleanField(
        "hands in evidence by itself",
        default=False,
        help_text="Shortly before a dispute's deadline, when nobody has handed anything in.",
    )

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        db_table = "organizations"
        ordering = ["name"]
        swappable = "PAYMENTS_ORGANIZATION_MODEL"

    def __str__(self) -> str:
        return self.name


class PropertyQuerySet(models.QuerySet["Property"]):
    """Houses."""

    def visible_to(self, user: Any) -> "PropertyQuerySet":
        """Return the houses that this person may see: those named in a membership, or all of it."""
        if user.is_superuser:
            return self
        if not user.is_authenticated:
            return self.none()
        mine = Membership.objects.filter(user=user)
        return self.filter(
            Q(organization__in=mine.filter(properties=None).values("organization"))
            | Q(pk__in=mine.exclude(properties=None).values("properties"))
        )


class Property(StripeColumns):
    """One house of a hotel group."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="properties"
    )
    name = models.CharField(max_length=200)
    slug = models.SlugField()
    timezone = models.CharField(max_length=64, default="UTC")
    email = models.EmailField(
        blank=True, help_text="The reservations desk: where guests' answers to mails go."
    )

    objects = PropertyQuerySet.as_manager()

    class Meta:
        db_table = "properties"
        ordering = ["name"]
        swappable = "PAYMENTS_PROPERTY_MODEL"
        verbose_name_plural = "properties"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "slug"], name="property_slug_is_unique_in_organization"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """Somebody's work for a hotel group: a role, and the houses it is for (none named: all)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(max_length=20, choices=Role)
    properties = models.ManyToManyField(Property, blank=True, related_name="memberships")

    class Meta:
        db_table = "memberships"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organization"], name="membership_is_unique_in_organization"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.organization} · {self.get_role_display()}"
