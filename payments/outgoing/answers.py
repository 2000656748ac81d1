"""What an object that Stripe answered with shows: the same sightings as an event about it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from payments.handlers import billing, connect, customers, payments, protection, transfers
from payments.models import Scope
from payments.models.base import time_ordered_id
from payments.records import merging
from payments.records.loading import Name, Rows
from payments.records.merging import Showing
from payments.records.settling import settle
from payments.snapshots import StripeEvent
from payments.webhooks.router import Handler, Sightings

# By Stripe's name of the object, as it stands in its `object` field.
HANDLERS: dict[str, Handler] = {
    "payment_intent": payments.payment,
    "charge": payments.charge,
    "refund": payments.refund,
    "dispute": protection.dispute,
    "radar.early_fraud_warning": protection.early_fraud_warning,
    "review": protection.review,
    "account": connect.account,
    "capability": connect.capability,
    "person": connect.person,
    "customer": customers.customer,
    "payment_method": customers.payment_method,
    "setup_intent": customers.setup_intent,
    "invoice": billing.invoice,
    "subscription_schedule": billing.subscription_schedule,
    "transfer": transfers.transfer,
    "application_fee": transfers.application_fee,
}

# Where an object carries another whole one, because we asked for it.
_WITHIN = ("latest_charge", "charge", "payment_method", "balance_transaction")
_LATEST = "~"  # an answer stands after the events of its second, and after earlier answers


def sightings(
    object: dict[str, Any], answered: StripeEvent, shows: Handler | None = None
) -> Sightings:
    """
    Yield what an object shows, and the whole ones within it.

    :param object: plain JSON of one of Stripe's objects.
    :param answered: whose it is, and when Stripe said so.
    :param shows: the handler that reads it, where its own is not the one.
    :raises Malformed: a value makes no sense.
    """
    for found in _whole(object):
        handler = (shows if found is object else None) or HANDLERS.get(str(found.get("object")))
        if handler:
            yield from handler(replace(answered, object=found))


def _whole(object: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield object
    for name in _WITHIN:
        inner = object.get(name)
        if isinstance(inner, dict):
            yield from _whole(inner)


def showing(
    objects: list[dict[str, Any]],
    *,
    account: str,
    livemode: bool,
    organization_id: UUID,
    at: datetime,
    promised: dict[str, UUID] | None = None,
    shows: Handler | None = None,
    reads: tuple[Name, int] | None = None,
    asked: bool = False,
) -> Showing:
    """
    Return what these objects of one account show, as an event about them would.

    :param at: when Stripe answered.
    :param promised: our own rows that some were made for, by Stripe id.
    :param shows: the handler that reads them, where their own is not the one.
    :param reads: the row that they were read again for, and its `dirty` before that.
    :param asked: they were listed to be compared, which is no hint to read them again.
    :raises Malformed: a value makes no sense.
    """
    answered = StripeEvent(
        id=f"{_LATEST}{time_ordered_id()}",
        type="",
        account=account,
        livemode=livemode,
        scope=Scope.CONNECT,
        created=int(at.timestamp()),
        object={},
    )
    return Showing(
        event=answered,
        organization_id=organization_id,
        property_id=None,
        sightings=[each for found in objects for each in sightings(found, answered, shows)],
        account=account,
        promised=promised or {},
        reads=reads,
        asked=asked,
    )


def merge(showings: Sequence[Showing], then: Callable[[Rows], None] | None = None) -> Rows:
    """
    Merge what was shown into what is kept, in the caller's transaction; return the rows.

    :param then: told the merged rows, before what follows from them is made true.
    """
    rows = Rows(timezone.now())
    merging.lock(rows, showings)
    merging.merge_into(rows, showings)
    if then:
        then(rows)
    settle(rows)
    return rows


def apply(
    objects: list[dict[str, Any]],
    *,
    then: Callable[[Rows], None] | None = None,
    **facts: Any,
) -> list[dict[str, Any]]:
    """
    Merge one answer into what is kept, in the caller's transaction.

    :param facts: as `showing` takes them; `then` as `merge` does.
    :return: what the objects changed, as the inbox keeps it of an event.
    :raises Malformed: a value makes no sense.
    """
    shown = showing(objects, **facts)
    merge([shown], then)
    return shown.changes
