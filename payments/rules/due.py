"""What a guest may still be asked for, and what came that nobody had asked for. Pure."""

from datetime import datetime
from functools import cached_property
from typing import Any

from payments.folio import Entry, Folio
from payments.models import EXTRAS, Purpose

_ON_ITS_WAY = ("processing", "requires_capture")


class Due:
    """What a booking's money means to its guest. Amounts are in minor units of its currency."""

    def __init__(self, folio: Folio) -> None:
        self.folio = folio
        self.booking = folio.booking
        self._counted = [
            entry
            for entry in folio.entries
            if entry.payment.purpose not in EXTRAS
            and entry.payment.currency == folio.booking.currency
        ]

    @cached_property
    def to_ask_for(self) -> int:
        """
        What the guest may be asked for: not what a bank took in a dispute, nor what is coming.

        Below zero where more came than is due.
        """
        figures = self.folio.figures
        coming = sum(
            max(0, (entry.payment.amount or 0) - entry.received)  # a part may be captured already
            for entry in self._counted
            if entry.payment.status in _ON_ITS_WAY and entry.payment.purpose != Purpose.HOLD
        )
        return figures.balance - figures.lost - coming

    def is_made_up_for(self, failed: Entry) -> bool:
        """Say whether the guest paid the same for the same after all, or is about to."""
        before = _tried_at(failed)
        return any(
            (after := _tried_at(other)) is not None and before is not None and after >= before
            for other in self.folio.entries
            if other.payment.status in ("succeeded", *_ON_ITS_WAY) and _same(other, failed)
        )

    def unasked(self, entry: Entry) -> dict[str, Any]:
        """
        Return what is odd about money that came with a payment, as facts; none where nothing is.

        `odd` is `canceled`: for a stay that is canceled; `twice` or `too_much`: more than is due;
        or `late`: after the guest had left. `over` is how much nobody had asked for.
        """
        if not _kept(entry) or entry.payment.purpose in EXTRAS:
            return {}
        if entry.payment.currency != self.booking.currency:
            return {}
        if self.booking.status == "canceled":
            return {"odd": "canceled", "over": self._kept}
        if self._over > 0:
            sums = [each.received for each in self._brought]
            twice = sums.count(entry.received) > 1 and self._over >= entry.received
            return {"odd": "twice" if twice else "too_much", "over": self._over}
        paid_at = _tried_at(entry)
        if paid_at is not None and self.booking.has_left(paid_at):
            return {"odd": "late", "over": _kept(entry)}
        return {}

    @cached_property
    def latest(self) -> Entry | None:
        """The payment that brought money last, of those that the hotel still has money of."""
        return max(self._brought, key=_age, default=None)

    @cached_property
    def _brought(self) -> list[Entry]:
        """The payments for the stay itself that the hotel still has money of."""
        return [entry for entry in self._counted if _kept(entry)]

    @cached_property
    def _kept(self) -> int:
        return sum(map(_kept, self._brought))

    @cached_property
    def _over(self) -> int:
        """What came beyond what is due, and is not on its way back or a bank's to decide about."""
        figures = self.folio.figures
        over = -figures.balance - figures.refund_pending - figures.disputed
        return min(over, self._kept)


def _same(one: Entry, other: Entry) -> bool:
    """Say whether two payments are of the same amount for the same thing."""
    first, second = one.payment, other.payment
    return (first.purpose, first.amount, first.currency) == (
        second.purpose,
        second.amount,
        second.currency,
    )


def _tried_at(entry: Entry) -> datetime | None:
    """Return when the guest last paid, or tried to: which payment was begun first says nothing."""
    tried = [charge.occurred_at for charge in entry.charges if charge.seen and charge.occurred_at]
    return max(tried, default=entry.payment.shown_at or entry.payment.occurred_at)


def _kept(entry: Entry) -> int:
    """Return what the hotel has of a payment that is neither on its way back nor in a dispute."""
    gone = entry.refunded + entry.refund_pending
    gone += entry.disputed(lost=False) + entry.disputed(lost=True)
    return max(0, entry.received - gone) if entry.payment.status == "succeeded" else 0


def _age(entry: Entry) -> tuple[float, str]:
    at = _tried_at(entry)
    return (at.timestamp() if at else 0.0, entry.payment.stripe_id)
