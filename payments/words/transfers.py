"""Plain words for what the platform sends to hotels, and for what it keeps."""

from payments.models import ApplicationFee, Transfer
from payments.words import BACK, BAD, GOOD, WAIT, Said

AWAITED = Said("Details awaited", WAIT)


def transfer(row: Transfer) -> Said:
    """Return where a share stands."""
    if not row.seen:
        return AWAITED
    if row.canceled:
        return Said("Canceled", BAD)
    if row.reversed or (row.amount and row.amount_reversed == row.amount):
        return Said("Taken back", BACK)
    return Said("Partly taken back", BACK) if row.amount_reversed else Said("Sent", GOOD)


def fee(row: ApplicationFee) -> Said:
    """Return where the platform's fee stands."""
    if not row.seen:
        return AWAITED
    if row.refunded or (row.amount and row.amount_refunded == row.amount):
        return Said("Given back", BACK)
    return Said("Partly given back", BACK) if row.amount_refunded else Said("Kept", GOOD)
