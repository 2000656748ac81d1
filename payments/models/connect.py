"""The Stripe accounts that hotels take their money through, and who and what stands behind them."""

import builtins
from typing import ClassVar

from django.db import models
from django.utils import timezone

from payments.merge import Frozen, Max, Min, Or, Register, Tombstone
from payments.models.base import (
    StripeRecord,
    flag,
    moment,
    of_organization,
    one_per_account,
    text,
)


class ConnectedAccount(StripeRecord):
    """
    A hotel's own Stripe account, in one mode: of the organization, or of one of its houses.

    An account belongs to one organization for ever. Once met it is never unknown: what Stripe says
    of it after it was disconnected is still applied. It is filed under itself.
    """

    MERGE: ClassVar[Frozen] = Frozen(
        authorized_at=Max(),
        deauthorized_at=Max(),
        details_submitted=Or(),
        were_charges_enabled=Or(),
        were_payouts_enabled=Or(),
        charges_enabled=Register(),
        payouts_enabled=Register(),
        currently_due=Register(),
        past_due=Register(),
        eventually_due=Register(),
        pending_verification=Register(),
        errors=Register(),
        disabled_reason=Register(),
        current_deadline=Register(),
        business_name=Register(),
        country=Register(),
        default_currency=Register(),
        occurred_at=Min(),
    )

    charges_enabled = flag()
    payouts_enabled = flag()
    were_charges_enabled = flag()  # once: so that "they stopped" can be told from "not yet"
    were_payouts_enabled = flag()
    details_submitted = flag()
    currently_due = models.JSONField(null=True, blank=True)
    past_due = models.JSONField(null=True, blank=True)
    eventually_due = models.JSONField(null=True, blank=True)
    pending_verification = models.JSONField(null=True, blank=True)
    errors = models.JSONField(null=True, blank=True)  # why Stripe refused what it was sent
    disabled_reason = text(100)
    current_deadline = moment()
    business_name = text(200)
    country = text(2)
    default_currency = text(3)
    authorized_at = moment()
    deauthorized_at = moment()
    let_go_here_at = moment()  # by a click of somebody's here
    tie_decided_at = moment()  # of a connection opened and closed in one second: a probe decided …
    tie_is_open = flag()  # … that it is open, or not
    charges_confirmed = models.PositiveIntegerField(default=0, db_default=0)  # by which re-read …
    payouts_confirmed = models.PositiveIntegerField(default=0, db_default=0)  # … enabled, last
    connected_at = models.DateTimeField(default=timezone.now)  # the latest takes new money

    class Meta:
        db_table = "connected_accounts"
        ordering = ["-id"]
        constraints = [one_per_account("account_is_unique_in_mode")]
        indexes = [of_organization("accounts_of_organization")]

    @builtins.property
    def is_connected(self) -> bool:
        """Whether the hotel still lets us act; after a tie a re-read decides, until then not."""
        if self.deauthorized_at is None:
            return True
        if self.authorized_at == self.deauthorized_at:
            return self.tie_is_open and self.tie_decided_at == self.deauthorized_at
        return self.authorized_at is not None and self.authorized_at > self.deauthorized_at

    @builtins.property
    def is_undecided(self) -> bool:
        """Whether it was opened and closed in one second, and no probe has decided which is so."""
        tie = self.deauthorized_at is not None and self.authorized_at == self.deauthorized_at
        return tie and self.tie_decided_at != self.deauthorized_at

    @builtins.property
    def was_let_go_here(self) -> bool:
        """Whether it is closed because somebody let go of it here, since it was last opened."""
        if self.is_connected or self.let_go_here_at is None:
            return False
        return self.authorized_at is None or self.authorized_at <= self.let_go_here_at

    @builtins.property
    def wanted(self) -> list[str]:
        """What Stripe wants to know, the overdue first."""
        late = list(self.past_due or [])
        return late + [name for name in self.currently_due or [] if name not in late]


class ExternalAccount(StripeRecord):
    """Where a hotel's payouts go: a bank account or a card, by what names it."""

    MERGE: ClassVar[Frozen] = Frozen(
        deleted=Tombstone(),
        type=Register(),
        bank_name=Register(),
        last4=Register(),
        country=Register(),
        currency=Register(),
        status=Register(),
        default_for_currency=Register(),
    )

    type = text(50)
    bank_name = text(200)
    last4 = text(4)
    country = text(2)
    currency = text(3)
    status = text(50)
    default_for_currency = models.BooleanField(null=True, blank=True)
    deleted = flag()

    class Meta:
        db_table = "external_accounts"
        ordering = ["-id"]
        verbose_name = "payout account"
        constraints = [one_per_account("external_account_is_unique_in_account")]
        indexes = [of_organization("externals_of_organization")]


class Person(StripeRecord):
    """Somebody on an account: the part they have, and what Stripe still wants of them."""

    MERGE: ClassVar[Frozen] = Frozen(
        deleted=Tombstone(),
        owner=Register(),
        director=Register(),
        executive=Register(),
        representative=Register(),
        verification_status=Register(),
        currently_due=Register(),
        past_due=Register(),
        occurred_at=Min(),
    )

    owner = models.BooleanField(null=True, blank=True)
    director = models.BooleanField(null=True, blank=True)
    executive = models.BooleanField(null=True, blank=True)
    representative = models.BooleanField(null=True, blank=True)
    verification_status = text(50)
    currently_due = models.JSONField(null=True, blank=True)
    past_due = models.JSONField(null=True, blank=True)
    deleted = flag()

    class Meta:
        db_table = "persons"
        ordering = ["-id"]
        constraints = [one_per_account("person_is_unique_in_account")]
        indexes = [of_organization("persons_of_organization")]


class Capability(StripeRecord):
    """What an account may do; its Stripe id is a name such as `card_payments`."""

    MERGE: ClassVar[Frozen] = Frozen(
        status=Register(),
        requested=Register(),
        requested_at=Max(),
        was_active=Or(),
        currently_due=Register(),
        disabled_reason=Register(),
    )

    status = text(50)
    requested = models.BooleanField(null=True, blank=True)
    requested_at = moment()
    was_active = flag()
    currently_due = models.JSONField(null=True, blank=True)
    disabled_reason = text(100)

    class Meta:
        db_table = "capabilities"
        ordering = ["-id"]
        verbose_name_plural = "capabilities"
        constraints = [one_per_account("capability_is_unique_in_account")]
        indexes = [of_organization("capabilities_of_organization")]
