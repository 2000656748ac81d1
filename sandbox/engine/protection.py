"""What happens to a charge afterwards: a bank disputes it, warns of it; Stripe has it reviewed."""

from typing import Any

from sandbox import objects
from sandbox.engine import balance
from sandbox.engine.errors import Refusal
from sandbox.engine.world import Books, change, due
from sandbox.objects import protection
from sandbox.objects.methods import Object
from sandbox.objects.protection import ANSWER_WITHIN, EVIDENCE, NETWORK_CODES

FEE = 1_500  # minor units: what Stripe keeps for each chargeback
RATE = 11, 10  # what one unit of the guest's money is worth where the account settles in another
DECIDES_IN = 1  # seconds until the bank has read test evidence that says how it shall decide
LONGEST = 150_000  # characters of all evidence together
LONGEST_EACH = 20_000  # of one of these (docs.stripe.com/api/disputes/update)
LONG = (
    "access_activity_log",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "duplicate_charge_explanation",
    "product_description",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "uncategorized_text",
)
OPEN = ("needs_response", "warning_needs_response", "appeal_needs_response")
FILES = {
    "appeal",
    "cancellation_policy",
    "customer_communication",
    "customer_signature",
    "duplicate_charge_documentation",
    "receipt",
    "refund_policy",
    "service_documentation",
    "shipping_documentation",
    "uncategorized_file",
}

# What test evidence says in `uncategorized_text`: how the bank then decides.
VERDICTS = {
    "winning_evidence": "win",
    "losing_evidence": "lose",
    "escalate_inquiry_evidence": "escalate",
}


@due
def open_dispute(
    books: Books,
    charge_id: str,
    reason: str = "fraudulent",
    inquiry: bool = False,
    amount: int | None = None,
    settles: str | None = None,
) -> Object:
    """
    A bank takes a charge's money back, or only asks about it.

    :param settles: the account's currency, where it is not the charge's.
    :raises Refusal: nothing of it can be disputed.
    """
    charge = books.get("charge", charge_id)
    if charge["status"] != "succeeded" or not charge["captured"]:
        raise Refusal("A charge that took no money cannot be disputed.")
    if reason not in NETWORK_CODES:
        raise Refusal(f"Invalid reason: must be one of {', '.join(NETWORK_CODES)}", param="reason")
    details = charge["billing_details"]
    row = objects.dispute(
        id=books.id("dp"),
        amount=min(amount or charge["amount_captured"], charge["amount_captured"]),
        charge=charge["id"],
        created=books.now,
        currency=charge["currency"],
        evidence=protection.evidence(
            customer_email_address=details["email"],
            customer_name=details["name"],
            customer_purchase_ip="203.0.113.7",
        ),
        payment_intent=charge["payment_intent"],
        reason=reason,
        status="warning_needs_response" if inquiry else "needs_response",
    )
    books.add(row, settles=settles or charge["currency"])
    if not inquiry:
        _take(books, row)
    books.emit("charge.dispute.created", row, asked=False)
    if not inquiry:
        books.emit("charge.dispute.funds_withdrawn", row, asked=False)
    if before := change(charge, disputed=True):  # a second dispute changes nothing there
        books.emit("charge.updated", charge, before, asked=False)
    disarm(books, charge)
    books.later(row["evidence_details"]["due_by"] - books.now, "past_due", row["id"])
    return row


def update(
    books: Books,
    row: Object,
    evidence: Object | None,
    *,
    submit: bool | None = None,
    metadata: Object | None = None,
    **fields: Any,
) -> Object:
    """
    Stage evidence, or hand it in: then it is the bank's turn.

    :param submit: as Stripe has it, evidence is handed in at once unless this is false; true hands
        in what was staged before.
    :raises Refusal: the bank takes none any more, or it is too long, or names no file of ours.
    """
    if evidence is not None and row["status"] not in OPEN:
        raise Refusal(
            f"This dispute has a status of {row['status']}: its evidence can no longer be changed."
        )
    if evidence is not None and row["evidence_details"]["past_due"]:
        raise Refusal("The deadline for responding to this dispute has passed.")
    kept = row["evidence"] | (evidence or {})
    _check(books, kept, evidence or {})
    changed: Object = dict(fields)
    if metadata is not None:
        changed["metadata"] = metadata
    if evidence is not None:
        changed["evidence"] = kept
        changed["evidence_details"] = row["evidence_details"] | {
            "has_evidence": any(kept.get(name) for name in EVIDENCE.split())
        }
    gives = evidence is not None if submit is None else submit
    hands_in = gives and row["status"] in OPEN
    if hands_in:
        changed["evidence_details"] = changed.get("evidence_details", row["evidence_details"]) | {
            "submission_count": row["evidence_details"]["submission_count"] + 1,
            "submission_method": "manual",
        }
        changed["status"] = row["status"].replace("needs_response", "under_review")
    before = change(row, **changed)
    if before:
        books.emit("charge.dispute.updated", row, before)
    if hands_in and (verdict := VERDICTS.get(kept.get("uncategorized_text") or "")):
        books.later(DECIDES_IN, "decide", row["id"], verdict)
    return row


