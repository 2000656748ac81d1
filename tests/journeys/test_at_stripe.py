"""
What docs/api.md shows, at whichever Stripe there is: the sandbox in every run, and with `-m stripe`
Stripe itself in test mode. What webhooks would bring is fetched, as nobody can reach a laptop.
"""

import time
from datetime import timedelta

import pytest
import stripe as sdk
from django.core.management import call_command
from django.utils import timezone

from payments.outgoing import keeping, rereads
from sandbox.server.web import Sandbox
from tests.api.conftest import program
from tests.factories import AccountFactory
from tests.operations.conftest import HARBOUR
from tests.support import environment

pytestmark = pytest.mark.django_db


class There:
    """A Stripe, a hotel's account at it, and somebody at the hotel's desk."""

    def __init__(self, base, key, account, patience):
        bases = dict.fromkeys(("api", "files", "connect"), base)
        self.client = sdk.StripeClient(key, base_addresses=bases, max_network_retries=3)
        self.account = {"stripe_account": account}
        self.patience = patience  # seconds
        self.since = timezone.now() - timedelta(minutes=1)
        self.api = program()

    def learns(self):
        """Hear of what has happened at Stripe."""
        since = ["--since", self.since.isoformat()]
        account = ["--account", self.account["stripe_account"]]
        call_command("stripe_resync", "--json", *account, *since)
        keeping.keep_due(early=True)
        rereads.keep_due(early=True)

    def becomes(self, address, wanted):
        """Wait until our API says so; return all that it says there."""
        end = time.monotonic() + self.patience
        while True:
            self.learns()
            said = self.api.gets(address).json()
            found = said["results"][0] if said.get("results") else said
            if all(found.get(name) == value for name, value in wanted.items()):
                return found
            assert time.monotonic() < end, {name: found.get(name) for name in wanted}
            time.sleep(0.2)

    def asks(self, address, body=None, status=201):
        answer = self.api.posts(address, body or {})
        assert answer.status_code == status, answer.content
        return answer.json()

    def confirms(self, intent, card):
        """Let a guest confirm a payment in a browser."""
        given = {"payment_method": card, "return_url": "https://hotel.example/"}
        return self.client.v1.payment_intents.confirm(intent, given, self.account)

    def pays(self, booking, amount, card="pm_card_visa", purpose="deposit"):
        """Let a guest pay; return the payment when our API says that it succeeded."""
        body = {"amount": amount, "purpose": purpose}
        taken = self.asks(f"reservations/{booking.code}/payments/", body)
        self.confirms(taken["stripe_id"], card)
        status = "requires_capture" if purpose == "hold" else "succeeded"
        return self.becomes(f"payments/{taken['id']}/", {"status": status})

    def money(self, booking):
        return self.api.gets(f"reservations/{booking.code}/").json()["money"]


@pytest.fixture(params=["sandbox", pytest.param("stripe", marks=pytest.mark.stripe)])
def there(request, db, booking, settings):
    settings.STRIPE_PUBLISHABLE_KEY = "pk_test_of_the_tests"
    if request.param == "stripe":
        given = environment.GIVEN
        settings.STRIPE_SECRET_KEY = key = given["STRIPE_SECRET_KEY"]
        settings.STRIPE_API_BASE = given["STRIPE_API_BASE"] or "https://api.stripe.com"
        settings.PAYMENTS_CALLS_PER_SECOND = 20
        account = given["STRIPE_TEST_ACCOUNT"]
        AccountFactory(stripe_id=account, account=account, organization=booking.organization)
        base = settings.STRIPE_API_BASE
        yield There(base, key, account, patience=90)
        return
    with Sandbox(port=0, seed="there") as server:
        server.start()
        settings.STRIPE_SECRET_KEY = "sk_test_of_the_tests"
        settings.STRIPE_API_BASE = server.url
        AccountFactory(stripe_id=HARBOUR, account=HARBOUR, organization=booking.organization)
        yield There(server.url, settings.STRIPE_SECRET_KEY, HARBOUR, patience=20)


def test_a_deposit_with_a_card_that_first_declines(there, booking):
    body = {"amount": 36_000, "purpose": "deposit"}
    taken = there.asks("reservations/HB-2481/payments/", body)
    assert (taken["status"], taken["livemode"]) == ("requires_payment_method", False)
    assert taken["client_secret"].startswith(f"{taken['stripe_id']}_secret_")

    with pytest.raises(sdk.CardError):
        there.confirms(taken["stripe_id"], "pm_card_chargeDeclinedInsufficientFunds")
    there.becomes(f"payments/{taken['id']}/", {"failure_code": "insufficient_funds"})
    there.confirms(taken["stripe_id"], "pm_card_visa")

    there.becomes(f"payments/{taken['id']}/", {"status": "succeeded"})
    state = there.money(booking)
    assert (state["paid"], state["payment_status"]) == (36_000, "partially_paid")
    assert {each["status"] for each in state["charges"]} == {"failed", "succeeded"}


