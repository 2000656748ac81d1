"""Whom a hotel asks to pay, and what it hears when money comes that nobody had asked for."""

import itertools
from datetime import date, timedelta
from functools import partial

import pytest

from payments import panels
from payments.models import Alert, Notification
from payments.notifications import messages
from payments.notifications.case import Case
from payments.notifications.mails import MAILS
from payments.operations import alerts
from sandbox import ids
from tests.support.money import START, cannot_pay, disputes, intent, pays, sends_back

DAY = 86_400
MINUTE = 60


def mails(**wanted):
    """Return the kinds of the mails that wait, to whomever."""
    rows = Notification.objects.filter(state="waiting", **wanted)
    return sorted(rows.values_list("kind", flat=True))


def written(kind):
    """Return a mail that waits as it would be written."""
    row = Notification.objects.filter(kind=kind, state="waiting").order_by("pk").last()
    return MAILS[kind].write(Case(row))


def standing():
    """Return the alerts that stand, with what each says."""
    found = Alert.objects.filter(closed_at=None)
    return {alert.kind: messages.sentence(alert) for alert in found}


# Who is asked to pay --------------------------------------------------------


def test_who_has_paid_all_is_not_asked_for_a_deposit_that_was_declined_before(stripe, booking):
    cannot_pay(stripe, booking, 36_000, seed="deposit", type="deposit")
    assert mails() == ["payment_failed", "payment_failed_guest"]

    pays(stripe, booking, booking.total, seed="all", at=START + DAY)

    assert mails() == ["payment_received", "payment_taken"]


@pytest.mark.parametrize("backwards", [False, True], ids=["in order", "backwards"])
def test_who_paid_in_the_tab_that_was_opened_first_is_not_asked_for_the_other(
    backwards, stripe, booking
):
    told = [
        lambda: cannot_pay(stripe, booking, 36_000, seed="second", type="deposit", at=START),
        lambda: pays(stripe, booking, 36_000, seed="first", type="deposit", at=START + MINUTE),
    ]
    for tell in told[::-1] if backwards else told:
        tell()

    booking.refresh_from_db()
    assert booking.balance == 84_000
    assert mails() == ["payment_received", "payment_taken"]


def test_a_second_instalment_that_is_declined_is_not_made_up_for_by_the_first(stripe, booking):
    pays(stripe, booking, 36_000, seed="first", at=START)
    cannot_pay(stripe, booking, 36_000, seed="second", at=START + DAY)

    assert mails(to="guest") == ["payment_failed_guest", "payment_received"]


def test_nobody_is_asked_for_what_a_bank_took_in_a_dispute(stripe, booking):
    pays(stripe, booking, booking.total, seed="paid")
    disputes(stripe, booking.total, -booking.total, seed="paid", status="lost", at=START + DAY)
    cannot_pay(stripe, booking, 50_000, seed="again", at=START + 2 * DAY)

    booking.refresh_from_db()
    assert (booking.balance, booking.payment_status) == (booking.total, "charged_back")
    assert mails(to="guest") == ["payment_received"]
    assert "payment_failed" in mails(to="managers")
    assert written("payment_failed").to_do == (
        "Nothing is due that the guest could be asked for, so nobody has."
    )
    assert "still to pay" not in str(written("payment_received").says)


def test_who_owes_a_part_of_what_was_lost_and_a_part_of_the_stay_is_asked(stripe, booking):
    pays(stripe, booking, 60_000, seed="paid")
    disputes(stripe, 60_000, -60_000, seed="paid", status="lost", at=START + DAY)
    cannot_pay(stripe, booking, 60_000, seed="rest", at=START + 2 * DAY)

    assert "payment_failed_guest" in mails(to="guest")
    assert "€600.00 of your stay is still to pay." in written("payment_received").says


@pytest.mark.parametrize(
    ("event", "status"),
    [("processing", "processing"), ("amount_capturable_updated", "requires_capture")],
)
def test_nobody_is_asked_while_another_payment_of_all_is_on_its_way(event, status, stripe, booking):
    cannot_pay(stripe, booking, 36_000, seed="deposit", type="deposit")
    coming = intent(booking, "all", status=status, amount=booking.total)
    stripe.tells(f"payment_intent.{event}", coming, created=START + MINUTE)

    assert mails(to="guest") == []


