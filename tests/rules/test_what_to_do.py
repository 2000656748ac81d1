"""What a hotel hears to do when a refund fails, and how much it has when a dispute is over."""

import itertools
from functools import partial

import pytest

from payments import panels
from payments.models import Alert, Notification
from payments.notifications import messages
from payments.notifications.case import Case
from payments.notifications.mails import MAILS
from payments.operations import alerts
from sandbox import objects
from tests.support.money import START, disputes, intent, pays, sends_back

DAY = 86_400


def alert(kind):
    """Return what the alert of this kind says that stands."""
    return messages.sentence(Alert.objects.get(kind=kind, closed_at=None))


def mail(kind):
    row = Notification.objects.get(kind=kind, state="waiting")
    return MAILS[kind].write(Case(row))


def everywhere(kind, step, booking, user):
    """Return what is said in an alert, in a mail, and on the booking's page."""
    written = mail(kind)
    (line,) = panels.money_of(booking.pk, user).history
    (shown,) = [each.said for each in line.steps if each.title == step]
    return [alert(kind), f"{' '.join(written.says)} {written.to_do}", shown.note]


# A refund that failed -------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "why", "to_do", "never"),
    [
        ("charge_for_pending_refund_disputed", "disputed the payment", "Do not return it any", ""),
        ("declined", "The guest's bank did not take €80.00", "bank transfer", "Top up"),
        ("expired_or_canceled_card", "has expired or was canceled", "bank transfer", "Top up"),
        ("insufficient_funds", "too little money", "Top up the Stripe balance", "bank transfer"),
        ("lost_or_stolen_card", "lost or stolen", "Make sure that it was the guest", "Top up"),
        ("merchant_request", "stopped at your request", "refund it again", "bank transfer"),
        ("unknown", "nobody said why", "Refund it once more.", "Top up"),
        ("", "nobody said why", "Refund it once more.", "Top up"),
        ("a_reason_of_2031", "nobody said why", "Refund it once more.", "Top up"),
    ],
)
def test_a_refund_that_failed_says_what_to_do_for_its_reason(
    reason, why, to_do, never, stripe, booking, admin_user
):
    pays(stripe, booking, booking.total)
    failed = {"status": "failed", "failure_reason": reason}
    sends_back(stripe, 8_000, at=START + DAY, **failed)

    for said in everywhere("refund_failed", "Refund", booking, admin_user):
        assert why in said
        assert to_do in said
        assert not never or never not in said
        assert "{" not in said


@pytest.mark.parametrize("reason", ["expired_or_canceled_card", "insufficient_funds", "unknown"])
@pytest.mark.parametrize(
    ("status", "moved", "to_do"),
    [
        ("needs_response", [-120_000], "while the dispute is open"),
        ("under_review", [-120_000], "while the dispute is open"),
        ("warning_needs_response", [], "while the dispute is open"),
        ("lost", [-120_000], "the guest has the money from the bank"),
    ],
)
@pytest.mark.parametrize("backwards", [False, True], ids=["in order", "backwards"])
def test_no_second_way_is_named_while_the_guest_disputes(
    reason, status, moved, to_do, backwards, stripe, booking, admin_user
):
    pays(stripe, booking, booking.total)
    failed = {"status": "failed", "failure_reason": reason}
    told = [
        partial(disputes, stripe, booking.total, *moved, status=status, at=START + DAY),
        partial(sends_back, stripe, 8_000, at=START + 2 * DAY, **failed),
    ]
    for tell in told[::-1] if backwards else told:
        tell()

    for said in everywhere("refund_failed", "Refund", booking, admin_user):
        assert to_do in said
        assert "Do not return it any other way" in said
        assert "bank transfer" not in said
        assert "refund again" not in said


def test_a_refund_that_a_dispute_stopped_is_made_again_when_the_dispute_is_won(stripe, booking):
    pays(stripe, booking, booking.total)
    stopped = {"status": "failed", "failure_reason": "charge_for_pending_refund_disputed"}
    sends_back(stripe, 8_000, at=START + DAY, **stopped)
    disputes(stripe, 120_000, -120_000, 120_000, status="won", at=START + 60 * DAY)

    assert "refund it again if the guest is still owed it" in alert("refund_failed")


def test_a_refund_made_good_by_another_needs_nobody(stripe, booking):
    pays(stripe, booking, booking.total)
    failed = {"status": "failed", "failure_reason": "insufficient_funds"}
    sends_back(stripe, 8_000, named="first", at=START + DAY, **failed)
    sends_back(stripe, 9_000, named="other", at=START + 2 * DAY)
    assert Alert.objects.filter(kind="refund_failed", closed_at=None).exists()

    sends_back(stripe, 8_000, named="again", at=START + 3 * DAY)

    assert not Alert.objects.filter(kind="refund_failed", closed_at=None).exists()
    assert Notification.objects.get(kind="refund_failed").state == "dropped"


def test_who_returned_it_another_way_says_so_by_having_seen_it(stripe, booking, admin_user):
    pays(stripe, booking, booking.total)
    failed = {"status": "failed", "failure_reason": "expired_or_canceled_card"}
    sends_back(stripe, 8_000, at=START + DAY, **failed)

    alerts.acknowledge(Alert.objects.values_list("pk", flat=True), by=admin_user)
    sends_back(stripe, 8_000, at=START + DAY, **failed)

    assert not Alert.objects.filter(closed_at=None).exists()