def test_a_hold_is_captured_in_part(there, booking):
    held = there.pays(booking, 30_000, purpose="hold")
    assert held["amount_capturable"] == 30_000

    refused = there.asks(f"payments/{held['id']}/capture/", {"amount": 30_001}, status=409)
    taken = there.asks(f"payments/{held['id']}/capture/", {"amount": 12_000}, status=200)

    assert refused["code"] == "amount_too_large"
    assert (taken["status"], taken["amount_received"]) == ("succeeded", 12_000)
    there.learns()
    state = there.money(booking)
    assert (state["authorized"], state["paid"], state["refunded"]) == (0, 12_000, 0)


def test_a_hold_is_let_go(there, booking):
    held = there.pays(booking, 30_000, purpose="hold")
    gone = there.asks(f"payments/{held['id']}/cancel/", status=200)
    assert gone["status"] == "canceled"
    there.learns()
    assert there.money(booking)["authorized"] == there.money(booking)["refunded"] == 0


def test_a_refund_over_two_payments(there, booking):
    for amount in (20_000, 15_000):
        there.pays(booking, amount)
        time.sleep(1)  # the newer one is newer by Stripe's clock
    body = {"amount": 30_000, "reason": "requested_by_customer", "lower_total": True}

    made = there.asks("reservations/HB-2481/refunds/", body)["refunds"]

    assert [each["amount"] for each in made] == [15_000, 15_000]
    there.learns()
    state = there.money(booking)
    assert (state["refunded"], state["total"]) == (30_000, 90_000)
    of = [there.client.v1.refunds.retrieve(r["stripe_id"], {}, there.account) for r in made]
    charges = [there.client.v1.charges.retrieve(each.charge, {}, there.account) for each in of]
    assert [(c.amount, c.amount_refunded) for c in charges] == [(15_000, 15_000), (20_000, 15_000)]


@pytest.mark.parametrize("card", ["pm_card_visa", "pm_card_authenticationRequired"])
def test_damage_is_charged_to_a_card_on_file(there, booking, card):
    where = "reservations/HB-2481/"
    begun = there.asks(f"{where}payment_methods/setup/")
    there.learns()
    given = {"payment_method": "pm_card_visa", "return_url": "https://hotel.example/"}
    there.client.v1.setup_intents.confirm(begun["stripe_id"], given, there.account)
    there.becomes(f"{where}payment_methods/", {"last4": "4242", "usable": True})
    left = there.client.v1.setup_intents.retrieve(begun["stripe_id"], {}, there.account)
    if card != "pm_card_visa":
        there.client.v1.payment_methods.attach(card, {"customer": left.customer}, there.account)
        there.learns()
    cards = there.api.gets(f"{where}payment_methods/").json()["results"]
    wanted = "4242" if card == "pm_card_visa" else "3184"
    on_file = next(each["id"] for each in cards if each["last4"] == wanted)
    body = {"amount": 4_500, "purpose": "damage_charge", "payment_method": on_file}

    made = there.asks(f"{where}charges/", body | {"note": "A broken lamp"})

    if card == "pm_card_visa":
        assert (made["status"], made["requires_action"]) == ("succeeded", False)
    else:
        assert (made["requires_action"], made["amount_received"]) == (True, 0)
        assert made["pay_link"]["sent_to"] == booking.guest.email


def test_a_dispute_is_answered_and_won(there, booking):
    there.pays(booking, 20_000, "pm_card_createDispute")
    found = there.becomes("disputes/?reservation=HB-2481", {"status": "needs_response"})
    where = f"disputes/{found['id']}/"
    given = {"evidence": {"uncategorized_text": "winning_evidence"}}
    staged = there.api.asks("PATCH", f"{where}evidence/", given)
    assert (staged.status_code, staged.json()["submitted_at"]) == (200, None)

    there.asks(f"{where}submit/", status=200)

    there.becomes(where, {"status": "won"})
    assert there.money(booking)["lost"] == 0


def test_a_dispute_is_accepted(there, booking):
    there.pays(booking, 20_000, "pm_card_createDispute")
    found = there.becomes("disputes/?reservation=HB-2481", {"status": "needs_response"})
    assert there.asks(f"disputes/{found['id']}/accept/", status=200)["status"] == "lost"
    there.learns()
    assert there.money(booking)["lost"] == 20_000


def test_a_fraud_warning_is_refunded(there, booking):
    there.pays(booking, 20_000, "pm_card_createIssuerFraudRecord")
    warning = there.becomes("fraud_warnings/?reservation=HB-2481", {"actionable": True})
    made = there.asks(f"fraud_warnings/{warning['id']}/refund/")
    assert (made["reason"], made["amount"]) == ("fraudulent", 20_000)
    there.becomes(f"fraud_warnings/{warning['id']}/", {"actionable": False})
    assert there.money(booking)["refunded"] == 20_000


def test_a_house_joins(there, booking):
    booking.organization.stripe_architecture = "per_property"
    booking.organization.save()
    made = there.asks("accounts/", {"property": "downtown", "country": "PT"})
    try:
        assert (made["connected"], made["charges_enabled"]) == (True, False)
        link = there.asks(f"accounts/{made['id']}/link/", status=200)
        assert link["url"].startswith("http")
        assert there.asks(f"accounts/{made['id']}/refresh/", status=200)["requirements"]
    finally:
        there.client.v1.accounts.delete(made["stripe_id"])
