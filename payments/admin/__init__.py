"""Admin: to look, to search, to replay. What changes money is on the staff pages."""

from payments.admin import (
    billing,
    connect,
    customers,
    inbox,
    mails,
    notifications,
    payments,
    protection,
    transfers,
)

__all__ = [
    "billing",
    "connect",
    "customers",
    "inbox",
    "mails",
    "notifications",
    "payments",
    "protection",
    "transfers",
]
