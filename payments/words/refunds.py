"""Plain words for money that goes back, and for why some did not reach its guest."""

from dataclasses import dataclass

from payments.models import Refund
from payments.words import BACK, BAD, QUIET, WAIT, Said, spelled

REASONS = {
    "duplicate": "paid twice",
    "fraudulent": "taken for fraud",
    "requested_by_customer": "the guest asked for it",
}


@dataclass(frozen=True)
class Failure:
    """
    Why a refund failed.

    :param word: what became of it, in a word or two.
    :param says: why; `{amount}` is its sum.
    :param to_do: what the front desk does about it.
    """

    word: str
    says: str
    to_do: str


_ANOTHER_WAY = "Ask the guest how else to return it, for instance by bank transfer"

_UNKNOWN = Failure(
    "Sent back",
    "{amount} did not reach the guest, and nobody said why. It is on your Stripe balance again.",
    f"Refund it once more. If that fails too: {_ANOTHER_WAY[0].lower()}{_ANOTHER_WAY[1:]}.",
)

FAILURES = {
    "charge_for_pending_refund_disputed": Failure(
        "Stopped",
        "{amount} did not go back, because the guest disputed the payment before.",
        "The dispute is over: refund it again if the guest is still owed it.",
    ),
    "declined": Failure(
        "Sent back",
        "The guest's bank did not take {amount}. It is on your Stripe balance again.",
        f"{_ANOTHER_WAY}; a new refund the same way will most likely fail too.",
    ),
    "expired_or_canceled_card": Failure(
        "Sent back",
        "{amount} came back: the card has expired or was canceled. It is on your Stripe balance"
        " again.",
        f"{_ANOTHER_WAY}; a new refund to that card will fail too.",
    ),
    "insufficient_funds": Failure(
        "Not sent",
        "{amount} did not go back: there was too little money on your Stripe balance. Nothing is"
        " wrong with the guest's card.",
        "Top up the Stripe balance and refund again.",
    ),
    "lost_or_stolen_card": Failure(
        "Sent back",
        "{amount} came back: the card was reported lost or stolen. It is on your Stripe balance"
        " again.",
        f"Make sure that it was the guest who paid. {_ANOTHER_WAY}; a new refund to that card will"
        " fail too.",
    ),
    "merchant_request": Failure(
        "Stopped",
        "{amount} did not go back: the refund was stopped at your request.",
        "If the guest is owed it all the same, refund it again.",
    ),
}

WHILE_OPEN = (
    "Do not return it any other way while the dispute is open: if the bank decides for the guest,"
    " the guest would have it twice. Say in your evidence that a refund was on its way."
)
WHEN_LOST = (
    "Do not return it any other way: the dispute is lost, so the guest has the money from the bank."
)
TOTAL_STAYS = "If the stay's total was lowered with it, it stays lowered."
_STOPPED_BY_DISPUTE = "charge_for_pending_refund_disputed"


def failure(reason: str, dispute: str) -> Failure:
    """
    Return why a refund failed, and what to do then.

    :param reason: Stripe's `failure_reason`; empty where it gave none.
    :param dispute: where a dispute of the same charge stands: `open`, `lost`, `over`; else empty.
    """
    found = FAILURES.get(reason, _UNKNOWN)
    if dispute == "open" or (reason == _STOPPED_BY_DISPUTE and not dispute):
        return Failure(found.word, found.says, WHILE_OPEN)
    if dispute == "lost":
        return Failure(found.word, found.says, WHEN_LOST)
    return found


def refund(row: Refund, dispute: str = "", amount: str = "It") -> Said:
    """
    Return where a refund stands.

    :param dispute: as for `failure`.
    :param amount: its sum, as people read it.
    """
    if row.status == "succeeded":
        return Said("Returned", BACK)
    if row.status == "pending":
        return Said("On its way", WAIT, "A bank takes some days to take it.")
    if row.status == "requires_action":
        return Said("Guest must act", WAIT, "The guest must say where the money can go.")
    if row.status == "failed":
        failed = failure(row.failure_reason, dispute)
        return Said(failed.word, BAD, f"{failed.says.format(amount=amount)} {failed.to_do}")
    if row.status == "canceled":
        return Said("Canceled", QUIET, "Nothing went back.")
    return Said(spelled(row.status) or "Unknown", QUIET)
