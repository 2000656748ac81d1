"""Reading at Stripe what another object's change has changed."""

from typing import Any

import structlog
from django.db import transaction

from payments.gateway import early_fraud_warnings, errors, reviews
from payments.models import EarlyFraudWarning, Review
from payments.outgoing import answers

logger = structlog.get_logger(__name__)

_READ: dict[type, Any] = {
    EarlyFraudWarning: early_fraud_warnings.retrieve,
    Review: reviews.retrieve,
}


def look_again(row: EarlyFraudWarning | Review) -> None:
    """Read a warning or a review now; when Stripe does not say, an event does later."""
    try:
        answer = _READ[type(row)](row.stripe_id, account=row.account)
    except errors.GatewayError as error:
        logger.info("object.not_read", object=row.stripe_id, why=type(error).__name__)
        return
    with transaction.atomic():
        answers.apply(
            [answer.object],
            account=row.account,
            livemode=row.livemode,
            organization_id=row.organization_id,
            at=answer.at,
        )
    row.refresh_from_db()
