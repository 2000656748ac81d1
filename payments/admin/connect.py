"""Connected accounts: what they can do, what Stripe wants of them by when, who stands behind."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html_join
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display

from payments import hotel
from payments.admin.display import show
from payments.admin.lists import filters
from payments.admin.lists.read_only import beside, named
from payments.admin.lists.search import Typed
from payments.admin.payments import THE_RECORD, RecordAdmin, read_accounts
from payments.models import Capability, ConnectedAccount, ExternalAccount, Person
from payments.records import accounts
from payments.words import connect

MOST = 50  # rows of a kind beside an account


class OfAccountAdmin(RecordAdmin):
    """What has no booking: found by its own id, or by its account's."""

    shown_with = ("organization", "property")
    search_help_text = "Stripe id, its own or its account's"

    def meant_by(self, typed: Typed) -> Q:
        return typed.by_id | Q(account=typed.text)

    def read_with(self, rows: Sequence[Any]) -> None:
        if "of_account" in self.list_display:
            read_accounts(rows)


class AccountStanding(DropdownFilter):
    """Accounts that need somebody."""

    title = "standing"
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> filters.Choices:
        return [
            ("stopped", "Cannot take cards"),
            ("unpaid", "Not paid out"),
            ("due", "Stripe wants something"),
            ("disconnected", "Disconnected"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        wanted = accounts.TROUBLES.get(str(self.value()))
        return queryset.filter(wanted) if wanted is not None else queryset


@admin.register(ConnectedAccount)
class ConnectedAccountAdmin(OfAccountAdmin):
    """A hotel's own Stripe account, in one mode."""

    list_display = ["name", "house", "standing", "wants", "payouts", "of_organization", "mode"]
    list_display_links = ["name"]
    list_filter = [AccountStanding, filters.Organization, filters.Mode]
    search_help_text = "Account id"
    fieldsets = [
        (None, {"fields": ["now", "due", ("cards", "payouts"), "details"]}),
        ("Where payouts go", {"fields": ["externals"]}),
        ("What it may do", {"fields": ["capabilities"]}),
        ("Who stands behind it", {"fields": ["persons"]}),
        ("Since", {"fields": [("connected", "disconnected"), ("country", "default_currency")]}),
        *THE_RECORD,
    ]

    def waiting(self, request: HttpRequest) -> str:
        """Return how many can take no cards, for the sidebar."""
        stopped = ConnectedAccount.objects.filter(accounts.TROUBLES["stopped"])
        rows = named(request, hotel.visible_to(request.user, stopped))
        return beside(request, "accounts", rows)

    @display(description="Account")
    def name(self, row: ConnectedAccount) -> str:
        return show.two_lines(row.business_name or "No name told", row.stripe_id)

    @display(description="House")
    def house(self, row: ConnectedAccount) -> str:
        return str(row.property or "All: one account for the organization")

    @display(description="Account")
    def of_account(self, row: ConnectedAccount) -> str:
        return row.stripe_id

    @display(description="Standing")
    def standing(self, row: ConnectedAccount) -> str:
        return show.badge(connect.standing(row))

    @display(description="Standing")
    def now(self, row: ConnectedAccount) -> str:
        return show.noted(connect.standing(row))

    @display(description="Stripe wants")
    def wants(self, row: ConnectedAccount) -> str:
        wanted = connect.requirements(row.wanted) if row.is_connected else []
        if not wanted:
            return show.NOTHING
        more = f" and {len(wanted) - 1} more" if len(wanted) > 1 else ""
        return show.two_lines(f"{wanted[0].capitalize()}{more}", self._deadline(row))

    @display(description="Stripe wants")
    def due(self, row: ConnectedAccount) -> str:
        wanted = connect.requirements(row.wanted)
        if not wanted:
            return "Nothing now"
        why = connect.refusals(row)
        lines = [[each.capitalize(), why.get(each, "")] for each in wanted]
        listed = format_html_join("", '<li>{} <span class="pay-quiet">{}</span></li>', lines)
        return show.part("wanted", wanted=listed, due=self._deadline(row))

    def _deadline(self, row: ConnectedAccount) -> str:
        if row.current_deadline is None:
            return "Overdue" if row.past_due else "No deadline yet"
        return show.due(row, row.current_deadline, timezone.now())

    @display(description="Connection")
    def status(self, row: ConnectedAccount) -> str:
        if row.is_undecided:
            return "Being checked"
        if row.was_let_go_here:
            return "Let go of here"
        return "Open" if row.is_connected else "Closed by the hotel"

    @display(description="Takes cards")
    def cards(self, row: ConnectedAccount) -> str:
        why = connect.cannot_take_cards(row)
        return f"No, because {why}" if why else ("Yes" if row.seen else "Not told yet")

    @display(description="Is paid out")
    def payouts(self, row: ConnectedAccount) -> str:
        if not row.seen:
            return "Not told yet"
        if not row.is_connected:
            return show.NOTHING
        return "Yes" if row.payouts_enabled else "No"

    @display(description="Onboarding")
    def details(self, row: ConnectedAccount) -> str:
        return "Finished" if row.details_submitted else "Not finished"

    @display(description="Connected")
    def connected(self, row: ConnectedAccount) -> str:
        return show.when(row, row.authorized_at or row.connected_at)

    @display(description="Disconnected")
    def disconnected(self, row: ConnectedAccount) -> str:
        closed = not row.is_connected and not row.is_undecided
        return show.when(row, row.deauthorized_at) if closed else show.NOTHING

    @display(description="Bank accounts and cards")
    def externals(self, row: ConnectedAccount) -> str:
        return show.table(
            ["Where", "Currency", "Status", "Used by default"],
            [
                [
                    show.link(each, _where(each)),
                    each.currency.upper() or show.NOTHING,
                    show.badge(connect.external(each)),
                    "Yes" if each.default_for_currency and not each.deleted else "No",
                ]
                for each in _of(ExternalAccount, row)
            ],
            empty="Stripe has told of none.",
            most=MOST,
        )

    @display(description="Capabilities")
    def capabilities(self, row: ConnectedAccount) -> str:
        return show.table(
            ["What", "Allowed", "Stripe wants"],
            [
                [
                    show.link(each, connect.capability(each)),
                    show.noted(connect.allowed(each)),
                    _wanted(each.currently_due),
                ]
                for each in _of(Capability, row)
            ],
            empty="Stripe has told of none.",
            most=MOST,
        )

    @display(description="Persons")
    def persons(self, row: ConnectedAccount) -> str:
        return show.table(
            ["Part", "Proven", "Stripe wants"],
            [
                [
                    show.link(each, connect.parts(each)),
                    show.badge(connect.verified(each)),
                    _wanted([*(each.past_due or []), *(each.currently_due or [])]),
                ]
                for each in _of(Person, row)
            ],
            empty="Stripe has told of nobody. Names are kept at Stripe alone.",
            most=MOST,
        )


def _of(model: Any, account: ConnectedAccount) -> QuerySet[Any]:
    """Return the records of a kind that belong to an account, in its mode."""
    same = {"account": account.stripe_id, "livemode": account.livemode}
    rows: QuerySet[Any] = model.objects.filter(organization=account.organization_id, **same)
    return rows.order_by("-id")[:MOST]


def _where(row: ExternalAccount) -> str:
    return " ·· ".join(filter(None, [row.bank_name or "Bank", row.last4]))


def _wanted(names: list[str] | None) -> str:
    return ", ".join(connect.requirements(names or [])).capitalize() or show.NOTHING


@admin.register(ExternalAccount)
class ExternalAccountAdmin(OfAccountAdmin):
    """Where a hotel's payouts go. A change that nobody at the hotel knows of is a robbery."""

    list_display = ["where", "of_account", "standing", "of_organization", "mode"]
    list_filter = [filters.Organization, filters.Account, filters.Mode]
    fieldsets = [
        (None, {"fields": ["standing", "where", ("country", "currency")]}),
        *THE_RECORD,
    ]

    @display(description="Where")
    def where(self, row: ExternalAccount) -> str:
        return show.two_lines(_where(row), row.stripe_id)

    @display(description="Status")
    def standing(self, row: ExternalAccount) -> str:
        return show.badge(connect.external(row))


@admin.register(Capability)
class CapabilityAdmin(OfAccountAdmin):
    """What an account may do."""

    list_display = ["what", "of_account", "standing", "of_organization", "mode"]
    list_filter = [filters.Organization, filters.Account, filters.Mode]
    fieldsets = [
        (None, {"fields": ["standing", "what", "wants"]}),
        *THE_RECORD,
    ]

    @display(description="What")
    def what(self, row: Capability) -> str:
        return show.two_lines(connect.capability(row), row.stripe_id)

    @display(description="Allowed")
    def standing(self, row: Capability) -> str:
        return show.noted(connect.allowed(row))

    @display(description="Stripe wants")
    def wants(self, row: Capability) -> str:
        return _wanted(row.currently_due)

    @display(description="Asked for")
    def when(self, row: Capability) -> str:
        return show.when(row, row.requested_at)


@admin.register(Person)
class PersonAdmin(OfAccountAdmin):
    """Somebody on an account: their part, and what Stripe wants of them. No name is kept."""

    list_display = ["part", "of_account", "standing", "wants", "of_organization", "mode"]
    list_filter = [filters.Organization, filters.Account, filters.Mode]
    fieldsets = [
        (None, {"fields": ["standing", "part", "wants"]}),
        *THE_RECORD,
    ]

    @display(description="Part")
    def part(self, row: Person) -> str:
        return show.two_lines(connect.parts(row), row.stripe_id)

    @display(description="Proven")
    def standing(self, row: Person) -> str:
        return show.badge(connect.verified(row))

    @display(description="Stripe wants")
    def wants(self, row: Person) -> str:
        return _wanted([*(row.past_due or []), *(row.currently_due or [])])

    @display(description="Status at Stripe")
    def status(self, row: Person) -> str:
        return row.verification_status or show.NOTHING
