"""Plain words for what threatens money that came: disputes, fraud warnings, reviews."""

from dataclasses import dataclass

from payments.folio import Entry
from payments.models import Dispute, EarlyFraudWarning, Review
from payments.money import show
from payments.words import BACK, BAD, GOOD, QUIET, WAIT, Said, spelled

AWAITED = Said("Details awaited", WAIT, "Stripe has named it and not shown it yet.")

DISPUTES = {
    "warning_needs_response": Said(
        "Bank is asking", WAIT, "Only an inquiry: no money has moved. A good answer may keep it so."
    ),
    "warning_under_review": Said(
        "Answer sent", WAIT, "Only an inquiry: no money has moved. The bank reads the answer."
    ),
    "warning_closed": Said(
        "Inquiry closed", GOOD, "The bank asked and left it at that. No money moved."
    ),
    "needs_response": Said(
        "Evidence needed", BAD, "The bank has taken the money and waits for the hotel's side."
    ),
    "under_review": Said(
        "With the bank", WAIT, "The evidence is in. The bank takes weeks, at times months."
    ),
    "won": Said("Won", GOOD, "The bank sided with the hotel."),
    "lost": Said("Lost", BAD, "The bank sided with the cardholder."),
    "prevented": Said("Prevented", QUIET, "It was settled before it became a dispute."),
    "appeal_needs_response": Said(
        "Appeal: evidence needed", BAD, "It was lost and is open again: the bank waits for more."
    ),
    "appeal_under_review": Said(
        "Appeal with the bank", WAIT, "It was lost, and the bank is looking at it once more."
    ),
}


@dataclass(frozen=True)
class Why:
    """
    What a cardholder tells the bank.

    :param helps: what has convinced banks of the contrary.
    """

    words: str
    says: str
    helps: str = ""


REASONS = {
    "bank_cannot_process": Why("Bank cannot process it", "The bank could not process the payment."),
    "check_returned": Why("Check returned", "The check came back unpaid."),
    "credit_not_processed": Why(
        "Refund not made",
        "The cardholder says that a refund is owed and never came.",
        "The cancellation policy as the guest accepted it, and what was already refunded.",
    ),
    "customer_initiated": Why("Asked for by the guest", "The guest asked the bank for the money."),
    "debit_not_authorized": Why(
        "Debit not allowed", "The account holder says that they allowed no such debit."
    ),
    "duplicate": Why(
        "Charged twice",
        "The cardholder says that they paid the same thing twice.",
        "Both payments, and what each of them was for.",
    ),
    "fraudulent": Why(
        "Payment not theirs",
        "The cardholder says that they did not make this payment.",
        "Proof that they stayed: the registration they signed, the document shown at arrival,"
        " messages, earlier stays.",
    ),
    "general": Why("No reason given", "The bank gives no particular reason."),
    "incorrect_account_details": Why(
        "Wrong account details", "The account that was debited is not the guest's."
    ),
    "insufficient_funds": Why("Too little money", "There was too little money on the account."),
    "noncompliant": Why("Against the rules", "The card network finds its rules broken."),
    "product_not_received": Why(
        "Stay not given",
        "The cardholder says that they paid and were not given the stay.",
        "The booking as confirmed, the registration they signed, key and check-out records.",
    ),
    "product_unacceptable": Why(
        "Stay not as promised",
        "The cardholder says that the stay was not what was promised.",
        "How the room was described, pictures of it, and what was offered to put things right.",
    ),
    "subscription_canceled": Why(
        "Canceled before",
        "The cardholder says that they had canceled and were charged all the same.",
        "The cancellation policy as the guest accepted it, and when the cancellation came.",
    ),
    "unrecognized": Why(
        "Not recognised",
        "The cardholder does not know what this charge on their statement is.",
        "The booking, its confirmation, and the hotel's name as statements show it.",
    ),
}

