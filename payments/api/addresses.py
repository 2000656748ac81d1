"""
The table of the API: each address, what may be asked of it, and by whom.

It makes the addresses, the rights that each view demands, and the table in the documentation. What
somebody may see of it all is narrowed to their organizations and houses: anything else answers as
if it were not there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.urls import URLPattern, path

from payments.api.views import (
    alerts,
    analytics,
    connect,
    customers,
    files,
    payments,
    protection,
    stays,
)
from payments.api.views.base import Address
from payments.hotel import Right
from payments.panels import roles

ORG = "organizations/<slug:org>/"
STAY = ORG + "reservations/<str:code>/"
CARD = STAY + "payment_methods/<uuid:id>/"


@dataclass(frozen=True)
class Row:
    """One address: its view, and for each method what the person must be allowed to do."""

    address: str
    view: type[Address]
    name: str
    rights: Mapping[str, Right]


def _row(address: str, view: type[Address], name: str, **rights: Right) -> Row:
    return Row(address, view, name, rights)


R = Right
ADDRESSES = [
    _row("organizations/", stays.Organizations, "organizations", GET=R.LOOK),
    _row(ORG + "reservations/", stays.Stays, "reservations", GET=R.LOOK),
    _row(STAY, stays.Stay, "reservation", GET=R.LOOK),
    _row(STAY + "payments/", payments.TakePayment, "take_payment", POST=R.TAKE_PAYMENTS),
    _row(STAY + "charges/", payments.Charge, "charge", POST=R.CHARGE_CARD),
    _row(STAY + "pay_links/", payments.MakePayLink, "make_pay_link", POST=R.TAKE_PAYMENTS),
    _row(STAY + "refunds/", payments.IssueRefunds, "issue_refunds", POST=R.REFUND),
    _row(STAY + "payment_methods/", customers.Cards, "cards", GET=R.TAKE_PAYMENTS),
    _row(STAY + "payment_methods/setup/", customers.Setup, "setup_card", POST=R.TAKE_PAYMENTS),
    _row(CARD, customers.Card, "card", DELETE=R.TAKE_PAYMENTS),
    _row(CARD + "default/", customers.Default, "default_card", POST=R.TAKE_PAYMENTS),
    _row(STAY + "attachments/", files.Attach, "attach_file", POST=R.TAKE_PAYMENTS),
    _row(ORG + "payments/", payments.Payments, "payments", GET=R.LOOK),
    _row(ORG + "payments/<uuid:id>/", payments.PaymentOne, "payment", GET=R.LOOK),
    _row(ORG + "payments/<uuid:id>/capture/", payments.Capture, "capture", POST=R.TAKE_PAYMENTS),
    _row(ORG + "payments/<uuid:id>/cancel/", payments.Cancel, "cancel", POST=R.TAKE_PAYMENTS),
    _row(ORG + "payments/<uuid:id>/attach/", payments.Attach, "attach", POST=R.TAKE_PAYMENTS),
    _row(ORG + "payments/<uuid:id>/detach/", payments.Detach, "detach", POST=R.TAKE_PAYMENTS),
    _row(ORG + "refunds/", payments.Refunds, "refunds", GET=R.LOOK),
    _row(ORG + "refunds/<uuid:id>/", payments.RefundOne, "refund", GET=R.LOOK),
    _row(ORG + "disputes/", protection.Disputes, "disputes", GET=R.PROTECT),
    _row(ORG + "disputes/<uuid:id>/", protection.DisputeOne, "dispute", GET=R.PROTECT),
    _row(
        ORG + "disputes/<uuid:id>/evidence/",
        protection.Evidence,
        "evidence",
        GET=R.PROTECT,
        PATCH=R.PROTECT,
    ),
    _row(ORG + "disputes/<uuid:id>/files/", protection.Files, "evidence_file", POST=R.PROTECT),
    _row(ORG + "disputes/<uuid:id>/submit/", protection.Submit, "submit", POST=R.PROTECT),
    _row(ORG + "disputes/<uuid:id>/accept/", protection.Accept, "accept", POST=R.PROTECT),
    _row(ORG + "fraud_warnings/", protection.FraudWarnings, "fraud_warnings", GET=R.PROTECT),
    _row(
        ORG + "fraud_warnings/<uuid:id>/",
        protection.FraudWarningOne,
        "fraud_warning",
        GET=R.PROTECT,
    ),
    _row(
        ORG + "fraud_warnings/<uuid:id>/refund/",
        protection.RefundWarned,
        "refund_warned",
        POST=R.PROTECT,
    ),
    _row(ORG + "reviews/", protection.Reviews, "reviews", GET=R.PROTECT),
    _row(ORG + "reviews/<uuid:id>/", protection.ReviewOne, "review", GET=R.PROTECT),
    _row(ORG + "reviews/<uuid:id>/approve/", protection.Approve, "approve", POST=R.PROTECT),
    _row(ORG + "reviews/<uuid:id>/refuse/", protection.Refuse, "refuse", POST=R.PROTECT),
    _row(ORG + "alerts/", alerts.Alerts, "alerts", GET=R.LOOK),
    _row(ORG + "alerts/<uuid:id>/", alerts.AlertOne, "alert", GET=R.LOOK),
    _row(ORG + "alerts/<uuid:id>/take/", alerts.Take, "take_alert", POST=R.TAKE_ALERTS),
    _row(ORG + "alerts/<uuid:id>/seen/", alerts.Seen, "seen_alert", POST=R.TAKE_ALERTS),
    _row(ORG + "unmatched/", payments.Unmatched, "unmatched", GET=R.LOOK),
    _row(ORG + "unmatched/<uuid:id>/", payments.UnmatchedOne, "unmatched_one", GET=R.LOOK),
    _row(ORG + "analytics/<slug:figure>/", analytics.Figure, "figure", GET=R.FIGURES),
    _row(
        ORG + "accounts/",
        connect.Accounts,
        "accounts",
        GET=R.SEE_ACCOUNTS,
        POST=R.MANAGE_ACCOUNTS,
    ),
    _row(ORG + "accounts/<uuid:id>/", connect.AccountOne, "account", GET=R.SEE_ACCOUNTS),
    _row(ORG + "accounts/<uuid:id>/link/", connect.Link, "link", POST=R.MANAGE_ACCOUNTS),
    _row(ORG + "accounts/<uuid:id>/refresh/", connect.Refresh, "refresh", POST=R.SEE_ACCOUNTS),
    _row(
        ORG + "accounts/<uuid:id>/disconnect/",
        connect.Disconnect,
        "disconnect",
        POST=R.MANAGE_ACCOUNTS,
    ),
]


def patterns() -> list[URLPattern]:
    """Return the table as Django's addresses."""
    return [
        path(row.address, row.view.as_view(rights=row.rights), name=row.name) for row in ADDRESSES
    ]


def as_markdown() -> Iterator[str]:
    """Yield the table as the documentation shows it, line by line."""
    return roles.of_addresses(
        (f"/api/{row.address}", method, right)
        for row in ADDRESSES
        for method, right in row.rights.items()
    )
