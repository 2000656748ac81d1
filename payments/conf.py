"""The settings this app reads, in one place."""

from collections.abc import Sequence

from django.conf import settings

PLACEHOLDER = "whsec_..."


def secrets(scope: str) -> Sequence[str]:
    """Return the secrets of one endpoint: `platform` or `connect`; old and new while one rotates."""
    if scope == "platform":
        return settings.STRIPE_WEBHOOK_SECRET
    return settings.STRIPE_CONNECT_WEBHOOK_SECRET


def has_live_key() -> bool:
    """Say whether we may ask Stripe for real money."""
    return settings.STRIPE_SECRET_KEY.startswith(("sk_live_", "rk_live_"))


def shared_secrets() -> set[str]:
    """Return the secrets that stand in both lists, as `stripe listen` has it."""
    return {*secrets("platform")} & {*secrets("connect")}
