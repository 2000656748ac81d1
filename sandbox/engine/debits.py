"""Direct debits: the guest's bank takes a while to answer."""

from copy import deepcopy

from sandbox.engine import charges
from sandbox.engine.cards import IBANS
from sandbox.engine.world import Books, change, due
from sandbox.objects import payments
from sandbox.objects.methods import Object

DEBIT_TAKES = 3  # seconds that a direct debit is under way


def debit(books: Books, intent: Object, method: Object) -> Object:
    """A bank account is debited: the bank takes a while to answer."""
    iban = books.note(method["id"])["iban"]
    change(intent, setup_future_usage=intent["setup_future_usage"])
    charge = charges.make(
        books, intent, method, status="pending", captured=True, balance_transaction=None
    )
    change(charge, paid=False, receipt_url=None)
    change(intent, status="processing")
    books.emit("charge.pending", charge)
    books.emit("payment_intent.processing", intent)
    fate = IBANS[iban]
    books.later(180 if "three" in fate else DEBIT_TAKES, "end_debit", intent["id"], fate)
    return intent


@due
def end_debit(books: Books, id: str, fate: str) -> None:
    """The guest's bank has paid, or has not."""
    intent = books.get("payment_intent", id)
    charge = books.get("charge", intent["latest_charge"])
    if intent["status"] != "processing":
        return
    if not fate.startswith("fails"):
        change(
            charge,
            status="succeeded",
            paid=True,
            receipt_url=payments.receipt(charge["id"]),
        )
        charges.succeed(books, intent, charge, asked=False)
        if fate == "is disputed":
            books.later(charges.HAPPENS_IN, "open_dispute", charge["id"], "fraudulent", False)
        return
    method = books.get("payment_method", charge["payment_method"])
    message = "The customer's bank account could not be debited."
    change(charge, status="failed", failure_code="insufficient_funds", failure_message=message)
    change(charge, captured=False, amount_captured=0)
    change(
        intent,
        status="requires_payment_method",
        payment_method=None,
        last_payment_error={
            "charge": charge["id"],
            "code": "payment_intent_payment_attempt_failed",
            "decline_code": "insufficient_funds",
            "doc_url": "https://docs.stripe.com/error-codes/payment-intent-payment-attempt-failed",
            "message": message,
            "payment_method": deepcopy(method),
            "type": "card_error",
        },
    )
    books.emit("charge.failed", charge, asked=False)
    books.emit("payment_intent.payment_failed", intent, asked=False)
