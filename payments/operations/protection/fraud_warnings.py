"""Giving money back before a fraud warning becomes a dispute."""

from typing import Any

from payments import hotel
from payments.hotel import Right
from payments.models import EarlyFraudWarning, Refund
from payments.operations import acting
from payments.operations.payments import refunds
from payments.operations.protection import looking
from payments.operations.protection.evidence import NotActionable


def refund(*, warning: EarlyFraudWarning, by: Any) -> Refund:
    """
    Give back all that can be of the payment that a card's bank warns of, as fraudulent.

    :raises Refused: they may not; the payment is in dispute, which a refund would pay twice; or
        there is nothing left to do about it.
    """
    hotel.require(by, Right.PROTECT, warning.organization_id, warning.property_id)
    acting.holder(warning)
    if warning.charge is None:
        raise NotActionable("The payment that this is about is not known here yet.")
    made = refunds.give_all_back(
        charge=warning.charge,
        did="warning_refunded",
        see=lambda: _see_that_it_is_open(warning),
        by=by,
    )
    looking.look_again(warning)
    return made


def _see_that_it_is_open(warning: EarlyFraudWarning) -> None:
    warning.refresh_from_db()
    if warning.actionable is False:
        raise NotActionable("Stripe says that nothing is to be done about this warning any more.")
