"""Alerts as their page lists them: what is the case, where it is dealt with, who is on it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from payments import hotel
from payments.hotel import Right, Rights
from payments.models import Alert
from payments.notifications import links, messages
from payments.words import Said, alerts

READ_WITH = ("organization", "property", "acknowledged_by", hotel.GUEST)


@dataclass(frozen=True)
class Line:
    """
    One alert.

    :param page: where something can be done about it; empty where that is nowhere, or not theirs.
    :param leads_to: what that page is called.
    :param who: looks after it; empty while nobody does.
    :param may_take: whether the person may say that they look after it, or have seen it.
    :param is_news: it only happened, so being seen closes it.
    """

    id: UUID
    said: Said
    title: str
    sentence: str
    page: str
    leads_to: str
    place: str
    raised_at: datetime
    who: str
    taken_at: datetime | None
    closed_at: datetime | None
    may_take: bool
    is_news: bool
    zone: str


def lines(rows: Iterable[Alert], rights: Rights) -> list[Line]:
    """Return alerts, which were read with `READ_WITH`, as somebody with these rights sees them."""
    listed = list(rows)
    sentences = messages.sentences(listed)
    return [_line(row, sentences[row.pk], rights) for row in listed]


def _line(row: Alert, sentence: str, rights: Rights) -> Line:
    page, leads_to = _page(row, rights)
    takes = rights.at(row.organization_id, Right.TAKE_ALERTS)
    by = row.acknowledged_by
    return Line(
        id=row.pk,
        said=alerts.CLOSED if row.closed_at else alerts.SEVERITIES[row.severity],
        title=messages.title(row),
        sentence=sentence,
        page=page,
        leads_to=leads_to,
        place=hotel.place(row),
        raised_at=row.raised_at,
        who=(by.get_full_name() or by.get_username()) if by else "",
        taken_at=row.acknowledged_at,
        closed_at=row.closed_at,
        may_take=takes and row.closed_at is None and row.acknowledged_at is None,
        is_news=row.is_news,
        zone=hotel.zone(row).key,
    )


def _page(row: Alert, rights: Rights) -> tuple[str, str]:
    """Return where an alert is dealt with, and what that page is called."""
    page = links.page_of(row)
    if links.is_about_an_account(row):
        may = rights.at(row.organization_id, Right.SEE_ACCOUNTS)
        return (page, f"The account of {hotel.place(row)}") if may else ("", "")
    if row.reservation:
        return page, hotel.caption(row.reservation)
    return page, "Unmatched money" if page else ""
