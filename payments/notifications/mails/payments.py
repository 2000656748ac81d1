"""Mails about money that came, did not come, or went back."""

from payments import words
from payments.models import EXTRAS
from payments.money import show
from payments.notifications import links
from payments.notifications.case import Case
from payments.notifications.mails.registry import BAD, GOOD, Lines, Mail, mail, told

_FOR = {
    "deposit": "as the deposit for your stay",
    "extra_charge": "for the extras of your stay",
    "damage_charge": "for damage during your stay",
}


@mail("payment_received", about="payment")
def payment_received(case: Case) -> Mail:
    """A guest's receipt."""
    amount = case.amount()
    return Mail(
        subject=f"Receipt for your payment of {amount}{case.by_code}",
        title="Thank you for your payment",
        figure=amount,
        says=[
            f"We have received {amount} {_FOR.get(case.text('purpose'), 'for your stay')}."
            " This mail is your receipt.",
            *_left_to_pay(case),
        ],
        lines=_guests_lines(case),
        tone=GOOD,
    )


@mail("hold_captured", about="payment")
def hold_captured(case: Case) -> Mail:
    """A guest hears that less was taken than was held."""
    amount, held = case.amount(), case.amount("held")
    rest = case.money((case.number("held") or 0) - (case.number() or 0))
    return Mail(
        subject=f"{amount} taken of the {held} held on your card{case.by_code}",
        title="What we took, and what we let go",
        figure=amount,
        says=[
            f"We had held {held} on your card. We have taken {amount} of it.",
            f"The other {rest} is released. Your bank may need a few days to show that.",
            *_left_to_pay(case),
        ],
        lines=_guests_lines(case),
        tone=GOOD,
    )


def _guests_lines(case: Case) -> Lines:
    return told(
        ("Guest", case.guest),
        ("Booking", case.code),
        ("Stay", case.nights),
        ("For", words.PURPOSES.get(case.text("purpose"), "Payment")),
        ("Received on", f"{case.moment()} ({case.clock})" if case.has("at") else ""),
        ("Reference", case.object),
    )


def _left_to_pay(case: Case) -> list[str]:
    """Return what is still due for the stay, where that is of one currency with the payment."""
    stay = case.stay
    if stay is None or stay.currency != case.text("currency"):
        return []
    if stay.owed > 0:
        return [f"{show(stay.owed, stay.currency)} of your stay is still to pay."]
    return [] if case.text("purpose") in EXTRAS else ["Your stay is paid in full."]


# Why a payment failed, as a guest may hear it. What a bank suspects is not told to who may be it.
_GUESTS_WHY = {
    "authentication_required": "Your bank wanted you to confirm it, and that did not happen.",
    "payment_intent_authentication_failure": "Your bank wanted you to confirm it, and that did not"
    " happen.",
    "card_not_supported": "Your card cannot be used for this kind of payment.",
    "card_velocity_exceeded": "Your card is over its limit.",
    "currency_not_supported": "Your card cannot pay in this currency.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "The security code was not the card's.",
    "incorrect_number": "The card number was not right.",
    "insufficient_funds": "There was not enough money on the card.",
    "processing_error": "Something went wrong on the way.",
}


@mail("payment_failed_guest", about="payment")
def payment_failed_guest(case: Case) -> Mail:
    """A guest hears that nothing was taken, and how to pay all the same."""
    amount = case.amount()
    why = _GUESTS_WHY.get(case.text("code"), "Your bank did not allow it.")
    retry = links.retry(case.account, case.row.livemode, case.object)
    how = "answer this mail" if case.desk else f"contact {case.house}"
    return Mail(
        subject=f"Your payment of {amount} did not go through{case.by_code}",
        title="Your payment did not go through",
        figure=amount,
        says=[f"{why} Nothing was taken, and your booking stands."],
        lines=told(
            ("Guest", case.guest),
            ("Booking", case.code),
            ("Stay", case.nights),
            ("For", words.PURPOSES.get(case.text("purpose"), "Payment")),
        ),
        to_do="Please pay again with another card, or ask your bank to allow the payment first. We"
        f" are glad to help: {how} and name your booking, {case.code}.",
        link=links.pay(retry) if retry else "",
        link_words="Try again",
        tone=BAD,
    )


