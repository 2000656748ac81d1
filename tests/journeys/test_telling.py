"""Any order, any number of times, in any batches: the same alerts, and at most the same mails."""

import json
import random
from contextlib import contextmanager
from itertools import pairwise

import pytest
from django.db import transaction

from payments.models import Alert, Notification
from payments.webhooks import worker
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.notifications.conftest import deliver_all

# Orders of each history.
few_or_many = pytest.mark.parametrize("count", [1, pytest.param(8, marks=pytest.mark.slow)])

# Said of a sum as it is known: it ends when what came before, such as a refund, is known too.
MEANWHILE = ("paid_too_much",)

KEY = ("account", "livemode", "object_id", "kind", "detail")


@contextmanager
def another_world():
    """Whatever happens in here has not happened afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def said(model, *fields, **wanted):
    """Return what people are told: the keys, whose booking it is about, and the facts."""
    found = model.objects.filter(**wanted).values(*KEY, *fields, "reservation_id", "facts")
    return sorted(json.dumps(row, default=str, sort_keys=True) for row in found)


def all_that_is_so():
    """Return the alerts that stand, and the mails that are owed, sent or not."""
    return (
        said(Alert, "severity", closed_at=None),
        said(Notification, "to", state__in=["waiting", "sent"]),
    )


def all_that_was_told():
    """Return each alert ever raised, and each mail ever sent; of one that lists things, each."""
    sent = Notification.objects.filter(state="sent")
    listed = sent.filter(kind="requirement_due")
    return (
        set(Alert.objects.values_list(*KEY, "is_news")),
        {
            *sent.exclude(kind="requirement_due").values_list(*KEY, "to"),
            *((mail.object_id, name) for mail in listed for name in mail.facts["wanted"]),
        },
    )


def history(name, booking):
    """Return a scenario's events as they were made: the last word on a thing is its end."""
    ends = ("deleted", "detached")
    return sorted(
        SCENARIOS[name].events(stay_of(booking)),
        key=lambda event: (event["created"], event["type"].endswith(ends)),
    )


def disordered(events, chance):
    """Return these events in another order, some of them twice or more, cut into batches."""
    told = [*events, *chance.choices(events, k=chance.randrange(1, len(events) + 1))]
    chance.shuffle(told)
    cuts = sorted(chance.choices(range(len(told) + 1), k=chance.randrange(len(told))))
    return [told[start:end] for start, end in pairwise([0, *cuts, len(told)])]


def bring(stripe, batches, settings, *, size=500, carried=False):
    """Deliver batch after batch; `carried`: the mails of each have gone before the next comes."""
    settings.PAYMENTS_BATCH_SIZE = size
    for batch in batches:
        stripe.delivers(*batch)
        worker.drain()
        if carried:
            deliver_all()


@few_or_many
@pytest.mark.parametrize("name", SCENARIOS)
def test_in_any_order_the_same_alerts_stand_and_the_same_mails_are_owed(
    name, count, stripe, booking, settings
):
    events, chance = history(name, booking), random.Random(f"{name} {count}")
    with another_world():
        bring(stripe, [events], settings)
        in_order = all_that_is_so()

    for _ in range(count):
        batches, size = disordered(events, chance), chance.choice([1, 2, 5, 500])
        with another_world():
            bring(stripe, batches, settings, size=size)
            assert all_that_is_so() == in_order


@few_or_many
@pytest.mark.parametrize("name", SCENARIOS)
def test_in_any_order_nobody_is_told_what_nobody_would_have_been_told_in_order(
    name, count, stripe, booking, manager, settings
):
    """Every mail goes before the next event comes: the most that anybody can be told."""
    events, chance = history(name, booking), random.Random(f"{name} {count}")
    with another_world():
        bring(stripe, [[event] for event in events], settings, carried=True)
        alerts, mails = all_that_was_told()

    for _ in range(count):
        batches, size = disordered(events, chance), chance.choice([1, 5, 500])
        with another_world():
            bring(stripe, batches, settings, size=size, carried=True)
            now_alerts, now_mails = all_that_was_told()
            assert now_mails <= mails
            assert {alert for alert in now_alerts if alert[3] not in MEANWHILE} <= alerts
