"""
Who lets us act: whoever let go of us unheard is closed, and whoever came back unheard is opened.

A hotel that was let go here, by a click, is not asked: that is what it was told.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.db import transaction

from payments import conf
from payments.gateway import accounts, errors
from payments.models import ConnectedAccount
from payments.outgoing import answers, budget
from payments.records import settling
from payments.records.loading import Name, Rows
from payments.webhooks.deliveries import PLATFORM

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


def pause(closed: ConnectedAccount, now: datetime) -> timedelta:
    """Return how long to wait before it is asked again: longer, the longer it is closed."""
    return min(max((now - (closed.deauthorized_at or now)) / _SHARE, _SHORTEST), _LONGEST)


def open_if_it_is_back(closed: ConnectedAccount) -> bool:
    """
    Ask whether Stripe lets us act for an account again; if so, note it, and say that it is open.

    :raises GatewayError: Stripe did not say.
    :raises Malformed: what Stripe has of the account makes no sense.
    """
    budget.wait(closed.stripe_id)
    try:
        answer = accounts.retrieve(closed.stripe_id)
    except errors.Disconnected:
        return False
    if answer.object.get("id") != closed.stripe_id:
        raise errors.ServerError("Stripe answered with something else than the account.")
    name: Name = ("account", closed.account, closed.livemode, closed.stripe_id)

    def open(rows: Rows) -> None:
        row = rows[name]
        if not (row.is_connected or row.was_let_go_here):  # as it is now that it is locked
            settling.note_open(rows, row, answer.at)

    with transaction.atomic():
        answers.apply(
            [answer.object],
            account=closed.account,
            livemode=closed.livemode,
            organization_id=closed.organization_id,
            at=answer.at,
            then=open,
        )
    closed.refresh_from_db()
    return closed.is_connected


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
