"""Money that goes back to a guest: how much can, of which payments, and asking for it once."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from payments import bulk, hotel, money
from payments.errors import Invalid, NotAsThingsStand
from payments.folio import Entry, Folio
from payments.hotel import Booking, Right
from payments.models import Charge, OutgoingRequest, Payment, Refund
from payments.operations import acting, activity, amounts, outcome
from payments.operations.payments import payment_intents
from payments.operations.promised import row as promised_row
from payments.outgoing import keeping, promises
from payments.records import bookings

REASONS = ("duplicate", "fraudulent", "requested_by_customer")  # Stripe's own


IN_DISPUTE = "A bank decides about this payment: a refund would pay the guest twice."


class InDispute(NotAsThingsStand):
    """A bank decides about this payment: a refund would pay the guest twice."""

    code = "in_dispute"


class NothingToGiveBack(NotAsThingsStand):
    """All of it went back, or was never taken."""

    code = "not_actionable"


class Part(NamedTuple):
    """So much of one payment; in minor units of its currency."""

    payment: UUID
    amount: int


@dataclass(frozen=True)
class Refundable:
    """
    What can still be given back of a payment.

    :param charge: the attempt that took the money.
    :param amount: in minor units of the payment's currency.
    :param disputed: a dispute is why it is not more.
    """

    payment: Payment
    charge: Charge
    amount: int
    disputed: bool


def refundable(folio: Folio) -> list[Refundable]:
    """Return what can be given back of each of a booking's payments, the newest payment first."""
    return _refundable(folio.entries, folio.booking.currency)


_Allocated = list[tuple[Refundable, int]]  # how much of each
_Made = list[tuple[Refund, OutgoingRequest]]


def issue(
    *,
    booking: Booking,
    amount: int,
    reason: str = "",
    parts: Sequence[Part] | None = None,
    among: Collection[UUID] | None = None,
    lower_total: bool = False,
    note: str = "",
    by: Any,
) -> list[Refund]:
    """
    Give a guest money back: promised now, settled when Stripe says so.

    :param amount: in minor units of the booking's currency.
    :param reason: one of `REASONS`, or empty.
    :param parts: which payments; without them, over what can be refunded, the newest first.
    :param among: without `parts`, over these payments alone.
    :param lower_total: the stay costs so much less, too.
    :param note: why, for staff.
    :raises Refused: they may not; or less can be given back, counting what is under way and in
        dispute.
    """
    where = (booking.organization_id, booking.property_id)
    hotel.require(by, Right.REFUND, *where)
    amounts.check(amount, booking.currency)
    hotel.require_within_limit(by, Right.REFUND, where[0], amount=amount, currency=booking.currency)
    if reason not in ("", *REASONS):
        raise Invalid("reason", f"It is one of {', '.join(REASONS)}.")
    activity.check_note(note)
    if parts is not None:
        _check_parts(parts, amount, booking.currency)
    acting.require_key()

    def allocate(found: list[Refundable]) -> _Allocated:
        if parts is not None:
            return _chosen(found, parts)
        if among is not None:
            found = [each for each in found if each.payment.pk in among]
        return _allocated(found, amount, booking)

    def promise() -> tuple[_Made, int]:
        facts = {"amount": amount, "currency": booking.currency, "reason": reason, "note": note}
        return _promise_all(booking, allocate, facts, lower_total=lower_total, by=by)

    try:
        made, lowered = promise()
    except amounts.AmountTooLarge:
        if not _look_at_unheard(booking):
            raise
        made, lowered = promise()
    kept = [keeping.keep(request) for _, request in made]
    refused = [each for each in kept if each.state == OutgoingRequest.State.REFUSED]
    _put_back(booking, lowered, [row for row, request in made if request.pk in _ids(refused)])
    if len(refused) == len(kept):
        outcome.refuse(refused[0])
    return [outcome.standing(each, row) for each, (row, _) in zip(kept, made, strict=True)]


def _promise_all(
    booking: Booking,
    allocate: Callable[[list[Refundable]], _Allocated],
    facts: dict[str, Any],
    *,
    lower_total: bool,
    by: Any,
) -> tuple[_Made, int]:
    """Promise each part of a refund; return them, and by how much the stay's total went down."""
    with transaction.atomic():
        locked = Payment.objects.select_for_update().filter(reservation=booking.id)
        found = _refundable(
            bookings.entries_of(locked.order_by("stripe_id", "account")), booking.currency
        )
        parts = allocate(found)
        lowered = hotel.lower_total(booking.id, facts["amount"]) if lower_total else 0
        with bulk.together():
            made = [_promise(part, of, facts["reason"], by) for of, part in parts]
            activity.note("refund_issued", of=booking, by=by, lowered=lowered, **facts)
        if lowered:
            bookings.recompute([booking.id])
    return made, lowered


def _look_at_unheard(booking: Booking) -> bool:
    """
    Look at Stripe whether money came that we have not heard of; say whether any did.

    The guest may have confirmed it; or we heard of the payment and not of its charge.
    """
    heard = Charge.objects.filter(payment=OuterRef("pk"), seen=True)
    waiting = Q(status__in=payment_intents.TO_CONFIRM)
    rows = Payment.objects.filter(
        waiting | Q(~Exists(heard), status="succeeded"), reservation=booking.id
    ).exclude(stripe_id="")
    looked = [payment_intents.look_again(row) for row in rows]
    return any(payment.status == "succeeded" for payment in looked)


