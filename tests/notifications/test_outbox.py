"""A mail reaches a mail server once, whatever that server does, and whoever dies meanwhile."""

import random
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import OperationalError, connection
from django.utils import timezone

from payments.models import Alert, Notification
from payments.notifications import delivery, messages, outbox
from payments.notifications.mails import MAILS
from payments.operations import alerts, mails
from payments.webhooks import worker
from sandbox import objects
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.factories import GuestFactory, ReservationFactory
from tests.notifications.conftest import deliver_all, later, states

pytestmark = pytest.mark.usefixtures("manager")


@pytest.fixture
def paid(stripe, booking):
    """A booking that has just been paid: a mail to the guest, and one to the manager."""
    stripe.sends(SCENARIOS["decline_retry_success"].events(stay_of(booking)))
    return booking


@pytest.fixture
def receipt_alone(paid):
    """The hotel has been told already; the guest has not."""
    Notification.objects.filter(kind="payment_taken").update(state="sent")
    return paid


def receipt():
    return Notification.objects.get(kind="payment_received")


def test_the_guest_and_the_hotel_are_told_once(paid, post_office):
    assert mails.deliver() == {"sent": 2}
    assert mails.deliver() == {}
    deliver_all()

    assert sorted(post_office.addressed) == [["guest@example.com"], ["maria@example.com"]]
    assert states() == [("payment_received", "sent"), ("payment_taken", "sent")]
    assert receipt().sent_at is not None


def test_two_workers_deliver_one_mail(paid, post_office):
    (first, second), again = outbox.due(10), outbox.due(10)

    assert outbox.claim(first) is not None
    assert outbox.claim(second) is not None
    assert [outbox.claim(id) for id in again] == [None, None]


# What is no longer true --------------------------------------------------


def until(name, stay, type):
    """Return a scenario's events before the first of this type, and from it on."""
    events = SCENARIOS[name].events(stay)
    first = next(number for number, event in enumerate(events) if event["type"] == type)
    return events[:first], events[first:]


def test_bad_news_waits_and_is_dropped_when_good_news_comes(stripe, booking, post_office):
    before, after = until("decline_retry_success", stay_of(booking), "payment_intent.succeeded")

    stripe.sends(before)
    assert [kind for kind, _ in states()] == ["payment_failed", "payment_failed_guest"]
    later(seconds=60)
    assert mails.deliver() == {}
    stripe.sends(after)
    deliver_all()

    assert states() == [
        ("payment_failed", "dropped"),
        ("payment_failed_guest", "dropped"),
        ("payment_received", "sent"),
        ("payment_taken", "sent"),
    ]


def test_bad_news_that_stays_true_is_told_after_a_while(stripe, booking, post_office):
    stripe.sends(SCENARIOS["declined"].events(stay_of(booking)))

    later(seconds=120)
    mails.deliver()

    assert states() == [("payment_failed", "sent"), ("payment_failed_guest", "sent")]


def test_nobody_is_asked_to_pay_for_a_booking_that_was_canceled_meanwhile(
    stripe, booking, post_office
):
    stripe.sends(SCENARIOS["declined"].events(stay_of(booking)))
    booking.status = "canceled"
    booking.save(update_fields=["status"])

    deliver_all()

    assert states() == [("payment_failed", "sent"), ("payment_failed_guest", "dropped")]
    (to_hotel,) = post_office.mails
    assert "The booking is canceled" in to_hotel.get_body(["plain"]).get_content()


@pytest.mark.parametrize("backwards", [False, True], ids=["in order", "backwards"])
def test_a_guest_who_paid_with_another_payment_is_not_asked_to_pay_again(
    stripe, booking, post_office, backwards
):
    stay = stay_of(booking)
    declined = SCENARIOS["declined"].events(stay)
    deposit = declined[0]["data"]["object"]["amount"]
    again = SCENARIOS["decline_retry_success"].events(
        replace(stay, start=stay.start + 40, total=deposit, seed=2)
    )
    for event in again:
        event["data"]["object"]["metadata"]["type"] = "deposit"
    events = [*declined, *again]
    for event in events[::-1] if backwards else events:
        stripe.sends([event])
    deliver_all()

    assert {kind for kind, state in states() if state == "sent"} == {
        "payment_received",
        "payment_taken",
    }


