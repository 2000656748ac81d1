"""What may come of a call to Stripe, other than its answer."""

from datetime import UTC, datetime
from typing import Any


class GatewayError(Exception):
    """
    A call had no answer that we hoped for.

    :param code: Stripe's code, or our word where Stripe gives none.
    :param param: the parameter that Stripe complains of.
    :param decline_code: what the guest's bank said, where a bank did.
    :param object: the object that Stripe made or has all the same, as plain JSON: a declined
        payment is one.
    :param at: the moment of the answer by Stripe's own clock.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        param: str = "",
        decline_code: str = "",
        object: dict[str, Any] | None = None,
        at: datetime | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.param = param
        self.decline_code = decline_code
        self.object = object
        self.at = at or datetime.now(UTC)


class Final(GatewayError):
    """Asking the same again changes nothing."""


class Declined(Final):
    """The guest's bank, or Stripe's own rules, said no to a card."""


class RefusedByStripe(Final):
    """Stripe will not do it: a wrong parameter, or not in the state that the object is in."""


class Gone(Final):
    """There is no such object, or not any more."""


class Disconnected(Final):
    """The account does not let us act for it."""


class NotPermitted(Final):
    """Our key may not do this, or the account does not let us act for it: Stripe does not say."""


class Undecided(GatewayError):
    """Whether it was done is not known, or it was not done yet: the same call is made again."""


class Busy(Undecided):
    """Stripe did nothing: too many calls, or one with the same key or object is under way."""


class OutcomeUnknown(Undecided):
    """No answer came: a time-out, or a connection that broke."""


class ServerError(OutcomeUnknown):
    """Stripe failed; it remembers so for this idempotency key (docs.stripe.com/error-low-level)."""


class Unconfigured(Undecided):
    """Stripe does not accept our key, or there is none: nothing can be asked until it is mended."""