def test_what_was_captured_so_far_of_a_payment_is_not_on_its_way_too(stripe, booking):
    cannot_pay(stripe, booking, 36_000, seed="deposit", type="deposit")
    part = booking.total // 2
    coming = intent(
        booking, "part", status="requires_capture", amount=part + 1_000, amount_received=part
    )
    stripe.tells("payment_intent.amount_capturable_updated", coming, created=START + MINUTE)

    assert mails(to="guest") == ["payment_failed_guest"]


def test_a_hold_is_no_payment_of_the_stay(stripe, booking):
    cannot_pay(stripe, booking, 36_000, seed="deposit", type="deposit")
    held = intent(booking, "hold", status="requires_capture", amount=booking.total, type="hold")
    stripe.tells("payment_intent.amount_capturable_updated", held, created=START + MINUTE)

    assert mails(to="guest") == ["payment_failed_guest"]


def test_an_extra_is_owed_though_the_stay_is_paid(stripe, booking):
    pays(stripe, booking, booking.total, seed="stay")
    cannot_pay(stripe, booking, 8_000, seed="spa", type="extra_charge", at=START + DAY)

    assert mails(to="guest") == ["payment_failed_guest", "payment_received"]


def test_the_desk_hears_of_a_hold_that_a_paid_guests_card_does_not_take(stripe, booking):
    pays(stripe, booking, booking.total, seed="stay")
    cannot_pay(stripe, booking, 20_000, seed="hold", type="hold", at=START + DAY)

    assert mails(to="guest") == ["payment_received"]
    assert mails(to="managers") == ["payment_failed", "payment_taken"]


def test_a_receipt_does_not_ask_once_more_for_what_only_went_back(stripe, booking):
    pays(stripe, booking, booking.total)
    sends_back(stripe, 20_000, at=START + DAY)

    assert written("payment_received").says == [
        "We have received €1,200.00 for your stay. This mail is your receipt."
    ]


# Each way of paying ---------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "code", "subject", "guest", "staff"),
    [
        (
            "multibanco",
            "payment_intent_payment_attempt_expired",
            "Your voucher over €500.00 has run out (HB-2481)",
            "Your Multibanco voucher ran out before it was paid.",
            "The Multibanco voucher ran out before the guest paid it.",
        ),
        (
            "oxxo",
            "payment_intent_payment_attempt_expired",
            "Your voucher over €500.00 has run out (HB-2481)",
            "Your OXXO voucher ran out before it was paid.",
            "The OXXO voucher ran out before the guest paid it.",
        ),
        (
            "konbini",
            "payment_intent_konbini_rejected_confirmation_number",
            "Your payment of €500.00 did not go through (HB-2481)",
            "The shops do not take the confirmation number of your Konbini voucher.",
            "The shops do not take the confirmation number of the Konbini voucher.",
        ),
        (
            "sepa_debit",
            "insufficient_funds",
            "Your payment of €500.00 did not go through (HB-2481)",
            "There was not enough money on the bank account.",
            "There was too little money on the bank account.",
        ),
        (
            "us_bank_account",
            "recipient_deceased",
            "Your payment of €500.00 did not go through (HB-2481)",
            "Your bank did not carry out the debit.",
            "The bank says that the account holder has died.",
        ),
        (
            "bacs_debit",
            "bank_ownership_changed",
            "Your payment of €500.00 did not go through (HB-2481)",
            "Your account has moved to another bank.",
            "The guest's account has moved to another bank.",
        ),
        (
            "ideal",
            "payment_method_customer_decline",
            "Your payment of €500.00 did not go through (HB-2481)",
            "The payment with iDEAL was not completed.",
            "The guest called it off with iDEAL.",
        ),
        (
            "klarna",
            "payment_method_provider_decline",
            "Your payment of €500.00 did not go through (HB-2481)",
            "Klarna did not allow it.",
            "Klarna declined it.",
        ),
        (
            "card",
            "expired_card",
            "Your payment of €500.00 did not go through (HB-2481)",
            "Your card has expired.",
            "The card has expired.",
        ),
    ],
)
def test_each_way_of_paying_fails_in_words_of_its_own(
    method, code, subject, guest, staff, stripe, booking
):
    cannot_pay(stripe, booking, 50_000, code, method=method)

    to_guest, to_hotel = written("payment_failed_guest"), written("payment_failed")
    assert to_guest.subject == subject
    assert to_guest.says == [f"{guest} Nothing was taken, and your booking stands."]
    assert staff in to_hotel.says[0]
    assert to_guest.to_do.startswith("Please pay again")
    for mail in (to_guest, to_hotel):
        assert ("card" in f"{mail.says} {mail.title}".lower()) is (method == "card")


