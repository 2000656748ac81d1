"""What the rest of the hotel reads of its Stripe accounts."""

from payments import hotel
from payments.models import ConnectedAccount


def write_columns(account: ConnectedAccount, *, replaces: bool = False) -> None:
    """
    Write what the hotel reads of an account, where it is the one that takes new money.

    :param replaces: it takes the place of another account; else that one's columns stay.
    """
    hotel.write_account(
        account.organization_id,
        account.property_id,
        stripe_id=account.stripe_id,
        onboarding_complete=account.details_submitted and account.is_connected,
        charges_enabled=account.charges_enabled and account.is_connected,
        replaces=replaces,
    )
