"""What each mail says: a function a kind, in the six families of every layer."""

from payments.notifications.mails import (  # noqa: F401  register their mails
    billing,
    connect,
    payments,
    protection,
    transfers,
)
from payments.notifications.mails.registry import MAILS, Mail

__all__ = ["MAILS", "Mail"]