# Debits and vouchers that Stripe knows; a code nobody here knows must read well, too.
METHODS = [
    *("acss_debit", "au_becs_debit", "bacs_debit", "nz_bank_account", "sepa_debit"),
    *("us_bank_account", "boleto", "konbini", "multibanco", "oxxo", "pix"),
    *("bancontact", "blik", "ideal", "p24", "paypal", "wechat_pay"),
    *("card", "customer_balance", "new_in_2031"),
]


@pytest.mark.parametrize("method", METHODS)
def test_a_code_that_nobody_knows_reads_well_for_every_way_of_paying(method, stripe, booking):
    cannot_pay(stripe, booking, 50_000, "a_code_of_2031", method=method)

    for mail in (written("payment_failed_guest"), written("payment_failed")):
        said = f"{mail.subject} {mail.title} {mail.says} {mail.to_do}"
        assert "{" not in said
        assert "a_code_of_2031" not in said
        assert "  " not in said


def test_a_booking_page_says_of_a_voucher_that_it_ran_out(stripe, booking, admin_user):
    code = "payment_intent_payment_attempt_expired"
    cannot_pay(stripe, booking, booking.total, code, method="multibanco")

    (line,) = panels.money_of(booking.pk, admin_user).history
    assert line.said.words == "Ran out"
    assert line.notes == [
        "The Multibanco voucher ran out before the guest paid it. The guest may pay again, with a"
        " new one."
    ]
    assert panels.status("failed").words == "Failed"


# What nobody had asked for --------------------------------------------------


def test_who_paid_twice_is_said_with_what_can_be_done(stripe, booking):
    pays(stripe, booking, booking.total, seed="one")
    assert standing() == {}
    pays(stripe, booking, booking.total, seed="two", at=START + MINUTE)

    assert standing() == {
        "paid_too_much": "The guest has paid €1,200.00 twice: that is €1,200.00 more than is owed."
        " Refund the €1,200.00, or agree with the guest what it is for; then say that you have"
        " seen this."
    }
    assert written("payment_taken").title == "A guest has paid twice"
    assert written("payment_taken").subject == "€1,200.00 came twice (HB-2481)"
    assert "€1,200.00 more than you owe" in written("payment_received").says[1]


def test_who_paid_a_deposit_and_then_all_has_paid_the_deposit_too_much(stripe, booking):
    pays(stripe, booking, 36_000, seed="deposit", type="deposit")
    pays(stripe, booking, booking.total, seed="all", at=START + DAY)

    (said,) = standing().values()
    assert said.startswith("The guest has paid €1,200.00, and by now €360.00 more than is owed.")
    assert written("payment_taken").title == "A guest has paid too much"


ENDS = {
    "refunded": lambda stripe, booking: sends_back(stripe, 36_000, seed="all", at=START + 2 * DAY),
    "on its way back": lambda stripe, booking: sends_back(
        stripe, 36_000, seed="all", status="pending", at=START + 2 * DAY
    ),
    "disputed": lambda stripe, booking: disputes(
        stripe, 36_000, -36_000, seed="deposit", at=START + 2 * DAY
    ),
    "lost": lambda stripe, booking: disputes(
        stripe, 36_000, -36_000, seed="deposit", status="lost", at=START + 2 * DAY
    ),
}


@pytest.mark.parametrize("end", ENDS)
def test_too_much_is_said_until_it_is_no_longer_so(end, stripe, booking):
    pays(stripe, booking, 36_000, seed="deposit", type="deposit")
    pays(stripe, booking, booking.total, seed="all", at=START + DAY)
    assert "paid_too_much" in standing()

    ENDS[end](stripe, booking)

    assert "paid_too_much" not in standing()
    assert written("payment_taken").title == "A payment came"


