"""Whom Stripe knows as somebody's customer."""

from typing import ClassVar

from django.db import models

from payments.merge import Frozen, Once
from payments.models.base import StripeRecord, one_per_account


class Customer(StripeRecord):
    """
    A customer at Stripe. On the platform's own account: an organization that we bill.

    A platform event that names one belongs to that organization.
    """

    MERGE: ClassVar[Frozen] = Frozen(occurred_at=Once())

    class Meta:
        db_table = "customers"
        constraints = [one_per_account("customer_is_unique_in_account")]
        indexes = [models.Index(fields=["organization", "-id"], name="customers_of_organization")]
