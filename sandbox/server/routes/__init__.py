"""What answers at which address: a module for each family; importing it registers its routes."""

from sandbox.server.routes import (
    charges,
    connect,
    controls,
    customers,
    events,
    money,
    payment_intents,
    protection,
)

__all__ = [
    "charges",
    "connect",
    "controls",
    "customers",
    "events",
    "money",
    "payment_intents",
    "protection",
]
