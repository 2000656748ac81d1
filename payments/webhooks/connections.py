"""
Who lets us act: whoever let go of us unheard is closed, and whoever came back unheard is opened.

A hotel that was let go here, by a click, is not asked: that is what it was told.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import timedelta

import structlog
from django.db import transaction
from django.utils import timezone

from payments import conf
from payments.gateway import accounts, errors
from payments.gateway.api import Answer
from payments.models import ConnectedAccount, EventCursor
from payments.outgoing import answers, budget
from payments.records import settling
from payments.records.loading import Name

logger = structlog.get_logger(__name__)

PLATFORM = ""
_SHORTEST = timedelta(minutes=10)  # between two times that a closed one is asked
_LONGEST = timedelta(days=1)
_SHARE = 10  # … and in between a tenth of the time that it has been closed


def closed_at_stripe(named: Collection[str] | None = None) -> list[ConnectedAccount]:
    """Return the accounts, or those named, that Stripe said are closed; they may come back."""
    rows = ConnectedAccount.objects.filter(livemode=conf.asks_live()).exclude(stripe_id="")
    if named is not None:
        rows = rows.filter(stripe_id__in=named)
    return [
        row for row in rows.order_by("stripe_id") if not (row.is_connected or row.was_let_go_here)
    ]


def due_to_be_asked() -> list[ConnectedAccount]:
    """Return those whose turn it is: the longer closed, the more seldom. Who asks, asks alone."""
    return [row for row in closed_at_stripe() if _begin(row)]


def _begin(row: ConnectedAccount) -> bool:
    now = timezone.now()
    closed_at = row.deauthorized_at or now
    pause = min(max((now - closed_at) / _SHARE, _SHORTEST), _LONGEST)
    cursor, _ = EventCursor.objects.get_or_create(
        account=row.stripe_id,
        livemode=row.livemode,
        defaults={"fetched_until": closed_at, "checked_at": closed_at},
    )
    mine = EventCursor.objects.filter(pk=cursor.pk, checked_at__lte=now - pause)
    return mine.update(checked_at=now) == 1


def open_those_that_are_back(
    closed: Iterable[ConnectedAccount], stop: Callable[[], bool] = lambda: False
) -> list[str]:
    """
    Ask whether Stripe lets us act for these again; open those where it does, and return them.

    :param stop: asked between accounts, so that a worker can end cleanly.
    :raises Unconfigured: there is no key, or Stripe does not accept it.
    """
    opened = []
    for row in closed:
        if stop():
            break
        budget.wait(row.stripe_id)
        try:
            answer = accounts.retrieve(row.stripe_id)
        except errors.Unconfigured:
            raise
        except errors.GatewayError:
            continue  # it is still closed, or Stripe did not say
        _open(row, answer)
        row.refresh_from_db()
        if row.is_connected:
            opened.append(row.stripe_id)
            logger.info("connection.open_again", account=row.stripe_id)
    return opened


def _open(row: ConnectedAccount, answer: Answer) -> None:
    """Note that Stripe lets us act for an account, and what it shows of it."""
    name: Name = ("account", row.account, row.livemode, row.stripe_id)
    with transaction.atomic():
        answers.apply(
            [answer.object],
            account=row.account,
            livemode=row.livemode,
            organization_id=row.organization_id,
            at=answer.at,
            then=lambda rows: settling.note_open(rows, rows[name], answer.at),
        )
        # What came to pass meanwhile is fetched as of an account that is new to us.
        EventCursor.objects.filter(account=row.stripe_id, livemode=row.livemode).delete()


def close_where_refused(refused: Mapping[str, str], asked: Collection[str]) -> dict[str, str]:
    """
    Close the connection of each account that let go of us, unheard: a probe decides.

    Where several were asked and every one of them refuses, it is more likely our key that is
    another platform's; then nothing is closed.

    :param refused: what Stripe said, by account.
    :param asked: the accounts, the platform's own among them perhaps.
    :return: what there is to say, by account.
    """
    hotels = {*asked} - {PLATFORM}
    if len(hotels) > 1 and refused.keys() >= hotels:
        doubt = "None of the accounts lets us act: is the key ours?"
        return {account: f"{refused[account]} {doubt}" for account in hotels}
    said = "It let go of us, unheard: its connection is closed now."
    return {account: said for account in sorted(refused) if _let_go(account)}


def _let_go(account: str) -> bool:
    """Ask Stripe whether we may still act for an account; if not, note so, and say that it was."""
    budget.wait(account)
    try:
        accounts.retrieve(account)
    except errors.Disconnected as error:
        row = ConnectedAccount.objects.filter(stripe_id=account, livemode=conf.asks_live()).first()
        return row is not None and settling.note_let_go(row, error.at)
    except errors.GatewayError:
        pass  # it did not say
    return False
