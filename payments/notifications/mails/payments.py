"""Mails about money that came, did not come, or went back."""

from payments import words
from payments.models import EXTRAS
from payments.money import show
from payments.notifications import links, messages
from payments.notifications.case import Case
from payments.notifications.mails.registry import BAD, GOOD, Lines, Mail, mail, told
from payments.words import failures

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
            *_where_it_leaves(case),
        ],
        lines=_guests_lines(case),
        tone=GOOD,
    )


@mail("hold_captured", about="payment")
def hold_captured(case: Case) -> Mail:
    """A guest hears that another sum was taken than was held."""
    amount, held = case.amount(), case.amount("held")
    rest = (case.number("held") or 0) - (case.number() or 0)
    says = [f"We had held {held} on your card, and have taken {amount}."]
    if rest > 0:
        says = [
            f"We had held {held} on your card. We have taken {amount} of it.",
            f"The other {case.money(rest)} is released. Your bank may need a few days to show it.",
        ]
    return Mail(
        subject=f"{amount} taken of the {held} held on your card{case.by_code}"
        if rest > 0
        else f"{amount} taken from your card{case.by_code}",
        title="What we took, and what we let go" if rest > 0 else "What we took",
        figure=amount,
        says=[*says, *_where_it_leaves(case)],
        lines=_guests_lines(case),
        tone=GOOD,
    )


def _guests_lines(case: Case) -> Lines:
    return told(
        ("Guest", case.guest),
        ("Booking", case.code),
        ("Stay", case.nights),
        ("For", words.PURPOSES.get(case.text("purpose"), "Payment")),
        ("Paid with", case.paid_with),
        ("Received on", f"{case.moment()} ({case.clock})" if case.has("at") else ""),
        ("Reference", case.object),
    )


def _where_it_leaves(case: Case) -> list[str]:
    """Return where a payment leaves its guest: what is still to pay, or what came too much."""
    odd = case.text("odd")
    if odd == "canceled":
        return ["Your booking is canceled, so we will be in touch about this payment."]
    if odd in ("twice", "too_much"):
        over = case.amount("over")
        return [f"That is {over} more than you owe, so we will be in touch about it."]
    stay = case.stay
    if stay is None or stay.currency != case.text("currency"):
        return []
    if stay.to_ask_for > 0:
        return [f"{show(stay.to_ask_for, stay.currency)} of your stay is still to pay."]
    if case.text("purpose") in EXTRAS or stay.owed > 0:
        return []
    return ["Your stay is paid in full."]


@mail("payment_failed_guest", about="payment")
def payment_failed_guest(case: Case) -> Mail:
    """A guest hears that nothing was taken, and how to pay all the same."""
    amount, method, code = case.amount(), case.text("method"), case.text("code")
    why, helps = failures.for_guest(method, code, words.named(method))
    ran_out = failures.word(method, code) == "Ran out"
    retry = links.retry(case.account, case.row.livemode, case.object)
    how = "answer this mail" if case.desk else f"contact {case.house}"
    return Mail(
        subject=f"Your voucher over {amount} has run out{case.by_code}"
        if ran_out
        else f"Your payment of {amount} did not go through{case.by_code}",
        title="Your voucher has run out" if ran_out else "Your payment did not go through",
        figure=amount,
        says=[f"{why} Nothing was taken, and your booking stands."],
        lines=told(
            ("Guest", case.guest),
            ("Booking", case.code),
            ("Stay", case.nights),
            ("For", words.PURPOSES.get(case.text("purpose"), "Payment")),
            ("Paying with", words.named(method)),
        ),
        to_do=f"{helps} We are glad to help: {how} and name your booking, {case.code}.",
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
            ("Returned to", case.paid_with),
            ("Returned on", f"{case.moment()} ({case.clock})" if case.has("at") else ""),
            ("Reference", case.object),
        ),
        tone=GOOD,
    )


