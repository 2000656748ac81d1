"""What every record of a Stripe object has."""

import builtins
import os
import time
import uuid
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from payments.merge import Frozen, time_of


def time_ordered_id() -> uuid.UUID:
    """
    Return a UUID of version 7, so that new rows lie together, in the order in which they were made.

    A millisecond, its part in 4,096ths, and chance: RFC 9562, section 6.2, method 3.
    """
    millisecond, nanoseconds = divmod(time.time_ns(), 1_000_000)
    part = nanoseconds * 4096 // 1_000_000
    chance = int.from_bytes(os.urandom(8), "big") >> 2
    return uuid.UUID(int=millisecond << 80 | 7 << 76 | part << 64 | 2 << 62 | chance)


def first_id_at(moment: datetime) -> uuid.UUID:
    """Return the smallest id that a row made at this moment could have."""
    return uuid.UUID(int=max(0, int(moment.timestamp() * 1000)) << 80)


def text(length: int, **options: Any) -> "models.CharField[str, str]":
    """Return a column for a text of Stripe's, empty where there is none."""
    return models.CharField(max_length=length, blank=True, default="", db_default="", **options)


def stripe_id(**options: Any) -> "models.CharField[str, str]":
    """Return a column for the Stripe id of another object, empty where there is none."""
    return text(255, **options)


def flag() -> "models.BooleanField[bool, bool]":
    """Return a column for what is false until seen true."""
    return models.BooleanField(default=False, db_default=False)


def money() -> "models.BigIntegerField[int | None, int | None]":
    """Return a column for an amount in minor units; null until seen."""
    return models.BigIntegerField(null=True, blank=True)


def moment() -> "models.DateTimeField[Any, Any]":
    """Return a column for a time; null until seen."""
    return models.DateTimeField(null=True, blank=True)


def one_per_account(name: str) -> models.UniqueConstraint:
    """Return the constraint that every record of a Stripe object has, once it has an id."""
    return models.UniqueConstraint(
        fields=["stripe_id", "account", "livemode"], condition=given(), name=name
    )


def given() -> models.Q:
    """Return the condition that Stripe has given a record its id: what we promised waits for it."""
    return ~models.Q(stripe_id="")


def unknown(statuses: Iterable[str]) -> models.Q:
    """Return the condition that Stripe says a status of an object that none of these is."""
    return models.Q(seen=True) & ~models.Q(status__in=sorted({*statuses, ""}))


class StripeRecord(models.Model):
    """
    One Stripe object as far as a hotel needs it, merged from everything seen of it.

    A Stripe id is unique inside its account and mode only. `seen` is false for a row that stands
    for an object which others name and which has not been seen itself, or which we have asked
    Stripe to make and which has no id yet.
    """

    MERGE: ClassVar[Frozen]
    PARENTS: ClassVar[dict[str, str]] = {}  # relation → the column with the parent's Stripe id
    PERSONAL: ClassVar[tuple[str, ...]] = ()  # texts about a person; empty once `erased_at` is set

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    account = models.CharField(max_length=255, blank=True)  # empty: the platform's own
    livemode = models.BooleanField(default=False)
    stripe_id = models.CharField(max_length=255, blank=True)  # empty: promised, not answered yet
    organization = models.ForeignKey(  # each kind has an index that begins with it
        settings.PAYMENTS_ORGANIZATION_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    property = models.ForeignKey(
        settings.PAYMENTS_PROPERTY_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    seen = flag()
    conflict = flag()
    register_key = text(300)
    dirty = models.PositiveIntegerField(default=0, db_default=0)  # asks for a re-read …
    cleaned = models.PositiveIntegerField(default=0, db_default=0)  # … which answers up to here
    unreachable = flag()  # Stripe would not show it, when it was asked again
    occurred_at = moment()  # Stripe's `created`
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.stripe_id or str(self.pk)

    @classmethod
    def identity(cls, stripe_id: str) -> dict[str, str]:
        """Return further columns that a row of this kind has from its first moment."""
        return {}

    @classmethod
    @cache
    def written_fields(cls) -> list[str]:
        """Return the fields that a merged row is written with."""
        fixed = {"id", "account", "livemode", "stripe_id", "organization"}
        fixed |= {"cleaned", "unreachable"}  # a re-read's alone
        fixed |= {"erased_at"}  # an erasure's alone
        fixed.update(cls.identity(""))
        return [field.name for field in cls._meta.concrete_fields if field.name not in fixed]

    @builtins.property
    def shown_at(self) -> datetime | None:
        """When that happened which shows it as it is now; None where no calendar has the time."""
        return time_of(self.register_key)

    @builtins.property
    def provisional(self) -> bool:
        """Whether a re-read from Stripe is still owed."""
        return self.cleaned < self.dirty


class BookingRecord(StripeRecord):
    """A record that may be about a booking."""

    reservation = models.ForeignKey(
        settings.PAYMENTS_RESERVATION_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="%(class)ss",
    )

    class Meta:
        abstract = True


def of_organization(name: str) -> models.Index:
    """Return the index that every list of an organization's records is read by."""
    return models.Index(fields=["organization", "-id"], name=name)
