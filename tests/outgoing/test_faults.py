"""
Operations against a Stripe that is busy, fails, hangs and breaks off, before or after it has done
what was asked: each is done once, no charge gives back more than it took, nothing stays undecided.
"""

import random
from collections import Counter, defaultdict
from contextlib import suppress
from datetime import timedelta

import pytest
import stripe
from django.utils import timezone

from payments import hotel
from payments.errors import Refused
from payments.models import OutgoingRequest, Payment, PaymentMethod, Refund
from payments.operations.customers import payment_methods
from payments.operations.payments import additional_charges, holds, payment_intents, refunds
from payments.outgoing import keeping, rereads
from payments.webhooks import resyncing
from tests.factories import ReservationFactory
from tests.operations.conftest import HARBOUR
from tests.sandbox.test_sandbox_delivery import control

pytestmark = pytest.mark.django_db
KINDS = ["429", "409", "500_before", "500_after", "timeout_before", "timeout_after", "reset"]


class Desk:
    """Staff who do things at random, and guests who confirm what they are asked for."""

    def __init__(self, far, bookings, by, seed):
        self.far, self.bookings, self.by = far, bookings, by
        self.chance = random.Random(seed)
        self.done = Counter()

    def act(self):
        verb = self.chance.choice([self.take, self.take, self.capture, self.refund, self.charge])
        with suppress(Refused):
            verb(self.stay())
            self.done[verb.__name__] += 1

    def stay(self):
        booking = self.chance.choice(self.bookings)
        return hotel.bookings([booking.pk])[booking.pk]

    def take(self, stay):
        purpose = self.chance.choice(["deposit", "hold"])
        amount = self.chance.randrange(1_000, 30_000)
        taken = payment_intents.take(booking=stay, amount=amount, purpose=purpose, by=self.by)
        if taken.client_secret:
            self.confirm(taken.payment.stripe_id, taken.client_secret)

    def confirm(self, id, secret):
        card = self.chance.choice(["pm_card_visa", "pm_card_visa", "pm_card_chargeDeclined"])
        with suppress(stripe.StripeError):  # a guest whose card is declined
            self.far.guest.v1.payment_intents.confirm(
                id,
                {
                    "client_secret": secret,
                    "payment_method": card,
                    "return_url": "https://hotel.example/",
                },
                {"stripe_account": HARBOUR},
            )
        if self.chance.random() < 0.5:
            with suppress(stripe.StripeError):  # the webhook is late
                self.far.tell()

    def capture(self, stay):
        held = Payment.objects.filter(reservation=stay.id, status="requires_capture").first()
        if held is None:
            return
        if self.chance.random() < 0.3:
            holds.release(payment=held, by=self.by)
        else:
            part = self.chance.choice([None, max(1, held.amount // 2)])
            holds.capture(payment=held, amount=part, by=self.by)

    def refund(self, stay):
        amount = self.chance.randrange(1, 20_000)
        refunds.issue(booking=stay, amount=amount, by=self.by)

    def charge(self, stay):
        card = PaymentMethod.objects.filter(customer__guest_id=stay.guest_id).first()
        if card is not None:
            additional_charges.charge(
                booking=stay,
                amount=self.chance.randrange(500, 5_000),
                purpose="extra_charge",
                payment_method=card,
                by=self.by,
            )


@pytest.fixture
def desk(far, booking, finance, settings):
    """A desk with three bookings, the guest of the first with a card on file."""
    settings.STRIPE_TIMEOUT = 0.4
    bookings = [booking, *(ReservationFactory(property=booking.property) for _ in range(2))]

    def make(seed):
        stay = hotel.bookings([booking.pk])[booking.pk]
        setting = payment_methods.setup(booking=stay, by=finance)
        far.guest.v1.setup_intents.confirm(
            setting.intent.stripe_id,
            {"client_secret": setting.client_secret, "payment_method": "pm_card_visa"},
            {"stripe_account": HARBOUR},
        )
        far.tell("setup_intent.succeeded", "payment_method.attached")
        return Desk(far, bookings, finance, seed)

    return make


def settle(far):
    """Let the worker go on until nothing waits, and read what webhooks did not bring."""
    control(far.server, "faults", rate=0)
    for _ in range(30):
        keeping.keep_due(early=True)
        if not OutgoingRequest.objects.filter(state="promised").exists():
            break
    resyncing.resync([HARBOUR], timezone.now() - timedelta(hours=1))
    rereads.keep_due(early=True)


def theirs(far, resource):
    listed = getattr(far.client.v1, resource).list({"limit": 100}, {"stripe_account": HARBOUR})
    return [each.to_dict() for each in listed.auto_paging_iter()]


@pytest.mark.parametrize(("seed", "count"), [(1, 40), pytest.param(2, 300, marks=pytest.mark.slow)])
def test_whatever_goes_wrong_everything_is_done_once(far, desk, seed, count):
    busy = desk(seed)
    control(far.server, "faults", rate=0.3, kinds=KINDS, seed=seed, hang=0.8)
    for _ in range(count):
        busy.act()
    settle(far)

    assert not OutgoingRequest.objects.filter(state="promised").exists()
    assert not Payment.objects.filter(status="promised").exists()
    assert not Refund.objects.filter(status="promised").exists()
    for resource in ("payment_intents", "refunds"):
        made = Counter(
            each["metadata"]["transactionId"]
            for each in theirs(far, resource)
            if "transactionId" in (each.get("metadata") or {})
        )
        assert not [id for id, times in made.items() if times > 1], resource
    back = defaultdict(int)
    for refund in theirs(far, "refunds"):
        if refund["status"] != "failed" and "transactionId" in (refund["metadata"] or {}):
            back[refund["charge"]] += refund["amount"]
    for charge in theirs(far, "charges"):
        assert back[charge["id"]] <= charge["amount_captured"]
    ours = Payment.objects.exclude(stripe_id="").values_list(
        "stripe_id", "status", "amount_received"
    )
    assert sorted(ours) == sorted(
        (each["id"], each["status"], each["amount_received"])
        for each in theirs(far, "payment_intents")
    )
    assert busy.done["refund"] or busy.done["capture"]