def test_a_part_of_too_much_that_goes_back_leaves_the_rest(stripe, booking):
    pays(stripe, booking, booking.total + 30_000)
    sends_back(stripe, 10_000, at=START + DAY)

    assert "€200.00 more than is owed" in standing()["paid_too_much"]


def test_an_extra_is_never_too_much(stripe, booking):
    pays(stripe, booking, booking.total, seed="stay")
    pays(stripe, booking, 9_000, seed="spa", type="extra_charge", at=START + MINUTE)
    pays(stripe, booking, 9_000, seed="window", type="damage_charge", at=START + DAY)

    assert standing() == {}


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_one_alert_stands_on_the_payment_that_came_last_whatever_the_order(order, stripe, booking):
    told = [
        partial(pays, stripe, booking, booking.total, seed="one", at=START),
        partial(pays, stripe, booking, booking.total, seed="two", at=START + DAY),
        partial(sends_back, stripe, 20_000, seed="one", at=START + 2 * DAY),
    ]
    for number in order:
        told[number]()

    (alert,) = Alert.objects.filter(closed_at=None)
    assert (alert.kind, alert.facts["over"]) == ("paid_too_much", 100_000)
    assert alert.object_id == ids.make("pi", "two")


def test_who_has_seen_it_and_agreed_with_the_guest_hears_no_more(stripe, booking, admin_user):
    pays(stripe, booking, booking.total + 5_000)
    alerts.acknowledge(Alert.objects.values_list("pk", flat=True), by=admin_user)

    panels.refresh_money([booking.pk])
    pays(stripe, booking, booking.total + 5_000)

    assert standing() == {}


def test_money_for_a_canceled_stay_is_said(stripe, booking):
    booking.status = "canceled"
    booking.save()
    pays(stripe, booking, booking.total)

    assert standing() == {
        "paid_canceled": "The booking is canceled, and you have €1,200.00 of the guest's money."
        " Refund what the rate's policy gives back, or agree with the guest; then say that you have"
        " seen this."
    }
    assert written("payment_taken").subject == "€1,200.00 came for a canceled stay (HB-2481)"
    assert "Your booking is canceled" in written("payment_received").says[1]

    sends_back(stripe, booking.total, at=START + DAY)

    assert standing() == {}


def test_canceling_a_paid_stay_says_that_the_money_is_here_and_taking_it_back_does_not(
    stripe, booking, django_capture_on_commit_callbacks
):
    pays(stripe, booking, booking.total)
    assert standing() == {}

    for status, said in (("canceled", ["paid_canceled"]), ("confirmed", [])):
        booking.status = status
        booking.save()
        with django_capture_on_commit_callbacks(execute=True):
            panels.refresh_money([booking.pk])
        assert list(standing()) == said


def test_a_stay_that_costs_less_than_was_paid_is_said_when_the_hotel_says_so(
    stripe, booking, django_capture_on_commit_callbacks
):
    pays(stripe, booking, booking.total)
    booking.total -= 40_000
    booking.save()
    with django_capture_on_commit_callbacks(execute=True):
        panels.refresh_money([booking.pk])

    assert "€400.00 more than is owed" in standing()["paid_too_much"]


@pytest.mark.parametrize(("days", "late"), [(-1, False), (0, False), (1, True), (3, True)])
def test_money_that_comes_after_the_day_of_departure_is_said(days, late, stripe, booking):
    booking.arrival = date(2026, 11, 24) - timedelta(days=days + 2)
    booking.departure = date(2026, 11, 24) - timedelta(days=days)
    booking.save()
    pays(stripe, booking, booking.total, at=START)

    assert ("paid_late" in standing()) is late
    title = "Money came after the stay" if late else "A payment came"
    assert written("payment_taken").title == title


def test_extras_are_charged_after_the_stay_as_a_matter_of_course(stripe, booking):
    booking.arrival, booking.departure = date(2026, 11, 20), date(2026, 11, 22)
    booking.save()
    pays(stripe, booking, 9_000, type="damage_charge")

    assert standing() == {}
