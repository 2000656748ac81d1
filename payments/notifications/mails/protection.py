"""Mails about disputes and fraud warnings, to the hotel alone."""

from payments import words
from payments.notifications import messages
from payments.notifications.case import Case
from payments.notifications.mails.registry import BAD, GOOD, PLAIN, Lines, Mail, mail, told
from payments.words import protection


@mail("dispute_opened", about="dispute")
def dispute_opened(case: Case) -> Mail:
    """A bank asks, or has taken the money already."""
    amount = case.amount()
    why = protection.why(case.text("reason"))
    answered = bool(case.fact("answered"))
    by = f"{case.moment()} ({case.clock})" if case.has("at") and not answered else ""
    if case.fact("inquiry"):
        subject = f"A bank asks about {amount}{case.of_booking}"
        title = "A guest's bank has a question"
        first = f"A guest's bank asks about a payment of {amount}. No money has moved."
        end = " Without an answer it will likely become a dispute, which costs a fee."
        if case.number("refundable"):
            end += " Or refund it: that ends the matter."
    else:
        subject = f"Dispute: a bank asks {amount} back{case.of_booking}"
        title = "A payment is disputed"
        first = f"A guest's bank asks {amount} back, and a dispute fee on top."
        end = " Without it the bank decides against you. Do not refund the payment meanwhile."
    refunded = messages.refunded_already(case).strip()
    if refunded and not case.fact("inquiry"):
        title = "A payment that you refunded is disputed"
    return Mail(
        subject=f"{subject}, answer by {case.day()}" if by and not case.fact("late") else subject,
        title=title,
        figure=amount,
        says=[
            *([refunded] if refunded else []),
            f"{first} {why.says}".rstrip(),
            *([f"What has helped others: {_lower(why.helps)}"] if why.helps and by else []),
        ],
        lines=_lines(case, ("Reason", why.words), ("Answer by", by)),
        to_do=_to_answer(case, by) if answered or case.fact("late") else _to_answer(case, by) + end,
        tone=BAD,
    )


def _to_answer(case: Case, by: str) -> str:
    """Return what is to be done about an open dispute."""
    if case.fact("answered"):
        return "Nothing now: the evidence is with the bank, which takes weeks to decide."
    if case.fact("late"):
        return "The time to answer is over. Look in the Stripe dashboard whether the bank waits."
    return f"Send your evidence by {by}." if by else "Send your evidence soon."


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


_TONES = {words.GOOD: GOOD, words.BAD: BAD, words.WAIT: BAD}


@mail("dispute_closed", about="dispute")
def dispute_closed(case: Case) -> Mail:
    """How it ended."""
    amount = case.amount()
    end = protection.ended(case.text("status"), case.text("back_is"))
    what = "Inquiry about" if case.text("status") == "warning_closed" else "Dispute of"
    says, to_do = messages.dispute_closed(case)
    return Mail(
        subject=f"{what} {amount}{case.of_booking} {end.word}",
        title=end.title,
        figure=amount,
        says=[says],
        lines=_lines(case, ("Reason", protection.why(case.text("reason")).words)),
        to_do=to_do,
        tone=_TONES.get(end.tone, PLAIN),
    )


@mail("dispute_funds_moved", about="dispute_movement")
def dispute_funds_moved(case: Case) -> Mail:
    """A bank took money for a dispute, or gave it back."""
    moved = case.number() or 0
    amount = case.money(abs(moved))
    fee = case.money(case.number("fee")) if case.number("fee") else ""
    took = moved < 0
    return Mail(
        subject=f"{amount} {'taken' if took else 'returned'}: dispute{case.of_booking}",
        title="A bank took disputed money" if took else "A bank gave disputed money back",
        figure=amount,
        says=[
            f"{amount} was taken from your Stripe balance for a dispute."
            if took
            else f"{amount} is back on your Stripe balance."
        ],
        lines=_lines(case, ("Fee", fee), ("Dispute", case.text("dispute"))),
        tone=BAD if took else GOOD,
    )


@mail("fraud_warning_received", about="early_fraud_warning")
def fraud_warning_received(case: Case) -> Mail:
    """A bank warns, before any dispute."""
    amount = case.amount()
    says, to_do = messages.fraud_warning(case)
    if not case.fact("decidable"):
        kind = protection.FRAUD_TYPES.get(case.text("fraud_type"), "the bank gives no details")
        says, to_do = (
            f"A bank warned that the payment of {amount} may not be the cardholder's: {kind}."
            " It has been refunded or disputed since, so nothing is left to decide.",
            "",
        )
    if case.fact("coming"):
        says, to_do = (
            f"A bank warns that the payment of {amount} may not be the account holder's: {kind}."
            " The money has not come yet.",
            protection.COMING.note,
        )
    return Mail(
        subject=f"Fraud warning: {amount}{case.of_booking}",
        title="A bank warns of fraud",
        figure=amount,
        says=[says],
        lines=_lines(case),
        to_do=to_do,
        tone=BAD,
    )


def _lines(case: Case, *more: tuple[str, str]) -> Lines:
    return told(
        *more,
        ("Booking", case.code),
        ("Guest", case.guest if case.stay else ""),
        ("Stay", case.nights),
        ("Stripe", case.object),
    )
