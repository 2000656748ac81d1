"""What every admin page of payments has: whose rows it shows, to whom, and that it changes none."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.contrib.admin import ShowFacets
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.paginator import InfinitePaginator
from unfold.views import ChangeList

from payments import hotel
from payments.admin.lists.search import Typed, among
from payments.panels.names import called


def once(request: HttpRequest, name: str, ask: Callable[[], Any]) -> Any:
    """Return what was asked by this name before in this request; else ask now."""
    known = request.__dict__.setdefault("_payments_asked", {})
    if name not in known:
        known[name] = ask()
    return known[name]


def memberships(request: HttpRequest) -> list[hotel.Membership]:
    """Return where this person works, as what; asked once a request."""
    found: list[hotel.Membership]
    found = once(request, "memberships", lambda: hotel.memberships(request.user))
    return found


def roles(request: HttpRequest) -> dict[UUID, str]:
    """Return what this person does at each organization they work for."""
    return {each.organization: each.role for each in memberships(request)}


def whole(request: HttpRequest) -> list[UUID]:
    """Return the organizations that this person may see as a whole."""
    return [each.organization for each in memberships(request) if each.whole]


def sees_a_whole(request: HttpRequest) -> bool:
    """Say whether this person may see all houses of some organization."""
    return bool(request.user.is_superuser or whole(request))


def named(request: HttpRequest, rows: QuerySet[Any], *, as_a_whole: bool = False) -> QuerySet[Any]:
    """
    Name the organizations and houses that this person may see, one by one.

    Only then does the database read theirs alone, in order, from an index. It narrows nothing that
    `hotel.visible_to` has not narrowed already.
    """
    if request.user.is_superuser:
        return rows
    theirs = Q(organization__in=whole(request))
    if not as_a_whole and not all(each.whole for each in memberships(request)):
        houses = once(request, "houses", lambda: hotel.single_houses(request.user))
        theirs |= Q(property__in=houses)
    return rows.filter(theirs)


def works_here(request: HttpRequest) -> bool:
    """Say whether this person has anything to see at all."""
    return bool(request.user.is_superuser or roles(request))


MOST_COUNTED = 1_000  # rows; more are said to be more


def count(rows: QuerySet[Any]) -> str:
    """Return how many rows there are, without counting farther than anybody reads."""
    found = rows.order_by()[: MOST_COUNTED + 1].count()
    return f"{MOST_COUNTED:,}+" if found > MOST_COUNTED else f"{found:,}"


def counted(request: HttpRequest, name: str, rows: QuerySet[Any]) -> str:
    """Return how many rows there are by this name; counted once a request."""
    return str(once(request, f"count of {name}", lambda: count(rows)))


def beside(request: HttpRequest, name: str, rows: QuerySet[Any]) -> str:
    """Return how many rows there are, as the sidebar says it: nothing where there are none."""
    return "" if (found := counted(request, name, rows)) == "0" else found


class Listed(ChangeList):
    """A page of a list: what its rows show beside themselves is read for all of them at once."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list: Any = list(self.result_list)
        self.model_admin.read_with(self.result_list)


class ReadOnlyAdmin(ModelAdmin):
    """
    To look, not to touch: rows change by what Stripe says, or on the staff pages.

    Superusers see everything, others what their memberships show them; a row of somebody else is as
    good as not there. Nobody needs permission rows. Lists are never counted, and sorted by their
    key alone, so that a page costs the same at a thousand rows and at a million.
    """

    actions: Any = None
    list_disable_select_all = True
    list_filter_submit = True
    list_fullwidth = True
    list_per_page = 50
    paginator = InfinitePaginator
    show_facets = ShowFacets.NEVER  # a count for each choice of each filter
    seen_as_a_whole = False  # its rows are of no house: for who sees all houses
    show_full_result_count = False
    sortable_by = ()

    def visible_to(self, user: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow these rows to what this person may see."""
        return hotel.visible_to(user, rows)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = self.visible_to(request.user, super().get_queryset(request))
        return named(request, rows, as_a_whole=self.seen_as_a_whole)

    def get_list_display(self, request: HttpRequest) -> list[str]:
        columns = list(super().get_list_display(request))
        of_one = not request.user.is_superuser and len(memberships(request)) == 1
        if of_one and "of_organization" in columns:
            columns.remove("of_organization")  # it would say the same in every row
        return columns

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[ChangeList]:
        return Listed

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        text = search_term.strip()
        if text:
            queryset = among(queryset, self.meant_by(Typed(text, request.user)))
        return queryset, False

    def meant_by(self, typed: Typed) -> Q:
        """Say which rows somebody means who typed this: the one with that Stripe id."""
        return typed.by_id

    def read_with(self, rows: Sequence[Any]) -> None:
        """Read what the rows of a page show beside themselves."""

    def render_change_form(self, request: HttpRequest, context: Any, **options: Any) -> Any:
        context["subtitle"] = called(context["original"])  # in the browser's tab
        return super().render_change_form(request, context, **options)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Take the filters of the list alone: no address asks for other columns."""
        return lookup in {each.parameter_name for each in self.list_filter}

    def has_module_permission(self, request: HttpRequest) -> bool:
        return works_here(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        if obj is None or request.user.is_superuser:
            return works_here(request)
        return getattr(obj, "organization_id", None) in roles(request)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
