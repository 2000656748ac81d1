"""
Reading again what no order of events decides, until what we keep is what Stripe has.

A row's `dirty` is read first, then Stripe is asked with no transaction open, then the row is
written unless a later re-read has been there: so nothing is locked over the network, and re-reads
may answer late, fail, or overtake each other. `records.owing` says which rows are owed one.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import count
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from payments import conf
from payments.gateway import (
    accounts,
    balance_transactions,
    charges,
    disputes,
    early_fraud_warnings,
    errors,
    payment_intents,
    refunds,
    reviews,
)
from payments.gateway.api import Answer
from payments.handlers import connect
from payments.models import KINDS, OwedRead
from payments.outgoing import answers, budget, promises
from payments.records import accounts as accounts_kept
from payments.records.loading import Name, Rows
from payments.records.settling import settle
from payments.webhooks.router import Handler

logger = structlog.get_logger(__name__)

_AT_FIRST = 10  # attempts
_LONGEST = 30.0  # seconds between two of those
_LONGEST_LATER = 3600.0
_KEPT_OF_A_CHARGE = ("fee", "net", "settlement_currency")
_OF_A_CAPTURE = ("charge", "payment", "partial_capture_reversal")  # reporting categories


def keep_due(*, early: bool = False, stop: Callable[[], bool] = lambda: False) -> int:
    """
    Read again every row that is owed it now, the most urgent first; return how many were read.

    It goes by rounds, of which each account has as many reads as it may cost calls in a second: so
    no account waits for the budget of another. What was put off comes again as promises do.

    :param early: those whose next attempt is not due yet, too.
    :param stop: asked between attempts, so that a worker can end cleanly.
    """
    read = 0
    tried: set[UUID] = set()
    for number in count(1):
        if stop():
            break
        found = _open() if early else _due(timezone.now())
        ids = budget.next_round(found.exclude(pk__in=tried), "urgency", "due_at")
        if not ids:
            break
        tried.update(ids)
        read += _read_each(ids, early, stop)
        if number % budget.ROUNDS == 0 and not early:
            tried.clear()
    return read


def is_due() -> bool:
    """Say whether any row is to be read again now."""
    return _due(timezone.now()).exists()


def _open() -> QuerySet[OwedRead]:
    if not settings.STRIPE_SECRET_KEY:
        return OwedRead.objects.none()
    return accounts_kept.of_open_ones(OwedRead.objects.filter(livemode=conf.asks_live()))


def _due(now: datetime) -> QuerySet[OwedRead]:
    return _open().filter(due_at__lte=now)


def _read_each(ids: Sequence[UUID], early: bool, stop: Callable[[], bool]) -> int:
    def one(id: UUID) -> bool:
        owed = None if stop() else _claim(id, early)
        return owed is not None and _attempt(owed)

    def one_in_thread(id: UUID) -> bool:
        try:
            return one(id)
        finally:
            connection.close()

    at_once = min(settings.PAYMENTS_CALLS_AT_ONCE, len(ids))
    if at_once <= 1 or connection.vendor == "sqlite":  # which has one lock for all
        return sum(one(id) for id in ids)
    with ThreadPoolExecutor(at_once, thread_name_prefix="reads") as pool:
        return sum(pool.map(one_in_thread, ids))


def _claim(id: UUID, early: bool) -> OwedRead | None:
    """Begin an attempt, unless somebody else has; who dies in it leaves it due again."""
    now = timezone.now()
    rows = (_open() if early else _due(now)).filter(pk=id)
    begun = rows.update(attempts=F("attempts") + 1, due_at=now + promises.lease())
    return OwedRead.objects.filter(pk=id).first() if begun else None


def _attempt(owed: OwedRead) -> bool:
    """Ask Stripe once; say whether it answered."""
    model = KINDS[owed.kind]
    row = model.objects.filter(pk=owed.row).first()  # with its token, before Stripe is asked
    if row is None:
        OwedRead.objects.filter(pk=owed.pk).delete()
        return False
    facts = {"kind": owed.kind, "stripe_id": row.stripe_id, "attempt": owed.attempts}
    budget.wait(row.account)
    read = True
    try:
        found = _READS[owed.kind](row)
    except errors.Undecided as error:
        _put_off(owed, error.message)
        logger.warning("read.put_off", **facts, why=type(error).__name__, code=error.code)
        return False
    except errors.Final as error:
        note: Callable[[], None] = partial(_note_refusal, owed, row, error)
        read = not isinstance(error, errors.Disconnected)
        logger.warning("read.refused", **facts, why=type(error).__name__, code=error.code)
    else:
        note = partial(_note, owed, row, found)
    try:
        with transaction.atomic():
            note()
    except Exception as error:
        if isinstance(error, OperationalError) and not connection.is_usable():
            raise  # the database is away; the read is due again by itself
        logger.exception("read.not_noted", **facts)
        _put_off(owed, f"{type(error).__name__}: {error}")
        return False
    return read


def _put_off(owed: OwedRead, error: str) -> None:
    """Try again after a pause that grows; the page of what is owed says why."""
    longest = _LONGEST if owed.attempts <= _AT_FIRST else _LONGEST_LATER
    wait = promises.pause(min(longest, 2.0 ** min(owed.attempts, 12)))
    OwedRead.objects.filter(pk=owed.pk).update(due_at=timezone.now() + wait, last_error=error)


@dataclass(frozen=True)
class _Found:
    """
    What Stripe answered.

    :param fee: what Stripe kept of a charge, what is left of it, and in which currency.
    :param shows: the handler that reads it, where its own is not the one.
    """

    answer: Answer
    fee: tuple[int, int, str] | None = None
    shows: Handler | None = None


def _note(owed: OwedRead, row: Any, found: _Found) -> None:
    """Write what Stripe has, in the caller's transaction."""
    name: Name = (owed.kind, row.account, row.livemode, row.stripe_id)
    token = row.dirty

    def clean(rows: Rows) -> None:
        kept = rows[name]
        if token < kept.cleaned:
            return
        kept.cleaned, kept.unreachable = token, False
        type(kept).objects.filter(pk=kept.pk).update(cleaned=token, unreachable=False)
        if owed.kind == "account":
            _note_account(rows, kept, is_open=True)
        if found.fee:
            rows.put(kept, **dict(zip(_KEPT_OF_A_CHARGE, found.fee, strict=True)))

    answers.apply(
        [found.answer.object],
        account=row.account,
        livemode=row.livemode,
        organization_id=row.organization_id,
        at=found.answer.at,
        shows=found.shows,
        reads=(name, token),
        then=clean,
    )
    _end(owed, token)