@pytest.mark.parametrize("name", ["account_restricted", "account_deauthorized"])
def test_a_stop_that_is_over_at_once_is_not_told(stripe, booking, post_office, name):
    stripe.sends(SCENARIOS[name].events(stay_of(booking)))
    bad = {"account_disconnected", "charges_stopped", "payouts_stopped", "requirement_due"}
    bad |= {"capability_stopped"}
    waiting = [kind for kind, state in states() if kind in bad and state == "waiting"]
    assert waiting
    mails.deliver()

    now = 1_900_000_000  # after all of the story
    stripe.tells("account.application.authorized", objects.application(), created=now)
    stripe.tells("account.updated", objects.account(id="acct_harbour"), created=now)
    for ability in ("card_payments", "transfers"):
        able = objects.capability(id=ability, account="acct_harbour", status="active")
        stripe.tells("capability.updated", able, created=now)
    deliver_all()

    assert {state for kind, state in states() if kind in bad} == {"dropped"}


def test_a_refund_that_came_back_is_not_told_to_the_guest_as_sent(stripe, booking, post_office):
    before, after = until("two_partial_refunds", stay_of(booking), "refund.failed")
    stripe.sends(before)
    told = Notification.objects.filter(kind="refund_sent")
    assert told.count() > 0

    stripe.sends(after)
    deliver_all()

    came_back = after[0]["data"]["object"]["id"]
    assert told.get(object_id=came_back).state == "dropped"
    assert came_back not in "".join(each.as_string() for each in post_office.mails)


def test_a_hold_let_go_is_not_told_as_a_refund_whatever_comes_first(stripe, booking, post_office):
    events = SCENARIOS["hold_partial_capture"].events(stay_of(booking))
    for event in sorted(events, key=lambda event: event["type"].startswith("charge.")):
        stripe.sends([event])
        deliver_all()

    assert states() == [("hold_captured", "sent"), ("payment_taken", "sent")]


def test_a_dispute_that_is_over_is_told_as_over_alone(stripe, booking, post_office):
    before, after = until("dispute_won", stay_of(booking), "charge.dispute.closed")
    stripe.sends(before)
    assert Notification.objects.get(kind="dispute_opened").state == "waiting"

    stripe.sends(after)
    deliver_all()

    assert Notification.objects.get(kind="dispute_opened").state == "dropped"
    assert Notification.objects.get(kind="dispute_closed").state == "sent"


def test_what_time_alone_made_untrue_is_not_told(stripe, booking, post_office):
    """The mail server was away until the bill was there."""
    stripe.sends(SCENARIOS["subscription"].events(stay_of(booking)))
    upcoming = Notification.objects.get(kind="invoice_upcoming")
    assert upcoming.state == "waiting"

    billed_at = Notification.objects.get().facts["at"]
    assert billed_at > timezone.now().isoformat()
    late = timezone.now() + timedelta(days=400)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: late)
        assert mails.deliver() == {"dropped": 1}

    assert post_office.mails == []


def test_what_was_sent_stays_sent_when_it_is_no_longer_true(stripe, booking, post_office):
    before, after = until("two_partial_refunds", stay_of(booking), "refund.failed")
    stripe.sends(before)
    deliver_all()
    told = len(post_office.mails)

    stripe.sends(after)
    deliver_all()

    assert len(post_office.mails) == told + 1
    assert post_office.mails[-1]["Subject"].endswith("of €180.00 for HB-2481 failed")
    assert ("refund_failed", "sent") in states()
    assert Alert.objects.filter(kind="refund_failed").exists()


# Any order, any repetition -----------------------------------------------


