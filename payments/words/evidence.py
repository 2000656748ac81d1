"""
What a bank is told when a cardholder disputes a stay: Stripe's names of evidence, and our texts.

Pure. Which names there are, and how long a text may be, is Stripe's
(docs.stripe.com/api/disputes/update).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from payments import money
from payments.hotel import Story, zone_named
from payments.words import policies

MOST_CHARACTERS = 150_000  # of all texts together
LONG, SHORT = 20_000, 500

# Each text's plain label and how long it may be.
TEXTS: dict[str, tuple[str, int]] = {
    "customer_name": ("Guest's name", SHORT),
    "customer_email_address": ("Guest's e-mail", SHORT),
    "billing_address": ("Billing address", SHORT),
    "customer_purchase_ip": ("IP address they booked from", SHORT),
    "product_description": ("What was booked", LONG),
    "service_date": ("Dates of the stay", SHORT),
    "access_activity_log": ("What happened, and when", LONG),
    "cancellation_policy_disclosure": ("How the guest saw the cancellation policy", LONG),
    "cancellation_rebuttal": ("Why the stay was not canceled", LONG),
    "refund_policy_disclosure": ("How the guest saw the refund policy", LONG),
    "refund_refusal_explanation": ("Why no more is refunded", LONG),
    "duplicate_charge_id": ("The other payment", SHORT),
    "duplicate_charge_explanation": ("What each of the two payments was for", LONG),
    "shipping_address": ("Shipping address", SHORT),
    "shipping_carrier": ("Carrier", SHORT),
    "shipping_date": ("Date of shipping", SHORT),
    "shipping_tracking_number": ("Tracking number", SHORT),
    "uncategorized_text": ("Anything else", LONG),
}
FILES: dict[str, str] = {
    "cancellation_policy": "The cancellation policy as shown",
    "customer_communication": "Messages with the guest",
    "customer_signature": "The registration they signed",
    "duplicate_charge_documentation": "Proof of the other payment",
    "receipt": "The receipt",
    "refund_policy": "The refund policy as shown",
    "service_documentation": "Proof of the stay",
    "shipping_documentation": "Proof of shipping",
    "uncategorized_file": "Another file",
}

ALWAYS = ("customer_name", "customer_email_address", "product_description", "service_date")
_STAYED = ("access_activity_log", "customer_signature", "service_documentation")
_MATTERS: dict[str, tuple[str, ...]] = {
    "credit_not_processed": (
        "refund_policy_disclosure",
        "refund_refusal_explanation",
        "refund_policy",
    ),
    "duplicate": (
        "duplicate_charge_id",
        "duplicate_charge_explanation",
        "duplicate_charge_documentation",
    ),
    "fraudulent": (*_STAYED, "customer_communication"),
    "product_not_received": _STAYED,
    "product_unacceptable": ("access_activity_log", "customer_communication", "refund_policy"),
    "subscription_canceled": (
        "cancellation_policy_disclosure",
        "cancellation_rebuttal",
        "cancellation_policy",
    ),
    "unrecognized": (*_STAYED, "receipt"),
}


@dataclass(frozen=True)
class Case:
    """
    What is known of a disputed payment; amounts in minor units of `currency`.

    :param paid: what the payment brought.
    :param refunds: what went back of it, and when.
    :param mails: what the guest was sent, and when.
    :param others: other payments of this stay: Stripe's id of the charge, what it was for, amount.
    """

    reason: str
    currency: str
    paid: int
    paid_at: datetime | None
    method: str
    story: Story | None
    refunds: tuple[tuple[int, datetime | None], ...] = ()
    mails: tuple[tuple[str, datetime], ...] = ()
    receipt_url: str = ""
    others: tuple[tuple[str, str, int], ...] = field(default=())


def matters(reason: str) -> tuple[str, ...]:
    """Return which evidence convinces a bank, by what the cardholder says: texts and files."""
    return (*ALWAYS, *_MATTERS.get(reason, _STAYED))


def compose(case: Case) -> dict[str, str]:
    """Return what can be told of a case, by Stripe's names; nothing for what nobody knows."""
    told = {"uncategorized_text": _payment(case), **_duplicate(case)}
    if case.story is not None:
        told |= _stay(case, case.story)
    return {name: text[: TEXTS[name][1]] for name, text in told.items() if text}


def characters(evidence: Mapping[str, str]) -> int:
    """Return how many characters the texts have together."""
    return sum(map(len, evidence.values()))


