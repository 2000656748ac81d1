"""
Fetching what webhooks did not bring: events of the last thirty days, and the objects themselves.

Fetched events go through the inbox as if they had been delivered, so twice changes nothing. An
account's failure is said, and stops no other.
"""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from payments import conf
from payments.errors import Malformed
from payments.gateway import (
    accounts,
    charges,
    disputes,
    early_fraud_warnings,
    errors,
    events,
    payment_intents,
    refunds,
    reviews,
)
from payments.gateway.api import Answer
from payments.models import ConnectedAccount, EventCursor, Scope
from payments.outgoing import answers, budget
from payments.webhooks import connections, deliveries, inbox, worker
from payments.webhooks.deliveries import PLATFORM
from payments.webhooks.router import route

logger = structlog.get_logger(__name__)

FARTHEST = timedelta(days=30)  # how long Stripe keeps events
OVERLAP = timedelta(hours=1)  # events of one second may appear in any order, and late
NOT_ASKED = "Its connection is closed, or in the other mode than our key: nothing is asked of it."
STILL_CLOSED = "Stripe does not let us act for it: its connection is closed."
PAUSE = timedelta(minutes=10)  # between two times that we fetch by ourselves
LATE = timedelta(minutes=5)  # younger ones may still be on their way

_PAGES: dict[str, Callable[..., Answer]] = {
    "payment_intents": payment_intents.page,
    "charges": charges.page,
    "refunds": refunds.page,
    "disputes": disputes.page,
    "early_fraud_warnings": early_fraud_warnings.page,
    "reviews": reviews.page,
}


@dataclass
class Found:
    """
    What was fetched, and what came of it.

    :param events: fetched.
    :param new: of them, those that no webhook had brought.
    :param missed_since: by account, when the first of those happened that should have come.
    :param objects: compared with what is kept.
    :param mended: of them, those that were not as Stripe has them.
    :param differences: each in words.
    :param back: the accounts that had closed their connection, and are open again.
    :param still_closed: those that were asked, and have not come back.
    :param failed: by account, what Stripe said.
    :param refusing: of them, what was said by those that do not let us act for them.
    """

    events: int = 0
    new: int = 0
    missed_since: dict[str, datetime] = field(default_factory=dict)
    objects: int = 0
    mended: int = 0
    differences: list[str] = field(default_factory=list)
    back: set[str] = field(default_factory=set)
    still_closed: set[str] = field(default_factory=set)
    failed: dict[str, str] = field(default_factory=dict)
    refusing: dict[str, str] = field(default_factory=dict)


def known_accounts() -> list[str]:
    """Return whose events may be fetched with our key: the platform's own, and each hotel's."""
    rows = ConnectedAccount.objects.filter(livemode=conf.asks_live()).exclude(stripe_id="")
    connected = (row.stripe_id for row in rows.order_by("stripe_id") if row.is_connected)
    return [PLATFORM, *connected]


def resync(of: list[str] | None, since: datetime, *, objects: bool = False) -> Found:
    """
    Fetch these accounts' events since then, settle them, and compare the objects where asked.

    :param of: Stripe ids; None for all that are known.
    :raises Unconfigured: there is no key, or Stripe does not accept it.
    """
    found = Found()
    for row in connections.closed_at_stripe(of):
        _guarded(found, row.stripe_id, partial(_look_whether_it_is_back, found, row))
    known = known_accounts()
    for account in {*(of or ())}.difference(known):
        said = STILL_CLOSED if account in found.still_closed else NOT_ASKED
        found.failed.setdefault(account, said)
    of = [account for account in known if of is None or account in of]
    for account in of:
        _guarded(found, account, partial(_fetch, found, account, since))
    worker.drain()
    for account in of if objects else ():
        if account != PLATFORM:
            _guarded(found, account, partial(_compare, found, account, since))
    found.failed.update(connections.close_where_refused(found.refusing, of))
    return found


def resync_by_itself(stop: Callable[[], bool] = lambda: False) -> Found:
    """
    Fetch what came since the last time, an account at a time; say of which deliveries fail.

    :param stop: asked between accounts, so that a worker can end cleanly.
    """
    found, asked = Found(), []
    for row in _due_to_be_asked(stop):
        _guarded(found, row.stripe_id, partial(_look_whether_it_is_back, found, row))
    for account in known_accounts():
        if stop():
            break
        begun = _begin(account, timedelta() if account in found.back else PAUSE)
        if begun is None:
            continue
        asked.append(account)
        since, first = begun
        fetch = partial(_fetch, found, account, since)
        if _guarded(found, account, fetch) and not first:
            deliveries.say_whether_they_fail(account, found.missed_since.get(account))
        if account == PLATFORM and settings.SITE_URL:
            _guarded(found, account, deliveries.watch_endpoints)
    found.failed.update(connections.close_where_refused(found.refusing, asked))
    return found


def is_due() -> bool:
    """Say whether it is time to fetch events again."""
    return (
        bool(settings.STRIPE_SECRET_KEY)
        and not _cursors().filter(account=PLATFORM, checked_at__gt=timezone.now() - PAUSE).exists()
    )


def _cursors() -> QuerySet[EventCursor]:
    return EventCursor.objects.filter(livemode=conf.asks_live())


def _due_to_be_asked(stop: Callable[[], bool]) -> Iterator[ConnectedAccount]:
    """Yield the closed accounts whose turn it is to be asked whether they are back."""
    for row in connections.closed_at_stripe():
        if stop():
            return
        begun = _begin(row.stripe_id, connections.pause(row, timezone.now()))
        if begun and not begun[1]:  # the first time it has only just been closed
            yield row


