"""Amounts that people and programs ask for."""

from typing import Any

from payments import money
from payments.errors import Invalid, NotAsThingsStand

LARGEST = 10**12 - 1  # beyond what Stripe takes in any currency (docs.stripe.com/currencies)


class CurrencyDiffers(NotAsThingsStand):
    """A booking's money is in its own currency alone."""

    code = "currency_differs"


class AmountTooLarge(NotAsThingsStand):
    """There is less than that."""

    code = "amount_too_large"


def check(amount: Any, currency: str, field: str = "amount") -> int:
    """
    Return an amount in minor units that Stripe may be asked for.

    :raises Invalid: it is no whole number above zero, or not written as Stripe wants this
        currency: the last digit of those with three decimals is 0
        (docs.stripe.com/currencies#three-decimal).
    """
    if isinstance(amount, bool) or not isinstance(amount, int):
        raise Invalid(field, "An amount is a whole number of the currency's smallest unit.")
    if amount <= 0:
        raise Invalid(field, "The amount must be above zero.")
    if amount > LARGEST:
        raise Invalid(field, "That is more than Stripe takes at once.")
    if money.exponent(currency) == 3 and amount % 10:
        raise Invalid(field, f"In {currency.upper()} the last digit must be 0.")
    return amount
