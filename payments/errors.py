"""The families of errors: what is refused to a person, and what sets one event aside."""

from typing import Any


class Refused(Exception):
    """
    What somebody asked for cannot be done; the text says why, in words for that person.

    `code` is the same for a program: one of the closed list in the API's documentation.
    """

    code: str = "refused"


class Invalid(Refused):
    """What was sent is wrong; `field` says which part of it. Nothing was asked of Stripe."""

    code = "invalid"

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field = field


class MayNot(Refused):
    """This person's role does not allow it."""

    code = "forbidden"


class NotAsThingsStand(Refused):
    """It could be done another time, or to another thing; a class says which of the reasons."""

    code = "refused_by_stripe"


class Declined(Refused):
    """The guest's bank said no; it is final for this attempt."""

    def __init__(self, why: str, *, code: str, decline_code: str = "", payment: Any = None) -> None:
        super().__init__(why)
        self.code = code
        self.decline_code = decline_code
        self.payment = payment


class NoStripeKey(Refused):
    """Nobody has set the key to ask Stripe with."""

    code = "no_stripe_key"


class SetAside(Exception):
    """One event is not applied, for a reason from the closed list; the others go on."""

    state: str = "quarantined"
    reason: str = "handler_error"


class Quarantined(SetAside):
    """Somebody should look at it; it can be replayed."""


class Malformed(Quarantined):
    """A value makes no sense where it stands."""

    reason = "malformed"


class ThinEvent(Quarantined):
    """A notification without its object: the endpoint is set to thin payloads."""

    reason = "thin_event"


class UnknownAccount(Quarantined):
    """The account is nobody's; due again in the transaction that makes it known."""

    reason = "unknown_account"


class LivemodeMismatch(Quarantined):
    """A live event of an account that is connected in test mode only."""

    reason = "livemode_mismatch"


class TenantMismatch(Quarantined):
    """An event of one organization points at something of another."""

    reason = "tenant_mismatch"


class Ignored(SetAside):
    """Nothing is wrong, and nothing is to be done."""

    state = "ignored"


class UnhandledType(Ignored):
    """No handler is for this type."""

    reason = "unhandled_type"


class TestEvent(Ignored):
    """A test event of an account that is connected live."""

    __test__ = False  # not a test of ours
    reason = "test_event"


class NoEffect(Ignored):
    """A platform event that names no organization of ours."""

    reason = "no_effect"
