"""Admin: bookings and guests. The hotel's own columns are changed here, money is only shown."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.contrib.filters.admin import DropdownFilter, RangeDateFilter
from unfold.decorators import display

from organizations.models import Organization, Property, Role
from organizations.staff import StaffAdmin, amount_field, houses
from payments import panels
from reservations.models import Guest, Reservation

AMOUNTS = ("total", "paid_elsewhere")
AMOUNTS_SHOWN = ("costs", "elsewhere")
FRONT_OFFICE = (Role.OWNER, Role.MANAGER, Role.FRONT_DESK, Role.FINANCE)


class ReservationForm(forms.ModelForm):
    """A booking as the hotel keeps it: amounts are typed in the booking's currency."""

    total = amount_field("Total", "What the stay owes now.", initial=Decimal(0))
    paid_elsewhere = amount_field(
        "Paid elsewhere", "Cash, bank or travel agency.", initial=Decimal(0)
    )

    class Meta:
        model = Reservation
        fields = [
            "code",
            "property",
            "guest",
            "arrival",
            "departure",
            "room",
            "rate_name",
            "status",
            "currency",
            "total",
            "paid_elsewhere",
        ]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.pk and not self.instance._state.adding:
            currency = self.instance.currency
            for name in AMOUNTS:
                self.initial[name] = panels.as_typed(getattr(self.instance, name), currency)

    def clean_currency(self) -> str:
        """Take a currency in whichever case it was typed."""
        currency = self.cleaned_data["currency"].lower()
        if currency not in panels.CURRENCIES:
            raise forms.ValidationError("There is no such currency.")
        return currency

    def clean(self) -> dict[str, Any]:
        """Make minor units of what was typed, and see that all is of one organization."""
        given = super().clean() or self.cleaned_data
        self._clean_amounts(given)
        house, guest = given.get("property"), given.get("guest")
        if house and guest and guest.organization_id != house.organization_id:
            self.add_error("guest", "This guest is of another organization.")
        moved = house and not self.instance._state.adding
        if moved and house.organization_id != self.instance.organization_id:
            self.add_error("property", "A booking does not move to another organization.")
        arrival, departure = given.get("arrival"), given.get("departure")
        if arrival and departure and departure < arrival:
            self.add_error("departure", "Nobody departs before they arrive.")
        if house and self.instance._state.adding:
            self.instance.organization = house.organization
        self._clean_code(given, house)
        return given

    def _clean_amounts(self, given: dict[str, Any]) -> None:
        currency = given.get("currency") or self.instance.currency
        for name in AMOUNTS:
            if isinstance(given.get(name), Decimal) and currency:
                try:
                    given[name] = panels.from_typed(given[name], currency)
                except ValueError as error:
                    self.add_error(name, str(error))

    def _clean_code(self, given: dict[str, Any], house: Property | None) -> None:
        if not house or not given.get("code"):
            return
        same = Reservation.objects.filter(
            organization=house.organization_id, code=given["code"]
        ).exclude(pk=self.instance.pk)
        if same.exists():
            self.add_error("code", "Another booking has this code.")


class House(DropdownFilter):
    """One house, among those that its reader may see."""

    title = "house"
    parameter_name = "house"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return houses(request)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        known = dict(self.lookup_choices)
        if not self.value():
            return queryset
        return queryset.filter(property=self.value()) if self.value() in known else queryset.none()


class PaymentStatus(DropdownFilter):
    """What a booking's money comes down to."""

    title = "money"
    parameter_name = "money"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return panels.payment_statuses()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(payment_status=self.value()) if self.value() else queryset


class Status(DropdownFilter):
    """Where the stay stands."""

    title = "stay"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return Reservation.Status.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(status=self.value()) if self.value() else queryset


@admin.register(Reservation)
class ReservationAdmin(StaffAdmin):
    """A booking. Its money is computed by payments, and shown with the reason why."""

    changed_by = FRONT_OFFICE
    form = ReservationForm
    list_display = ["code", "guest", "property", "nights", "costs", "paid", "due", "money_badge"]
    list_filter = [Status, PaymentStatus, House, ("arrival", RangeDateFilter)]
    search_fields = ["code", "guest__name", "guest__email"]
    search_help_text = "Code, guest's name or e-mail"
    ordering = ["-arrival", "code"]
    autocomplete_fields = ["guest"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("code", "status"),
                    ("property", "guest"),
                    ("arrival", "departure"),
                    ("room", "rate_name"),
                ]
            },
        ),
        ("What it costs", {"fields": ["currency", ("total", "paid_elsewhere")]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("guest", "property", "organization")

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return panels.admin_inlines() if obj else []

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["currency_code"] if obj else []

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask for the currency once: all of a booking's money is counted in it."""
        stay, (name, _) = self.fieldsets
        currency = "currency_code" if obj else "currency"
        may_change = obj is None or self.has_change_permission(request, obj)
        return [stay, (name, {"fields": [currency, AMOUNTS if may_change else AMOUNTS_SHOWN]})]

    def view_on_site(self, booking: Reservation) -> str:
        return reverse("booking", args=[booking.pk])

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save what was changed alone, for the rest may have moved meanwhile; then count anew."""
        if change:
            obj.save(update_fields=[name for name in form.changed_data if name in form.fields])
        else:
            obj.organization = obj.property.organization
            obj.save()
        panels.refresh_money([obj.pk])

    @display(description="Currency")
    def currency_code(self, booking: Reservation) -> str:
        return booking.currency.upper()

    # The list ----------------------------------------------------------------

    @display(description="Stay", ordering="arrival")
    def nights(self, booking: Reservation) -> str:
        return f"{booking.arrival:%-d %b} – {booking.departure:%-d %b %Y}"

    @display(description="Total", ordering="total")
    def costs(self, booking: Reservation) -> str:
        return panels.amount(booking.total, booking.currency)

    @display(description="Paid elsewhere")
    def elsewhere(self, booking: Reservation) -> str:
        return panels.amount(booking.paid_elsewhere, booking.currency)

    @display(description="Paid")
    def paid(self, booking: Reservation) -> str:
        return panels.amount(booking.paid_amount + booking.paid_elsewhere, booking.currency)

    @display(description="Due")
    def due(self, booking: Reservation) -> str:
        return panels.amount(booking.balance, booking.currency)

    @display(description="Money", ordering="payment_status")
    def money_badge(self, booking: Reservation) -> str:
        said = panels.status(booking.payment_status)
        badge = '<span class="pay-badge" data-tone="{}">{}</span>'
        return format_html(badge, said.tone, said.words)


@admin.register(Guest)
class GuestAdmin(StaffAdmin):
    """Somebody who stays. Staff of single houses see who stays there, and who is new."""

    changed_by = FRONT_OFFICE
    list_display = ["name", "email", "organization"]
    search_fields = ["name", "email"]
    fields = ["organization", "name", "email"]

    def visible_to(self, user: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
        rows = rows.select_related("organization")
        if user.is_superuser:
            return rows
        whole = Organization.objects.filter(memberships__user=user, memberships__properties=None)
        stays = Reservation.objects.visible_to(user).order_by()
        return rows.filter(
            Q(organization__in=whole.order_by().values("pk"))
            | Q(pk__in=stays.values("guest"))
            | Q(
                organization__in=Organization.objects.visible_to(user).order_by().values("pk"),
                reservations=None,
            )
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["organization"] if obj else []