def _note_account(rows: Rows, account: Any, *, is_open: bool) -> None:
    """Note what a re-read says of an account beside what it shows."""
    if account.authorized_at and account.authorized_at == account.deauthorized_at:
        rows.put(account, tie_decided_at=account.deauthorized_at, tie_is_open=is_open)
    if not is_open or account.provisional:
        return
    if account.charges_enabled:
        rows.put(account, charges_confirmed=account.cleaned)
    if account.payouts_enabled:
        rows.put(account, payouts_confirmed=account.cleaned)


def _note_refusal(owed: OwedRead, row: Any, error: errors.Final) -> None:
    """
    Keep what is known of what Stripe does not show us: that alone does not say it is gone.

    Where the hotel does not let us act any more, it is still owed for when it does again.
    """
    if not isinstance(error, errors.Disconnected):
        type(row).objects.filter(pk=row.pk).update(unreachable=True)
        _end(owed, row.dirty)
        return
    if owed.kind == "account" and row.is_undecided:
        rows = Rows(timezone.now())
        name: Name = ("account", row.account, row.livemode, row.stripe_id)
        rows.lock({name: row.organization_id})
        _note_account(rows, rows[name], is_open=False)
        settle(rows)
    _put_off(owed, error.message)


def _end(owed: OwedRead, token: int) -> None:
    """Be done with a read, unless there was more to be read meanwhile; the row is locked."""
    rows = KINDS[owed.kind].objects.select_for_update().filter(pk=owed.row)
    dirty = rows.values_list("dirty", flat=True).first()
    mine = OwedRead.objects.filter(pk=owed.pk)
    if dirty is None or dirty <= token:
        mine.delete()
    else:
        mine.update(due_at=timezone.now(), attempts=0, last_error="")


def _retrieved(module: Any) -> Callable[[Any], _Found]:
    return lambda row: _Found(module.retrieve(row.stripe_id, account=row.account))


def _account(row: Any) -> _Found:
    return _Found(accounts.retrieve(row.stripe_id))


def _external_account(row: Any) -> _Found:
    listed = accounts.external_accounts(row.account)
    for each in listed.object.get("data") or []:
        if each.get("id") == row.stripe_id:
            return _Found(Answer(each, listed.at), shows=connect.external_account)
    raise errors.Gone(f"No such external account: {row.stripe_id}", code="resource_missing")


def _charge(row: Any) -> _Found:
    answer = charges.retrieve(row.stripe_id, account=row.account)
    return _Found(answer, fee=_fee(row, answer.object))


def _payment(row: Any) -> _Found:
    if row.stripe_id == row.latest_charge:  # a charge that stands alone
        return _Found(charges.retrieve(row.stripe_id, account=row.account))
    return _Found(payment_intents.retrieve(row.stripe_id, account=row.account))


def _fee(row: Any, charge: dict[str, Any]) -> tuple[int, int, str] | None:
    """Return what Stripe kept of a charge, by all its captures, as its currency has it."""
    latest = charge.get("balance_transaction")
    if not isinstance(latest, dict):
        return None
    moved = [latest]
    one_capture = latest.get("currency") == charge.get("currency") and latest.get(
        "amount"
    ) == charge.get("amount_captured")
    if not one_capture and charge.get("amount_captured") != charge.get("amount"):
        budget.wait(row.account)
        params = {"source": row.stripe_id, "limit": 100}
        listed = balance_transactions.page(account=row.account, params=params).object
        moved = [
            each
            for each in listed.get("data") or []
            if each.get("reporting_category") in _OF_A_CAPTURE
            and each.get("currency") == latest.get("currency")
        ] or moved
    fee = sum(int(each.get("fee") or 0) for each in moved)
    net = sum(int(each.get("net") or 0) for each in moved)
    return fee, net, str(latest.get("currency") or "")[:3]


_READS: dict[str, Callable[[Any], _Found]] = {
    "account": _account,
    "external_account": _external_account,
    "payment": _payment,
    "charge": _charge,
    "refund": _retrieved(refunds),
    "dispute": _retrieved(disputes),
    "early_fraud_warning": _retrieved(early_fraud_warnings),
    "review": _retrieved(reviews),
}
