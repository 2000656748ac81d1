"""A booking's money, line by line: payments, attempts, what went back, and what is at risk."""

from collections.abc import Iterable
from typing import Any

from payments import words
from payments.admin.display import show, threats
from payments.admin.display.lines import Line, age, doubts
from payments.folio import Entry, captured, hold_is_gone
from payments.models import Charge, Payment, Refund
from payments.words import BACK, GOOD, HELD, QUIET, WAIT, Said

AWAITED = Said("Details awaited", WAIT)
RELEASED = Said("Let go", BACK, "Not a refund: money that was only held is free again.")


def lines_of(found: Iterable[Entry], *, place: Any, currency: str = "") -> list[Line]:
    """
    Return the lines of these payments, oldest first, each followed by what belongs to it.

    :param place: the record by whose house's clocks times are told.
    :param currency: the booking's; a payment in another one is said to count for nothing.
    """
    lines: list[Line] = []
    for entry in sorted(found, key=lambda entry: age(entry.payment)):
        lines.append(_payment(entry, place, currency))
        under = [_attempt(charge, place) for charge in sorted(entry.charges, key=age)]
        under += [_refund(entry, refund, place) for refund in sorted(entry.refunds, key=age)]
        under += [line for charge in entry.charges if (line := _unexplained(entry, charge))]
        under += threats.lines_of(entry, place)
        lines += under
    return lines


def _payment(entry: Entry, place: Any, currency: str) -> Line:
    payment: Payment = entry.payment
    said = words.payment(entry)
    notes = [said.note] if said.note else []
    if payment.status == "succeeded" and payment.amount_received != payment.amount:
        notes.append(f"{show.amount(payment.amount_received, payment.currency)} of it was taken.")
    if entry.so_far:
        notes.append(f"{show.amount(entry.so_far, payment.currency)} has come so far.")
    if currency and payment.currency and payment.currency != currency:
        notes.append(f"Not in {currency.upper()}: it changes none of the booking's figures.")
    return Line(
        id=payment.pk,
        title=words.purpose(payment),
        stripe_id=payment.stripe_id,
        url=show.url(payment),
        amount=show.amount(payment.amount, payment.currency),
        badge=show.badge(said),
        when=show.when(place, payment.occurred_at),
        notes=notes + doubts(payment),
    )


def attempt(charge: Charge) -> Said:
    """Return how an attempt went."""
    if not charge.seen:
        return AWAITED
    if charge.status == "failed":
        return words.failed(charge.payment_method, charge.failure_code, charge.failure_reason)
    if charge.status == "pending":
        return Said("On its way", WAIT)
    if charge.status != "succeeded":
        return Said(charge.status.replace("_", " ").capitalize(), QUIET)
    if charge.captured:
        return Said("Taken", GOOD)
    return Said("Hold let go", QUIET) if hold_is_gone(charge) else Said("Held", HELD)


def _attempt(charge: Charge, place: Any) -> Line:
    said = attempt(charge)
    notes = [said.note] if said.note else []
    if said.tone == HELD and charge.capture_before:
        notes.append(f"Until {show.when(place, charge.capture_before)}.")
    if charge.captured and captured(charge) != charge.amount:
        notes.append(f"{show.amount(captured(charge), charge.currency)} of it was taken.")
    if charge.risk_level in ("elevated", "highest"):
        notes.append(f"Risk: {charge.risk_level}.")
    return Line(
        id=charge.pk,
        title=" · ".join(filter(None, ["Attempt", words.method("", charge)])),
        stripe_id=charge.stripe_id,
        url=show.url(charge),
        amount=show.amount(charge.amount, charge.currency),
        badge=show.badge(said),
        when=show.when(place, charge.occurred_at),
        notes=notes + doubts(charge),
        under=True,
    )


def _refund(entry: Entry, refund: Refund, place: Any) -> Line:
    release = entry.is_release(refund)
    said = words.refund(refund) if refund.seen else AWAITED
    notes = [said.note] if said.note else []
    if release:
        said, notes = RELEASED, [RELEASED.note]
    elif refund.reason:
        why = words.REFUND_REASONS.get(refund.reason, refund.reason.replace("_", " "))
        notes.append(f"Reason: {why}.")
    return Line(
        id=refund.pk,
        title="Release" if release else "Refund",
        stripe_id=refund.stripe_id,
        url=show.url(refund),
        amount=show.amount(refund.amount, refund.currency),
        badge=show.badge(said),
        when=show.when(place, refund.occurred_at),
        notes=notes + doubts(refund),
        under=True,
    )


def _unexplained(entry: Entry, charge: Charge) -> Line | None:
    amount = entry.unexplained(charge) if charge.seen else 0
    if not amount:
        return None
    return Line(
        id=None,
        title="Returned",
        stripe_id=charge.stripe_id,
        url=show.url(charge),
        amount=show.amount(amount, charge.currency),
        badge=show.badge(AWAITED),
        when="",
        notes=["The charge says so and it counts; the refund itself has not come yet."],
        under=True,
    )
