"""Where a hotel's Stripe accounts stand, and the way for a property manager to connect one."""

from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from payments import hotel
from payments.analytics import arrivals
from payments.errors import MayNot, Refused
from payments.hotel import Group, House, Right
from payments.models import ConnectedAccount
from payments.notifications import links
from payments.operations.connect import onboarding
from payments.words import Said, connect

CONNECT, CONTINUE, DISCONNECT = "connect", "continue", "disconnect"
MOST_GROUPS = 200


@dataclass(frozen=True)
class Place:
    """
    An organization, or one of its houses, and the account that takes its new money.

    :param former: accounts that took money there before; what was paid there is refunded there.
    :param takes: whether new money comes through an account of this very place.
    """

    group: Group
    house: House | None
    account: ConnectedAccount | None
    former: list[ConnectedAccount]
    takes: bool
    may_manage: bool

    @property
    def name(self) -> str:
        return self.house.name if self.house else self.group.name

    @property
    def zone(self) -> str:
        """By whose clocks its times are shown."""
        return self.house.timezone if self.house else self.group.timezone

    @property
    def url(self) -> str:
        return links.account_page(self.group.slug, self.house.slug if self.house else "")

    @property
    def said(self) -> Said:
        if self.account is None:
            return Said("Not connected", "wait", "No card can be taken yet.")
        if not self.account.stripe_id:
            return Said("Being made", "wait", "Stripe has not answered yet.")
        return connect.standing(self.account)

    @property
    def next_step(self) -> str:
        """The one button for whoever may press it; empty where nothing is to be done."""
        account = self.account
        if account is None or not account.is_connected:
            return CONNECT
        return CONTINUE if not account.details_submitted or account.wanted else ""


def overview(request: HttpRequest) -> HttpResponse:
    """List the organizations and houses whose accounts this person may see."""
    places = [
        place
        for group in hotel.groups(request.user, MOST_GROUPS)
        if hotel.may(request.user, Right.SEE_ACCOUNTS, group.id)
        for place in _places(request, group)
    ]
    if not places and not hotel.may_anywhere(request.user, Right.SEE_ACCOUNTS):
        raise PermissionDenied("Your role does not let you see Stripe accounts.")
    return render(
        request, "payments/staff/accounts.html", {"section": "accounts", "places": places}
    )


def account(request: HttpRequest, organization: str, house: str = "") -> HttpResponse:
    """Show where one place's account stands; take the next step."""
    place = _place(request, organization, house)
    if request.method == "POST":
        return _act(request, place)
    if "from" in request.GET:
        return _returned(request, place)
    if "again" in request.GET and place.may_manage and place.next_step == CONTINUE:
        return _to_stripe(request, place)
    risks = arrivals.at_risk(request.user, timezone.now(), place.group.id)
    mine = place.account.pk if place.account else None
    shown = place.account if place.account and place.account.stripe_id else None
    context = {
        "section": "accounts",
        "place": place,
        "account": shown,
        "wanted": _wanted(shown),
        "risk": next((risk for risk in risks if risk.account.pk == mine), None),
        "dashboard": onboarding.dashboard(shown) if shown else "",
        "can_ask": bool(settings.STRIPE_SECRET_KEY),
        "houses": _places(request, place.group)[1:] if not house else [],
    }
    return render(request, "payments/staff/account.html", context)


def _act(request: HttpRequest, place: Place) -> HttpResponse:
    """Do what a button says."""
    action = request.POST.get("action")
    try:
        if action == CONNECT:
            begun = onboarding.begin(organization=place.group, house=place.house, by=request.user)
            if not begun.account.stripe_id:
                messages.info(request, "Stripe has not answered yet. Look again in a moment.")
                return redirect(place.url)
            return _to_stripe(request, replace(place, account=begun.account))
        if action == CONTINUE:
            return _to_stripe(request, place)
        if action == DISCONNECT and place.account is not None:
            gone = onboarding.disconnect(account=place.account, by=request.user)
            messages.success(request, f"{place.name} is disconnected. {gone.how}".strip())
            return redirect(place.url)
    except MayNot as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(place.url)


def _to_stripe(request: HttpRequest, place: Place) -> HttpResponse:
    """Send somebody to Stripe's pages by a link that is made now and kept nowhere."""
    if place.account is None:
        return redirect(place.url)
    here = request.build_absolute_uri(place.url)
    try:
        made = onboarding.link(account=place.account, page=here, by=request.user)
    except MayNot as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(place.url)
    response = redirect(made.url)
    response["Referrer-Policy"] = "no-referrer"
    return response


def _returned(request: HttpRequest, place: Place) -> HttpResponse:
    """Somebody comes back from Stripe: that proves nothing, so the account is read again."""
    if place.account is not None and place.account.stripe_id:
        try:
            onboarding.refresh(account=place.account, by=request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
    return redirect(place.url)


def _wanted(account: ConnectedAccount | None) -> list[dict[str, Any]]:
    """Return what Stripe wants, each thing once, with why it refused what it was sent."""
    if account is None or not account.is_connected:
        return []
    late = set(connect.requirements(account.past_due or [])) if account.details_submitted else set()
    refused = connect.refusals(account)
    return [
        {"words": words, "late": words in late, "refused": refused.get(words, "")}
        for words in connect.requirements(account.wanted)
    ]


def _place(request: HttpRequest, organization: str, house: str) -> Place:
    """
    Return the place of this address.

    :raises Http404: there is none, or none that this person may see.
    :raises PermissionDenied: their role does not see accounts.
    """
    group = hotel.group(request.user, organization)
    if group is None:
        raise Http404
    for place in _places(request, group):
        if (place.house.slug if place.house else "") == house:
            try:
                hotel.require(
                    request.user,
                    Right.SEE_ACCOUNTS,
                    group.id,
                    place.house.property_id if place.house else None,
                )
            except MayNot as refusal:
                raise PermissionDenied(str(refusal)) from refusal
            return place
    raise Http404


def _places(request: HttpRequest, group: Group) -> list[Place]:
    """
    Return an organization, and where each has its own account, the houses somebody may see.

    Whoever may see accounts sees the organization's own too: it takes the money of their house.
    """
    rows = ConnectedAccount.objects.filter(organization=group.id)
    seen = hotel.visible_to(request.user, rows)
    if hotel.may(request.user, Right.SEE_ACCOUNTS, group.id):
        seen |= rows.filter(property=None)
    of: dict[Any, list[ConnectedAccount]] = {}
    for row in seen.order_by("livemode", "connected_at", "pk"):
        of.setdefault(row.property_id, []).append(row)
    houses = hotel.houses(request.user, [group.id])
    kept = [house for house in houses if group.architecture == hotel.PER_PROPERTY]
    kept += [house for house in houses if house not in kept and of.get(house.property_id)]
    return [_at(request, group, house, of) for house in (None, *kept)]


def _at(
    request: HttpRequest, group: Group, house: House | None, of: dict[Any, list[ConnectedAccount]]
) -> Place:
    property_id = house.property_id if house else None
    found = of.get(property_id, [])
    takes = (group.architecture == hotel.PER_PROPERTY) is (house is not None)
    latest = found[-1] if found and takes else None
    return Place(
        group=group,
        house=house,
        account=latest,
        former=[row for row in reversed(found) if row is not latest],
        takes=takes,
        may_manage=takes and hotel.may(request.user, Right.MANAGE_ACCOUNTS, group.id, property_id),
    )
