"""Plain words for what somebody did."""

from payments import money
from payments.models import Activity
from payments.words import PURPOSES, spelled

SYSTEM = "The system"

# A line each; `{amount}` and `{purpose}` come from the facts, and so does a note behind it.
DID = {
    "account_begun": "began to connect a Stripe account",
    "account_let_go": "let go of a Stripe account",
    "alert_closed": "saw an alert",
    "alert_taken": "looks after an alert",
    "attachment_added": "added a file",
    "guest_erased": "erased the guest: name, e-mail and files are gone, amounts stay",
    "evidence_edited": "wrote evidence for a dispute",
    "evidence_file_added": "added a file to the evidence for a dispute",
    "hold_captured": "took {amount} of a hold",
    "hold_released": "let go of a hold of {amount}",
    "pay_link_sent_again": "sent a pay link over {amount} again: {purpose}",
    "pay_link_made": "made a pay link over {amount}: {purpose}",
    "payment_begun": "began a payment of {amount}: {purpose}",
    "payment_canceled": "canceled a payment of {amount}",
    "refund_issued": "refunded {amount}",
    "payment_attached": "attached a payment of {amount} to this booking",
    "payment_detached": "took a payment of {amount} off this booking again",
    "card_charged": "charged {amount} to a card on file: {purpose}",
    "card_asked_for": "asked a guest to leave a card",
    "card_detached": "took a card off file",
    "card_made_default": "chose the card that is charged first",
    "dispute_accepted": "gave in to a dispute over {amount}",
    "evidence_staged": "gave Stripe the evidence for a dispute",
    "evidence_submitted": "handed in the evidence for a dispute",
    "review_approved": "approved a payment that Stripe wanted looked at",
    "review_refused": "refused a payment as fraud and refunded {amount}",
    "warning_refunded": "refunded {amount} because of a fraud warning",
}


def did(row: Activity) -> str:
    """Return what somebody did, as the end of a sentence that begins with who."""
    facts = row.facts
    amount = ""
    if isinstance(facts.get("amount"), int) and facts.get("currency"):
        amount = money.show(facts["amount"], facts["currency"])
    if row.kind not in DID:
        return f"{spelled(row.kind).lower()}{f' ({amount})' if amount else ''}"
    purpose = PURPOSES.get(facts.get("purpose", ""), "payment").lower()
    said = DID[row.kind].format(amount=amount or "an amount", purpose=purpose)
    agreed = "; the guest agreed" if facts.get("agreed") is True else ""
    note = f" – “{facts['note']}”" if facts.get("note") else ""
    return f"{said}{agreed}{note}"