@pytest.mark.parametrize("name", SCENARIOS)
def test_in_any_order_the_same_mails_are_sent_and_none_twice(name, stripe):
    stays = []
    for _ in range(2):
        house_guest = GuestFactory()
        stays.append(ReservationFactory(guest=house_guest, organization=house_guest.organization))
    chance = random.Random(name)
    in_order, shuffled = (stay_of(booking, seed=n) for n, booking in enumerate(stays, 1))

    stripe.sends(SCENARIOS[name].events(in_order))
    deliver_all()
    wanted = sorted(Notification.objects.filter(state="sent").values_list("kind", flat=True))
    ours = set(Notification.objects.values_list("pk", flat=True))
    mail.outbox.clear()

    events = SCENARIOS[name].events(shuffled)
    events += chance.choices(events, k=len(events))
    chance.shuffle(events)
    stripe.delivers(*events)
    worker.drain()
    deliver_all()
    stripe.sends(events)
    deliver_all()

    sent = Notification.objects.exclude(pk__in=ours).filter(state="sent")
    ids = [each.extra_headers["Message-ID"] for each in mail.outbox]
    assert len(ids) == len(set(ids)) == sent.count()
    assert set(sent.values_list("kind", flat=True)) <= set(wanted)


# What a mail server may do -----------------------------------------------


@pytest.mark.parametrize(
    ("mood", "says"),
    [
        ("greeting", "The mail server said 554 go away"),
        ("refuses", "The mail server said 554 5.7.1 <address>: not from you"),
        ("address", "The mail server refused the address: 550 5.1.1 <address>: nobody here"),
        ("hangs", "The mail server"),
        ("hangs at the end", "The mail server"),
        ("drops", "The mail server"),
    ],
)
def test_a_mail_that_is_not_taken_is_tried_again_and_arrives_once(paid, post_office, mood, says):
    post_office.mood = mood
    before = time.monotonic()
    assert mails.deliver() == {"waiting": 2}
    assert time.monotonic() - before < 5

    row = receipt()
    assert row.attempts == 1
    assert row.last_error.startswith(says)
    assert "@" not in row.last_error
    assert timedelta(seconds=20) < row.next_attempt_at - timezone.now() < timedelta(seconds=31)
    assert mails.deliver() == {}

    post_office.mood = "takes"
    later(seconds=31)
    assert mails.deliver() == {"sent": 2}
    assert len(post_office.mails) == 2
    assert receipt().last_error == ""


def test_a_mail_server_that_is_not_there_costs_an_attempt(paid, post_office, settings):
    settings.EMAIL_PORT = 1

    assert mails.deliver() == {"waiting": 2}

    assert receipt().last_error.startswith("The mail server cannot be reached")


def test_a_second_copy_can_be_told_by_its_id(paid, post_office):
    """The mail server takes a mail and drops the connection: nobody can know that it did."""
    post_office.mood = "lies"
    mails.deliver()
    post_office.mood = "takes"
    later(minutes=5)
    mails.deliver()

    assert len(post_office.mails) == 4
    assert len({each["Message-ID"] for each in post_office.mails}) == 2


def test_pauses_grow_and_after_ten_attempts_somebody_must_look(receipt_alone, post_office):
    post_office.mood = "refuses"
    pauses = []
    for _ in range(9):
        assert mails.deliver() == {"waiting": 1}
        pauses.append(round((receipt().next_attempt_at - timezone.now()).total_seconds()))
        later(days=2)
    assert pauses == sorted(pauses)
    assert timedelta(days=2) < timedelta(seconds=sum(pauses)) < timedelta(days=4)

    assert mails.deliver() == {"undeliverable": 1}
    later(days=9)
    assert mails.deliver() == {}

    alert = Alert.objects.get(kind="mail_undeliverable")
    assert (alert.reservation, alert.lasting) == (receipt_alone, True)
    assert messages.sentence(alert) == (
        "The mail “The payment came” to the guest was given up. The mail server said 554 5.7.1"
        " <address>: not from you. Check the address on file, and tell them some other way."
    )


def test_an_address_that_is_refused_for_good_is_tried_three_times(paid, post_office):
    post_office.mood = "address"
    for _ in range(2):
        assert mails.deliver() == {"waiting": 2}
        later(minutes=10)

    assert mails.deliver() == {"undeliverable": 2}


def test_undeliverable_mails_can_be_made_due_again(paid, post_office):
    post_office.mood = "address"
    for _ in range(3):
        mails.deliver()
        later(minutes=10)
    post_office.mood = "takes"

    assert outbox.again(Notification.objects.all()) == 2

    assert mails.deliver() == {"sent": 2}
    assert not Alert.objects.filter(kind="mail_undeliverable", closed_at=None).exists()


