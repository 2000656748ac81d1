"""
Mails as files, where no mail server is named: one `.eml` each, which any mail program opens.

Addresses under `.invalid`, which no mail server can ever have (RFC 2606), are refused, so that one
can see what becomes of a mail that nobody takes.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from smtplib import SMTPRecipientsRefused
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone
from django.utils.text import slugify


class EmailBackend(BaseEmailBackend):
    """Writes mails into `EMAIL_FILE_PATH`; a mail that is written again replaces itself."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.folder = Path(settings.EMAIL_FILE_PATH)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        self.folder.mkdir(parents=True, exist_ok=True)
        for email in email_messages:
            refuse_nobody(email.recipients())
            message = email.message()
            id = str(message["Message-ID"]).strip("<>")[:8]
            day = timezone.localdate().isoformat()
            about = slugify(re.sub(r"[.,]", "-", email.subject))[:80]
            name = f"{day} {about} {id}.eml"
            (self.folder / name).write_bytes(message.as_bytes(linesep="\n"))
        return len(email_messages)


def refuse_nobody(addresses: Sequence[str]) -> None:
    """
    Refuse addresses that nobody can have, as a mail server would.

    :raises SMTPRecipientsRefused: there is one.
    """
    nobody = [address for address in addresses if address.lower().endswith(".invalid")]
    if nobody:
        raise SMTPRecipientsRefused(dict.fromkeys(nobody, (550, b"5.1.2 no such domain")))
