"""What a guest comes to with a pay link: no login, one booking, one amount."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from payments import hotel, words
from payments.errors import Refused
from payments.models import PayLink, Payment
from payments.operations import acting
from payments.operations.payments import pay_links, payment_intents
from payments.staff import card_entry
from payments.staff.card_entry import CardEntry, Outcome

_NO_CARDS = "No card can be taken for this hotel right now. Please contact the hotel."
_JUST_NOW = "paid_just_now"


@never_cache
@require_safe
def swap(request: HttpRequest, token: str) -> HttpResponse:
    """Swap a mailed link for a session at once, so that its token stands in no address."""
    link = None
    try:
        link = pay_links.resolve(token)
        pay_links.check_itself(link)
    except Refused as refusal:
        return _refused(request, refusal, link)
    pay_links.remember(request, link)
    return _unreferred(redirect("payments:pay"))


@never_cache
@require_safe
def pay(request: HttpRequest) -> HttpResponse:
    """Show what is to be paid, with the fields for a card; or what was paid."""
    link = None
    try:
        link = pay_links.of_session(request)
        payment = _payment(link)
        outcome = card_entry.outcome_of(payment, to_guest=True) if payment else None
        if payment and outcome and outcome.state in card_entry.DONE:
            just_now = request.session.pop(_JUST_NOW, "") == str(link.pk)
            receipt = _receipt(payment)
            return _shown(request, link, outcome=outcome, receipt=receipt, just_now=just_now)
        pay_links.check(link)
    except Refused as refusal:
        return _refused(request, refusal, link)
    try:
        return _shown(request, link, entry=_entry(link))
    except Refused:
        return _shown(request, link, why=_NO_CARDS)


@never_cache
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Have the payment made, and answer with what the browser confirms it with."""
    try:
        taken = pay_links.begin(pay_links.of_session(request))
    except Refused as refusal:
        return card_entry.refused(refusal)
    return card_entry.to_confirm(taken, reverse("payments:pay_status"))


@never_cache
@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """Say what came of the payment."""
    try:
        link = pay_links.of_session(request)
    except Refused as refusal:
        return card_entry.refused(refusal)
    payment = _payment(link)
    if payment is None:
        return card_entry.said(Outcome(card_entry.OPEN, card_entry.WAIT))
    outcome = card_entry.outcome_of(payment, to_guest=True)
    if outcome.state in card_entry.DONE:
        request.session[_JUST_NOW] = str(link.pk)
    return card_entry.said(outcome)


def _payment(link: PayLink) -> Payment | None:
    """Return the payment of a link as Stripe has it now; None where none was made yet."""
    payment = Payment.objects.filter(pk=link.payment_id).first()
    return payment_intents.look(payment) if payment else None


def _entry(link: PayLink) -> CardEntry:
    """
    Return the fields for the card.

    :raises Refused: no card can be taken.
    """
    booking = hotel.bookings([link.reservation_id])[link.reservation_id]
    waits = link.payment if link.payment and link.payment.account else None
    account = acting.holder(waits) if waits else acting.account_for(booking)
    return CardEntry(
        amount=link.amount,
        currency=link.currency,
        account=account.stripe_id,
        begin=reverse("payments:pay_begin"),
        done=reverse("payments:pay"),
        manual=link.purpose == "hold",
    )


def _receipt(payment: Payment) -> dict[str, Any]:
    """Return what a guest keeps of a payment."""
    method, when = card_entry.paid_with(payment)
    return {
        "amount": payment.amount_received or payment.amount,
        "with": method,
        "at": when,
        "for": words.purpose(payment),
        "reference": payment.stripe_id,
    }


def _shown(request: HttpRequest, link: PayLink, **more: Any) -> HttpResponse:
    context = {"link": link, "house": _house(link), **more}
    context["zone"] = hotel.zone(link).key
    return _unreferred(render(request, "payments/pay.html", context))


def _refused(request: HttpRequest, refusal: Refused, link: PayLink | None) -> HttpResponse:
    """Say why nothing can be paid, and of a link that there is, whose it was."""
    context = {"why": str(refusal), "house": link and _house(link)}
    return _unreferred(render(request, "payments/pay.html", context, status=410 if link else 404))


def _house(link: PayLink) -> Any:
    return link.property or link.organization


def _unreferred(response: HttpResponse) -> HttpResponse:
    response["Referrer-Policy"] = "no-referrer"
    return response
