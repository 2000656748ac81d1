"""
Mails on their way: each asked again whether it is still true, then handed to the mail server.

One after the other, so that a mail server that refuses, hangs or dies costs one mail its attempt;
and to one person each, so that nobody waits for another's address.
"""

import time
from collections import Counter, deque
from collections.abc import Callable

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from payments import effects
from payments.models import Alert, Notification, Severity
from payments.notifications import delivery, outbox, recipients
from payments.notifications.mails import MAILS
from payments.notifications.recipients import HasLeft, NobodyToTell
from payments.operations.payments import pay_links
from payments.records import settling, telling

logger = structlog.get_logger(__name__)

PAY_LINK = "pay_link"
_UNDELIVERABLE = "mail_undeliverable"  # an alert: somebody was not told
_MOST = 100  # mails looked for at a time
_WAITS = (0.0, 1.0, 2.0, 5.0, 10.0, 20.0)  # seconds; what was sent is noted, whatever it takes


def deliver(stop: Callable[[], bool] = lambda: False) -> Counter[str]:
    """
    Deliver every mail that is due now; return how many ended in which state.

    :param stop: asked between mails, so that a worker can end cleanly.
    """
    ended: Counter[str] = Counter()
    due = deque(outbox.due(_MOST))
    while due and not stop():
        row = outbox.claim(due.popleft())
        if row is not None:
            ended[_attempt(row)] += 1
            if row.to == Notification.Audience.MANAGERS and row.copy_of_id is None:
                due.extend(outbox.copies_of(row))
    return ended


def _attempt(row: Notification) -> str:
    """Make one attempt at a mail; return the state that it is in afterwards."""
    try:
        row = _asked_again(row)
        if row.state == outbox.WAITING and _is_addressed(row):
            _send(row)
            return Notification.State.SENT
    except HasLeft:
        outbox.drop(row, Notification.State.LEFT)
        return Notification.State.LEFT
    except NobodyToTell as error:
        outbox.give_up(row, delivery.why(error))
        logger.info("mail.undeliverable", kind=row.kind, mail=str(row.pk), to=row.to)
        return Notification.State.UNDELIVERABLE
    except Exception as error:
        if isinstance(error, (OperationalError, InterfaceError)) and not connection.is_usable():
            raise  # the database is away: the attempt counts, and the mail is due again by itself
        return _failed(row, error)
    return row.state


def _asked_again(row: Notification) -> Notification:
    """
    Ask the rules whether this is still to be told, and return it as it is then.

    Time may have passed since: a mail server was away, or what was to come has come.
    """
    known = MAILS.get(row.kind)
    if known is None:
        raise LookupError(f"Nobody knows how to write {row.kind}.")
    if known.about == PAY_LINK:
        if not pay_links.is_good(row.object_id):
            outbox.drop(row)
        return outbox.get(row.pk)
    name = (known.about, row.account, row.livemode, row.object_id)
    with transaction.atomic():
        settling.ask_again({name: row.organization_id}, timezone.now())
    return outbox.get(row.pk)


def _is_addressed(row: Notification) -> bool:
    """Say whether it is decided whom a mail is for, and decide it if it is not yet."""
    if row.to == Notification.Audience.GUEST or row.addressed_at is not None:
        return True
    return outbox.address(row, [each.user for each in recipients.staff(row)])


def _send(row: Notification) -> None:
    message = delivery.compose(row)
    with delivery.mail_server() as server:
        server.send_messages([message])
        _note_sent(row)
    Alert.objects.filter(
        object_id=row.object_id, kind=_UNDELIVERABLE, detail=str(row.pk), closed_at=None
    ).update(closed_at=timezone.now())
    logger.info("mail.sent", kind=row.kind, mail=str(row.pk), to=row.to, attempts=row.attempts)


def _note_sent(row: Notification) -> None:
    """Note that a mail was taken, even if the database is away for a moment."""
    for last, pause in enumerate(_WAITS, 1 - len(_WAITS)):
        time.sleep(pause)
        try:
            return outbox.note_sent(row)
        except (OperationalError, InterfaceError):
            if not last:
                raise
            connection.close()
    return None


def _failed(row: Notification, error: Exception) -> str:
    """Try again later, or give up and let somebody know."""
    said = delivery.why(error)
    most = outbox.MOST_REFUSALS if delivery.is_final(error) else outbox.MOST_ATTEMPTS
    facts = {"kind": row.kind, "mail": str(row.pk), "attempts": row.attempts}
    if row.attempts < most:
        logger.warning("mail.put_off", **facts, error=type(error).__name__)
        outbox.put_off(row, said)
        return Notification.State.WAITING
    logger.error("mail.undeliverable", **facts, error=type(error).__name__)
    with transaction.atomic():
        if outbox.give_up(row, said):
            telling.say_what_happened([_undeliverable(row, said)])
    return Notification.State.UNDELIVERABLE


def _undeliverable(row: Notification, why: str) -> effects.Alert:
    user = str(row.recipient_id) if row.recipient_id is not None else None
    return effects.Alert(
        kind=_UNDELIVERABLE,
        severity=Severity.WARNING,
        is_news=True,
        lasting=True,
        account=row.account,
        livemode=row.livemode,
        object_id=row.object_id,
        organization_id=row.organization_id,
        property_id=row.property_id,
        reservation_id=row.reservation_id,
        detail=str(row.pk),
        facts={"mail": row.kind, "to": row.to, "user": user, "why": why},
    )
