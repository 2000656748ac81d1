"""
Stripe's side of it all, without HTTP: accounts' books, and the verbs that change them.

    world        World: the clock, every account's Books, what is due, what is to be sent
    cards        Stripe's test cards, tokens, numbers and IBANs: what each does
    methods      payment methods of them; attach, detach
    payments     payment intents: create, confirm, authenticate
    charges      what an attempt makes: paid, declined, what a test card is for
    holds        capture, cancel, run out
    debits       direct debits: the bank answers later
    cash         bank transfers: money in, and the payments that wait for it
    refunds      create, arrive, fail, cancel
    customers    customers and setup intents
    protection   disputes, early fraud warnings, reviews
    connect      accounts, account links
    transfers    transfers and their reversals
    balance      what moves on an account's balance
    errors       Refusal: what Stripe answers when it will not

    world = World(seed="any")
    books = world.books("acct_…")
    intent = payments.create(books, amount=5_000, currency="eur", capture_method="manual")
    payments.confirm(books, intent, methods.of_card(books, cards.by_token("pm_card_visa")))
    world.outbox                        # (account, event) of all that has happened
    world.advance(7 * DAY)              # the hold runs out

A verb takes the books that it works on first, checks, changes objects, and emits events. One that
the clock asks for is marked `@due`, so that it is found again after a restart.
"""

from sandbox.engine import (
    balance,
    cards,
    cash,
    charges,
    connect,
    customers,
    debits,
    holds,
    methods,
    payments,
    protection,
    refunds,
    transfers,
)
from sandbox.engine.errors import Refusal
from sandbox.engine.world import DAY, PLATFORM, Books, World, change

__all__ = [
    "DAY",
    "PLATFORM",
    "Books",
    "Refusal",
    "World",
    "balance",
    "cards",
    "cash",
    "change",
    "charges",
    "connect",
    "customers",
    "debits",
    "holds",
    "methods",
    "payments",
    "protection",
    "refunds",
    "transfers",
]
