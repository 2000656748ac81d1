"""What the platform sends to hotels' accounts, and what it keeps of their charges."""

from typing import ClassVar

from django.db import models

from payments.merge import Frozen, Max, Min, Once, Or, Union
from payments.models.base import (
    StripeRecord,
    flag,
    money,
    of_organization,
    one_per_account,
    stripe_id,
    text,
)


class Transfer(StripeRecord):
    """A share sent to a hotel's account, perhaps taken back in parts."""

    MERGE: ClassVar[Frozen] = Frozen(
        amount=Once(),
        currency=Once(),
        destination=Once(),
        source_transaction=Once(),
        transfer_group=Once(),
        amount_reversed=Max(),
        reversed=Or(),
        canceled=Or(),
        reversals=Union(),
        occurred_at=Min(),
    )

    amount = money()
    currency = text(3)
    destination = stripe_id()
    source_transaction = stripe_id()
    transfer_group = text(255)
    amount_reversed = money()
    reversed = flag()
    canceled = flag()
    reversals = models.JSONField(null=True, blank=True)

    class Meta:
        db_table = "transfers"
        ordering = ["-id"]
        constraints = [one_per_account("transfer_is_unique_in_account")]
        indexes = [of_organization("transfers_of_organization")]


class ApplicationFee(StripeRecord):
    """What the platform keeps of a hotel's charge."""

    MERGE: ClassVar[Frozen] = Frozen(
        hotel_account=Once(),
        stripe_charge_id=Once(),
        amount=Once(),
        currency=Once(),
        amount_refunded=Max(),
        refunded=Or(),
        occurred_at=Min(),
    )

    hotel_account = stripe_id()
    stripe_charge_id = stripe_id()
    amount = money()
    currency = text(3)
    amount_refunded = money()
    refunded = flag()

    class Meta:
        db_table = "application_fees"
        ordering = ["-id"]
        constraints = [one_per_account("application_fee_is_unique_in_account")]
        indexes = [of_organization("fees_of_organization")]
