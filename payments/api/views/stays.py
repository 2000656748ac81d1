"""Hotel groups and their bookings."""

from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.response import Response

from payments import hotel
from payments.api.shapes.stays import OrganizationShape, StayShape, StayWithMoneyShape
from payments.api.views.base import Address, Listing
from payments.reading import clean


class Organizations(Listing):
    """The hotel groups that I work for."""

    shape = OrganizationShape
    order = ("slug",)

    def rows(self) -> Any:
        return hotel.visible_organizations(self.request.user)

    def shown(self, rows: list[Any]) -> Any:
        return OrganizationShape(hotel.workplaces(self.request.user, rows), many=True).data


class Stays(Listing):
    """The bookings of a hotel group, the latest arrival first."""

    shape = StayShape
    order = ("-arrival", "code")
    filters = {"reservation": hotel.with_this_code}

    def rows(self) -> Any:
        return hotel.stays(self.request.user, self.organization.id)

    def shown(self, rows: list[Any]) -> Any:
        return StayShape(rows, many=True).data


class Stay(Address):
    """A booking, and where its money stands."""

    shape = StayWithMoneyShape

    def find(self, **named: Any) -> Any:
        code = named["code"]
        rows = hotel.stays(self.request.user, self.organization.id)
        found = rows.filter(code=code).first() if clean(code) == code else None
        if found is None:
            raise NotFound
        return found

    def get(self, *args: Any, **kwargs: Any) -> Response:
        return Response(StayWithMoneyShape(self.thing).data)
