"""`/v1/charges` and `/v1/refunds`."""

from sandbox.engine import Refusal, refunds
from sandbox.engine.errors import invalid
from sandbox.engine.world import change
from sandbox.objects.methods import Object
from sandbox.server.params import (
    CREATED,
    PAGE,
    group,
    metadata,
    one_of,
    positive,
    text,
)
from sandbox.server.registry import Call, route


@route(
    "GET", "/v1/charges", **PAGE, **CREATED, customer=text, payment_intent=text, transfer_group=text
)
def page(call: Call) -> Object:
    """List charges, the newest first."""
    return call.page("charge", "customer", "payment_intent", "transfer_group")


@route("GET", "/v1/charges/{id}")
def retrieve(call: Call) -> Object:
    """Show a charge."""
    return call.get("charge")


@route(
    "POST",
    "/v1/charges/{id}",
    customer=text,
    description=text,
    fraud_details=group,
    metadata=metadata,
    receipt_email=text,
    shipping=group,
    transfer_group=text,
)
def update(call: Call) -> Object:
    """Change what is written on a charge."""
    charge = call.get("charge")
    call.named("customer", "customer")
    fields = call.plain("customer", "description", "receipt_email", "shipping", "transfer_group")
    report = (call.params.get("fraud_details") or {}).get("user_report")
    if report:
        if report not in ("fraudulent", "safe"):
            raise invalid(
                "Invalid user_report: must be one of fraudulent or safe",
                "fraud_details[user_report]",
            )
        fields["fraud_details"] = charge["fraud_details"] | {"user_report": report}
    before = change(charge, metadata=call.metadata(charge["metadata"]), **fields)
    if before:
        call.books.emit("charge.updated", charge, before)
    return charge


@route("GET", "/v1/charges/{id}/refunds", **PAGE)
def refunds_of_charge(call: Call) -> Object:
    """List a charge's refunds."""
    charge = call.get("charge")
    return call.paged(each for each in call.books.all("refund") if each["charge"] == charge["id"])


@route(
    "POST",
    "/v1/refunds",
    amount=positive,
    charge=text,
    metadata=metadata,
    payment_intent=text,
    reason=one_of("duplicate", "fraudulent", "requested_by_customer"),
)
def refund(call: Call) -> Object:
    """Send money back to the guest."""
    given = call.params
    if not given.get("charge") and not given.get("payment_intent"):
        raise invalid(
            "One of the following params should be provided for this request: payment_intent or "
            "charge.",
            "payment_intent",
            "parameter_missing",
        )
    intent = call.named("payment_intent", "payment_intent")
    charge = call.named("charge", "charge")
    if intent and charge and charge["payment_intent"] != intent["id"]:
        raise invalid("The charge is not one of the PaymentIntent's.", "charge", began=True)
    if intent and not charge:
        charge = call.books.look("charge", intent["latest_charge"])
        if not charge or intent["status"] != "succeeded":
            raise Refusal(
                f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
                code="payment_intent_unexpected_state",
                param="payment_intent",
            )
    return refunds.create(
        call.books,
        charge or {},
        given.get("amount"),
        reason=given.get("reason"),
        metadata=call.metadata(),
    )


@route("GET", "/v1/refunds", **PAGE, **CREATED, charge=text, payment_intent=text)
def refund_page(call: Call) -> Object:
    """List refunds, the newest first."""
    return call.page("refund", "charge", "payment_intent")


@route("GET", "/v1/refunds/{id}")
def refund_retrieve(call: Call) -> Object:
    """Show a refund."""
    return call.get("refund")


@route("POST", "/v1/refunds/{id}", metadata=metadata)
def refund_update(call: Call) -> Object:
    """Change what is written on a refund."""
    row = call.get("refund")
    before = change(row, metadata=call.metadata(row["metadata"]))
    if before:
        call.books.emit("refund.updated", row, before)
        call.books.emit("charge.refund.updated", row, before)
    return row


@route("POST", "/v1/refunds/{id}/cancel")
def refund_cancel(call: Call) -> Object:
    """Stop a refund that waits for the guest."""
    return refunds.cancel(call.books, call.get("refund"))
