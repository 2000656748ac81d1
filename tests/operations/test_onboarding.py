"""A hotel joins, is let go, and joins again: one account a place, and old money where it was."""

import threading

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from organizations.models import Role
from payments import hotel
from payments.errors import Invalid, MayNot, NoStripeKey, NotAsThingsStand
from payments.models import (
    Charge,
    ConnectedAccount,
    Dispute,
    EarlyFraudWarning,
    OutgoingRequest,
    Payment,
    PaymentMethod,
    Review,
)
from payments.operations.connect import onboarding
from payments.operations.customers import payment_methods
from payments.operations.payments import (
    additional_charges,
    holds,
    pay_links,
    payment_intents,
    refunds,
)
from payments.operations.protection import disputes, fraud_warnings, reviews, submissions
from sandbox import objects
from tests.factories import (
    MembershipFactory,
    OrganizationFactory,
    PropertyFactory,
)
from tests.operations.conftest import HARBOUR
from tests.sandbox.test_sandbox_delivery import control


@pytest.fixture
def owner(db):
    """Somebody who owns Newcomer Inns, which have no account yet."""
    organization = OrganizationFactory(slug="newcomer", name="Newcomer Inns")
    return MembershipFactory(role=Role.OWNER, organization=organization).user


@pytest.fixture
def manager_of_harbour(booking):
    return MembershipFactory(role=Role.MANAGER, organization=booking.organization).user


def group(user, slug="newcomer"):
    return hotel.group(user, slug)


def begin(user):
    return onboarding.begin(organization=group(user), country="PT", by=user)


def there(far):
    """Return the accounts at Stripe that were made by us, and not there before."""
    found = far.client.v1.accounts.list({"limit": 100}).data
    return [each for each in found if "transactionId" in each.metadata]


def disconnected(account):
    account.refresh_from_db()
    return not account.is_connected


# Joining -------------------------------------------------------------------


def test_an_account_is_made_as_its_controller_is_to_be(far, owner):
    begun = begin(owner)

    (made,) = there(far)
    assert (begun.made, begun.account.stripe_id) == (True, made.id)
    assert made.metadata["transactionId"] == str(begun.account.pk)
    assert made.metadata["orgId"] == str(begun.account.organization_id)
    assert made.country == "PT"
    assert made.controller.to_dict() == {
        "type": "application",
        "is_controller": True,
        "fees": {"payer": "account"},
        "losses": {"payments": "stripe"},
        "requirement_collection": "stripe",
        "stripe_dashboard": {"type": "full"},
    }


