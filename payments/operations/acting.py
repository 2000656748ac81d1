"""For which Stripe account something is asked, and whether it can be asked at all."""

from typing import Any

from django.conf import settings

from payments import conf
from payments.errors import NoStripeKey, NotAsThingsStand
from payments.hotel import Booking
from payments.models import ConnectedAccount
from payments.records import accounts

NO_KEY = "No key for Stripe is set (STRIPE_SECRET_KEY): nothing can be asked of it."


class AccountMissing(NotAsThingsStand):
    """No Stripe account takes money here yet."""

    code = "account_missing"


class AccountDisconnected(NotAsThingsStand):
    """The hotel's Stripe account was let go, or let go of us."""

    code = "account_disconnected"


class AccountCannotCharge(NotAsThingsStand):
    """Stripe lets the account take no payments."""

    code = "account_cannot_charge"


class AccountTaken(NotAsThingsStand):
    """An account belongs to one organization for ever."""

    code = "account_taken"


class LivemodeDiffers(NotAsThingsStand):
    """Our key is for live money and the account is in test mode, or the other way round."""

    code = "livemode_differs"


def require_key() -> None:
    """
    See that Stripe can be asked at all.

    :raises NoStripeKey: no key is set.
    """
    if not settings.STRIPE_SECRET_KEY:
        raise NoStripeKey(NO_KEY)


def account_for(booking: Booking) -> ConnectedAccount:
    """
    Return the account that takes new money for a booking.

    One that was never read yet is tried, not refused.

    :raises NotAsThingsStand: there is none, it was let go, or Stripe lets it take no payments.
    :raises NoStripeKey: no key is set.
    """
    require_key()
    found = accounts.taking([booking.organization_id]).get(accounts.place_of(booking))
    if found is None:
        raise AccountMissing("No Stripe account takes money for this house yet.")
    _require_open(found)
    if found.seen and not found.charges_enabled:
        raise AccountCannotCharge("Stripe lets this account take no payments right now.")
    return found


def holder(row: Any) -> ConnectedAccount:
    """
    Return the account that holds an object, as old money stays where it was taken.

    :raises NotAsThingsStand: it was let go.
    :raises NoStripeKey: no key is set.
    """
    require_key()
    found = ConnectedAccount.objects.filter(stripe_id=row.account, livemode=row.livemode).first()
    if found is None:
        raise AccountMissing("This is on the platform's own Stripe account, not on the hotel's.")
    _require_open(found)
    return found


def _require_open(account: ConnectedAccount) -> None:
    if not account.is_connected:
        raise AccountDisconnected(
            f"The Stripe account {account.stripe_id} is disconnected. Connect it again first."
        )
    require_mode(account)


def require_mode(account: ConnectedAccount) -> None:
    """
    See that our key is of the mode that an account is connected in.

    :raises LivemodeDiffers: it is of the other.
    """
    if account.livemode != conf.asks_live():
        raise LivemodeDiffers(
            "The key for Stripe is for live money and this account is in test mode."
            if conf.asks_live()
            else "The key for Stripe is for test mode and this account takes live money."
        )
