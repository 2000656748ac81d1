"""Hotel groups by another name; of their fields those that payments expects."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q


class Visible(models.QuerySet):
    def visible_to(self, user):
        if user.is_superuser:
            return self
        return self.filter(self.model.seen_by(user))


class StripeColumns(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.CharField(max_length=100)
    slug = models.SlugField()
    timezone = models.CharField(max_length=50, default="Europe/Rome")
    stripe_account_id = models.CharField(max_length=255, blank=True)
    stripe_onboarding_complete = models.BooleanField(default=False)
    stripe_charges_enabled = models.BooleanField(default=False)

    objects = Visible.as_manager()

    class Meta:
        abstract = True


class HotelGroup(StripeColumns):
    currency = models.CharField(max_length=3, default="eur")
    limits = models.JSONField(default=dict)
    submits_evidence = models.BooleanField(default=False)
    stripe_architecture = models.CharField(max_length=20, default="centralized")

    def __str__(self):
        return self.name

    @staticmethod
    def seen_by(user):
        return Q(pk__in=Employee.objects.filter(user=user).values("organization"))


class Hotel(StripeColumns):
    organization = models.ForeignKey(HotelGroup, models.PROTECT)
    email = models.EmailField(blank=True)

    def __str__(self):
        return self.name

    @staticmethod
    def seen_by(user):
        mine = Employee.objects.filter(user=user)
        everywhere = mine.filter(properties=None).values("organization")
        return Q(organization__in=everywhere) | Q(pk__in=mine.values("properties"))


class Employee(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    organization = models.ForeignKey(HotelGroup, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20)
    properties = models.ManyToManyField(Hotel, blank=True, related_name="memberships")

    def __str__(self):
        return f"{self.user} · {self.role}"
