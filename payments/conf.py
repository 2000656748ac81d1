"""The settings this app reads: their names, and what follows from those that belong together."""

from collections.abc import Sequence

from django.conf import settings

# Beside those of Django: a host's settings have each, as the headings Stripe, Payments and Mail of
# `pms/settings.py` say.
NAMES = (
    "PAYMENTS_ORGANIZATION_MODEL", "PAYMENTS_PROPERTY_MODEL", "PAYMENTS_RESERVATION_MODEL",
    "PAYMENTS_MAX_BODY", "PAYMENTS_FLOOD_LIMIT", "PAYMENTS_FLOOD_WINDOW", "PAYMENTS_BATCH_SIZE",
    "PAYMENTS_CALLS_AT_ONCE", "PAYMENTS_CALLS_PER_SECOND", "PAYMENTS_PAUSES",
    "PAYMENTS_API_LIMIT", "PAYMENTS_API_WINDOW", "PAYMENTS_ATTACHMENTS",
    "METRICS_TOKEN", "SITE_URL",
    "STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY", "STRIPE_CLIENT_ID",
    "STRIPE_WEBHOOK_SECRET", "STRIPE_CONNECT_WEBHOOK_SECRET",
    "STRIPE_API_VERSION", "STRIPE_API_BASE", "STRIPE_JS_URL", "STRIPE_TIMEOUT",
)  # fmt: skip


def secrets(scope: str) -> Sequence[str]:
    """Return the secrets of `platform` or `connect`; old and new ones while one rotates."""
    name = "STRIPE_WEBHOOK_SECRET" if scope == "platform" else "STRIPE_CONNECT_WEBHOOK_SECRET"
    listed: list[str] = getattr(settings, name, [])
    return listed


def missing() -> list[str]:
    """Return the settings that nobody has set."""
    return [name for name in NAMES if not hasattr(settings, name)]


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
