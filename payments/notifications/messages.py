"""
What an alert says to the people of a hotel: a title, what is the case, and what to do about it.

An alert keeps facts (ids, amounts, dates); the words are made when somebody reads them. Never HTML:
whoever shows them escapes them as any text.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from uuid import UUID

from payments.models import Alert
from payments.notifications.case import Case, Known, listed
from payments.words import connect, protection, refunds, spelled
from payments.words.mails import mail
from payments.words.protection import FRAUD_TYPES, OPENED, REVIEWS
from payments.words.requests import ASKED


@dataclass(frozen=True)
class Message:
    """
    One kind of alert, in plain words.

    :param says: returns what is the case, and what somebody at the hotel should do now.
    """

    title: str
    says: Callable[[Case], tuple[str, str]]


MESSAGES: dict[str, Message] = {}

Said = tuple[str, str]
Says = Callable[[Case], Said]


def alert(kind: str, title: str) -> Callable[[Says], Says]:
    """Register what an alert of this kind says."""

    def register(says: Says) -> Says:
        MESSAGES[kind] = Message(title, says)
        return says

    return register


def title(alert: Alert) -> str:
    """Return what an alert is about, in a few words."""
    known = MESSAGES.get(alert.kind)
    return known.title if known else spelled(alert.kind)


def sentence(alert: Alert) -> str:
    """Return what is the case and what to do."""
    return _joined(_parts(alert, Case(alert, Known([alert]))))


def sentences(alerts: Collection[Alert]) -> dict[UUID, str]:
    """Return of each alert what is the case and what to do; what they name is read for all."""
    return {id: _joined(said) for id, said in parts(alerts).items()}


def parts(alerts: Collection[Alert]) -> dict[UUID, Said]:
    """Return of each alert what is the case, and apart from it what to do."""
    known = Known(alerts)
    return {alert.pk: _parts(alert, Case(alert, known)) for alert in alerts}


def _parts(alert: Alert, case: Case) -> Said:
    known = MESSAGES.get(alert.kind)
    if known is None:
        return ("", f"Look at {alert.object_id} in the Stripe dashboard.")
    return known.says(case)


def _joined(said: Said) -> str:
    return " ".join(filter(None, said))


# Payments ----------------------------------------------------------------


@alert("unmatched_money", "Money without a booking")
def unmatched_money(case: Case) -> Said:
    return (
        f"{case.amount()} came with {case.object}, and nothing on it says which booking it is for.",
        "Find the booking and attach the payment to it; until then no booking counts it.",
    )


@alert("currency_differs", "Paid in another currency")
def currency_differs(case: Case) -> Said:
    kept_in = case.text("booking_currency").upper() or "another currency"
    return (
        f"{case.object} is for {case.amount()}, but its booking is kept in {kept_in}."
        " It is listed with the booking and changes none of its figures.",
        "Agree with the guest: take it into account by hand, or return it.",
    )


@alert("paid_too_much", "The guest has paid too much")
def paid_too_much(case: Case) -> Said:
    over, amount = case.amount("over"), case.amount()
    return (
        f"The guest has paid {amount} twice: that is {over} more than is owed."
        if case.text("odd") == "twice"
        else f"The guest has paid {amount}, and by now {over} more than is owed.",
        f"Refund the {over}, or agree with the guest what it is for; then say that you have seen"
        " this.",
    )


@alert("paid_canceled", "Money came for a canceled stay")
def paid_canceled(case: Case) -> Said:
    return (
        f"The booking is canceled, and you have {case.amount('over')} of the guest's money.",
        "Refund what the rate's policy gives back, or agree with the guest; then say that you have"
        " seen this.",
    )


@alert("paid_late", "Money came after the stay was over")
def paid_late(case: Case) -> Said:
    return (
        f"The guest has paid {case.amount()} after the day of departure. It was still due, so it"
        " counts.",
        "Refund it if it was paid another way meanwhile, or agree with the guest; then say that you"
        " have seen this.",
    )


@alert("contradiction", "Stripe contradicts itself")
def contradiction(case: Case) -> Said:
    return (
        f"Stripe told us two things about {case.object} that cannot both be true.",
        "Look at it in the Stripe dashboard before you act on it here.",
    )


@alert("hold_expires", "Held money is about to be let go")
def hold_expires(case: Case) -> Said:
    return (
        f"The {case.amount()} held with {case.object} go back to the guest on {case.moment()}.",
        "Take what the guest owes before then, or ask for a new hold.",
    )


@alert("deliveries_fail", "Stripe's messages do not reach us")
def deliveries_fail(case: Case) -> Said:
    return (
        f"Since {case.moment()} Stripe's events of {case.object} do not come by themselves."
        " We fetch them every ten minutes, so figures here may be that old.",
        "Look at the webhook endpoints in the Stripe dashboard, and at whether this server can be"
        " reached.",
    )


@alert("endpoint_differs", "A webhook endpoint is not as it should be")
def endpoint_differs(case: Case) -> Said:
    return (
        f"Stripe's {case.text('scope')} endpoint: {case.text('why')}",
        "Run `manage.py stripe_endpoints`; until then some news comes late or not at all.",
    )


@alert("account_silent", "Stripe has been silent for unusually long")
def account_silent(case: Case) -> Said:
    return (
        f"Guests arrive who still owe money, and {case.object} has told us nothing"
        f" since {case.moment()}.",
        "Look in the Stripe dashboard whether payments come in there.",
    )


@alert("refund_failed", "A refund did not reach the guest")
def refund_failed(case: Case) -> Said:
    failed = refunds.failure(case.text("why"), case.text("dispute"))
    says = failed.says.format(amount=case.amount())
    return (f"{says} {refunds.TOTAL_STAYS}" if case.fact("ours") else says, failed.to_do)


# Protection --------------------------------------------------------------


@alert("evidence_due", "A dispute waits for your evidence")
def evidence_due(case: Case) -> Said:
    by = f"by {case.moment()}" if case.text("at") else "soon"
    first = refunded_already(case)
    if case.fact("inquiry"):
        end = " Or refund it: that ends the matter." if case.number("refundable") else ""
        return (
            f"{first}A bank asks about a payment of {case.amount()}: {case_of(case)} No money has"
            " moved.",
            f"Answer {by}. Without an answer it will likely become a dispute.{end}",
        )
    return (
        f"{first}{case.amount()} is disputed: {case_of(case)}",
        f"Send your evidence {by}. After that the bank decides without you, and the money is lost.",
    )


@alert("evidence_missed", "Nobody answered a dispute in time")
def evidence_missed(case: Case) -> Said:
    what = "An inquiry about" if case.fact("inquiry") else "A dispute of"
    return (
        f"{refunded_already(case)}{what} {case.amount()} was to be answered by {case.moment()}, and"
        " no evidence was sent.",
        "Look in the Stripe dashboard whether the bank still takes it: it decides without you now.",
    )


def refunded_already(case: Case) -> str:
    """Return that a disputed payment was refunded, to stand first; empty if it was not."""
    said = protection.refunded_already(case.number("refunded") or 0, case.number() or 0)
    return f"{said.format(refunded=case.amount('refunded'))} " if said else ""


def case_of(case: Case) -> str:
    """Return what a cardholder tells the bank, as a sentence."""
    return protection.why(case.text("reason")).says or "The bank gives no reason."


@alert("dispute_closed", "A dispute is over")
def dispute_closed(case: Case) -> Said:
    ended = protection.ended(case.text("status"), case.text("back_is"))
    amounts = {"amount": case.amount(), "held": case.amount("held"), "back": case.amount("back")}
    return (ended.says.format(**amounts), ended.to_do.format(**amounts))


@alert("fraud_warning", "The guest's bank warns of fraud")
def fraud_warning(case: Case) -> Said:
    kind = FRAUD_TYPES.get(case.text("fraud_type"), "the bank gives no details")
    back = case.number("refundable")
    cost = f" Refunding now gives back {case.money(back)} and costs no dispute fee." if back else ""
    amount = case.amount()
    return (
        f"The payment of {amount} may not be the cardholder's: {kind}. If it comes to a dispute,"
        f" {amount} is taken from you, and a dispute fee too.{cost}",
        protection.STAYS.get(case.text("stay"), protection.STAYS[""]).note,
    )


@alert("review_opened", "Stripe wants a payment looked at")
def review_opened(case: Case) -> Said:
    why = OPENED.get(case.text("why"), "")
    return (
        f"{_the_payment(case)} waits for somebody's judgement. {why}".rstrip(),
        "Do you know the guest? Approve it on the booking's page; if in doubt, refuse it there:"
        " what was taken goes back.",
    )


@alert("review_closed", "A payment's review is over")
def review_closed(case: Case) -> Said:
    said = REVIEWS.get(case.text("why"))
    how = said.words.lower() if said else "closed"
    return (f"{_the_payment(case)} was reviewed: {how}. {said.note if said else ''}".rstrip(), "")


def _the_payment(case: Case) -> str:
    return f"The payment of {case.amount()}" if case.number() is not None else "A payment"


# Connect -----------------------------------------------------------------


@alert("account_disconnected", "The Stripe account is disconnected")
def account_disconnected(case: Case) -> Said:
    return (
        f"Stripe says that the connection to {case.account} was closed. No card can be taken, and"
        " nothing can be refunded or answered from here.",
        "If nobody meant to, connect the account again.",
    )


@alert("charges_stopped", "Stripe takes no cards for you any more")
def charges_stopped(case: Case) -> Said:
    return (f"No guest can pay by card: {why_stopped(case)}.", asked_for(case))


@alert("payouts_stopped", "Stripe has stopped your payouts")
def payouts_stopped(case: Case) -> Said:
    stays = "Guests can pay, but the money stays" if case.fact("cards") else "The money stays"
    return (f"{stays} at Stripe: {why_stopped(case)}.", asked_for(case))


@alert("requirement_due", "Stripe wants to know something")
def requirement_due(case: Case) -> Said:
    if late := connect.requirements(case.texts("past_due")):
        return (
            f"Stripe wanted {listed(late)}, and the time is over.",
            "Give it in the Stripe dashboard today, or cards and payouts stop.",
        )
    by = f" by {case.day()}" if case.has("at") else " soon"
    return (
        f"Stripe wants {wanted(case)}{by}.",
        "Give it in the Stripe dashboard before then; cards and payouts may stop without it.",
    )


def why_stopped(case: Case) -> str:
    """Return why Stripe holds an account back, as the end of a sentence."""
    return connect.why_stopped(case.text("why"))


def asked_for(case: Case) -> str:
    """Return what somebody should do about an account that Stripe has stopped."""
    if names := wanted(case):
        return f"Stripe wants {names}: give it in the Stripe dashboard."
    return "Look in the Stripe dashboard for what Stripe needs, or ask its support."


def wanted(case: Case) -> str:
    """Return what Stripe wants of a hotel, in a row."""
    return listed(connect.requirements(case.texts("wanted")))


@alert("payout_account_changed", "Where your payouts go has changed")
def payout_account_changed(case: Case) -> Said:
    return (
        f"{changed(case)}.",
        "Was it you? If nobody here did it, stop payouts in the Stripe dashboard at once, change"
        " all passwords and call Stripe: this is how hotels are robbed.",
    )


def changed(case: Case) -> str:
    """Return what happened to where payouts go."""
    bank = case.text("bank") or "A bank account"
    ending = case.text("ending")
    named = f"{bank} ·· {ending}" if ending else bank
    if case.fact("deleted"):
        return f"{named} was taken off the Stripe account"
    if case.text("status") in ("errored", "verification_failed"):
        return f"{named} is on the Stripe account and takes no payouts{_standing(case)}"
    if case.fact("default"):
        return f"Payouts now go to {named}{_standing(case)}"
    return f"{named} is now on the Stripe account{_standing(case)}"


def _standing(case: Case) -> str:
    """Return what Stripe says of it, behind a colon; a debit card has no status."""
    status = case.text("status")
    known = connect.EXTERNALS.get(status)
    return f": {(known.words if known else spelled(status)).lower()}" if status else ""


@alert("capability_stopped", "Your Stripe account may do less than before")
def capability_stopped(case: Case) -> Said:
    return (f"{lost_ability(case)}: {why_stopped(case)}.", asked_for(case))


def lost_ability(case: Case) -> str:
    """Return what an account may no longer do."""
    return f"Your account may not “{ability(case)}” any more"


def ability(case: Case) -> str:
    """Return what an account may do, as part of a sentence."""
    name = connect.CAPABILITIES.get(case.object, spelled(case.object))
    return name[:1].lower() + name[1:]


# Customers ---------------------------------------------------------------


@alert("transfer_waits", "A guest's money waits at Stripe")
def transfer_waits(case: Case) -> Said:
    return (
        f"{case.amount()} of a bank transfer of {case.guest} wait at Stripe: no payment uses them,"
        " so no booking counts them.",
        "Stripe puts them towards the guest's next payment by bank transfer in the same currency."
        " If there is none to come, send them back from the customer in the Stripe dashboard.",
    )


@alert("card_expires", "A card on file is about to expire")
def card_expires(case: Case) -> Said:
    month, year = case.number("month"), case.number("year")
    until = f" at the end of {month:02}/{year}" if month and year else " soon"
    return (
        f"The card {case.card} runs out{until}.",
        "Ask the guest for another if you mean to charge it later.",
    )


@alert("card_replaced", "The card behind a hold was replaced")
def card_replaced(case: Case) -> Said:
    month, year = case.number("month"), case.number("year")
    until = f" It now runs until {month:02}/{year}." if month and year else ""
    return (
        f"On {case.moment()} the card network replaced the card behind this hold.{until}",
        "The hold may not outlive the old card: take what the guest owes soon, or hold it anew.",
    )


# Across all --------------------------------------------------------------


@alert("tenant_mismatch", "An event pointed at another organization")
def tenant_mismatch(case: Case) -> Said:
    return (
        f"The event {case.text('event')} ({case.text('type')}) names a booking, a house or an"
        " account that another organization owns. Nothing was changed, here or there.",
        "Find out who writes metadata in your Stripe account, and tell the platform.",
    )


@alert("mail_undeliverable", "A mail could not be delivered")
def mail_undeliverable(case: Case) -> Said:
    whom = "the guest" if case.text("to") == "guest" else case.colleague
    why = case.text("why").rstrip(".") or "Nobody said why"
    return (
        f"The mail “{mail(case.text('mail'))}” to {whom} was given up. {why}.",
        "Check the address on file, and tell them some other way.",
    )


@alert("request_refused", "Stripe refused what was asked")
def request_refused(case: Case) -> Said:
    what = ASKED.get(case.text("request"), "for something")
    why = case.text("why").rstrip(".") or "It did not say why"
    done = "Nothing was done."
    if case.text("request") == "refund":
        done = f"Nothing went back. {refunds.TOTAL_STAYS}"
    return (
        f"Stripe was asked {what}, and refused later, when nobody was waiting: {why}.",
        f"{done} Ask again here once the cause is mended.",
    )


@alert("request_waits", "Stripe has not answered for an hour")
def request_waits(case: Case) -> Said:
    what = ASKED.get(case.text("request"), "for something")
    return (
        f"Stripe was asked {what}, and has not said whether it is done.",
        "It is asked again by itself, and never done twice. Do not do it in another way meanwhile.",
    )


@alert("evidence_handed_in", "Evidence was handed in by itself")
def evidence_handed_in(case: Case) -> Said:
    return (
        "The deadline of a dispute was near and nobody had answered, so what we knew of the stay"
        " goes to the bank, as your organization chose.",
        "Nothing can be added now: the bank decides.",
    )
