"""A booking's money as a table: each payment, and below it all that happened to it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.safestring import SafeString

from payments import words
from payments.admin.display import show
from payments.folio import Entry
from payments.panels import steps
from payments.panels.steps import Step


@dataclass(frozen=True)
class Line:
    """
    One line of the table.

    :param under: it belongs to the payment above it.
    :param notes: what else the reader should know, in words.
    """

    id: UUID
    title: str
    stripe_id: str
    url: str
    amount: str
    badge: SafeString
    when: str
    notes: list[str] = field(default_factory=list)
    under: bool = False


def lines_of(found: Iterable[Entry], *, place: Any, currency: str = "") -> list[Line]:
    """
    Return the lines of these payments, oldest first, each followed by what belongs to it.

    :param place: the record by whose house's clocks times are told.
    :param currency: the booking's; a payment in another one is said to count for nothing.
    """
    lines: list[Line] = []
    for entry in sorted(found, key=lambda entry: steps.age(entry.payment)):
        lines.append(_payment(entry, place, currency))
        lines += [_step(step, place) for step in steps.all_of(entry)]
    return lines


def _payment(entry: Entry, place: Any, currency: str) -> Line:
    payment = entry.payment
    return Line(
        id=payment.pk,
        title=words.purpose(payment),
        stripe_id=payment.stripe_id,
        url=show.url(payment),
        amount=show.amount(payment.amount, payment.currency),
        badge=show.badge(words.payment(entry)),
        when=show.when(place, payment.occurred_at),
        notes=list(steps.notes_of(entry, currency)),
    )


def _step(step: Step, place: Any) -> Line:
    row = step.row
    notes = list(step.told)
    if step.until:
        notes.append(f"{step.until_what} {show.when(place, step.until)}.")
    if row.conflict:
        notes.append("Stripe contradicts itself about it.")
    return Line(
        id=row.pk,
        title=" · ".join(filter(None, [step.title, step.method])),
        stripe_id=row.stripe_id,
        url=show.url(row),
        amount=step.amount,
        badge=show.badge(step.said),
        when=show.when(place, step.when) if step.when else "",
        notes=notes,
        under=True,
    )
