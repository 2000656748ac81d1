"""What staff must know: listed by how urgent it is, and looked after."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from payments import hotel
from payments.hotel import Right
from payments.models import Alert
from payments.notifications.messages import MESSAGES
from payments.operations import alerts
from payments.panels import alerts as panels
from payments.panels.paging import Filters, Page
from payments.staff.access import refuse_unless
from payments.words.alerts import SEVERITIES

STANDINGS = {
    "": "Open",
    alerts.NOBODYS: "Nobody on it",
    alerts.MINE: "Mine",
    alerts.CLOSED: "Closed",
}


class AlertFilters(Filters):
    """Which alerts somebody looks for."""

    standing = forms.ChoiceField(choices=list(STANDINGS.items()), required=False)
    severity = forms.ChoiceField(
        label="How urgent",
        choices=[("", "However urgent"), *((key, said.words) for key, said in SEVERITIES.items())],
        required=False,
    )
    kind = forms.ChoiceField(
        label="About",
        choices=[
            ("", "About anything"),
            *sorted(((kind, found.title) for kind, found in MESSAGES.items()), key=lambda k: k[1]),
        ],
        required=False,
    )


def overview(request: HttpRequest) -> HttpResponse:
    """List the alerts that this person may see."""
    filters = AlertFilters(request.GET)
    rows = alerts.listed(request.user, filters.given("standing") or alerts.OPEN)
    for name in ("severity", "kind"):
        if filters.given(name):
            rows = rows.filter(**{name: filters.given(name)})
    page = Page.of(rows.select_related(*panels.READ_WITH), filters.number)
    context = {
        "section": "alerts",
        "filters": filters,
        "standings": STANDINGS,
        "standing": filters.given("standing") or "",
        "narrowed": filters.given("severity") or filters.given("kind"),
        "page": page,
        "lines": panels.lines(page.rows, hotel.rights_of(request.user)),
    }
    return render(request, "payments/staff/alerts.html", context)


def take(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Note that this person looks after an alert; what only happened is over by being seen."""
    rows = hotel.visible_to(request.user, Alert.objects.all())
    alert = get_object_or_404(rows, pk=pk)
    refuse_unless(request.user, Right.TAKE_ALERTS, alert)
    if not alerts.acknowledge([alert.pk], by=request.user):
        messages.info(request, "Somebody was faster, or it is over already.")
    elif alert.is_news:
        messages.success(request, "Noted: you have seen it, and it is closed.")
    else:
        messages.success(request, "Noted: you look after it. It closes by itself once it is over.")
    back = f"{reverse('payments:alerts')}?{request.GET.urlencode()}".rstrip("?")
    place = request.POST.get("place", "")
    # What has moved up to where this one stood comes next.
    return redirect(f"{back}#alert-{place}" if place.isdecimal() else back)