def _check(books: Books, kept: Object, given: Object) -> None:
    for name in FILES & set(given):
        if given[name] and not (isinstance(given[name], str) and books.look("file", given[name])):
            raise Refusal(
                f"No such file upload: '{given[name]}'",
                code="resource_missing",
                param=f"evidence[{name}]",
            )
    for name in LONG:
        if len(given.get(name) or "") > LONGEST_EACH:
            raise Refusal(
                f"Invalid string: {given[name][:10]}…{given[name][-10:]}; must be at most"
                f" {LONGEST_EACH} characters",
                param=f"evidence[{name}]",
            )
    texts = [kept.get(name) or "" for name in EVIDENCE.split() if name not in FILES]
    if sum(map(len, texts)) > LONGEST:
        raise Refusal(
            f"The combined character count of all evidence fields must be {LONGEST:,} or less.",
            param="evidence",
        )


@due
def past_due(books: Books, id: str) -> None:
    """The deadline is over: what was staged goes to the bank by itself; without any, it is lost."""
    row = books.get("dispute", id)
    if row["status"] not in OPEN or row["evidence_details"]["due_by"] > books.now:
        return
    late = row["evidence_details"] | {"past_due": True}
    before = change(row, evidence_details=late)
    books.emit("charge.dispute.updated", row, before, asked=False)
    decide(books, id, "close" if row["status"].startswith("warning") else "lose")


@due
def decide(books: Books, id: str, verdict: str, part: int | None = None) -> None:
    """
    The bank decides.

    :param verdict: win, lose, escalate (an inquiry becomes a chargeback), close (an inquiry ends).
    :param part: what comes back of a chargeback that is won, where it is not all of it.
    :raises Refusal: it has decided already, or there is nothing of the kind to decide.
    """
    row = books.get("dispute", id)
    inquiry = row["status"].startswith("warning_")
    if row["status"] in ("won", "lost", "warning_closed"):
        raise Refusal(f"This dispute is over: it has a status of {row['status']}.")
    if verdict == "escalate" and inquiry:
        _escalate(books, row)
    elif inquiry and verdict in ("win", "close"):
        _close(books, row, "warning_closed")
    elif inquiry:
        _escalate(books, row)
        _close(books, row, "lost")
    elif verdict == "win":
        _move(books, row, row["amount"] if part is None else part, "Chargeback reversal")
        books.emit("charge.dispute.funds_reinstated", row, asked=False)
        _close(books, row, "won")
    elif verdict == "lose":
        _close(books, row, "lost")
    else:
        raise Refusal(f"A dispute with a status of {row['status']} does not {verdict}.")


def accept(books: Books, row: Object) -> Object:
    """
    Give in: it is lost.

    :raises Refusal: it is over, or the bank reads the evidence.
    """
    if row["status"] not in OPEN:
        raise Refusal(
            f"This dispute has a status of {row['status']} and cannot be closed.",
        )
    _close(books, row, "warning_closed" if row["status"].startswith("warning") else "lost", True)
    return row


def appeal(books: Books, row: Object) -> None:
    """The hotel does not take a lost case as the last word."""
    details = row["evidence_details"] | {"due_by": books.now + ANSWER_WITHIN}
    before = change(row, status="appeal_needs_response", evidence_details=details)
    books.emit("charge.dispute.updated", row, before)


def adjust(books: Books, row: Object, amount: int) -> None:
    """Currencies have moved since the bank took the money: some cents follow, either way."""
    _move(books, row, amount, "Chargeback adjustment")
    books.emit("charge.dispute.updated", row, asked=False)