def test_a_mail_that_is_undeliverable_once_more_is_said_once_more(paid, post_office, admin_user):
    post_office.mood = "address"
    for _ in ("first", "again"):
        outbox.again(Notification.objects.all())
        for _ in range(3):
            mails.deliver()
            later(minutes=10)
        lost = Alert.objects.filter(kind="mail_undeliverable", closed_at=None)
        assert lost.count() == 2
        alerts.acknowledge([alert.pk for alert in lost], by=admin_user)


def test_one_mail_that_cannot_be_written_stops_no_other(paid, post_office, monkeypatch):
    compose = delivery.compose

    def composes(row):
        if row.kind == "payment_received":
            raise ValueError("guest@example.com is no word")
        return compose(row)

    monkeypatch.setattr(delivery, "compose", composes)

    assert mails.deliver() == {"sent": 1, "waiting": 1}
    assert receipt().last_error == "ValueError: <address> is no word"


def test_a_mail_that_this_version_cannot_write_waits_for_one_that_can(paid, post_office):
    kind = MAILS.pop("payment_received")
    try:
        assert mails.deliver() == {"sent": 1, "waiting": 1}
        assert receipt().last_error == "LookupError: Nobody knows how to write payment_received."
    finally:
        MAILS["payment_received"] = kind


def test_mails_that_wait_and_mails_that_nobody_got_are_figures(paid, post_office, client):
    Notification.objects.update(created_at=timezone.now() - timedelta(hours=1))

    def figures():
        lines = client.get("/metrics").content.decode().splitlines()
        return dict(line.split() for line in lines if "_mail" in line and line[0] != "#")

    before = figures()
    assert before["payments_mails_waiting"] == "2.0"
    assert 3590 < float(before["payments_oldest_mail_waiting_seconds"]) < 3700

    post_office.mood = "address"
    for _ in range(3):
        mails.deliver()
        later(minutes=10)

    assert figures() == {
        "payments_mails_waiting": "0.0",
        "payments_oldest_mail_waiting_seconds": "0.0",
        "payments_mails_undeliverable": "2.0",
    }


# Who dies meanwhile ------------------------------------------------------


class Killed(BaseException):
    """The process ends here."""


def test_a_worker_killed_before_the_mail_server_was_asked_loses_nothing(
    paid, post_office, monkeypatch
):
    def killed(message):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(delivery, "compose", killed)
        with pytest.raises(Killed):
            mails.deliver()

    first = Notification.objects.get(attempts=1)
    assert first.state == "waiting"
    assert mails.deliver() == {"sent": 1}  # the other one
    later(minutes=3)
    assert mails.deliver() == {"sent": 1}
    assert len(post_office.mails) == 2


def test_a_worker_killed_after_the_mail_server_took_it_sends_a_copy_with_the_same_id(
    receipt_alone, post_office, monkeypatch
):
    def killed(row):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(outbox, "note_sent", killed)
        with pytest.raises(Killed):
            mails.deliver()
    assert receipt().state == "waiting"
    assert mails.deliver() == {}  # while the attempt may still be under way

    later(minutes=3)
    assert mails.deliver() == {"sent": 1}
    first, second = post_office.mails
    assert first["Message-ID"] == second["Message-ID"]


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_for_a_moment_makes_no_second_mail(
    receipt_alone, post_office, monkeypatch
):
    note, away = outbox.note_sent, [True, True]

    def note_sent(row):
        if away:
            away.pop()
            raise OperationalError("the database is away")
        note(row)

    monkeypatch.setattr(outbox, "note_sent", note_sent)
    monkeypatch.setattr(mails, "_WAITS", (0.0,) * 6)

    assert mails.deliver() == {"sent": 1}
    assert len(post_office.mails) == 1


def test_no_transaction_is_open_while_the_mail_server_is_spoken_to(paid, monkeypatch):
    """Seen from a test, which has one of its own: nothing was opened beyond that one."""
    depths = []
    send = EmailBackend.send_messages

    def sends(self, messages):
        depths.append(len(connection.savepoint_ids))
        return send(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", sends)
    outside = len(connection.savepoint_ids)

    assert mails.deliver() == {"sent": 2}
    assert depths == [outside, outside]
