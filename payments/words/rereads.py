"""Plain words for why Stripe is asked about something again."""

from typing import Any

from payments.folio import captured

CONTRADICTS = "Stripe told us two things about it that cannot both be true."
LET_GO_AND_BACK = "It was let go and connected again within one second."
NO_ORDER = "Its events do not say in which order things happened."
SAME_SECOND = "Events of the same second say different things about it."
FEE = "What Stripe kept of it is not known yet."
UNEXPLAINED = "More of it went back than the refunds that came say."
MEANWHILE = "More came about it while it was being read."

_ALWAYS = ("account", "external_account", "dispute", "early_fraud_warning")


def why(kind: str, row: Any) -> str:
    """
    Return why a row of this kind is read again, as it stands now.

    :param kind: one of `records.owing.NEEDS`, which says when.
    """
    if row.conflict:
        return CONTRADICTS
    if kind == "account" and row.is_undecided:
        return LET_GO_AND_BACK
    if kind in _ALWAYS:
        return NO_ORDER
    if kind == "payment":
        return SAME_SECOND
    if kind != "charge":
        return MEANWHILE
    has_no_fee = row.balance_transaction and row.fee is None
    return FEE if has_no_fee and captured(row) and row.status == "succeeded" else UNEXPLAINED
