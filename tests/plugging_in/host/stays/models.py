"""Bookings by another name; of their fields those that payments expects."""

import uuid

from django.db import models
from django.db.models import F
from groups.models import Hotel, HotelGroup


class Person(models.Model):
    name = models.CharField(max_length=100)
    email = models.EmailField(blank=True)

    def __str__(self):
        return self.name

    def erase(self):
        self.name, self.email = "Erased guest", ""
        self.save()


class Bookings(models.QuerySet):
    def visible_to(self, user):
        return self.filter(property__in=Hotel.objects.visible_to(user))

    def with_owed(self):
        paid = F("paid_elsewhere") + F("paid_amount") - F("refunded_amount") - F("lost_amount")
        return self.annotate(owed=F("total") + F("extras_amount") - paid)


class Booking(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    organization = models.ForeignKey(HotelGroup, models.PROTECT)
    property = models.ForeignKey(Hotel, models.PROTECT)
    guest = models.ForeignKey(Person, models.PROTECT)
    code = models.CharField(max_length=40)
    status = models.CharField(max_length=20, default="confirmed")
    arrival = models.DateField()
    departure = models.DateField()
    currency = models.CharField(max_length=3)
    total = models.BigIntegerField(default=0)
    paid_elsewhere = models.BigIntegerField(default=0)
    room = models.CharField(max_length=50, blank=True)
    rate_name = models.CharField(max_length=50, blank=True)
    cancellation_policy = models.JSONField(default=list)
    policy_accepted_at = models.DateTimeField(null=True)
    checked_in_at = models.DateTimeField(null=True)
    checked_out_at = models.DateTimeField(null=True)

    payment_status = models.CharField(max_length=20, default="unpaid")
    paid_amount = models.BigIntegerField(default=0)
    extras_amount = models.BigIntegerField(default=0)
    refunded_amount = models.BigIntegerField(default=0)
    authorized_amount = models.BigIntegerField(default=0)
    disputed_amount = models.BigIntegerField(default=0)
    lost_amount = models.BigIntegerField(default=0)
    stripe_payment_intent_id = models.CharField(max_length=255, blank=True)

    objects = Bookings.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "code"], name="code_is_unique")
        ]

    def __str__(self):
        return self.code
