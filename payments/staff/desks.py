"""The desks: disputes by their deadline, payments in doubt, holds by when they run out."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from payments import hotel
from payments.operations.payments import holds as held
from payments.operations.protection import disputes as disputed
from payments.operations.protection import doubts
from payments.panels import desks
from payments.panels.paging import Filters, Page

PER_PAGE = 20
DISPUTES = {"": "To answer", disputed.BANK: "With the bank", disputed.OVER: "Over"}
DOUBTS = {"": "To decide", doubts.OVER: "Over"}


class DisputeFilters(Filters):
    """Which disputes somebody looks for."""

    standing = forms.ChoiceField(choices=list(DISPUTES.items()), required=False)


class DoubtFilters(Filters):
    """Which warnings and reviews somebody looks for."""

    standing = forms.ChoiceField(choices=list(DOUBTS.items()), required=False)


def disputes(request: HttpRequest) -> HttpResponse:
    """List the disputes that this person may see, by when the bank wants an answer."""
    filters = DisputeFilters(request.GET)
    rows = disputed.listed(request.user, filters.given("standing") or disputed.ANSWER)
    page = Page.of(rows.select_related(*desks.READ_WITH), filters.number, PER_PAGE)
    lines = desks.disputes(page.rows, timezone.now())
    return _shown(request, "disputes", page, lines, DISPUTES, filters)


def warnings(request: HttpRequest) -> HttpResponse:
    """List fraud warnings and reviews that this person may see, with what can be decided."""
    filters = DoubtFilters(request.GET)
    rows = doubts.listed(request.user, filters.given("standing") or doubts.OPEN)
    page = Page.of(rows, filters.number, PER_PAGE)
    read = doubts.read(page.rows, *desks.READ_WITH)
    lines = desks.in_doubt(read, hotel.rights_of(request.user), timezone.now())
    return _shown(request, "warnings", page, lines, DOUBTS, filters)


def holds(request: HttpRequest) -> HttpResponse:
    """List the money that is held, by when it goes back to the guest."""
    filters = Filters(request.GET)
    page = Page.of(
        held.listed(request.user).select_related(*desks.READ_WITH), filters.number, PER_PAGE
    )
    lines = desks.holds(page.rows, hotel.rights_of(request.user), timezone.now())
    return _shown(request, "holds", page, lines, {}, filters)


def _shown(
    request: HttpRequest,
    section: str,
    page: Page,
    lines: list[Any],
    standings: dict[str, str],
    filters: Filters,
) -> HttpResponse:
    context = {
        "section": section,
        "page": page,
        "lines": lines,
        "standings": standings,
        "standing": filters.given("standing") or "",
    }
    return render(request, f"payments/staff/{section}.html", context)