def give_all_back(*, charge: Charge, did: str, see: Callable[[], None], by: Any) -> Refund:
    """
    Give back, as fraudulent, all that can be of one charge, whether it has a booking or not.

    Asked again while that is under way, it returns the same refund.

    :param did: what this is, for the activity.
    :param see: asked with the payment locked; it raises when this is not to be done any more.
    :raises Refused: the charge is in dispute, or nothing of it can be given back.
    """
    acting.require_key()
    with transaction.atomic():
        locked = Payment.objects.select_for_update().filter(pk=charge.payment_id)
        under_way: Refund | None = Refund.objects.filter(
            charge=charge, reason="fraudulent", status__in=("promised", "pending")
        ).first()
        if under_way is not None:
            return under_way  # clicked twice
        found = bookings.entries_of(locked)
        left = [
            each
            for entry in found
            for each in _refundable([entry], entry.payment.currency)
            if each.charge.pk == charge.pk
        ]
        if any(each.disputed for each in left):
            raise InDispute(IN_DISPUTE)
        see()
        if not left:
            raise NothingToGiveBack("Nothing of this payment can be given back any more.")
        (of,) = left
        acting.holder(of.payment)
        refund, request = _promise(of.amount, of, "fraudulent", by)
        activity.note(did, of=refund, by=by, amount=of.amount, currency=of.payment.currency)
    return outcome.keep(request, refund)


def _ids(requests: Collection[OutgoingRequest]) -> set[UUID]:
    return {request.pk for request in requests}


def _put_back(booking: Booking, lowered: int, refused: Collection[Refund]) -> None:
    """Let the stay owe again what it was lowered by for refunds that Stripe refused at once."""
    back = min(lowered, sum(refund.amount or 0 for refund in refused))
    if back:
        with transaction.atomic():
            hotel.raise_total(booking.id, back)
            bookings.recompute([booking.id])


def _check_parts(parts: Sequence[Part], amount: int, currency: str) -> None:
    if not parts:
        raise Invalid("payments", "Name at least one payment, or leave it out.")
    if len({part.payment for part in parts}) != len(parts):
        raise Invalid("payments", "Name each payment once.")
    for part in parts:
        amounts.check(part.amount, currency, "payments")
    if sum(part.amount for part in parts) != amount:
        raise Invalid("payments", "The parts do not add up to the amount.")


def _refundable(found: Collection[Entry], currency: str) -> list[Refundable]:
    """Return what can be given back of these payments in one currency, the newest first."""
    listed = []
    for entry in found:
        for charge in entry.charges:
            left = entry.refundable(charge)
            if left is None or entry.payment.currency != currency:
                continue
            disputed = entry.is_disputed(charge)
            if left or disputed:
                listed.append(Refundable(entry.payment, charge, left, disputed))
    return sorted(listed, key=_newest_first, reverse=True)


def _newest_first(each: Refundable) -> tuple[Any, str]:
    return (each.payment.occurred_at or each.payment.updated_at, each.payment.stripe_id)


def _allocated(found: Sequence[Refundable], amount: int, booking: Booking) -> _Allocated:
    """Return how much of which payment makes up an amount."""
    chosen, missing = [], amount
    for each in found:
        part = min(each.amount, missing)
        if part:
            acting.holder(each.payment)
            chosen.append((each, part))
            missing -= part
    if missing:
        _refuse_too_much(found, amount - missing, booking.currency)
    return chosen


def _chosen(found: Sequence[Refundable], parts: Sequence[Part]) -> _Allocated:
    of = {each.payment.pk: each for each in found}
    chosen = []
    for part in parts:
        each = of.get(part.payment)
        if each is None:
            raise amounts.AmountTooLarge("Nothing can be given back of one of these payments.")
        if part.amount > each.amount:
            _refuse_too_much([each], each.amount, each.payment.currency)
        acting.holder(each.payment)
        chosen.append((each, part.amount))
    return chosen


def _refuse_too_much(found: Sequence[Refundable], most: int, currency: str) -> None:
    if not most and any(each.disputed for each in found):
        raise InDispute(IN_DISPUTE)
    if not most:
        raise amounts.AmountTooLarge("There is nothing to give back.")
    raise amounts.AmountTooLarge(
        f"At most {money.show(most, currency)} can be given back, counting what is under way."
    )


def _promise(amount: int, of: Refundable, reason: str, by: Any) -> tuple[Refund, OutgoingRequest]:
    payment, charge = of.payment, of.charge
    refund = promised_row(
        Refund,
        of=payment,
        account=payment.account,
        livemode=payment.livemode,
        type=Refund.Type.REFUND,
        amount=amount,
        currency=payment.currency,
        reason=reason,
        payment=payment,
        charge=charge,
        stripe_payment_intent_id=charge.stripe_payment_intent_id,
        stripe_charge_id=charge.stripe_id,
        bound_by=Refund.BoundBy.PROMISE,
    )
    params: dict[str, Any] = {
        "charge": charge.stripe_id,
        "amount": amount,
        "metadata": refund.metadata,
    }
    if reason:
        params["reason"] = reason
    request = promises.promise(
        "refund",
        about=refund,
        account=payment.account,
        livemode=payment.livemode,
        params=params,
        by=by,
    )
    return refund, request