@mail("pay_link", about="pay_link")
def pay_link(case: Case) -> Mail:
    """A guest is asked for one amount, or their bank wants to hear from them about it."""
    amount = case.amount()
    asked = bool(case.fact("asked"))
    return Mail(
        subject=(
            f"Please confirm your payment of {amount}{case.by_code}"
            if asked
            else f"Please pay {amount}{case.by_code}"
        ),
        title="Your bank wants to hear from you" if asked else "Your payment",
        figure=amount,
        says=[
            f"Your bank lets us take {amount} only after you have confirmed it. Nothing was taken"
            " so far."
            if asked
            else f"You can pay {amount} by card, on a page of {case.house}."
        ],
        lines=told(
            ("Guest", case.guest),
            ("Booking", case.code),
            ("Stay", case.nights),
            ("For", words.PURPOSES.get(case.text("purpose"), "Payment")),
        ),
        to_do="The link below is for you alone and is good for a week.",
        link=links.pay_of(case.object),
        link_words=f"Confirm {amount}" if asked else f"Pay {amount}",
    )


@mail("refund_sent", about="refund")
def refund_sent(case: Case) -> Mail:
    """A guest hears that money is coming back."""
    amount = case.amount()
    return Mail(
        subject=f"{amount} is on its way back to you{case.by_code}",
        title="Your money is on its way back",
        figure=amount,
        says=[
            f"We have returned {amount} to the card or account that you paid with. Banks take five"
            " to ten days to show it."
        ],
        lines=told(
            ("Guest", case.guest),
            ("Booking", case.code),
            ("Stay", case.nights),
            ("Returned on", f"{case.moment()} ({case.clock})" if case.has("at") else ""),
            ("Reference", case.object),
        ),
        tone=GOOD,
    )


@mail("payment_taken", about="payment")
def payment_taken(case: Case) -> Mail:
    """The hotel hears that money came."""
    amount = case.amount()
    return Mail(
        subject=f"{amount} received{case.of_booking}",
        title="A payment came",
        figure=amount,
        says=[f"{case.guest} has paid {amount}."],
        lines=_hotels_lines(case),
        tone=GOOD,
    )


@mail("payment_failed", about="payment")
def payment_failed(case: Case) -> Mail:
    """The hotel hears that a guest could not pay."""
    amount = case.amount()
    if case.fact("canceled"):
        to_do = "The booking is canceled, so nobody has asked the guest to pay again."
    elif case.stay and case.stay.email:
        to_do = "The guest is told by mail. If nothing comes, call them before they arrive."
    else:
        to_do = "There is no e-mail address of the guest on file: call them."
    return Mail(
        subject=f"Payment of {amount}{case.of_booking} failed",
        title="A payment failed",
        figure=amount,
        says=[
            f"{case.guest} could not pay {amount}."
            f" {words.decline(case.text('code'), case.text('why'))} Nothing was taken."
        ],
        lines=_hotels_lines(case),
        to_do=to_do,
        tone=BAD,
    )


@mail("payment_partially_funded", about="payment")
def payment_partially_funded(case: Case) -> Mail:
    """The hotel hears that a part of a bank transfer came."""
    amount, missing = case.amount(), case.amount("missing")
    return Mail(
        subject=f"{amount} of a bank transfer{case.of_booking} came; {missing} is missing",
        title="A part of a bank transfer came",
        figure=amount,
        says=[f"{amount} has come so far, and {missing} is missing. It counts when it is whole."],
        lines=_hotels_lines(case),
        to_do="Ask the guest for the rest, with the same reference.",
    )


def _hotels_lines(case: Case) -> Lines:
    stay = case.stay
    owed = show(stay.owed, stay.currency) if stay and stay.owed > 0 else ""
    return told(
        ("Booking", case.code),
        ("Guest", case.guest if stay else ""),
        ("Stay", case.nights),
        ("For", words.PURPOSES.get(case.text("purpose"), "Payment")),
        ("When", f"{case.moment()} ({case.clock})" if case.has("at") else ""),
        ("Still due", owed),
        ("Stripe", case.object),
    )
