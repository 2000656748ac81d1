"""Admin: to look, to search, to replay. What changes money is on the staff pages."""

from django.contrib import admin
from knox.models import AuthToken

from payments.admin import (
    activity,
    billing,
    connect,
    customers,
    inbox,
    mails,
    notifications,
    payments,
    protection,
    requests,
    rereads,
    transfers,
)

__all__ = [
    "activity",
    "billing",
    "connect",
    "customers",
    "inbox",
    "mails",
    "notifications",
    "payments",
    "protection",
    "requests",
    "rereads",
    "transfers",
]

admin.site.unregister(AuthToken)  # `manage.py api_token` makes and ends them
