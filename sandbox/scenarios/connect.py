"""Connect: a hotel's account is opened, verified, restricted, cut off; its bank account changes."""

from sandbox.scenarios.registry import scenario
from sandbox.stay import Stay
from sandbox.story import Story
from sandbox.story.connect import Account, BankAccount, Capability, Person

ABILITIES = ["card_payments", "transfers"]
ENABLED = {"charges_enabled": True, "payouts_enabled": True, "disabled_reason": None}
RESTRICTED = {
    "charges_enabled": False,
    "payouts_enabled": False,
    "disabled_reason": "requirements.past_due",
}


@scenario(
    "account_begun",
    "A hotel begins to join and stops half-way: Stripe does not know yet who it is",
    leaves={
        "account": {
            "authorized": True,
            "charges_enabled": False,
            "details_submitted": False,
            "disabled_reason": "requirements.past_due",
        }
    },
)
def account_begun(story: Story, stay: Stay) -> None:
    account = Account(story, charges_enabled=False)
    account.begin()
    account.authorize()
    story.later(minutes=9)
    account.tell(
        {
            "business_profile.mcc": "7011",
            "business_profile.url": "https://hotel.example",
            "business_type": "company",
        }
    )


@scenario(
    "account_onboarded",
    "A hotel connects its account, says who it is, and may take cards",
    leaves={
        "account": ENABLED | {"authorized": True, "details_submitted": True},
        "capability": {"status": "active"},
        "external_account": {"last4": "6789", "default_for_currency": True, "deleted": False},
        "person": {"status": "verified", "deleted": False},
    },
)
def account_onboarded(story: Story, stay: Stay) -> None:
    account = Account(story, charges_enabled=False)
    account.authorize()
    story.later(minutes=6)
    owner = Person(story)
    story.later(minutes=4)
    account.keep(BankAccount(story, last4="6789", default=True))
    story.later(minutes=20)
    owner.verify()
    for name in ABILITIES:
        Capability(story, name, status="pending").become("active")
    account.enable()


@scenario(
    "person_left",
    "Somebody leaves the hotel and is taken off its account; a late word of them changes nothing",
    leaves={"person": {"deleted": True}},
)
def person_left(story: Story, stay: Stay) -> None:
    former = Person(story, first_name="Kim", email="kim@hotel.example")
    story.later(days=40)
    former.delete()
    former.verify()


@scenario(
    "account_restricted",
    "Stripe asks for a document, nobody sends it, and the hotel can take no more cards",
    leaves={"account": RESTRICTED, "capability": {"status": "inactive"}},
)
def account_restricted(story: Story, stay: Stay) -> None:
    restrict(story)


@scenario(
    "account_restricted_and_enabled_again",
    "The hotel could take no more cards until it sent the document",
    leaves={"account": ENABLED, "capability": {"status": "active"}},
)
def account_restricted_and_enabled_again(story: Story, stay: Stay) -> None:
    give_what_is_wanted(story, *restrict(story))


@scenario(
    "account_restricted_twice",
    "The hotel sent a document and took cards again, until Stripe asked for one more in vain",
    leaves={"account": RESTRICTED, "capability": {"status": "inactive"}},
)
def account_restricted_twice(story: Story, stay: Stay) -> None:
    account, abilities = restrict(story)
    give_what_is_wanted(story, account, abilities)
    story.later(days=60)
    account.ask("company.verification.document", days=14)
    story.later(days=14)
    account.restrict()
    for ability in abilities:
        ability.become("inactive")


def restrict(story: Story) -> tuple[Account, list[Capability]]:
    """Stripe asks, waits, and stops."""
    account = Account(story)
    account.ask("company.verification.document", days=14)
    story.later(days=14)
    account.restrict()
    abilities = [Capability(story, name, status="active") for name in ABILITIES]
    for ability in abilities:
        ability.become("inactive")
    return account, abilities


def give_what_is_wanted(story: Story, account: Account, abilities: list[Capability]) -> None:
    """The hotel sends the document, and Stripe lets it go on."""
    story.later(days=2)
    for ability in abilities:
        ability.become("active")
    account.enable()


@scenario(
    "bank_account_changed",
    "A bank account that nobody at the hotel knows gets its payouts, and is removed for good",
    leaves={"external_account": {"last4": "0013", "deleted": True}},
)
def bank_account_changed(story: Story, stay: Stay) -> None:
    stranger = BankAccount(story, last4="0013", default=False)
    story.later(minutes=2)
    stranger.update(default_for_currency=True)
    story.later(minutes=50)
    stranger.delete()
    stranger.update(status="verification_failed", asked=False)  # a late word changes nothing


@scenario(
    "account_deauthorized",
    "The hotel cuts its account off: no card can be taken",
    leaves={"account": {"authorized": False}},
)
def account_deauthorized(story: Story, stay: Stay) -> None:
    account = Account(story, charges_enabled=False)
    account.authorize()
    account.enable()
    story.later(days=90)
    account.deauthorize()


@scenario(
    "account_deauthorized_and_back",
    "The hotel cuts its account off, thinks again, and connects it once more",
    leaves={"account": ENABLED | {"authorized": True}},
)
def account_deauthorized_and_back(story: Story, stay: Stay) -> None:
    account = Account(story, charges_enabled=False)
    account.authorize()
    account.enable()
    story.later(days=60)
    account.deauthorize()
    story.later(days=1)
    account.authorize()
