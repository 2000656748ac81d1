"""
A booking's folio: what it owes, what came, what went back, and what that makes it.

Pure: rows in, figures out, recomputed each time and never incremented. All figures count the
booking's own currency alone, in minor units.

    entries   one payment with all that belongs to it: what came, went back, is held, is disputed
    cash      what waits of a guest's bank transfers
    figures   a booking's figures and its payment status
    state     the canonical money state, as `payment_state` prints it
"""

from payments.folio.cash import waiting
from payments.folio.entries import (
    RELEASED,
    Entry,
    captured,
    entries,
    has_failed,
    hold_is_gone,
    of_no_payment,
    uncaptured,
)
from payments.folio.figures import Figures, Folio

__all__ = [
    "RELEASED",
    "Entry",
    "Figures",
    "Folio",
    "captured",
    "entries",
    "has_failed",
    "hold_is_gone",
    "of_no_payment",
    "uncaptured",
    "waiting",
]
