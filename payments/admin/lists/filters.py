"""Filters of the lists. None offers a choice that its reader may not see."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter, TextFilter

from payments import hotel
from payments.models import PaymentTransaction
from payments.money import EXPONENTS
from payments.reading import identifier
from payments.webhooks.router import catalogue

Choices = list[tuple[str, str]]


class Organization(DropdownFilter):
    """One organization; offered to whoever sees several."""

    title = "organization"
    parameter_name = "organization"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        rows = hotel.organizations().visible_to(request.user)
        found = [(str(row.pk), str(row)) for row in rows]
        return found if len(found) > 1 else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = hotel.as_uuid(self.value() or "")
        if not self.value():
            return queryset
        return queryset.filter(organization=chosen) if chosen else queryset.none()


class Choice(DropdownFilter):
    """One of a few values of one column."""

    words: Choices = []

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return self.words

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if not value:
            return queryset
        if value not in dict(self.lookup_choices):
            return queryset.none()
        return queryset.filter(**{str(self.parameter_name): value})


def choice(name: str, words: Any, title: str = "") -> type[Choice]:
    """Return a filter by one column, with these values and words."""
    return type(
        f"By{name.title()}",
        (Choice,),
        {"title": title or name, "parameter_name": name, "words": list(words)},
    )


class EventType(Choice):
    """A type of the catalogue."""

    title = "type"
    parameter_name = "event_type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [(route.type, route.type) for route in catalogue()]


class Mode(Choice):
    """Live or test."""

    title = "mode"
    parameter_name = "livemode"
    words = [("1", "Live"), ("0", "Test")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(livemode=self.value() == "1") if self.value() else queryset


class Account(TextFilter):
    """One account, by its whole id: there may be thousands, too many to choose from."""

    title = "account id"
    parameter_name = "account"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = (self.value() or "").strip()
        if not value:
            return queryset
        return queryset.filter(account=value) if identifier(value) else queryset.none()


class Currency(Choice):
    """One currency."""

    title = "currency"
    parameter_name = "currency"
    words = [(code, code.upper()) for code in sorted(EXPONENTS)]


class Matched(DropdownFilter):
    """Money that belongs to a booking, or to none yet."""

    title = "booking"
    parameter_name = "matched"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [("no", "Unmatched money"), ("yes", "With a booking")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "no":
            return unmatched(queryset)
        return queryset.filter(reservation__isnull=False) if self.value() else queryset


def unmatched(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return the payments among these rows that belong to no booking yet."""
    payment = PaymentTransaction.Type.PAYMENT
    return rows.filter(type=payment, reservation=None, seen=True).exclude(account="")


class Standing(DropdownFilter):
    """Alerts that are still true; others are shown when asked for."""

    title = "standing"
    parameter_name = "standing"
    all_option = ["", "Open"]

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [("closed", "Closed"), ("all", "Open and closed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "closed":
                return queryset.filter(closed_at__isnull=False)
            case "all":
                return queryset
            case _:
                return queryset.filter(closed_at=None)
