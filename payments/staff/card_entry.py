"""
Wherever a card is typed: what its fields are shown for, what a browser confirms, what came of it.

The page shows Stripe's own fields. Pressed, its button has our server make the payment, the browser
confirms it with Stripe, and then asks us what became of it until that is decided.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpResponse, JsonResponse

from payments import hotel, words
from payments.errors import Declined, Invalid, MayNot, NoStripeKey, Refused
from payments.folio import has_failed
from payments.models import PayLink, Payment
from payments.operations.payments import payment_intents
from payments.operations.payments.payment_intents import Taken
from payments.panels.amounts import amount
from payments.records import bookings
from payments.words import failures

OPEN, WAITING, DECLINED, PAID, HELD, UNDER_WAY, OVER = (
    "open",
    "waiting",
    "declined",
    "paid",
    "held",
    "under_way",
    "over",
)
DONE = (PAID, HELD, UNDER_WAY)
WAIT = "Waiting for Stripe"
NOT_ANSWERED = "Stripe has not answered yet. Nothing was taken. Try again in a moment."


@dataclass(frozen=True)
class CardEntry:
    """
    The fields of one card, and what they are for.

    :param amount: in minor units of `currency`; None where nothing is suggested.
    :param account: the Stripe account that takes the money.
    :param begin: the address that makes the payment.
    :param done: where to go once it is paid; empty to stay.
    """

    amount: int | None
    currency: str
    account: str
    begin: str
    done: str = ""
    manual: bool = False

    @property
    def script(self) -> str:
        """The address of Stripe.js."""
        return str(settings.STRIPE_JS_URL)

    @property
    def key(self) -> str:
        """The key with which a browser may ask Stripe."""
        return str(settings.STRIPE_PUBLISHABLE_KEY)

    @property
    def testing(self) -> bool:
        """Whether cards are those of Stripe's test mode (docs.stripe.com/testing)."""
        return self.key.startswith("pk_test_")


@dataclass(frozen=True)
class Outcome:
    """
    What came of a payment.

    :param state: one of the words above; a browser asks again while it is `waiting` or `open`.
    :param note: what it means, in a sentence or two.
    """

    state: str
    words: str
    note: str = ""


def outcome_of(payment: Payment, *, to_guest: bool) -> Outcome:
    """Return what came of a payment, in words for its guest or for the front desk."""
    if payment.status == "succeeded":
        return Outcome(PAID, "Paid", "" if to_guest else _sum_of(payment))
    if payment.status == "requires_capture":
        return Outcome(HELD, "On hold", "It is held on the card, and nothing is taken yet.")
    if not to_guest and payment.waits_for_guest:
        return Outcome(
            UNDER_WAY,
            "Waiting for the guest",
            f"The guest's bank wants to hear from the guest: {asked(payment)}.",
        )
    if payment.status == "processing":
        return Outcome(
            UNDER_WAY,
            "On its way",
            "The bank takes some days to answer. There is nothing more to do.",
        )
    if has_failed(payment):
        return Outcome(DECLINED, *_failure_of(payment, to_guest))
    if payment.status in ("canceled", "refused"):
        return Outcome(OVER, "Canceled", "This payment was canceled. Nothing was taken.")
    if payment.status in ("requires_payment_method", "requires_confirmation"):
        return Outcome(OPEN, WAIT)
    return Outcome(WAITING, WAIT)


def asked(payment: Payment) -> str:
    """Return how a guest is asked to confirm a payment, or why not yet."""
    links = PayLink.objects.filter(payment=payment)
    if links.exclude(sent_to="").exists():
        return "a link was mailed"
    if payment.reservation_id is None or not hotel.story_of(payment.reservation_id).email:
        return (
            "no link was mailed, as there is no e-mail address of the guest on file. Add it to the"
            " stay, then send the pay link again"
        )
    if links.exists():  # it was made before there was an address
        return "no link was mailed yet. Send the pay link again"
    booking = hotel.bookings([payment.reservation_id])[payment.reservation_id]
    try:
        payment_intents.check(booking, payment.amount, payment.purpose)
    except Refused as refusal:
        return f"no link was mailed. {str(refusal).rstrip('.')}"
    return "a link is on its way"


