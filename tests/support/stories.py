"""Stories that end now, so that what is due is still due and who arrives has not left yet."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from sandbox.play import ending_now
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of


def tell(stripe: Any, name: str, booking: Any, **fields: Any) -> None:
    """Let one story of the sandbox happen to a booking; its last event is of this second."""
    stripe.sends(ending_now(SCENARIOS[name], stay_of(booking, **fields)))


def arrives(booking: Any, *, days: int, nights: int = 3) -> Any:
    """Let a guest arrive so many days from today."""
    booking.arrival = timezone.localdate() + timedelta(days=days)
    booking.departure = booking.arrival + timedelta(days=nights)
    booking.save(update_fields=["arrival", "departure"])
    return booking
