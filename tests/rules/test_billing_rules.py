"""What a hotel hears of its plan, and of whatever Stripe tells in two ways."""

from datetime import timedelta

import pytest
from django.utils import timezone

from payments.models import KINDS, Alert, Notification
from sandbox import objects
from tests.conftest import CUSTOMER
from tests.notifications.conftest import deliver_all

NOW = timezone.now()


def plan(stripe, type, *, days, at, more=0):
    ends = int((NOW + timedelta(days=days)).timestamp())
    phases = [{"end_date": ends}, {"end_date": ends + more * 86_400}]
    schedule = {
        "id": "sub_sched_1",
        "object": "subscription_schedule",
        "customer": CUSTOMER,
        "status": "active",
        "current_phase": {"start_date": 0, "end_date": ends},
        "phases": phases if more else phases[:1],
    }
    created = int(NOW.timestamp()) + at
    stripe.tells(f"subscription_schedule.{type}", schedule, account=None, created=created)


def owed():
    return list(Notification.objects.filter(state="waiting").values_list("kind", flat=True))


def test_a_plan_that_was_extended_does_not_run_out_any_more(stripe):
    plan(stripe, "expiring", days=7, at=0)
    assert owed() == ["schedule_expiring"]
    plan(stripe, "updated", days=372, at=60)

    assert owed() == []


def test_a_plan_that_ran_out_long_ago_is_not_told_as_running_out(stripe):
    plan(stripe, "expiring", days=-1, at=0)

    assert not Notification.objects.exists()


def test_a_plan_with_one_more_phase_does_not_run_out_any_more(stripe):
    plan(stripe, "expiring", days=7, at=0)
    plan(stripe, "updated", days=7, at=60, more=365)

    assert owed() == []


def test_a_plan_says_once_when_its_last_phase_ends(stripe):
    plan(stripe, "expiring", days=2, at=0, more=5)
    plan(stripe, "updated", days=7, at=60)  # the last phase has begun

    mail = Notification.objects.get()
    assert mail.facts["at"][:10] == (NOW + timedelta(days=7)).date().isoformat()


def test_a_late_warning_of_a_plan_that_was_extended_is_told_to_nobody(stripe):
    plan(stripe, "updated", days=372, at=60)
    plan(stripe, "expiring", days=7, at=0)

    assert not Notification.objects.exists()


@pytest.mark.parametrize(
    ("named", "says"),
    [({"subscription": "sub_1"}, "Subscription: sub_1"), ({}, f"Customer: {CUSTOMER}")],
)
@pytest.mark.usefixtures("manager")
def test_what_will_be_billed_is_named_as_what_it_is(stripe, post_office, named, says):
    billed = int((NOW + timedelta(days=7)).timestamp())
    notice = {"object": "invoice", "customer": CUSTOMER, "amount_due": 100, "currency": "eur"}
    stripe.tells("invoice.upcoming", notice | named | {"period_end": billed}, account=None)
    deliver_all()

    (mail,) = post_office.mails
    assert says in mail.get_body(["plain"]).get_content()


ENDS = {
    "invoice": ["paid", "void"],
    "subscription_schedule": ["canceled", "completed"],
    "setup_intent": ["succeeded", "canceled"],
}
TYPES = {"void": "voided"}


@pytest.mark.parametrize("turn", [(0, 1), (1, 0)])
@pytest.mark.parametrize("kind", ENDS)
def test_two_ends_that_exclude_each_other_are_said_of_every_family(stripe, kind, turn):
    for number in turn:
        status = ENDS[kind][number]
        thing = {"id": "obj_1", "object": kind, "status": status}
        stripe.tells(f"{kind}.{TYPES.get(status, status)}", thing)

    assert KINDS[kind].objects.get().conflict
    alert = Alert.objects.get()
    assert (alert.kind, alert.object_id, alert.closed_at) == ("contradiction", "obj_1", None)


def test_a_transfer_that_stripe_tells_in_two_ways_is_told_as_neither(stripe):
    share = {"id": "tr_1", "destination": "acct_harbour"}
    for amount in (30_000, 20_000):
        told = objects.transfer(**share, amount=amount, amount_reversed=amount)
        stripe.tells("transfer.reversed", told, account=None)

    assert [alert.kind for alert in Alert.objects.all()] == ["contradiction"]
    assert owed() == []