@mail("refund_failed", about="refund")
def refund_failed(case: Case) -> Mail:
    """The hotel hears that money did not go back after all."""
    amount = case.amount()
    says, to_do = messages.refund_failed(case)
    return Mail(
        subject=f"A refund of {amount}{case.of_booking} failed",
        title="A refund did not reach the guest",
        figure=amount,
        says=[says],
        lines=told(
            ("Booking", case.code),
            ("Guest", case.guest if case.stay else ""),
            ("Stay", case.nights),
            ("Stripe", case.object),
        ),
        to_do=to_do,
        tone=BAD,
    )


@mail("payment_taken", about="payment")
def payment_taken(case: Case) -> Mail:
    """The hotel hears that money came; where nobody had asked for it, that first of all."""
    amount = case.amount()
    if odd := _ODD.get(case.text("odd")):
        subject, title, message = odd
        says, to_do = message(case)
        return Mail(
            subject=f"{subject.format(amount=amount, over=case.amount('over'))}{case.by_code}",
            title=title,
            figure=amount,
            says=[says],
            lines=_hotels_lines(case),
            to_do=to_do,
            tone=BAD,
        )
    return Mail(
        subject=f"{amount} received{case.of_booking}",
        title="A payment came",
        figure=amount,
        says=[f"{_begins(case.guest)} has paid {amount}."],
        lines=_hotels_lines(case),
        tone=GOOD,
    )


# What a mail is called, and the alert that says what can be done about it.
_ODD: dict[str, tuple[str, str, messages.Says]] = {
    "canceled": (
        "{amount} came for a canceled stay",
        "Money came for a canceled stay",
        messages.paid_canceled,
    ),
    "twice": ("{amount} came twice", "A guest has paid twice", messages.paid_too_much),
    "too_much": ("{over} too much came", "A guest has paid too much", messages.paid_too_much),
    "late": ("{amount} came after the stay", "Money came after the stay", messages.paid_late),
}


@mail("payment_failed", about="payment")
def payment_failed(case: Case) -> Mail:
    """The hotel hears that a guest could not pay."""
    amount, method = case.amount(), case.text("method")
    if case.fact("canceled"):
        to_do = "The booking is canceled, so nobody has asked the guest to pay again."
    elif not case.fact("asked"):
        to_do = "Nothing is due that the guest could be asked for, so nobody has."
    elif case.stay and case.stay.email:
        to_do = "The guest is told by mail. If nothing comes, call them before they arrive."
    else:
        to_do = "There is no e-mail address of the guest on file: call them."
    said = words.failed(method, case.text("code"), case.text("why"))
    subject, title = _FAILED.get(said.words, ("Payment of {amount}{of} failed", "A payment failed"))
    return Mail(
        subject=subject.format(amount=amount, of=case.of_booking),
        title=title,
        figure=amount,
        says=[f"{_begins(case.guest)} could not pay {amount}. {said.note} Nothing was taken."],
        lines=_hotels_lines(case),
        to_do=to_do,
        tone=BAD,
    )


# What became of it → what the mail is called.
_FAILED = {
    "Ran out": ("A voucher over {amount}{of} ran out", "A voucher ran out"),
    "Debit failed": ("A bank debit of {amount}{of} failed", "A bank debit failed"),
    "Not completed": ("Payment of {amount}{of} was not completed", "A payment was not completed"),
}


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


def _begins(text: str) -> str:
    """Return a text as a sentence begins with it."""
    return text[:1].upper() + text[1:]


def _hotels_lines(case: Case) -> Lines:
    stay = case.stay
    owed = show(stay.owed, stay.currency) if stay and stay.owed > 0 else ""
    return told(
        ("Booking", case.code),
        ("Guest", case.guest if stay else ""),
        ("Stay", case.nights),
        ("For", words.PURPOSES.get(case.text("purpose"), "Payment")),
        ("With", case.paid_with),
        ("When", f"{case.moment()} ({case.clock})" if case.has("at") else ""),
        ("Still due", owed),
        ("Stripe", case.object),
    )
