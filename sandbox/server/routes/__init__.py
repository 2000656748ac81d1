"""What answers at which address: a module for each family; importing it registers its routes."""

from sandbox.server.routes import (
    browser,
    charges,
    connect,
    control_page,
    controls,
    customers,
    events,
    money,
    onboarding,
    payment_intents,
    protection,
)

__all__ = [
    "browser",
    "charges",
    "connect",
    "control_page",
    "controls",
    "customers",
    "events",
    "money",
    "onboarding",
    "payment_intents",
    "protection",
]
