"""
Whatever a desk does in whatever order, and however its webhooks come: after each thing it does,
`payment_state` says what Stripe has.
"""

import random

import pytest
from django.core.cache import cache
from django.core.management import call_command

from payments.models import OwedRead
from payments.outgoing import keeping, rereads
from payments.webhooks import resyncing, worker
from tests.api.conftest import program
from tests.factories import ReservationFactory
from tests.operations.conftest import HARBOUR
from tests.sandbox.test_sandbox_delivery import control
from tests.support import truth
from tests.support.desk import Desk, leave_a_card

pytestmark = pytest.mark.django_db

STEPS = 12
KINDS = ["429", "409", "500_before", "500_after", "reset"]


class Post:
    """Brings webhooks in any order, twice, late, or not at all."""

    def __init__(self, far, chance, monkeypatch):
        self.far, self.chance, self.monkeypatch = far, chance, monkeypatch
        self.known, self.waiting = set(), []

    def collect(self):
        with self.far.server.world.lock:
            told = self.far.server.world.books(HARBOUR).all("event")
        self.waiting += [each for each in told if each["id"] not in self.known]
        self.known |= {each["id"] for each in told}

    def brings(self, share):
        """Deliver a part of what waits, shuffled, some of it twice."""
        self.chance.shuffle(self.waiting)
        many = round(len(self.waiting) * share)
        now, self.waiting = self.waiting[:many], self.waiting[many:]
        again = self.chance.sample(now, len(now) // 3)
        self.far.ours.delivers(*({**each, "account": HARBOUR} for each in [*now, *again]))
        worker.drain()

    def catches_up(self):
        """Learn all that has happened, one way or another."""
        self.collect()
        way = self.chance.choice(["webhooks", "events", "objects"])
        if way == "webhooks":
            self.brings(share=1)
        elif way == "events":
            call_command("stripe_resync", "--json")
        else:
            with self.monkeypatch.context() as patched:
                patched.setattr(resyncing, "_fetch", lambda *_: None)  # no events are to be had
                call_command("stripe_resync", "--objects", "--json")
        rereads.keep_due(early=True)
        return way


def seeds(usual, more):
    return [*range(usual), *(pytest.param(n, marks=pytest.mark.long) for n in range(usual, more))]


@pytest.mark.parametrize("seed", seeds(8, 200))
def test_after_each_thing_that_is_done_the_state_is_as_stripe_has_it(
    seed, far, booking, monkeypatch
):
    chance = random.Random(seed)
    bookings = [booking, ReservationFactory(property=booking.property, code="HB-2482")]
    desk = Desk(program(), far.guest, [each.code for each in bookings], chance)
    post = Post(far, chance, monkeypatch)
    leave_a_card(desk.api, far.guest, booking.code)
    post.collect()
    post.brings(share=1)

    for step in range(STEPS):
        rate = 0.4 if seed % 2 else 0
        control(far.server, "faults", rate=rate, kinds=KINDS, seed=seed * STEPS + step)
        cache.clear()  # nobody is throttled here
        desk.act()
        control(far.server, "faults", rate=0)
        while keeping.keep_due(early=True)["promised"]:
            pass
        way = post.catches_up()
        for each in bookings:
            truth.check(far.server, HARBOUR, each)
        post.brings(share=chance.random() / 2)
        rereads.keep_due(early=True)
        for each in bookings:
            truth.check(far.server, HARBOUR, each)
        assert not OwedRead.objects.exists(), way
    assert len(desk.done) == STEPS
