"""Cards on which money is held, by when the holds run out."""

from datetime import datetime

from django.db.models import QuerySet

from payments.models import Charge


def running_out(after: datetime, until: datetime) -> QuerySet[Charge]:
    """Return the charges whose hold nobody has captured yet and that ends in this time."""
    return Charge.objects.filter(
        captured=False,
        expired=False,
        status="succeeded",
        capture_before__gt=after,
        capture_before__lte=until,
    )