# How a dispute ended --------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "moved", "word", "title", "says"),
    [
        (
            "won",
            [-50_000, 50_000],
            "Won",
            "You won a dispute",
            "You won: the bank sided with you, and €500.00 is yours.",
        ),
        (
            "won",
            [-50_000, 42_000],
            "Won in part",
            "You won a part of a dispute",
            "You won in part: €420.00 came back, and €80.00 did not.",
        ),
        (
            "won",
            [-50_000, 30_000, 12_500],
            "Won in part",
            "You won a part of a dispute",
            "You won in part: €425.00 came back, and €75.00 did not.",
        ),
        (
            "won",
            [-50_000],
            "Won",
            "You won a dispute",
            "You won: the bank sided with you. €500.00 is to come back, and has not yet.",
        ),
        (
            "lost",
            [-50_000],
            "Lost",
            "You lost a dispute",
            "You lost: the guest keeps €500.00, and the dispute fee is not returned.",
        ),
        (
            "lost",
            [-50_000, 50_000],
            "Lost, and paid back",
            "You lost a dispute, and have the money",
            "the bank gave the money back all the same: €500.00 is on your Stripe balance.",
        ),
        (
            "lost",
            [-50_000, 20_000],
            "Lost",
            "You lost a dispute",
            "You lost: €200.00 came back, the guest keeps €300.00",
        ),
        (
            "lost",
            [],
            "Lost",
            "You lost a dispute",
            "Stripe has not told yet what it took of €500.00.",
        ),
        (
            "warning_closed",
            [],
            "Inquiry closed",
            "A bank's question is settled",
            "The bank asked about €500.00 and let it be.",
        ),
    ],
)
def test_how_a_dispute_ended_says_how_much_the_hotel_has(
    status, moved, word, title, says, stripe, booking, admin_user
):
    pays(stripe, booking, booking.total)
    disputes(stripe, 50_000, *moved, status=status, at=START + DAY)

    written = mail("dispute_closed")
    (panel,) = panels.money_of(booking.pk, admin_user).threats.disputes
    assert (written.title, panel.said.words) == (title, word)
    assert says in alert("dispute_closed")
    assert says in written.says[0]
    if status in ("won", "lost"):
        assert says in panel.said.note
    assert ("guest keeps" in alert("dispute_closed")) is ("guest keeps" in says)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_money_that_came_back_later_is_said_whatever_the_order(order, stripe, booking):
    lost = partial(disputes, stripe, 50_000, status="lost")
    told = [
        partial(pays, stripe, booking, booking.total),
        partial(lost, -50_000, at=START + DAY),
        partial(lost, -50_000, 50_000, at=START + 2 * DAY),
    ]
    for number in order:
        told[number]()

    assert "€500.00 is on your Stripe balance" in alert("dispute_closed")


# A dispute of what was refunded ---------------------------------------------


@pytest.mark.parametrize("backwards", [False, True], ids=["in order", "backwards"])
@pytest.mark.parametrize(
    ("refunded", "first"),
    [
        (120_000, "This payment was refunded already: hand that in, and it wins the case."),
        (
            45_000,
            "€450.00 of this payment was refunded already: hand that in, and the bank cannot take"
            " that part again.",
        ),
    ],
)
def test_a_dispute_of_a_refunded_payment_says_that_first(
    refunded, first, backwards, stripe, booking, admin_user
):
    pays(stripe, booking, booking.total)
    told = [
        partial(sends_back, stripe, refunded, at=START + DAY),
        partial(disputes, stripe, booking.total, -booking.total, at=START + 2 * DAY),
    ]
    for tell in told[::-1] if backwards else told:
        tell()

    late = "evidence_missed" if Alert.objects.filter(kind="evidence_missed") else "evidence_due"
    (panel,) = panels.money_of(booking.pk, admin_user).threats.disputes
    assert alert(late).startswith(first)
    assert mail("dispute_opened").says[0] == first
    assert panel.first == first


def test_a_refund_that_failed_wins_no_case(stripe, booking):
    pays(stripe, booking, booking.total)
    sends_back(stripe, 45_000, at=START + DAY, status="failed", failure_reason="declined")
    disputes(stripe, booking.total, -booking.total, at=START + 2 * DAY)

    assert "refunded already" not in "".join(mail("dispute_opened").says)


def test_an_inquiry_that_a_refund_would_end_says_so(stripe, booking):
    pays(stripe, booking, booking.total)
    asked = {"status": "warning_needs_response", "at": START + DAY}
    disputes(stripe, booking.total, is_charge_refundable=True, **asked)
    assert mail("dispute_opened").to_do.endswith("Or refund it: that ends the matter.")

    disputes(stripe, booking.total, is_charge_refundable=False, **asked | {"at": START + 2 * DAY})

    assert "refund it" not in mail("dispute_opened").to_do


def test_a_warning_about_money_that_has_not_come_says_so(stripe, booking, admin_user):
    details = {"type": "us_bank_account", "us_bank_account": {}}
    waits = {"seed": "1", "amount": booking.total, "payment_method_details": details}
    coming = objects.charge(status="pending", **waits)
    stripe.tells("charge.pending", coming, created=START)
    stripe.tells(
        "payment_intent.processing",
        intent(booking, "1", status="processing", amount=booking.total),
        created=START,
    )
    warning = objects.early_fraud_warning(seed="1")
    stripe.tells("radar.early_fraud_warning.created", warning, created=START + DAY)

    (panel,) = panels.money_of(booking.pk, admin_user).threats.warnings
    assert panel.said.words == "Money awaited"
    assert "The money has not come yet." in mail("fraud_warning_received").says[0]
    assert not Alert.objects.filter(kind="fraud_warning").exists()

    stripe.tells("charge.succeeded", coming | {"status": "succeeded"}, created=START + 2 * DAY)

    assert Alert.objects.filter(kind="fraud_warning", closed_at=None).exists()
    assert "has not come" not in mail("fraud_warning_received").says[0]