def move_deadline(books: Books, row: Object, due_by: int) -> None:
    """The bank moves the moment by which it wants to hear from the hotel."""
    before = change(row, evidence_details=row["evidence_details"] | {"due_by": due_by})
    books.emit("charge.dispute.updated", row, before, asked=False)
    books.later(due_by - books.now, "past_due", row["id"])


def _escalate(books: Books, row: Object) -> None:
    """An inquiry becomes a chargeback: now the bank takes the money."""
    _take(books, row)
    before = change(
        row,
        status="needs_response",
        evidence_details=protection.evidence_details(books.now + ANSWER_WITHIN),
        is_charge_refundable=False,
        payment_method_details=protection.case("chargeback", row["reason"]),
    )
    books.emit("charge.dispute.updated", row, before, asked=False)
    books.emit("charge.dispute.funds_withdrawn", row, asked=False)
    books.later(ANSWER_WITHIN, "past_due", row["id"])


def _take(books: Books, row: Object) -> None:
    """The bank takes what is disputed from the hotel's balance, and Stripe its fee."""
    _move(books, row, -row["amount"], "Chargeback withdrawal", fee=FEE)


def _move(books: Books, row: Object, amount: int, what: str, fee: int = 0) -> None:
    """Money moves: a line more among the dispute's movements."""
    settles = books.note(row["id"]).get("settles") or row["currency"]
    times, by = (1, 1) if settles == row["currency"] else RATE
    moved = balance.move(
        books,
        amount * times // by if amount > 0 else -(-amount * times // by),
        source=row["id"],
        kind="adjustment",
        fee=fee,
        fee_details=[protection.dispute_fee(fee, settles)] if fee else [],
        currency=settles,
        description=f"{what} for {row['charge']}",
        exchange_rate=None if times == by else times / by,
    )
    line = books.get("balance_transaction", moved)
    line["reporting_category"] = "dispute" if amount < 0 else "dispute_reversal"
    row["balance_transactions"].append(line)


def _close(books: Books, row: Object, status: str, asked: bool = False) -> None:
    before = change(row, status=status)
    books.emit("charge.dispute.closed", row, before, asked=asked)


# Early fraud warnings ----------------------------------------------------


@due
def warn(books: Books, charge_id: str) -> Object:
    """A bank says early that a card was not its owner's to use."""
    charge = books.get("charge", charge_id)
    row = objects.early_fraud_warning(
        id=books.id("issfr"),
        actionable=not (charge["refunded"] or charge["disputed"]),
        charge=charge["id"],
        created=books.now,
        payment_intent=charge["payment_intent"],
    )
    books.add(row)
    books.emit("radar.early_fraud_warning.created", row, asked=False)
    return row


def disarm(books: Books, charge: Object) -> None:
    """Nothing can be done about a warning any more: refunded in full, or disputed already."""
    for row in books.all("radar.early_fraud_warning"):
        if row["charge"] == charge["id"] and row["actionable"]:
            before = change(row, actionable=False)
            books.emit("radar.early_fraud_warning.updated", row, before, asked=False)


# Reviews -----------------------------------------------------------------


def open_review(books: Books, charge: Object) -> Object:
    """
    Stripe wants somebody at the hotel to look at a payment before it counts on it.

    :raises Refusal: somebody looks at it already, or no money was taken or held.
    """
    if charge["review"]:
        raise Refusal("This charge is under review already.")
    if charge["status"] != "succeeded":
        raise Refusal("A charge that took no money is not reviewed.")
    intent = books.get("payment_intent", charge["payment_intent"])
    row = objects.review(
        id=books.id("prv"),
        charge=charge["id"],
        created=books.now,
        payment_intent=intent["id"],
    )
    books.add(row)
    change(charge, review=row["id"])
    change(intent, review=row["id"])
    books.emit("review.opened", row, asked=False)
    return row


def approve(books: Books, row: Object) -> Object:
    """
    The hotel knows this guest.

    :raises Refusal: it was closed before.
    """
    if not row["open"]:
        raise Refusal(f"Review {row['id']} is already closed.")
    close_review(books, row, "approved")
    return row


def close_review(books: Books, row: Object, reason: str) -> None:
    """Nobody needs to look at it any more."""
    if not row["open"]:
        return
    for kind in ("charge", "payment_intent"):
        if thing := books.look(kind, row[kind]):
            change(thing, review=None)
    change(row, open=False, closed_reason=reason, reason=reason)
    books.emit("review.closed", row)
