"""
Pieces of HTML for lists and pages.

Everything that came from outside goes through `format_html` or a template, so it is escaped: the
admin's scripts would run what is not.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.contrib.admin import site
from django.db.models import Model
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from payments import hotel
from payments.admin.display.outcomes import STATES
from payments.models import WebhookEvent
from payments.money import show
from payments.webhooks.router import route
from payments.words import Said, deadline

NOTHING = "–"
_MAY_BREAK = SafeString("<wbr>")


def amount(value: int | None, currency: str) -> str:
    """Return an amount as its currency is written; a dash where there is none."""
    if value is None:
        return NOTHING
    return show(value, currency) if currency else str(value)


def when(row: Any, value: datetime | None) -> str:
    """Return a moment by the clocks of the house that a record belongs to, with their zone."""
    if value is None:
        return NOTHING
    zone = hotel.zone(row)
    return date_format(value.astimezone(zone), "j M Y, H:i T")


def badge(said: Said) -> SafeString:
    """Return where something stands as a coloured word."""
    return format_html('<span class="pay-badge" data-tone="{}">{}</span>', said.tone, said.words)


def url(row: Model) -> str:
    """Return the address of a record's page in the admin."""
    meta = row._meta.concrete_model._meta if row._meta.proxy else row._meta  # type: ignore[union-attr]
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])


def link(row: Model | None, text: Any = None) -> str:
    """Return a link to a record's page; a dash where there is no record."""
    if row is None:
        return NOTHING
    return _to(url(row), text or row)


def booking(row: Any) -> str:
    """Return a link to a record's booking: in the admin, where the host has it there."""
    held = row.reservation
    if held is None:
        return NOTHING
    in_admin = site.is_registered(type(held))
    return _to(url(held) if in_admin else hotel.booking_url(held.pk), hotel.caption(held))


def _to(address: str, text: Any) -> SafeString:
    return format_html('<a class="pay-link" href="{}">{}</a>', address, text)


def code(text: str) -> str:
    """Return an id of Stripe's, easy to tell apart and to select; a dash where there is none."""
    return format_html('<code class="pay-code">{}</code>', text) if text else NOTHING


def event_type(text: str) -> SafeString:
    """Return an event's type, which is long: where there is little room, it breaks after a dot."""
    return format_html_join(
        _MAY_BREAK, "{}", ((part,) for part in re.findall(r"[^._]*[._]?", text))
    )


def two_lines(first: Any, second: Any) -> SafeString:
    """Return a line with a quieter one below."""
    return format_html(
        '<span class="pay-lines">{}<span class="pay-quiet">{}</span></span>', first, second
    )


def titled(title: str, text: str) -> SafeString:
    """Return a few words, and the sentences that they head."""
    return format_html(
        '<span class="pay-said"><strong>{}</strong><span class="pay-text">{}</span></span>',
        title,
        text,
    )


def said(text: str, more: str = "") -> SafeString:
    """Return a sentence, and what to do about it in a second paragraph."""
    paragraph = format_html("<p>{}</p>", more) if more else ""
    return format_html('<div class="pay-said"><p>{}</p>{}</div>', text, paragraph)


def part(template: str, **context: Any) -> SafeString:
    """Return a part of a page from its template."""
    return render_to_string(f"payments/admin/{template}.html", context)


def table(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], *, empty: str, most: int = 0
) -> SafeString:
    """
    Return a few records in a table, on a phone each below the other.

    :param most: no more were read; said where there are so many.
    """
    named = [list(zip(columns, row, strict=True)) for row in rows]
    return part("table", columns=columns, rows=named, empty=empty, most=most)


def due(row: Any, at: datetime | None, now: datetime) -> str:
    """Return by when something is due, by the clocks of a record's house, and how soon that is."""
    if at is None:
        return NOTHING
    return two_lines(when(row, at), badge(deadline(at, now, hotel.zone(row))))


def noted(said: Said) -> SafeString:
    """Return where something stands as a coloured word, and what that means."""
    note = format_html("<span>{}</span>", said.note) if said.note else ""
    return format_html('<div class="pay-noted">{}{}</div>', badge(said), note)


def event_rows(events: Iterable[WebhookEvent]) -> list[dict[str, Any]]:
    """Return events as a table shows them: when, what, what became of it."""
    return [
        {
            "url": url(event),
            "type": event_type(event.event_type) or "No type",
            "stripe_id": event.stripe_event_id,
            "means": found.means if (found := route(event.event_type)) else "",
            "badge": badge(STATES[event.state]),
            "reason": event.get_reason_display() if event.reason else "",
            "when": when(event, event.created_at),
        }
        for event in events
    ]