FRAUD_TYPES = {
    "card_never_received": "the card never reached its owner",
    "fraudulent_card_application": "the card was applied for in a false name",
    "made_with_counterfeit_card": "the card is a counterfeit",
    "made_with_lost_card": "the card was lost",
    "made_with_stolen_card": "the card was stolen",
    "misc": "the bank gives no details",
    "unauthorized_use_of_card": "the card was used without its owner's consent",
}

# What a warning means, by where the stay stands.
STAYS = {
    "future": Said(
        "Before arrival",
        BAD,
        "Nobody has stayed yet, so nothing is lost yet. Refund it, cancel the stay, and a dispute"
        " with its fee is unlikely.",
    ),
    "in_house": Said(
        "In house",
        BAD,
        "The guest is here. Ask for the card and a document now; if they do not belong together,"
        " ask for another card and refund this payment.",
    ),
    "departed": Said(
        "Departed",
        WAIT,
        "The stay was given. Refunding gives it away; keeping the money risks a dispute and its"
        " fee. With proof of the stay it may be worth the risk.",
    ),
    "": Said(
        "No booking", WAIT, "It belongs to no booking yet. Find out whose payment it is first."
    ),
}

COMING = Said(
    "Money awaited", WAIT, "Nothing can be refunded before it has come. Look again when it has."
)

OPENED = {
    "manual": "Somebody asked for a look at it.",
    "rule": "A rule of the hotel's own at Stripe asks for a look at it.",
}

REVIEWS = {
    "acknowledged": Said("Looked at", QUIET),
    "approved": Said("Approved", GOOD, "Somebody looked and found nothing wrong."),
    "canceled": Said("Payment canceled", QUIET),
    "disputed": Said("Disputed", BAD, "The cardholder disputed it before anybody had looked."),
    "payment_never_settled": Said("Never paid", QUIET, "The payment came to nothing."),
    "redacted": Said("Redacted", QUIET),
    "refunded": Said("Refunded", BACK, "It was given back."),
    "refunded_as_fraud": Said("Refunded as fraud", BACK, "It was given back, as fraud."),
}


@dataclass(frozen=True)
class Ended:
    """
    How a dispute ended.

    :param word: with which word a mail names it.
    :param title: the same in a line.
    :param says: with the money, `{amount}` of which `{back}` came back and `{held}` did not.
    """

    word: str
    title: str
    says: str
    to_do: str = ""
    tone: str = GOOD


ALL, PART, NONE, UNTOLD = "all", "part", "none", "untold"  # how much of it the bank gave back

_KEEPS = "Do not refund it as well. If the stay is still to come, decide whether to keep it."

_ENDED: dict[tuple[str, str], Ended] = {
    ("won", ALL): Ended(
        "won", "You won a dispute", "You won: the bank sided with you, and {amount} is yours."
    ),
    ("won", PART): Ended(
        "won in part",
        "You won a part of a dispute",
        "You won in part: {back} came back, and {held} did not.",
        "The {held} counts as lost. Ask Stripe why it stayed with the bank.",
        WAIT,
    ),
    ("won", NONE): Ended(
        "won",
        "You won a dispute",
        "You won: the bank sided with you. {amount} is to come back, and has not yet.",
    ),
    ("lost", ALL): Ended(
        "lost, and paid back",
        "You lost a dispute, and have the money",
        "The case was closed as lost, and the bank gave the money back all the same: {amount} is on"
        " your Stripe balance. The dispute fee is not returned.",
        "Nothing is missing but the fee. Do not ask the guest to pay again.",
        WAIT,
    ),
    ("lost", PART): Ended(
        "lost",
        "You lost a dispute",
        "You lost: {back} came back, the guest keeps {held}, and the dispute fee is not returned.",
        _KEEPS,
        BAD,
    ),
    ("lost", NONE): Ended(
        "lost",
        "You lost a dispute",
        "You lost: the guest keeps {amount}, and the dispute fee is not returned.",
        _KEEPS,
        BAD,
    ),
    ("lost", UNTOLD): Ended(
        "lost",
        "You lost a dispute",
        "You lost: the bank sided with the cardholder. Stripe has not told yet what it took of"
        " {amount}.",
        _KEEPS,
        BAD,
    ),
}
_OTHERWISE = {
    "won": _ENDED["won", ALL],
    "warning_closed": Ended(
        "closed",
        "A bank's question is settled",
        "The bank asked about {amount} and let it be. No money moved.",
    ),
    "prevented": Ended(
        "settled",
        "A dispute was prevented",
        "The dispute of {amount} was settled before it became one.",
        tone=QUIET,
    ),
}


