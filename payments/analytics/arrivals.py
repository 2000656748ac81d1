"""Arrivals at risk: guests who come soon, to houses whose Stripe account may fail them."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from payments import hotel
from payments.hotel import Arrival
from payments.models import ConnectedAccount
from payments.records import accounts

SOON = timedelta(days=14)
MOST_ACCOUNTS = 200  # accounts in trouble that are looked at
MOST_ARRIVALS = 1_000  # bookings that are counted
SHOWN = 5  # bookings of one account that are named


@dataclass
class Risk:
    """
    One account in trouble, and who arrives soon at the houses that take money through it.

    :param owed: what these bookings still owe, by currency, in minor units.
    :param first: the first of them to arrive.
    """

    account: ConnectedAccount
    arrivals: int = 0
    owing: int = 0
    owed: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    first: list[Arrival] = field(default_factory=list)

    def add(self, arrival: Arrival) -> None:
        """Count one booking."""
        self.arrivals += 1
        if arrival.owed > 0:
            self.owing += 1
            self.owed[arrival.currency] += arrival.owed
        if len(self.first) < SHOWN:
            self.first.append(arrival)


def at_risk(user: Any, now: datetime, organization: UUID | None = None) -> list[Risk]:
    """
    Return the accounts in trouble that guests who arrive soon depend on, most of them first.

    Whoever may see accounts hears of the organization's own too, as far as a house that they may
    see takes its money through it; the arrivals are those of these houses alone.

    :param organization: of this one alone.
    """
    troubled = _in_trouble(user, organization)
    if not troubled:
        return []
    risks = {account.pk: Risk(account) for account in troubled}
    by_house, today = {}, {}
    for house, account in _houses_of(user, troubled):
        by_house[house.property_id] = account.pk
        today[house.property_id] = now.astimezone(hotel.zone_named(house.timezone)).date()
    for arrival in hotel.arriving(user, today, SOON, MOST_ARRIVALS):
        risks[by_house[arrival.property_id]].add(arrival)
    found = [risk for risk in risks.values() if risk.arrivals]
    return sorted(found, key=lambda risk: (-risk.arrivals, risk.account.stripe_id))


def _in_trouble(user: Any, organization: UUID | None) -> list[ConnectedAccount]:
    troubled = ConnectedAccount.objects.filter(_TROUBLE)
    rows = hotel.visible_to(user, troubled)
    if not user.is_superuser:
        theirs = hotel.organizations_where(user, hotel.Right.SEE_ACCOUNTS)
        rows |= troubled.filter(property=None, organization__in=theirs)
    if organization:
        rows = rows.filter(organization=organization)
    return list(rows.select_related("organization", "property").order_by("-id")[:MOST_ACCOUNTS])


_TROUBLE = Q()
for _name in ("stopped", "due", "disconnected"):
    _TROUBLE |= accounts.TROUBLES[_name]


def _houses_of(
    user: Any, troubled: Collection[ConnectedAccount]
) -> Iterator[tuple[hotel.House, ConnectedAccount]]:
    """Yield each house that one of these accounts takes new money for, with that account."""
    organizations = {account.organization_id for account in troubled}
    ids = {account.pk for account in troubled}
    taking = accounts.taking(organizations)
    for house in hotel.houses(user, organizations):
        account = taking.get(accounts.place_of(house))
        if account is not None and account.pk in ids:
            yield house, account
