"""What became of an event, in plain words, and what to do about it."""

from dataclasses import dataclass

from payments.models import Reason, State, WebhookEvent
from payments.words import BAD, GOOD, QUIET, WAIT, Said

STATES: dict[str, Said] = {
    State.RECEIVED: Said("Waiting", WAIT),
    State.APPLIED: Said("Applied", GOOD),
    State.IGNORED: Said("Ignored", QUIET),
    State.QUARANTINED: Said("Set aside", BAD),
}


@dataclass(frozen=True)
class Outcome:
    """What became of an event, and what to do about it."""

    says: str
    to_do: str = ""


OUTCOMES: dict[str, Outcome] = {
    Reason.MALFORMED: Outcome(
        "What came is proven to be from Stripe but makes no sense: no JSON, no id, or a value that"
        " cannot be where it stands.",
        "Look at the payload. If a newer API version writes it this way, the endpoint's"
        " version differs from ours: set it back, then replay.",
    ),
    Reason.THIN_EVENT: Outcome(
        "A thin event: a notification without its object.",
        "In the Stripe dashboard set the endpoint's payload style to snapshot. Stripe will not send"
        " this one again in that style, so fetch what was missed.",
    ),
    Reason.UNKNOWN_ACCOUNT: Outcome(
        "The account is nobody's here, or the event came by the other endpoint.",
        "Connect the account: it is then applied by itself. If many accounts stand here, check"
        " whether the two webhook secrets are swapped.",
    ),
    Reason.LIVEMODE_MISMATCH: Outcome(
        "A live event of an account that is connected in test mode only.",
        "Connect the account in live mode: the event is then applied by itself.",
    ),
    Reason.TENANT_MISMATCH: Outcome(
        "It names a booking, a house or an account that another organization owns. Nothing was"
        " changed.",
        "Treat it as a security matter: find out who wrote the metadata. Do not replay it before"
        " the cause is known.",
    ),
    Reason.HANDLER_ERROR: Outcome(
        "Our own failure, eight times over.",
        "Give the last error to the developers; replay when it is mended.",
    ),
    Reason.UNHANDLED_TYPE: Outcome(
        "Nothing here follows from events of this type.",
        "Nothing to do. Leave the type out of the endpoint's list to be sent less.",
    ),
    Reason.TEST_EVENT: Outcome(
        "A test event of an account that is connected live.",
        "Nothing to do: tests never touch live bookings.",
    ),
    Reason.NO_EFFECT: Outcome(
        "It is about the platform's own account and names no organization.",
        "Nothing to do.",
    ),
}


def outcome_of(event: WebhookEvent) -> Outcome:
    """Return what became of an event, in sentences."""
    if event.reason in OUTCOMES:
        return OUTCOMES[event.reason]
    if event.state == State.APPLIED:
        changed = len(event.changes or [])
        if not changed:
            return Outcome("Applied. It said nothing that was not known already.")
        return Outcome(f"Applied. It changed {changed} record{'s' if changed > 1 else ''}.")
    if event.attempts:
        return Outcome(
            "It failed and is tried again by itself.",
            "If it keeps failing, give the last error to the developers.",
        )
    return Outcome("It waits for the worker.", "If it waits for minutes, the worker does not run.")
