"""What follows from a hotel's account as it stands, and from where its payouts go."""

import hashlib
from datetime import datetime
from typing import Any

from payments.effects import MANAGERS, Effects, Letter, alert, tell
from payments.models import Capability, ConnectedAccount, ExternalAccount, Severity

_LONGEST = 255  # characters of a key's detail
_TELLING = ("card_payments", "transfers")  # the capabilities a hotel cannot do without


def follow_account(account: ConnectedAccount, now: datetime) -> Effects:
    """
    Whether the hotel can take money, is paid out, and what Stripe wants by when.

    Of a connection that was opened and closed in one second nobody hears either, until it is known.
    """
    if not account.is_connected and not account.is_undecided:
        yield alert("account_disconnected", account, severity=Severity.CRITICAL)
        yield tell(
            "account_disconnected",
            account,
            to=MANAGERS,
            detail=account.deauthorized_at.isoformat() if account.deauthorized_at else "",
            bad_news=True,
        )
        return
    if account.authorized_at and not account.is_undecided:
        detail = account.authorized_at.isoformat()
        yield tell("account_connected", account, to=MANAGERS, detail=detail)
    if not account.seen:
        return
    facts: dict[str, Any] = {
        "wanted": account.wanted,
        "past_due": account.past_due or [],
        "at": account.current_deadline.isoformat() if account.current_deadline else "",
        "refused": [error["reason"] for error in account.errors or [] if error["reason"]],
        "why": account.disabled_reason,
        "cards": account.charges_enabled,
    }
    if account.were_charges_enabled and not account.charges_enabled:
        yield alert("charges_stopped", account, severity=Severity.CRITICAL, **facts)
        yield _bad("charges_stopped", account, _stop(account, account.charges_confirmed), facts)
    if account.were_payouts_enabled and not account.payouts_enabled:
        yield alert("payouts_stopped", account, severity=Severity.WARNING, **facts)
        yield _bad("payouts_stopped", account, _stop(account, account.payouts_confirmed), facts)
    if account.wanted and account.details_submitted:
        severity = Severity.CRITICAL if account.past_due else Severity.WARNING
        detail = ",".join(sorted(account.wanted))
        yield alert("requirement_due", account, severity=severity, detail=detail, **facts)
        yield tell(
            "requirement_due",
            account,
            to=MANAGERS,
            detail=_short(f"{facts['at']} {detail}"),
            bad_news=True,
            listing="wanted",
            **facts,
        )


def _stop(account: ConnectedAccount, confirmed: int) -> str:
    """Return which stop this is: why, and which re-read last found that there was none."""
    return f"{account.disabled_reason} {confirmed}" if confirmed else account.disabled_reason


def follow_external_account(external: ExternalAccount, now: datetime) -> Effects:
    """A changed bank account is how hotels are robbed: somebody must know of each change."""
    if not external.seen:
        return
    gets_payouts = bool(external.default_for_currency) and not external.deleted
    state = "deleted" if external.deleted else external.status
    to = " default" if gets_payouts else ""
    detail = f"{external.bank_name} {external.last4} {state}{to}"
    facts: dict[str, Any] = {
        "bank": external.bank_name,
        "ending": external.last4,
        "status": external.status,
        "default": gets_payouts,
        "deleted": external.deleted,
    }
    yield alert(
        "payout_account_changed",
        external,
        severity=Severity.SECURITY,
        detail=detail,
        is_news=True,
        **facts,
    )
    yield tell("payout_account_changed", external, to=MANAGERS, detail=detail, **facts)


def follow_capability(capability: Capability, now: datetime) -> Effects:
    """What the account could do and no longer can."""
    if capability.stripe_id in _TELLING and capability.was_active and capability.status != "active":
        facts: dict[str, Any] = {"status": capability.status, "why": capability.disabled_reason}
        detail = f"{capability.status} {capability.disabled_reason}"
        yield alert("capability_stopped", capability, severity=Severity.CRITICAL, **facts)
        yield _bad("capability_stopped", capability, detail, facts)


def _short(text: str) -> str:
    """Return a text as a key can hold it, still another one for another text."""
    if len(text) <= _LONGEST:
        return text
    return hashlib.sha256(text.encode()).hexdigest()


def _bad(kind: str, row: Any, detail: str, facts: dict[str, Any]) -> Letter:
    """Return a mail that waits a little: accounts change by the second while Stripe looks."""
    return tell(kind, row, to=MANAGERS, detail=detail, bad_news=True, **facts)
