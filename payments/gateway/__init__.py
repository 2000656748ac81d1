"""
How we ask Stripe: the only code that does, a module for each of Stripe's resources.

Every call names the account that holds the object (empty: the platform's own), and every POST an
idempotency key that a repeat uses to the letter. A call is made once and answered with what Stripe
said and when, or with an error of `gateway.errors`: whether to try again is not decided here.
"""
