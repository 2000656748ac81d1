"""What came of asking Stripe, as whoever asked hears it."""

from typing import Any, NoReturn

from payments import words
from payments.errors import Declined, Invalid, NotAsThingsStand
from payments.models import OutgoingRequest
from payments.operations import acting


class RefusedByStripe(NotAsThingsStand):
    """Stripe will not do it; it says why in its own words."""

    code = "refused_by_stripe"


class CardGone(NotAsThingsStand):
    """The card is no longer on file, or no longer good."""

    code = "card_gone"


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
    if code in _AMOUNTS or (code == "parameter_invalid" and "amount" in request.error_param):
        raise Invalid("amount", said)
    if code in _CANNOT_CHARGE:
        raise acting.AccountCannotCharge(f"This account cannot take payments yet: {said}")
    if request.error_param == "payment_method" or code == "payment_method_unactivated":
        raise CardGone(f"This card cannot be charged any more: {said}")
    raise RefusedByStripe(f"Stripe refused: {said}")