def _begin(account: str, pause: timedelta) -> tuple[datetime, bool] | None:
    """Return from when on to fetch, and whether it is the first time; None: somebody else does."""
    now = timezone.now()
    cursor, first = EventCursor.objects.get_or_create(
        account=account,
        livemode=conf.asks_live(),
        defaults={"fetched_until": now - FARTHEST, "checked_at": now},
    )
    mine = first or _cursors().filter(pk=cursor.pk, checked_at__lte=now - pause).update(
        checked_at=now
    )
    return (cursor.fetched_until - OVERLAP, first) if mine else None


def _guarded(found: Found, account: str, work: Callable[[], None]) -> bool:
    try:
        work()
    except errors.Unconfigured:
        raise
    except Malformed as error:
        found.failed[account] = str(error)
        return False
    except errors.GatewayError as error:
        found.failed[account] = error.message
        if isinstance(error, errors.Disconnected):
            found.refusing[account] = error.message
        logger.warning("resync.failed", account=account, code=error.code)
        return False
    return True


def _look_whether_it_is_back(found: Found, closed: ConnectedAccount) -> None:
    if not connections.open_if_it_is_back(closed):
        found.still_closed.add(closed.stripe_id)
    else:
        found.back.add(closed.stripe_id)
        said = "it came back, unheard: its connection is open again."
        found.differences.append(f"{closed.stripe_id}: {said}")
        logger.info("connection.open_again", account=closed.stripe_id)


def _pages(
    page: Callable[..., Answer], account: str, params: dict[str, Any]
) -> Iterator[tuple[list[dict[str, Any]], datetime]]:
    """
    Yield page after page of a list, with the moment that Stripe answered.

    While one is worked on, the next is on its way.
    """

    def asked(params: dict[str, Any]) -> Answer:
        budget.wait(account)
        return page(account=account, params=params)

    with ThreadPoolExecutor(1) as ahead:
        coming: Future[Answer] | None = ahead.submit(asked, params)
        while coming is not None:
            answer = coming.result()
            data = answer.object.get("data") or []
            coming = None
            if data and answer.object.get("has_more"):
                coming = ahead.submit(asked, {**params, "starting_after": data[-1]["id"]})
            if data:
                yield data, answer.at


def _fetch(found: Found, account: str, since: datetime) -> None:
    """Write an account's events down that no webhook brought."""
    farthest = timezone.now() - FARTHEST
    begun = max(since, farthest)
    params = {"limit": 100, "created": {"gte": int(begun.timestamp())}}
    newest: int | None = None
    scope = Scope.CONNECT if account else Scope.PLATFORM
    for data, _ in _pages(events.page, account, params):
        newest = newest or data[0]["created"]
        found.events += len(data)
        wanted = [
            {**each, "account": account} if account else each
            for each in data
            if route(str(each.get("type")))
        ]
        new = inbox.receive_all([json.dumps(each).encode() for each in wanted], scope)
        found.new += len(new)
        opened = _opened_at(account)  # nobody was to deliver what happened before
        times = [
            each["created"] for each in wanted if each["id"] in new and each["created"] >= opened
        ]
        if times:
            first = datetime.fromtimestamp(min(times), UTC)
            if first < timezone.now() - LATE:
                found.missed_since[account] = first
    if newest:
        cursor = _cursors().filter(account=account)
        if begun > farthest:  # else nothing older can be fetched any more
            cursor = cursor.filter(fetched_until__gte=begun)  # a gap is still to be fetched
        cursor.update(fetched_until=datetime.fromtimestamp(newest, UTC))


def _opened_at(account: str) -> int:
    """Return when a connection was last opened by an event or a probe, else the first second."""
    rows = ConnectedAccount.objects.filter(stripe_id=account, livemode=conf.asks_live())
    at = rows.values_list("authorized_at", flat=True).first()
    return int(at.timestamp()) if at else 0


def _compare(found: Found, account: str, since: datetime) -> None:
    """Compare an account's objects since then with what is kept, and mend what differs."""
    row = ConnectedAccount.objects.filter(stripe_id=account, livemode=conf.asks_live()).first()
    if row is None:
        found.failed[account] = "It is no hotel's account here."
        return
    budget.wait(account)
    own = accounts.retrieve(account)
    _mend(found, row.organization_id, account, [own.object], own.at)
    params = {"limit": 100, "created": {"gte": int(since.timestamp())}}
    for name, page in _PAGES.items():
        given = {"limit": 100} if name == "reviews" else params
        for data, at in _pages(page, account, given):
            _mend(found, row.organization_id, account, data, at)


def _mend(
    found: Found, organization: UUID, account: str, objects: list[dict[str, Any]], at: datetime
) -> None:
    found.objects += len(objects)
    try:
        with transaction.atomic():
            changes = answers.apply(
                objects,
                account=account,
                livemode=conf.asks_live(),
                organization_id=organization,
                at=at,
                asked=True,
            )
    except Malformed as error:
        found.failed[account] = str(error)
        return
    differing = set()
    for change in changes:
        differing.add(change["stripe_id"])
        for name, (was, now) in change["fields"].items():
            found.differences.append(_in_words(account, change["stripe_id"], name, was, now))
    found.mended += len(differing)


def _in_words(account: str, stripe_id: str, name: str, was: Any, now: Any) -> str:
    if name == "seen":
        return f"{account}: {stripe_id} was not known."
    return f"{account}: {stripe_id} has {name} {json.dumps(now)}; {json.dumps(was)} was kept."
