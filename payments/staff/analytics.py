"""The figures of a hotel group: on a page with charts, and as a table to take along."""

from datetime import date, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from payments import hotel
from payments.analytics import figures
from payments.analytics.report import Report, report
from payments.hotel import Group, Right
from payments.money import EXPONENTS
from payments.panels import exports
from payments.panels import figures as panels

USUAL = timedelta(days=29)  # before the last day, where no first one is given
MOST_DAYS = 100  # that are drawn one by one
MOST_GROUPS = 200


class Question(forms.Form):
    """Which figures somebody asks for."""

    to = forms.DateField(label="To", widget=forms.DateInput(attrs={"type": "date"}))
    property = forms.ChoiceField(label="Property", required=False)
    currency = forms.ChoiceField(label="Currency", required=False)
    by = forms.ChoiceField(label="Group by", choices=list(panels.BY.items()))

    field_order = ["from", "to", "property", "currency", "by"]

    def __init__(self, given: dict[str, Any], group: Group, houses: dict[str, str]) -> None:
        today = timezone.now().astimezone(hotel.zone_named(group.timezone)).date()
        asked = {"to": today.isoformat(), "by": "day"}
        asked |= {name: value for name, value in given.items() if value}
        super().__init__({"from": _usual_first(asked["to"]), **asked})
        self.fields["from"] = forms.DateField(
            label="From", widget=forms.DateInput(attrs={"type": "date"})
        )
        self.fields["property"].choices = [("", "All"), *houses.items()]  # type: ignore[attr-defined]
        self.home = group.currency
        self.offer_currencies(set())
        self.order_fields(self.field_order)

    def offer_currencies(self, found: set[str]) -> None:
        """Offer what there is money in before all the others."""
        first = [self.home, *sorted(found - {self.home})]
        others = sorted(set(EXPONENTS).difference(first))
        self.fields["currency"].choices = [  # type: ignore[attr-defined]
            ("", "All"),
            *((code, code.upper()) for code in first),
            ("Others", [(code, code.upper()) for code in others]),
        ]

    def clean(self) -> dict[str, Any]:
        """See that the days make sense together."""
        found = super().clean() or self.cleaned_data
        first, last = found.get("from"), found.get("to")
        if first and last:
            if first > last:
                self.add_error("from", "This is after the last day.")
            elif not date(1970, 1, 8) <= first <= last <= date(9998, 1, 1):
                self.add_error("from", "This is not a day of our times.")
            elif last - first > figures.LONGEST:
                self.add_error("from", "Three years at the most are counted at once.")
            elif found.get("by") == "day" and (last - first).days >= MOST_DAYS:
                self.add_error("by", f"Beyond {MOST_DAYS} days, group by week or month.")
        return found


def _usual_first(last: str) -> str:
    """Return the first day that is meant where only the last one is given."""
    try:
        day: date = forms.DateField().clean(last)
        return (day - USUAL).isoformat()
    except (ValidationError, OverflowError):
        return ""  # the last day is wrong, and is told so


class Asked:
    """A question, of whom it is asked, and its answer."""

    def __init__(self, request: HttpRequest) -> None:
        rights = hotel.rights_of(request.user)
        self.user = request.user
        self.groups = [
            group
            for group in hotel.groups(request.user, MOST_GROUPS)
            if rights.at(group.id, Right.FIGURES)
        ]
        slug = request.GET.get("organization", "")
        chosen = [group for group in self.groups if group.slug == slug or not slug]
        if not chosen:
            raise Http404
        self.group = chosen[0]
        self.houses = hotel.houses(request.user, [self.group.id])
        self.names = {house.slug: house.name for house in self.houses}
        self.form = Question(request.GET.dict(), self.group, self.names)

    @property
    def by(self) -> str:
        """What the figures are grouped by."""
        return str(self.form.cleaned_data["by"])

    @cached_property
    def report(self) -> Report | None:
        """The figures; None where the question makes no sense."""
        if not self.form.is_valid():
            return None
        given = self.form.cleaned_data
        slugs: dict[UUID, str] = {house.property_id: house.slug for house in self.houses}
        ids = {slug: id for id, slug in slugs.items()}
        return report(
            lambda rows: hotel.visible_to(self.user, rows.filter(organization=self.group.id)),
            by="" if self.by == "currency" else self.by,
            first=given["from"],
            last=given["to"],
            zone=hotel.zone_named(self.group.timezone),
            houses=slugs,
            house=ids.get(given["property"]),
            currency=given["currency"],
        )


def overview(request: HttpRequest) -> HttpResponse:
    """Show what came in, went back, was disputed and declined, beside the days before."""
    asked = Asked(request)
    found = asked.report
    shown = panels.shown(found, asked.by, asked.names) if found else None
    if shown:
        asked.form.offer_currencies({each.currency.lower() for each in shown.money})
    context = {
        "section": "analytics",
        "form": asked.form,
        "groups": asked.groups if len(asked.groups) > 1 else [],
        "group": asked.group,
        "shown": shown,
        "report": found,
    }
    return render(request, "payments/staff/analytics.html", context)


def as_csv(request: HttpRequest) -> HttpResponse:
    """Hand out the same figures as a table."""
    asked = Asked(request)
    found = asked.report
    if found is None:
        return overview(request)
    table = exports.as_csv(panels.columns(asked.by), panels.rows(found, asked.by, asked.names))
    name = f"analytics-{asked.group.slug}-{found.first}-{found.last}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(table, content_type="text/csv; charset=utf-8", headers=headers)