def _sum_of(payment: Payment) -> str:
    """Return what was paid and how: €600.00, Visa ·· 4242."""
    paid = amount(payment.amount_received, payment.currency)
    return ", ".join(filter(None, [paid, paid_with(payment)[0]]))


def _failure_of(payment: Payment, to_guest: bool) -> tuple[str, str]:
    """Return in a word or two that a payment failed, as the history does, and why."""
    (entry,) = bookings.entries_of([payment])
    method = words.tried(entry)
    said = words.failed(method, payment.failure_code, payment.failure_reason)
    if to_guest:
        why, helps = failures.for_guest(method, payment.failure_code, words.named(method))
        return said.words, f"{why} Nothing was taken. {helps}"
    return said.words, said.note


def paid_with(payment: Payment) -> tuple[str, Any]:
    """Return how a payment was paid, Visa ·· 4242, and when; the moment is None if nobody knows."""
    (entry,) = bookings.entries_of([payment])
    attempt = words.telling(entry)
    when = attempt.occurred_at if attempt else payment.occurred_at
    return words.method(payment.payment_method, attempt), when


def to_confirm(taken: Taken, status: str, *, saves: bool = False) -> HttpResponse:
    """
    Answer a browser with what it confirms a payment with.

    :param status: the address that says what came of it.
    :param saves: the card is kept for later.
    """
    payment = taken.payment
    if payment.status in (*payment_intents.DECIDED, "processing"):
        return begun(status)
    if taken.client_secret is None:
        return _answer({"detail": NOT_ANSWERED}, 503)
    return _answer(
        {
            "client_secret": taken.client_secret,
            "amount": payment.amount,
            "currency": payment.currency,
            "saves": saves,
            "status": status,
        }
    )


def begun(status: str) -> HttpResponse:
    """Answer a browser that has nothing to confirm with where it hears what comes of a payment."""
    return _answer({"status": status})


def go(page: str) -> HttpResponse:
    """Answer a browser that what it asks for was done, with the page that tells of it."""
    return _answer({"go": page})


def told(payment: Payment) -> str:
    """Return what came of a payment, in a word or two."""
    return outcome_of(payment, to_guest=False).words


def said(outcome: Outcome) -> HttpResponse:
    """Answer a browser with what came of a payment."""
    return _answer({"state": outcome.state, "words": outcome.words, "note": outcome.note})


def refused(refusal: Refused) -> HttpResponse:
    """Answer a browser with why no payment was made, and beside which field that belongs."""
    if isinstance(refusal, Invalid):
        return wrong({refusal.field: [str(refusal)]})
    if isinstance(refusal, MayNot):
        return _answer({"detail": str(refusal)}, 403)
    if isinstance(refusal, NoStripeKey):
        return _answer({"detail": str(refusal)}, 503)
    return _answer({"detail": str(refusal)}, 402 if isinstance(refusal, Declined) else 409)


def changed(sentence: str, *, seen: str, due: str) -> HttpResponse:
    """
    Answer a browser that nothing was done, because something changed since its page was opened.

    :param seen: what is true now, for the page to send once somebody has read the sentence.
    :param due: a sentence about what is due now.
    """
    return _answer({"detail": sentence, "now": {"seen": seen, "due": due}}, 409)


def wrong(errors: dict[str, list[str]]) -> HttpResponse:
    """Answer a browser with what was typed wrong, by field."""
    return _answer({"errors": errors}, 422)


def _answer(body: dict[str, Any], status: int = 200) -> HttpResponse:
    response = JsonResponse(body, status=status)
    response["Cache-Control"] = "no-store"
    return response