def ended(status: str, back_is: str) -> Ended:
    """
    Return how a dispute ended.

    :param back_is: how much of it the bank gave back: ALL, PART, NONE, or UNTOLD.
    """
    return (
        _ENDED.get((status, back_is))
        or _OTHERWISE.get(status)
        or Ended("closed", "A dispute is over", "The bank has closed its case about {amount}.")
    )


def back_is(row: Dispute, entry: Entry) -> str:
    """Return how much of what a dispute took the bank gave back."""
    if not any((line.amount or 0) < 0 for line in entry.movements_of(row)):
        return UNTOLD
    held = entry.held_by(row)
    if held == 0:
        return ALL
    return PART if held < entry.claimed_by(row) and entry.is_lost(row) else NONE


def refunded_already(refunded: int, disputed: int) -> str:
    """
    Return what a hotel must know first of a dispute of a payment that was refunded; else nothing.

    :param refunded: in minor units; `{refunded}` in the answer stands for it.
    """
    if refunded <= 0:
        return ""
    if refunded >= disputed:
        return "This payment was refunded already: hand that in, and it wins the case."
    return (
        "{refunded} of this payment was refunded already: hand that in, and the bank cannot take"
        " that part again."
    )


def dispute(row: Dispute, entry: Entry | None = None) -> Said:
    """
    Return where a dispute stands.

    :param entry: its payment, where the money is to be spoken of, too.
    """
    if not row.seen:
        return AWAITED
    said = DISPUTES.get(row.status) or Said(spelled(row.status) or "Unknown", QUIET)
    if entry is None or row.status not in ("won", "lost"):
        return said
    end, held = ended(row.status, back_is(row, entry)), entry.held_by(row)
    amount = entry.claimed_by(row)
    sums = {"amount": amount, "held": held, "back": amount - held}
    shown = {name: show(value, entry.currency_of(row)) for name, value in sums.items()}
    word = f"{end.word[:1].upper()}{end.word[1:]}"
    return Said(word, end.tone, f"{end.says} {end.to_do}".strip().format(**shown))


def why(reason: str) -> Why:
    """Return what a cardholder tells the bank."""
    return REASONS.get(reason) or Why(spelled(reason) or "No reason given", "")


def fraud(row: EarlyFraudWarning) -> str:
    """Return what the bank thinks is wrong, as the end of a sentence."""
    return FRAUD_TYPES.get(row.fraud_type) or spelled(row.fraud_type).lower() or FRAUD_TYPES["misc"]


def warning(
    row: EarlyFraudWarning,
    *,
    stay: str,
    disputed: bool,
    refundable: int | None = None,
    coming: bool = False,
) -> Said:
    """
    Return what a fraud warning asks of the hotel.

    :param stay: where the stay stands: `future`, `in_house`, `departed`, or nothing.
    :param disputed: it has become a dispute.
    :param refundable: how much could be given back; None where nobody knows.
    :param coming: the money is on its way, as with a bank debit.
    """
    if not row.seen:
        return AWAITED
    if disputed:
        return Said("Disputed already", BAD, "It has become a dispute: answer that.")
    if row.actionable and coming:
        return COMING
    if not row.actionable or refundable == 0:
        return Said("Nothing to decide", QUIET, "It was refunded or disputed: no more can be done.")
    return STAYS.get(stay, STAYS[""])


def review(row: Review) -> Said:
    """Return where a review stands."""
    if not row.seen:
        return AWAITED
    if row.is_open:
        return Said("Waits for a look", WAIT, OPENED.get(row.opened_reason, ""))
    return REVIEWS.get(row.closed_reason) or Said(spelled(row.closed_reason) or "Closed", QUIET)
