"""Admin: hotel groups, their houses, who works for them, and who may log in."""

from decimal import Decimal
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminTextInputWidget

from organizations.models import Membership, Organization, Property, Role
from organizations.staff import StaffAdmin, amount_field, leads, led_by
from payments import panels

_STRIPE = ["stripe_account_id", "stripe_onboarding_complete", "stripe_charges_enabled"]
_OWED_TO_PAYMENTS = (
    "Stripe",
    {"fields": _STRIPE, "description": "Written by payments when Stripe says so."},
)


class ZoneForm(forms.ModelForm):
    """Takes only a time zone that exists: every time a guest or a colleague reads hangs on it."""

    timezone = forms.CharField(
        help_text="As in Europe/Lisbon.", widget=UnfoldAdminTextInputWidget, initial="UTC"
    )

    def clean_timezone(self) -> str:
        zone = self.cleaned_data["timezone"]
        if zone not in available_timezones():
            raise forms.ValidationError("There is no such time zone.")
        return zone


LIMITS = {"charge": "charge_limit", "refund": "refund_limit"}  # in the column: in the form


class OrganizationForm(ZoneForm):
    """A hotel group; its limits are typed in its currency."""

    charge_limit = amount_field(
        "Charges by the front desk",
        "The most that the front desk may charge to a card on file at once. Empty: any amount.",
        required=False,
    )
    refund_limit = amount_field(
        "Refunds by the front desk",
        "The most that the front desk may refund at once. Empty: any amount.",
        required=False,
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, field in LIMITS.items():
            limit = self.instance.limits.get(name)
            self.initial[field] = (
                None if limit is None else panels.as_typed(limit, self.instance.currency)
            )

    def clean(self) -> dict[str, Any]:
        """Make minor units of the limits."""
        given = super().clean() or self.cleaned_data
        currency, limits = given.get("currency") or self.instance.currency, {}
        for name, field in LIMITS.items():
            if isinstance(given.get(field), Decimal):
                try:
                    limits[name] = panels.from_typed(given[field], currency)
                except ValueError as error:
                    self.add_error(field, str(error))
        self.instance.limits = limits
        return given


@admin.register(Organization)
class OrganizationAdmin(StaffAdmin):
    """A hotel group. Its people look; who leads it sets its limits; the platform changes it."""

    form = OrganizationForm
    list_display = ["name", "slug", "currency_code", "timezone", "stripe_architecture", "takes"]
    search_fields = ["name", "slug"]
    readonly_fields = ["stripe_architecture", *_STRIPE]
    fieldsets = [
        (None, {"fields": ["name", "slug", ("currency", "timezone")]}),
        ("Limits", {"fields": [tuple(LIMITS.values()), "submits_evidence"]}),
        ("Stripe", {"fields": ["stripe_architecture", *_STRIPE]}),
    ]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let those change it who lead all of it."""
        if request.user.is_superuser:
            return True
        led = led_by(request.user)
        return led.filter(organization=obj).exists() if obj else leads(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if request.user.is_superuser:
            return self.readonly_fields
        return ["name", "slug", "currency", "timezone", *self.readonly_fields]

    @display(description="Currency", ordering="currency")
    def currency_code(self, organization: Organization) -> str:
        return organization.currency.upper()

    @display(description="Takes payments", boolean=True)
    def takes(self, organization: Organization) -> bool:
        return organization.stripe_charges_enabled


@admin.register(Property)
class PropertyAdmin(StaffAdmin):
    """One house of a hotel group."""

    changed_by = (Role.OWNER, Role.MANAGER)
    form = ZoneForm
    list_display = ["name", "organization", "timezone", "stripe_account_id"]
    search_fields = ["name", "slug"]
    readonly_fields = _STRIPE
    fieldsets = [
        (None, {"fields": ["organization", "name", "slug", "timezone", "email"]}),
        _OWED_TO_PAYMENTS,
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("organization")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser  # a house more is a matter of the contract

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*_STRIPE, "organization", "slug"] if obj else _STRIPE


@admin.register(Membership)
class MembershipAdmin(StaffAdmin):
    """Somebody's work for a hotel group. Owners and managers see their colleagues."""

    list_display = ["user", "organization", "role", "only_in"]
    list_filter = ["role"]
    search_fields = ["user__username", "organization__name"]
    autocomplete_fields = ["user", "organization", "properties"]
    fields = ["user", "organization", "role", "properties"]

    def visible_to(self, user: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
        rows = rows.select_related("user", "organization").prefetch_related("properties")
        if user.is_superuser:
            return rows
        return rows.filter(organization__in=led_by(user).values("organization"))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser or leads(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_superuser

    @display(description="Houses")
    def only_in(self, membership: Membership) -> str:
        return ", ".join(house.name for house in membership.properties.all()) or "All"


# Logins: for superusers alone --------------------------------------------

admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class LoginAdmin(UserAdmin, ModelAdmin):
    """Who may log in. What somebody sees and does there follows from their memberships."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "first_name", "last_name", "is_active", "is_superuser"]
    list_filter = ["is_active", "is_superuser"]
    filter_horizontal = ()
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        ("Person", {"fields": ["first_name", "last_name", "email"]}),
        ("Access", {"fields": ["is_active", "is_staff", "is_superuser"]}),
        ("Since", {"fields": ["date_joined", "last_login"]}),
    ]
    readonly_fields = ["date_joined", "last_login"]

    def _is_superuser(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_superuser  # nobody needs permission rows, and none is asked for

    has_module_permission = has_view_permission = has_add_permission = _is_superuser
    has_change_permission = has_delete_permission = _is_superuser
