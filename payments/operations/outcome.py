"""What came of asking Stripe, as whoever asked hears it."""

from typing import Any, NoReturn, TypeVar, cast

from django.db.models import Model

from payments import words
from payments.errors import Declined, Invalid, NotAsThingsStand
from payments.models import OutgoingRequest, Payment
from payments.operations import acting
from payments.outgoing import keeping, kinds

Row = TypeVar("Row", bound=Model)


class RefusedByStripe(NotAsThingsStand):
    """Stripe will not do it; it says why in its own words."""

    code = "refused_by_stripe"


class CardGone(NotAsThingsStand):
    """The card is no longer on file, or no longer good."""

    code = "card_gone"


def keep(request: OutgoingRequest, row: Row) -> Row:
    """
    Ask Stripe for what was just promised, and return the row that it is about as it is then.

    :raises Refused: Stripe will not.
    """
    kept = keeping.keep(request)
    row = standing(kept, row)
    if kept.state == OutgoingRequest.State.REFUSED:
        refuse(kept, about=row if isinstance(row, Payment) else None)
    return row


def standing(kept: OutgoingRequest, row: Row) -> Row:
    """Return the row that a request was about, as it is now that Stripe was asked."""
    if kept.row is not None:
        return cast(Row, kept.row)
    row.refresh_from_db()
    return row


_AMOUNTS = ("amount_too_small", "amount_too_large", "parameter_invalid_integer")
_CANNOT_CHARGE = ("charges_not_enabled", "account_closed", "testmode_charges_only")


def refuse(request: OutgoingRequest, *, about: Any = None) -> NoReturn:
    """
    Say to whoever asked that Stripe refused, in words for that person.

    :param about: the payment that a bank declined.
    :raises Refused: the family that fits.
    """
    code, said = request.error_code, request.error.rstrip(".") + "."
    if request.refusal == "Declined":
        why = request.decline_code or code
        raise Declined(
            words.decline(why, request.error),
            code=code or "card_declined",
            decline_code=request.decline_code,
            payment=about,
        )
    if request.refusal == "Disconnected":
        raise acting.AccountDisconnected(
            "Stripe does not let us act for this account any more. Connect it again first."
        )
    if code == kinds.TAKEN:
        raise acting.AccountTaken(said)
    if code in _AMOUNTS or (code == "parameter_invalid" and "amount" in request.error_param):
        raise Invalid("amount", said)
    if code in _CANNOT_CHARGE:
        raise acting.AccountCannotCharge(f"This account cannot take payments yet: {said}")
    if request.error_param == "payment_method" or code == "payment_method_unactivated":
        raise CardGone(f"This card cannot be charged any more: {said}")
    raise RefusedByStripe(f"Stripe refused: {said}")
