"""The Stripe accounts of a hotel group."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from payments.analytics import arrivals
from payments.api.shapes.connect import AccountShape
from payments.api.views.base import Address, Listing, One, with_stripe_id
from payments.models import ConnectedAccount


class _Accounts(Address):
    """The accounts of a hotel group."""

    shape = AccountShape

    def rows(self) -> QuerySet[Any]:
        found: QuerySet[Any] = self.visible(ConnectedAccount.objects.all())
        return found.select_related("property")

    def shown(self, given: Any) -> Any:
        risks = arrivals.at_risk(self.request.user, timezone.now(), self.organization.id)
        context = {"risks": {risk.account.pk: risk for risk in risks}}
        return AccountShape(given, many=isinstance(given, list), context=context).data


class Accounts(_Accounts, Listing):
    """The accounts that take the money of a hotel group, or took it, the newest first."""

    filters = {"stripe_id": with_stripe_id}


class AccountOne(_Accounts, One):
    """One account."""
