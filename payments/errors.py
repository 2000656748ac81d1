"""The families of errors: what is refused to a person, and what sets one event aside."""


class Refused(Exception):
    """What somebody asked for cannot be done; the text says why, in words for that person."""


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