def test_whoever_begins_again_goes_on_with_the_same_account(far, owner):
    first, second = begin(owner), begin(owner)

    assert (first.made, second.made) == (True, False)
    assert first.account == second.account
    assert len(there(far)) == 1

    control(far.server, f"accounts/{first.account.stripe_id}/onboard")
    onboarding.refresh(account=first.account, by=owner)
    assert begin(owner).account == first.account
    assert len(there(far)) == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_twenty_who_begin_at_once_make_one_account(far, owner):
    begun, start = [], threading.Barrier(20)

    def join():
        start.wait()
        try:
            begun.append(begin(owner))
        finally:
            connection.close()

    threads = [threading.Thread(target=join) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(begun) == 20
    assert len({each.account.pk for each in begun}) == 1
    assert sum(each.made for each in begun) == 1
    assert len(there(far)) == 1


def test_a_promise_that_was_not_kept_at_once_is_kept_later(far, owner, settings):
    settings.STRIPE_API_BASE, asked = "http://127.0.0.1:9", settings.STRIPE_API_BASE
    first = begin(owner)
    assert first.account.stripe_id == ""
    with pytest.raises(onboarding.StripeAway):
        link(first.account, owner)

    settings.STRIPE_API_BASE = asked
    assert begin(owner).account == first.account
    OutgoingRequest.objects.update(next_attempt_at=timezone.now())
    call_command("stripe_keep")

    first.account.refresh_from_db()
    (made,) = there(far)
    assert first.account.stripe_id == made.id


@pytest.mark.parametrize(
    ("architecture", "of_a_house"), [("per_property", False), ("centralized", True)]
)
def test_an_organization_joins_as_it_keeps_its_accounts(far, owner, architecture, of_a_house):
    organization = OrganizationFactory(slug="other", stripe_architecture=architecture)
    PropertyFactory(organization=organization, slug="lake")
    MembershipFactory(role=Role.OWNER, organization=organization, user=owner)
    (house,) = hotel.houses(owner, [organization.pk])

    with pytest.raises(Invalid) as refused:
        onboarding.begin(
            organization=group(owner, "other"), house=house if of_a_house else None, by=owner
        )

    assert refused.value.field == "property"
    assert there(far) == []
    assert not ConnectedAccount.objects.filter(organization=organization).exists()


@pytest.mark.parametrize("country", ["P", "PRT", "1T", "ßß", "P "])
def test_a_country_is_two_letters(far, owner, country):
    with pytest.raises(Invalid) as refused:
        onboarding.begin(organization=group(owner), country=country, by=owner)
    assert refused.value.field == "country"
    assert there(far) == []


def test_without_a_key_nothing_is_begun(owner, settings):
    settings.STRIPE_SECRET_KEY = ""
    with pytest.raises(NoStripeKey):
        begin(owner)
    assert not ConnectedAccount.objects.exists()


@pytest.mark.parametrize("role", [Role.FINANCE, Role.FRONT_DESK, Role.READ_ONLY])
def test_others_neither_begin_nor_get_a_link_nor_let_go(far, owner, role):
    account = begin(owner).account
    other = MembershipFactory(role=role, organization=account.organization).user
    for ask in (
        lambda: begin(other),
        lambda: link(account, other),
        lambda: onboarding.disconnect(account=account, by=other),
    ):
        with pytest.raises(MayNot):
            ask()
    assert len(there(far)) == 1


# Links ---------------------------------------------------------------------


def link(account, user):
    return onboarding.link(account=account, page="https://hotel.example/accounts/", by=user)


def test_every_link_is_another_and_is_kept_nowhere(far, owner):
    account = begin(owner).account
    urls = {link(account, owner).url for _ in range(3)}
    assert len(urls) == 3
    kept = [
        str(value)
        for model in (ConnectedAccount, OutgoingRequest)
        for row in model.objects.values()
        for value in row.values()
    ]
    assert not [url for url in urls if any(url.rpartition("/")[2] in each for each in kept)]


def test_a_link_to_what_stripe_let_go_is_refused_and_the_account_is_closed(far, owner):
    account = begin(owner).account
    control(far.server, f"accounts/{account.stripe_id}/deauthorize")
    with pytest.raises(NotAsThingsStand) as refused:
        link(account, owner)
    assert refused.value.code == "account_disconnected"
    assert disconnected(account)


def test_what_our_key_may_not_do_closes_no_connection(wire, settings, stripe, booking):
    settings.STRIPE_SECRET_KEY = "rk_test_of_the_tests"
    account = ConnectedAccount.objects.get()
    manager = MembershipFactory(role=Role.MANAGER, organization=booking.organization).user
    error = {"type": "invalid_request_error", "message": "The key does not have the permission."}
    wire.answers = lambda asked: (403, {"error": error})
    with pytest.raises(NotAsThingsStand) as refused:
        link(account, manager)
    assert refused.value.code == "refused_by_stripe"
    with pytest.raises(NotAsThingsStand) as refused:
        onboarding.refresh(account=account, by=manager)
    assert refused.value.code == "refused_by_stripe"
    assert not disconnected(account)


# Letting go ----------------------------------------------------------------


def test_with_the_platforms_client_id_it_is_let_go_at_stripe_too(far, owner, settings):
    settings.STRIPE_CLIENT_ID = "ca_of_the_tests"
    account = begin(owner).account

    gone = onboarding.disconnect(account=account, by=owner)

    assert (gone.finish_at, gone.how) == ("", "")
    assert disconnected(account)
    assert there(far) == []


def test_without_it_stripe_is_not_told_and_we_say_where_to_finish(far, owner):
    account = begin(owner).account

    gone = onboarding.disconnect(account=account, by=owner)

    assert gone.finish_at.startswith("https://dashboard.stripe.com/")
    assert "Disconnect" in gone.how
    assert disconnected(account)
    assert [each.id for each in there(far)] == [account.stripe_id]
    with pytest.raises(NotAsThingsStand) as refused:
        onboarding.disconnect(account=account, by=owner)
    assert refused.value.code == "account_disconnected"


def test_a_place_that_was_let_go_on_our_side_joins_anew_and_keeps_its_old_account(far, owner):
    old = begin(owner).account
    onboarding.disconnect(account=old, by=owner)

    again = begin(owner)

    assert again.made
    assert again.account != old
    assert disconnected(old)
    assert {each.id for each in there(far)} == {old.stripe_id, again.account.stripe_id}
    organization = again.account.organization
    organization.refresh_from_db()
    assert organization.stripe_account_id == again.account.stripe_id
    onboarding.read_again(old)  # what Stripe still says of the old one does not open it
    assert disconnected(old)


MONEY = {"amount": 10_000, "purpose": "deposit"}
ASKED_OF_AN_ACCOUNT = {
    "take": lambda at, by: payment_intents.take(booking=at(), **MONEY, by=by),
    "hold": lambda at, by: payment_intents.take(booking=at(), amount=100, purpose="hold", by=by),
    "cancel": lambda at, by: payment_intents.cancel(payment=waiting(), by=by),
    "secret": lambda at, by: payment_intents.client_secret(payment=waiting(), by=by),
    "capture": lambda at, by: holds.capture(payment=held(), by=by),
    "release": lambda at, by: holds.release(payment=held(), by=by),
    "charge": lambda at, by: additional_charges.charge(
        booking=at(), amount=100, purpose="extra_charge", payment_method=card(), by=by
    ),
    "refund": lambda at, by: refunds.issue(booking=at(), amount=100, by=by),
    "pay link": lambda at, by: pay_links.make(booking=at(), **MONEY, by=by),
    "card": lambda at, by: payment_methods.setup(booking=at(), by=by),
    "forget": lambda at, by: payment_methods.detach(method=card(), booking=at(), by=by),
    "prefer": lambda at, by: payment_methods.make_default(method=card(), booking=at(), by=by),
    "stage": lambda at, by: submissions.stage(
        dispute=Dispute.objects.get(), evidence={"uncategorized_text": "They came."}, by=by
    ),
    "submit": lambda at, by: submissions.submit(dispute=Dispute.objects.get(), by=by),
    "accept": lambda at, by: disputes.accept(dispute=Dispute.objects.get(), by=by),
    "warned": lambda at, by: fraud_warnings.refund(warning=EarlyFraudWarning.objects.get(), by=by),
    "approve": lambda at, by: reviews.approve(review=Review.objects.get(), by=by),
    "refuse": lambda at, by: reviews.refuse(review=Review.objects.get(), by=by),
    "link": lambda at, by: link(ConnectedAccount.objects.get(), by),
    "disconnect": lambda at, by: onboarding.disconnect(
        account=ConnectedAccount.objects.get(), by=by
    ),
}


def waiting():
    return Payment.objects.get(status="requires_payment_method")


def held():
    return Payment.objects.get(status="requires_capture")


def card():
    return PaymentMethod.objects.get(detached=False, customer__isnull=False)


@pytest.fixture
def lived(far, booking, stay, manager_of_harbour):
    """An account at which there is one of everything that somebody may act on."""
    at = {"stripe_account": HARBOUR}
    intents = far.client.v1.payment_intents
    names = {"reservationId": str(booking.pk), "orgId": str(booking.organization_id)}
    far.pays(booking, "pm_card_visa")
    far.pays(booking, "pm_card_createDispute", "charge.dispute.created")
    far.pays(booking, "pm_card_createIssuerFraudRecord", "radar.early_fraud_warning.created")
    looked_at = far.pays(booking, "pm_card_visa")
    control(far.server, "review", account=HARBOUR, charge=looked_at.latest_charge)
    money = {"amount": 5_000, "currency": "eur", "metadata": names}
    intents.create(
        money | {"payment_method": "pm_card_visa", "confirm": True, "capture_method": "manual"}, at
    )
    intents.create(money, at)
    begun = payment_methods.setup(booking=stay(), by=manager_of_harbour)
    far.client.v1.setup_intents.confirm(
        begun.intent.stripe_id,
        {"payment_method": "pm_card_visa", "return_url": "https://example.com"},
        at,
    )
    far.tell("setup_intent.succeeded", "review.opened")
    assert Charge.objects.exists()
    return far


def tells(far, change, **envelope):
    far.ours.tells(
        f"account.application.{change}", objects.application(), account=HARBOUR, **envelope
    )


@pytest.mark.parametrize("way", ["ours", "theirs"])
def test_nothing_is_asked_of_an_account_that_was_let_go(lived, stay, manager_of_harbour, way):
    account = ConnectedAccount.objects.get()
    if way == "ours":
        onboarding.disconnect(account=account, by=manager_of_harbour)
    else:
        control(lived.server, f"accounts/{HARBOUR}/deauthorize")
        tells(lived, "deauthorized")
        assert disconnected(account)
    promises = OutgoingRequest.objects.count()
    found = {}
    for name, ask in ASKED_OF_AN_ACCOUNT.items():
        try:
            ask(stay, manager_of_harbour)
            found[name] = "was done"
        except NotAsThingsStand as refusal:
            found[name] = refusal.code
    assert found == dict.fromkeys(ASKED_OF_AN_ACCOUNT, "account_disconnected")
    assert OutgoingRequest.objects.count() == promises


def test_what_was_paid_is_refunded_there_once_it_is_back(lived, stay, manager_of_harbour):
    account = ConnectedAccount.objects.get()
    tells(lived, "deauthorized", created=1_900_000_000)
    assert disconnected(account)
    tells(lived, "authorized", created=1_900_000_100)
    assert not disconnected(account)

    (made, *_) = refunds.issue(booking=stay(), amount=100, by=manager_of_harbour)

    assert (made.account, made.status) == (HARBOUR, "succeeded")
    assert ConnectedAccount.objects.count() == 1
