"""The settings this app reads, in one place."""

from collections.abc import Sequence

from django.conf import settings

PLACEHOLDER = "whsec_..."


def secrets(scope: str) -> Sequence[str]:
    """Return the secrets of `platform` or `connect`; old and new ones while one rotates."""
    listed: list[str] = (
        settings.STRIPE_WEBHOOK_SECRET
        if scope == "platform"
        else settings.STRIPE_CONNECT_WEBHOOK_SECRET
    )
    return listed


def has_live_key() -> bool:
    """Say whether we, or our pages, may ask Stripe for real money."""
    keys = (settings.STRIPE_SECRET_KEY, settings.STRIPE_PUBLISHABLE_KEY)
    return any(str(key).startswith(("sk_live_", "rk_live_", "pk_live_")) for key in keys)


def asks_live() -> bool:
    """Say whether what we ask of Stripe is about real money."""
    return str(settings.STRIPE_SECRET_KEY).startswith(("sk_live_", "rk_live_"))


def key_is_restricted() -> bool:
    """Say whether our key may do some things alone, whichever was chosen for it at Stripe."""
    return str(settings.STRIPE_SECRET_KEY).startswith("rk_")


def shared_secrets() -> set[str]:
    """Return the secrets that stand in both lists, as `stripe listen` has it."""
    return {*secrets("platform")} & {*secrets("connect")}
