"""Admin: to look, to search, to replay. What changes money is on the staff pages."""

from payments.admin import connect, customers, inbox, notifications, payments

__all__ = ["connect", "customers", "inbox", "notifications", "payments"]
