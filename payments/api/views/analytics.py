"""Figures of a hotel group."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from payments import hotel
from payments.analytics import figures
from payments.api.shapes import analytics as shapes
from payments.api.views.base import Address
from payments.errors import Invalid

_USUAL = timedelta(days=29)  # before the last day, where no first one is given


class Figure(Address):
    """A figure of some days, both of them counted, by the organization's clocks."""

    shape = shapes.RowShape
    many = True
    whole = True
    asks = {"from": "YYYY-MM-DD", "to": "YYYY-MM-DD", "by": ", ".join(figures.BY), "property": "",
            "currency": ""}  # fmt: skip

    def find(self, **named: Any) -> str:
        if named["figure"] not in figures.FIGURES:
            raise NotFound
        return str(named["figure"])

    def get(self, request: Request, **kwargs: Any) -> Response:
        zone = hotel.zone_named(self.organization.timezone)
        last = self._day("to", timezone.now().astimezone(zone).date())
        first = self._day("from", last - _USUAL)
        if not first <= last <= first + figures.LONGEST:
            raise Invalid("from", "It comes before `to`, by three years at the most.")
        houses = hotel.houses(request.user, [self.organization.id])
        slugs = {house.property_id: house.slug for house in houses}
        found = figures.rows(
            self.thing,
            self.visible,
            by=self._by(),
            first=first,
            last=last,
            zone=zone,
            houses=slugs,
            house=self._house({slug: id for id, slug in slugs.items()}),
            currency=self._currency(),
        )
        told = [shapes.shown(row) for row in found]
        return Response({"next": None, "previous": None, "results": told})

    def _given(self, name: str) -> str:
        return self.request.query_params.get(name, "")

    def _day(self, name: str, usual: date) -> date:
        if not self._given(name):
            return usual
        try:
            found = date.fromisoformat(self._given(name))
        except ValueError as error:
            raise Invalid(name, "A day, as 2026-11-30.") from error
        if not 1970 <= found.year < 9999:
            raise Invalid(name, "A day of our times.")
        return found

    def _by(self) -> list[str]:
        named = [name for name in self._given("by").split(",") if name]
        if len(set(named)) != len(named) or not set(named) <= set(figures.BY):
            raise Invalid("by", f"Any of {', '.join(figures.BY)}, with commas between them.")
        return named

    def _house(self, ids: dict[str, Any]) -> Any:
        slug = self._given("property")
        if slug and slug not in ids:
            raise Invalid("property", "There is no such house, or not for you.")
        return ids.get(slug)

    def _currency(self) -> str:
        given = self._given("currency")
        if given and not (len(given) == 3 and given.isascii() and given.isalpha()):
            raise Invalid("currency", "Three letters, as eur.")
        return given.lower()
