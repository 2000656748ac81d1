"""One-click decisions about payments in doubt, each asked once more in a dialog."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from payments import hotel
from payments.hotel import Right
from payments.models import EarlyFraudWarning, Review
from payments.operations.protection import fraud_warnings, reviews
from payments.panels import desks
from payments.panels.desks import DoubtLine
from payments.staff import dialogs
from payments.staff.access import refuse_unless


@dataclass(frozen=True)
class Decision:
    """
    Something that can be decided about a payment in doubt.

    :param explains: returns what it will do, in sentences.
    :param do: does it, and returns what to tell.
    :param kinds: of the requests to Stripe that do it.
    """

    verb: str
    model: Any
    explains: Callable[[DoubtLine], list[str]]
    do: Callable[[Any, Any], str]
    kinds: tuple[str, ...]


def _refund(row: EarlyFraudWarning, by: Any) -> str:
    made = fraud_warnings.refund(warning=row, by=by)
    if made.status == "succeeded":
        return "The guest was refunded."
    return "The refund is on its way."


def _approve(row: Review, by: Any) -> str:
    closed = reviews.approve(review=row, by=by).closed
    return "The payment is approved." if closed else "The approval is on its way to Stripe."


def _refuse(row: Review, by: Any) -> str:
    reviews.refuse(review=row, by=by)
    return "The payment is refused: what was taken goes back, what was held is let go."


REFUND = Decision(
    "Refund guest",
    EarlyFraudWarning,
    lambda line: [
        f"{line.refundable} of this payment goes back to the guest, as fraud.",
        "A dispute and its fee are unlikely then. The booking itself stays as it is.",
    ],
    _refund,
    ("refund",),
)
APPROVE = Decision(
    "Approve",
    Review,
    lambda line: [f"You say that this payment of {line.amount} is good. Stripe ends its review."],
    _approve,
    ("approve_review",),
)
REFUSE = Decision(
    "Refuse",
    Review,
    lambda line: [
        f"You say that this payment of {line.amount} is fraud.",
        f"{line.refundable or 'What was taken'} goes back to the guest."
        " The booking itself stays as it is.",
    ],
    _refuse,
    ("refund", "cancel"),
)


def decide(request: HttpRequest, pk: UUID, *, decision: Decision) -> HttpResponse:
    """Ask once more, or do what was decided; once, however often it is sent."""
    rows = hotel.visible_to(request.user, decision.model.objects.filter(seen=True))
    row = get_object_or_404(rows.select_related(*desks.READ_WITH), pk=pk)
    refuse_unless(request.user, Right.PROTECT, row)
    back = reverse("payments:warnings")
    if request.GET.get("from") == "booking" and row.reservation_id:
        back = hotel.booking_url(row.reservation_id)
    if request.method == "POST" and dialogs.was_done(request, decision.kinds):
        return dialogs.leave(request, back)
    (line,) = desks.in_doubt([row], hotel.rights_of(request.user), timezone.now())
    if decision.verb not in [offered.verb for offered in line.decisions]:
        messages.error(request, f"{line.said.words}. {line.said.note}".strip())
        return dialogs.leave(request, back)
    question = dialogs.Question(
        verb=decision.verb,
        explains=[_about(line), *decision.explains(line)],
        kinds=decision.kinds,
        act=lambda: decision.do(row, request.user),
        back=back,
        section="warnings",
        amount=line.refundable if decision is REFUND else "",
    )
    return dialogs.ask(request, question)


def refund_warned(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give back what a bank warns of, before it becomes a dispute."""
    return decide(request, pk, decision=REFUND)


def approve(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say that a payment under review is good."""
    return decide(request, pk, decision=APPROVE)


def refuse(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say that a payment under review is fraud."""
    return decide(request, pk, decision=REFUSE)


def _about(line: DoubtLine) -> str:
    """Return whose payment it is."""
    booking = line.booking
    return f"{booking.guest}, {booking.code}: {line.of}" if booking else line.of
