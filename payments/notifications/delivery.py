"""
A mail made and handed to the mail server.

Its Message-ID follows from what it tells, so that a mail server's or a reader's program can see
that a second copy is one.
"""

import hashlib
import re
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.header import Header
from email.utils import formataddr, parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string

from payments import hotel
from payments.models import Notification
from payments.notifications import links, recipients
from payments.notifications.case import Case, one_line
from payments.notifications.mails import MAILS

_LONGEST = 150  # characters of a subject, and of a name beside an address


def compose(row: Notification) -> EmailMultiAlternatives:
    """
    Write the mail that is owed, in text and in HTML.

    :raises recipients.NobodyToTell: there is no address to write to.
    :raises recipients.HasLeft: whoever it was for is not there any more.
    """
    case = Case(row)
    reader = recipients.of(case, row)
    mail = MAILS[row.kind].write(case)
    to_guest = row.to == Notification.Audience.GUEST
    context = {
        "mail": mail,
        "house": case.house,
        "greeting": (reader.name or "guest") if to_guest else "",
        "to_guest": to_guest,
        "organization": one_line(hotel.organization_name(row)),
        "is_test": not row.livemode,
        "link": mail.link or ("" if to_guest else _link(case)),
        "link_words": mail.link_words or "Open the booking",
        "desk": case.desk if to_guest else "",
    }
    message = _Mail(
        subject=_header(mail.subject if row.livemode else f"[Test] {mail.subject}"),
        body=render_to_string("payments/email/mail.txt", context),
        from_email=sender(),
        to=[reader.address],
        reply_to=[_mailbox(case.house, case.desk)] if to_guest and case.desk else [],
        headers={
            "From": _mailbox(case.house, sender()),
            "To": _mailbox(reader.name, reader.address),
            "Message-ID": message_id(row),
            "Auto-Submitted": "auto-generated",
        },
    )
    message.attach_alternative(render_to_string("payments/email/mail.html", context), "text/html")
    return message


def _link(case: Case) -> str:
    return links.booking(case.stay.id) if case.stay else ""


def sender() -> str:
    """Return the address that mails come from."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def message_id(row: Notification) -> str:
    """Return what makes a mail the same when it is sent again: the effect's key, and for whom."""
    key = [row.account, str(row.livemode), row.object_id, row.kind, row.detail]
    if row.recipient_id is not None:
        key.append(str(row.recipient_id))
    named = hashlib.sha256("\0".join(key).encode("utf-8", "replace")).hexdigest()[:32]
    return f"<{named}@{sender().rpartition('@')[2]}>"


def _header(text: str) -> str:
    """Return a text as a header can hold it: one short line that nobody decodes into another."""
    line = one_line(text).replace("=?", "= ?")
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def _mailbox(name: str, address: str) -> str:
    """Return an address with the name beside it."""
    name = _header(name)
    return formataddr((name, address)) if name.isascii() else f"{_encoded(name)} <{address}>"


def _encoded(text: str, name: str | None = None) -> str:
    """Return a text in words that are short enough for every mail program (RFC 2047)."""
    return " ".join(Header(text, "utf-8", maxlinelen=75, header_name=name).encode().split())


class _Mail(EmailMultiAlternatives):
    """A mail whose subject, too, is made of words that every mail program reads."""

    def message(self, **options: Any) -> Any:
        made = super().message(**options)
        if not (subject := str(self.subject)).isascii():
            made.replace_header("Subject", _encoded(subject, "Subject"))
        return made


@contextmanager
def mail_server() -> Iterator[Any]:
    """Open the way to the mail server. How it ends is nobody's trouble: what was taken was."""
    connection = get_connection()
    connection.open()
    try:
        yield connection
    finally:
        with suppress(Exception):
            connection.close()


# What went wrong ---------------------------------------------------------


def why(error: BaseException) -> str:
    """Return why a mail was not taken, without the addresses that a mail server likes to repeat."""
    if isinstance(error, recipients.NobodyToTell):
        return str(error)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()), (0, b""))
        said = f"The mail server refused the address: {code} {_text(text)}"
    elif isinstance(error, smtplib.SMTPResponseException):
        said = f"The mail server said {error.smtp_code} {_text(error.smtp_error)}"
    elif isinstance(error, TimeoutError):
        said = "The mail server did not answer in time."
    elif isinstance(error, (OSError, smtplib.SMTPException)):
        said = f"The mail server cannot be reached: {type(error).__name__} {error}"
    else:
        said = f"{type(error).__name__}: {error}"
    return _ADDRESS.sub("<address>", one_line(said))[:500]


_ADDRESS = re.compile(r"<?[^\s<>\"']+@[^\s<>\"']+>?")


def is_final(error: BaseException) -> bool:
    """Say whether every address was refused for good."""
    return isinstance(error, smtplib.SMTPRecipientsRefused) and all(
        500 <= code < 600 for code, _ in error.recipients.values()
    )


def _text(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said
