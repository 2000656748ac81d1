"""Mails as files, where no mail server is named: one `.eml` each, which any mail program opens."""

import re
from collections.abc import Sequence
from pathlib import Path
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
            message = email.message()
            id = str(message["Message-ID"]).strip("<>")[:8]
            day = timezone.localdate().isoformat()
            about = slugify(re.sub(r"[.,]", "-", email.subject))[:80]
            name = f"{day} {about} {id}.eml"
            (self.folder / name).write_bytes(message.as_bytes(linesep="\n"))
        return len(email_messages)
