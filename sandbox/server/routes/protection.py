"""`/v1/disputes`, `/v1/radar/early_fraud_warnings`, `/v1/reviews`, `/v1/files`."""

from sandbox.engine import protection
from sandbox.engine.errors import invalid
from sandbox.objects.methods import Object
from sandbox.objects.protection import EVIDENCE
from sandbox.server.params import (
    CREATED,
    PAGE,
    Needed,
    anything,
    check,
    flag,
    group,
    long_text,
    metadata,
    one_of,
    text,
)
from sandbox.server.registry import Call, route

LARGEST = {"dispute_evidence": 5_000_000}  # bytes
TYPES = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpg", b"%PDF": "pdf"}
PURPOSES = (
    "account_requirement",
    "additional_verification",
    "business_icon",
    "business_logo",
    "customer_signature",
    "dispute_evidence",
    "identity_document",
    "issuing_regulatory_reporting",
    "pci_document",
    "tax_document_user_upload",
    "terminal_reader_splashscreen",
)


@route("GET", "/v1/disputes", **PAGE, **CREATED, charge=text, payment_intent=text)
def page(call: Call) -> Object:
    """List disputes, the newest first."""
    return call.page("dispute", "charge", "payment_intent")


@route("GET", "/v1/disputes/{id}")
def retrieve(call: Call) -> Object:
    """Show a dispute."""
    return call.get("dispute")


@route("POST", "/v1/disputes/{id}", evidence=group, metadata=metadata, submit=flag)
def update(call: Call) -> Object:
    """Stage evidence, or hand it in."""
    row, given = call.get("dispute"), call.params.get("evidence")
    if given is not None:
        takes = dict.fromkeys(EVIDENCE.split(), long_text) | {"enhanced_evidence": anything}
        try:
            given = check(given, takes)
        except Exception as error:
            if hasattr(error, "error"):
                error.error["param"] = f"evidence[{error.error['param']}]"
            raise
    return protection.update(
        call.books,
        row,
        given,
        submit=call.params.get("submit"),
        metadata=call.metadata(row["metadata"]) if "metadata" in call.params else None,
    )


@route("POST", "/v1/disputes/{id}/close")
def close(call: Call) -> Object:
    """Give in: it is lost."""
    return protection.accept(call.books, call.get("dispute"))


@route("GET", "/v1/radar/early_fraud_warnings", **PAGE, **CREATED, charge=text, payment_intent=text)
def warnings(call: Call) -> Object:
    """List early fraud warnings, the newest first."""
    return call.page("radar.early_fraud_warning", "charge", "payment_intent")


@route("GET", "/v1/radar/early_fraud_warnings/{id}")
def warning(call: Call) -> Object:
    """Show one."""
    return call.get("radar.early_fraud_warning")


@route("GET", "/v1/reviews", **PAGE, **CREATED)
def reviews(call: Call) -> Object:
    """List reviews that are open, the newest first."""
    return call.paged(each for each in call.books.all("review") if each["open"])


@route("GET", "/v1/reviews/{id}")
def review(call: Call) -> Object:
    """Show one."""
    return call.get("review")


@route("POST", "/v1/reviews/{id}/approve")
def approve(call: Call) -> Object:
    """Say that the payment is good."""
    return protection.approve(call.books, call.get("review"))


# Files -------------------------------------------------------------------


@route("POST", "/v1/files", file=anything, purpose=Needed(one_of(*PURPOSES)))
def upload(call: Call) -> Object:
    """Bring a file, as evidence."""
    if "file" not in call.files:
        raise invalid("Missing required param: file.", "file", "parameter_missing")
    name, content = call.files["file"]
    purpose = call.params["purpose"]
    if not content:
        raise invalid("The file you provided is empty.", "file")
    if len(content) > LARGEST.get(purpose, 16_000_000):
        raise invalid("The file you provided is too large.", "file", "file_too_large")
    kind = next((kind for start, kind in TYPES.items() if content.startswith(start)), None)
    if purpose == "dispute_evidence" and kind is None:
        raise invalid(
            "Invalid file type: the file for dispute_evidence must be a PDF, JPEG or PNG.", "file"
        )
    id = call.books.id("file")
    row = {
        "id": id,
        "object": "file",
        "created": call.books.now,
        "expires_at": None,
        "filename": name,
        "links": {
            "object": "list",
            "data": [],
            "has_more": False,
            "url": f"/v1/file_links?file={id}",
        },
        "purpose": purpose,
        "size": len(content),
        "title": None,
        "type": kind or name.rpartition(".")[2].lower() or None,
        "url": f"https://files.stripe.com/v1/files/{id}/contents",
    }
    return call.books.add(row)


@route("GET", "/v1/files", **PAGE, **CREATED, purpose=text)
def files(call: Call) -> Object:
    """List files, the newest first."""
    return call.page("file", "purpose")


@route("GET", "/v1/files/{id}")
def file(call: Call) -> Object:
    """Show what is known of a file."""
    return call.get("file")
