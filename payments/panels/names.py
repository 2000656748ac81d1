"""What records are called, where they stand above their page or are linked to."""

from typing import Any

from payments import hotel
from payments.models import Alert, ConnectedAccount, Notification
from payments.notifications import messages
from payments.words import mails


def called(record: Any) -> str:
    """Return what people call a record; its Stripe id where it has no other name."""
    if isinstance(record, Alert):
        return messages.title(record)
    if isinstance(record, Notification):
        return mails.mail(record.kind)
    if isinstance(record, ConnectedAccount):
        return f"{hotel.place(record)} · {record.stripe_id}"
    return str(record)
