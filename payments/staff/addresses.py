"""
The table of payments' own pages: each address, what may be done there, and by whom.

It makes the addresses, sees that whoever comes is logged in and may do this somewhere, and makes
the table in the documentation. What somebody may see of it all is narrowed to their organizations
and houses: anything else answers as if it were not there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from django.urls import URLPattern, path

from payments.hotel import Right
from payments.panels import roles
from payments.staff import (
    accounts,
    alerts,
    analytics,
    cards,
    decisions,
    desks,
    disputes,
    files,
    pay,
    sheets,
    taking,
    views,
)
from payments.staff.access import View, guarded


@dataclass(frozen=True)
class Row:
    """
    One address: its view, and for each method what the person must be allowed to do.

    :param rights: none where a guest comes with a link, and nobody logs in.
    """

    address: str
    view: View
    name: str
    rights: Mapping[str, Right]


def _row(address: str, view: View, name: str, **rights: Right) -> Row:
    return Row(address, view, name, rights)


R = Right
ALERT, BOOKING, UNMATCHED = "alerts/<uuid:pk>/", "bookings/<uuid:pk>/", "bookings/unmatched/"
DISPUTE, REVIEW = "desks/disputes/<uuid:pk>/", "desks/reviews/<uuid:pk>/"
ADDRESSES = [
    _row("pay/", pay.pay, "pay"),
    _row("pay/begin/", pay.begin, "pay_begin"),
    _row("pay/status/", pay.status, "pay_status"),
    _row("pay/<str:token>", pay.swap, "pay_link"),
    _row("alerts/", alerts.overview, "alerts", GET=R.LOOK),
    _row(ALERT + "take/", alerts.take, "take_alert", POST=R.TAKE_ALERTS),
    _row(ALERT + "seen/", alerts.take, "seen_alert", POST=R.TAKE_ALERTS),
    _row("desks/disputes/", desks.disputes, "disputes", GET=R.PROTECT),
    _row(DISPUTE + "evidence/", disputes.answer, "answer", GET=R.PROTECT, POST=R.PROTECT),
    _row(DISPUTE + "submit/", disputes.submit, "submit_evidence", GET=R.PROTECT, POST=R.PROTECT),
    _row(DISPUTE + "accept/", disputes.accept, "accept_dispute", GET=R.PROTECT, POST=R.PROTECT),
    _row("desks/warnings/", desks.warnings, "warnings", GET=R.PROTECT),
    _row(
        "desks/warnings/<uuid:pk>/refund/",
        decisions.refund_warned,
        "refund_warned",
        GET=R.PROTECT,
        POST=R.PROTECT,
    ),
    _row(REVIEW + "approve/", decisions.approve, "approve_review", GET=R.PROTECT, POST=R.PROTECT),
    _row(REVIEW + "refuse/", decisions.refuse, "refuse_review", GET=R.PROTECT, POST=R.PROTECT),
    _row("desks/holds/", desks.holds, "holds", GET=R.LOOK),
    _row("accounts/", accounts.overview, "accounts", GET=R.SEE_ACCOUNTS),
    _row(
        "accounts/<slug:organization>/",
        accounts.account,
        "account",
        GET=R.SEE_ACCOUNTS,
        POST=R.MANAGE_ACCOUNTS,
    ),
    _row(
        "accounts/<slug:organization>/<slug:house>/",
        accounts.account,
        "account",
        GET=R.SEE_ACCOUNTS,
        POST=R.MANAGE_ACCOUNTS,
    ),
    _row("analytics/", analytics.overview, "analytics", GET=R.FIGURES),
    _row("analytics/csv/", analytics.as_csv, "analytics_csv", GET=R.FIGURES),
    _row("attachments/<uuid:pk>/", files.attachment, "attachment", GET=R.LOOK),
    _row(UNMATCHED, views.unmatched_money, "unmatched", GET=R.LOOK),
    _row(UNMATCHED + "<uuid:pk>/attach/", views.attach, "attach", POST=R.TAKE_PAYMENTS),
    _row(UNMATCHED + "<uuid:pk>/detach/", views.detach, "detach", POST=R.TAKE_PAYMENTS),
    _row(BOOKING + "take/", taking.take, "take", GET=R.TAKE_PAYMENTS, POST=R.TAKE_PAYMENTS),
    _row(BOOKING + "hold/", taking.hold, "hold", GET=R.TAKE_PAYMENTS, POST=R.TAKE_PAYMENTS),
    _row(BOOKING + "paying/<uuid:payment>/", taking.status, "paying", GET=R.TAKE_PAYMENTS),
    _row(
        BOOKING + "cards/<uuid:card>/default/",
        cards.make_default,
        "default_card",
        GET=R.TAKE_PAYMENTS,
        POST=R.TAKE_PAYMENTS,
    ),
    _row(
        BOOKING + "cards/<uuid:card>/detach/",
        cards.detach,
        "detach_card",
        GET=R.TAKE_PAYMENTS,
        POST=R.TAKE_PAYMENTS,
    ),
    _row(
        BOOKING + "links/<uuid:link>/send/",
        cards.send_again,
        "send_link",
        GET=R.TAKE_PAYMENTS,
        POST=R.TAKE_PAYMENTS,
    ),
    _row(BOOKING + "<slug:verb>/", sheets.sheet, "sheet", GET=R.LOOK, POST=R.LOOK),
    _row(BOOKING + "<slug:verb>/<uuid:payment>/", sheets.sheet, "sheet", GET=R.LOOK, POST=R.LOOK),
]


def patterns() -> list[URLPattern]:
    """Return the table as Django's addresses."""
    return [
        path(row.address, guarded(row.view, row.rights) if row.rights else row.view, name=row.name)
        for row in ADDRESSES
    ]


def by_verb() -> Iterator[Row]:
    """Yield the table with a line for each dialog of a booking, and the right that it takes."""
    for row in ADDRESSES:
        if "<slug:verb>" not in row.address:
            yield row
            continue
        for verb, action in sheets.ACTIONS.items():
            if (verb in sheets.OF_A_HOLD) == ("<uuid:payment>" in row.address):
                address = row.address.replace("<slug:verb>", verb)
                yield replace(row, address=address, rights=dict.fromkeys(row.rights, action.right))


def as_markdown() -> Iterator[str]:
    """Yield the table as the documentation shows it, line by line."""
    return roles.of_addresses(
        (f"/{row.address}", method, right)
        for row in by_verb()
        for method, right in row.rights.items()
    )
