"""Customers: a guest's card is put on file, renewed, taken off again; cards from older days."""

from sandbox import objects
from sandbox.scenarios.registry import scenario
from sandbox.stay import Stay
from sandbox.story import Story
from sandbox.story.customers import Card, Customer, Legacy, Setup
from sandbox.story.payments import Hold


@scenario(
    "card_on_file",
    "A guest leaves a card for the stay; the bank replaces it twice before arrival",
    leaves={
        "customer": {"deleted": False},
        "payment_method": {"detached": False, "last4": "4444", "exp_year": 2034},
        "setup_intent": {"status": "succeeded"},
    },
)
def card_on_file(story: Story, stay: Stay) -> None:
    guest = Customer(story)
    setup, card = Setup(story, guest), Card(story)
    setup.ask_bank(card)
    setup.succeed(card)
    guest.prefer(card.row["id"])
    story.later(days=4)
    card.move("Porto", "PT")
    story.later(days=30)
    card.renew(exp_month=3, exp_year=2032)
    story.later(days=30)
    card.renew(legacy=True, exp_month=5, exp_year=2034, last4="4444")


@scenario(
    "card_behind_a_hold_replaced",
    "Money is held on a card on file, and the bank replaces the card before it is taken",
    expects=lambda stay: {
        "authorized": stay.percent(20),
        "balance": stay.total,
        "payment_status": "authorized",
    },
    leaves={"payment_method": {"detached": False, "exp_year": 2033}},
)
def card_behind_a_hold_replaced(story: Story, stay: Stay) -> None:
    guest, card = Customer(story), Card(story)
    card.attach(guest)
    story.later(minutes=5)
    of_card = {"customer": guest.row["id"], "payment_method": card.row["id"]}
    Hold(story, stay.percent(20), **of_card).authorize()
    story.later(days=2)
    card.renew(exp_month=3, exp_year=2033)


@scenario(
    "card_detached",
    "A guest has a card taken off file; a late word that it was put there changes nothing",
    leaves={"customer": {"deleted": False}, "payment_method": {"detached": True}},
)
def card_detached(story: Story, stay: Stay) -> None:
    guest, card = Customer(story), Card(story)
    card.attach(guest)
    story.later(days=10)
    card.detach()
    card.attach(guest)  # in the same second: Stripe's events have no better clock


@scenario(
    "customer_deleted",
    "The hotel forgets a guest; a late word of them changes nothing",
    leaves={"customer": {"deleted": True}},
)
def customer_deleted(story: Story, stay: Stay) -> None:
    guest = Customer(story)
    story.later(days=200)
    guest.delete()
    guest.update(phone="+351000000000")


@scenario(
    "setup_failed",
    "A guest wants to leave a card, and the bank says no",
    leaves={"setup_intent": {"status": "requires_payment_method"}},
)
def setup_failed(story: Story, stay: Stay) -> None:
    setup = Setup(story, Customer(story))
    story.later(minutes=1)
    setup.fail(Card(story, card="pm_card_chargeDeclinedInsufficientFunds"))


@scenario(
    "setup_canceled",
    "A guest is asked for a card and never leaves one",
    leaves={"setup_intent": {"status": "canceled", "cancellation_reason": "abandoned"}},
)
def setup_canceled(story: Story, stay: Stay) -> None:
    setup = Setup(story, Customer(story))
    story.later(days=2)
    setup.cancel()


@scenario(
    "legacy_cards",
    "Two cards, a bank account and a source from before payment methods, all given up",
    leaves={"customer": {"deleted": False}, "payment_method": {"deleted": True}},
)
def legacy_cards(story: Story, stay: Stay) -> None:
    owner = {"customer": Customer(story).row["id"]}
    card = Legacy(story, "customer.card", objects.card_source(id=story.id("card"), **owner))
    bank = Legacy(
        story,
        "customer.bank_account",
        objects.bank_account(id=story.id("ba"), currency=stay.currency, **owner),
    )
    source = Legacy(story, "customer.source", objects.source(id=story.id("src"), **owner))
    other = Legacy(story, "customer.source", objects.card_source(id=story.id("card"), **owner))
    story.later(days=30)
    card.update(exp_year=2031)
    bank.update(status="verified")
    source.update(owner=source.row["owner"] | {"email": "guest@example.com"})
    story.later(days=300)
    source.expire_soon()
    other.expire_soon()
    story.later(days=30)
    for each in (card, bank, source, other):
        each.delete()
