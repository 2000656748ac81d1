"""Plain words for how urgent an alert is."""

from payments.models import Severity
from payments.words import BACK, BAD, QUIET, WAIT, Said

SEVERITIES: dict[str, Said] = {
    Severity.SECURITY: Said("Security", BAD),
    Severity.CRITICAL: Said("Critical", BAD),
    Severity.WARNING: Said("Warning", WAIT),
    Severity.INFO: Said("For your information", BACK),
}
URGENCY = tuple(SEVERITIES)  # the most urgent first
CLOSED = Said("Closed", QUIET)
