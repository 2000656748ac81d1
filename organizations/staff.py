"""Who may see and change what in the admin: by membership and role, with no permission rows."""

from typing import Any

from django import forms
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextInputWidget

from organizations.models import Membership, Organization, Property, Role

LEADING = (Role.OWNER, Role.MANAGER)


def memberships(request: HttpRequest) -> list[tuple[Any, str, int]]:
    """Return where this person works, as what, for how many named houses; asked once a request."""
    if not hasattr(request, "_memberships"):
        mine = Membership.objects.filter(user=request.user.pk).annotate(houses=Count("properties"))
        request._memberships = list(mine.values_list("organization", "role", "houses"))
    return request._memberships


def roles(request: HttpRequest) -> dict[Any, str]:
    """Return this person's role in each of their organizations."""
    return {organization: role for organization, role, _ in memberships(request)}


def leads(request: HttpRequest) -> bool:
    """Say whether this person leads a whole organization."""
    return any(role in LEADING and not houses for _, role, houses in memberships(request))


def led_by(user: Any) -> QuerySet[Membership]:
    """Return the memberships by which somebody leads a whole organization."""
    return Membership.objects.filter(user=user, role__in=LEADING, properties=None)


def amount_field(label: str, help_text: str, **options: Any) -> forms.DecimalField:
    """Return a field for an amount as people write it: 1024.80, not 102480."""
    return forms.DecimalField(
        label=label,
        help_text=help_text,
        min_value=0,
        max_digits=19,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"}),
        error_messages={"invalid": "Write an amount as in 1024.80."},
        **options,
    )


class StaffAdmin(ModelAdmin):
    """
    Shows each member of staff their own organizations' rows, and lets some roles change them.

    A row of another organization, or of a house that is not theirs, is as good as not there.
    Superusers see and change everything. What is in use is not deleted here.
    """

    changed_by: tuple[Role, ...] = ()
    list_filter_submit = True
    list_fullwidth = True
    list_per_page = 50
    show_full_result_count = False
    warn_unsaved_form = True

    def visible_to(self, user: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow these rows to what this person may see."""
        return rows.visible_to(user)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return self.visible_to(request.user, super().get_queryset(request))

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return "\x00" not in value and super().lookup_allowed(lookup, value, request)

    def may_change_in(self, request: HttpRequest) -> set[Any]:
        """Return the organizations in which this person may change such rows."""
        return {pk for pk, role in roles(request).items() if role in self.changed_by}

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser or bool(roles(request))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if request.user.is_superuser:
            return True
        mine = roles(request)
        return bool(mine) if obj is None else organization_of(obj) in mine

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser or bool(self.may_change_in(request))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if request.user.is_superuser:
            return True
        mine = self.may_change_in(request)
        return bool(mine) if obj is None else organization_of(obj) in mine

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        """Offer only what this person may see, in organizations where they may change such rows."""
        field = super().formfield_for_foreignkey(db_field, request, **options)
        if field is not None and not request.user.is_superuser:
            field.queryset = self.offered(request, field.queryset)
        return field

    def offered(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow what a field offers."""
        mine = self.may_change_in(request)
        if rows.model is Organization:
            return rows.filter(pk__in=mine)
        return (
            self.admin_site._registry[rows.model]
            .get_queryset(request)
            .filter(organization__in=mine)
        )


def organization_of(row: Any) -> Any:
    """Return the id of the organization that a row is, or is of."""
    return row.pk if isinstance(row, Organization) else row.organization_id


def houses(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the houses that this person may choose from."""
    rows = Property.objects.visible_to(request.user).order_by("name")
    return [(str(pk), name) for pk, name in rows.values_list("pk", "name")]