def missing(case: Case, evidence: Mapping[str, str], files: Iterable[str]) -> list[str]:
    """Return what would help and is not there, in plain words."""
    there = {*evidence, *files}
    lacks = [name for name in matters(case.reason) if name not in there]
    said = [FILES[name] if name in FILES else TEXTS[name][0] for name in lacks]
    if case.story is None:
        return ["The booking that the payment is for", *said]
    if case.story.policy and case.story.policy_accepted_at is None:
        said.append("When the guest accepted the cancellation policy")
    if case.story.checked_in_at is None:
        said.append("When the guest checked in")
    return said


def _stay(case: Case, story: Story) -> dict[str, str]:
    zone = zone_named(story.timezone)
    policy = _disclosure(story, zone)
    return {
        "customer_name": story.guest,
        "customer_email_address": story.email,
        "product_description": _product(story),
        "service_date": f"{story.arrival.isoformat()} to {story.departure.isoformat()}",
        "access_activity_log": _log(case, story, zone),
        "cancellation_policy_disclosure": policy,
        "refund_policy_disclosure": policy,
        "cancellation_rebuttal": _rebuttal(story, zone),
        "refund_refusal_explanation": _refusal(case, story, zone),
    }


def _product(story: Story) -> str:
    nights = (story.departure - story.arrival).days
    room = f", room {story.room}" if story.room else ""
    rate = f" Rate: {story.rate_name}." if story.rate_name else ""
    total = money.show(story.total, story.currency)
    return (
        f"A stay at {story.house} ({story.organization}): {nights} night{'s' * (nights != 1)} from"
        f" {_day(story.arrival)} to {_day(story.departure)}{room}. Booking {story.code}.{rate}"
        f" The stay costs {total}."
    )


def _disclosure(story: Story, zone: ZoneInfo) -> str:
    steps = policies.disclosed(story.policy)
    if not steps:
        return ""
    if story.policy_accepted_at is None:
        return f"The policy of the rate: {steps}"
    at = _moment(story.policy_accepted_at, zone)
    return f"The guest accepted this policy on {at}, when booking: {steps}"


def _rebuttal(story: Story, zone: ZoneInfo) -> str:
    if story.checked_in_at is not None:
        at = _moment(story.checked_in_at, zone)
        return f"The booking was not canceled: the guest checked in on {at}."
    if story.status in ("confirmed", "no_show"):
        missed = " The guest did not arrive." if story.status == "no_show" else ""
        return f"We have no cancellation of booking {story.code}.{missed}"
    return ""


def _refusal(case: Case, story: Story, zone: ZoneInfo) -> str:
    returned = sum(amount for amount, _ in case.refunds)
    said = [f"{money.show(returned, case.currency)} of this payment was refunded."] * bool(returned)
    if story.checked_in_at is not None:
        said.append("The stay was given, so no refund is owed for it.")
    elif policies.disclosed(story.policy):
        said.append("What the policy of the rate does not return is owed for the stay.")
    return " ".join(said)


def _log(case: Case, story: Story, zone: ZoneInfo) -> str:
    """Return everything that has a moment, in the order it happened."""
    happened = [
        (case.paid_at, f"Paid {money.show(case.paid, case.currency)} by {case.method}."),
        (story.policy_accepted_at, "The guest accepted the cancellation policy."),
        (story.checked_in_at, "The guest checked in."),
        (story.checked_out_at, "The guest checked out."),
        *((at, f"Mail to the guest: {about}.") for about, at in case.mails),
        *((at, f"Refunded {money.show(sum, case.currency)}.") for sum, at in case.refunds),
    ]
    known = sorted((at, what) for at, what in happened if at is not None)
    lines = [f"{_moment(at, zone)}: {what}" for at, what in known]
    if story.earlier:
        stays = ", ".join(f"{_day(first)} to {_day(last)}" for first, last in story.earlier)
        lines.append(f"The guest had stayed with us before: {stays}.")
    return "\n".join(lines)


def _payment(case: Case) -> str:
    receipt = f" Receipt: {case.receipt_url}" if case.receipt_url else ""
    return f"{money.show(case.paid, case.currency)} was paid by {case.method}.{receipt}"


def _duplicate(case: Case) -> dict[str, str]:
    if case.reason != "duplicate" or not case.others:
        return {}
    paid = [f"{what} ({money.show(sum, case.currency)}, {id})" for id, what, sum in case.others]
    return {
        "duplicate_charge_id": case.others[0][0],
        "duplicate_charge_explanation": (
            f"The payments for this stay were for different things. Beside this one of"
            f" {money.show(case.paid, case.currency)}: {'; '.join(paid)}."
        ),
    }


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _moment(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{_day(local.date())}, {local:%H:%M %Z}"
