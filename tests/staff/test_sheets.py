"""The dialogs of a booking's page: what each does, once, for whoever may; and what it refuses."""

import re
import threading
import time
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from organizations.models import Role
from payments.models import (
    IdempotentRequest,
    Notification,
    OutgoingRequest,
    PayLink,
    Payment,
    Refund,
)
from payments.operations.payments import refunds
from payments.outgoing import keeping
from sandbox import objects
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.factories import OrganizationFactory, PropertyFactory, ReservationFactory
from tests.operations.conftest import (  # noqa: F401
    Far,
    desk,
    far,
    finance,
    makes_refunds,
    paid,
    stay,
)
from tests.operations.test_charging import on_file  # noqa: F401
from tests.staff.conftest import somebody
from tests.support.threads import at_once

VERBS = ("refund", "pay-link", "charge")


def address(booking, verb, payment=None):
    return f"/bookings/{booking.pk}/{verb}/" + (f"{payment.pk}/" if payment else "")


def opened(client, where):
    """Return the hidden fields of a dialog, as a browser would send them back."""
    page = client.get(where).content.decode()
    return dict(re.findall(r'type="hidden" name="(key|seen)" value="([^"]*)"', page))


def send(client, where, hidden=None, **fields):
    return client.post(where, (hidden or opened(client, where)) | fields, follow=True)


def same_login(tab):
    """Return another tab of somebody who has logged in."""
    another = Client()
    another.cookies["sessionid"] = tab.cookies["sessionid"].value
    return another


def said(answer):
    return [str(each) for each in answer.context["messages"]]


@pytest.fixture
def hold(stripe, booking):
    stripe.sends(SCENARIOS["hold"].events(stay_of(booking)))
    return Payment.objects.get(status="requires_capture")


@pytest.mark.parametrize(
    ("typed", "amount"), [("50", 5_000), ("50.00", 5_000), ("1,234.50", 123_450)]
)
def test_a_refund_is_typed_as_people_write_it(typed, amount, wire, paid, manager, booking):  # noqa: F811
    paid(200_000)
    wire.answers = makes_refunds()

    answer = send(manager, address(booking, "refund"), amount=typed)

    refund = Refund.objects.get()
    assert (refund.amount, refund.status) == (amount, "succeeded")
    assert said(answer)[0].endswith("refunded.")


def test_a_refund_that_is_under_way_says_so(wire, paid, manager, booking):  # noqa: F811
    paid(200_000)
    wire.answers = makes_refunds("pending")
    answer = send(manager, address(booking, "refund"), amount="50", lower_total="on")
    assert said(answer) == ["The refund of €50.00 is on its way."]
    before = booking.total
    booking.refresh_from_db()
    assert booking.total == before - 5_000


@pytest.mark.parametrize("typed", ["", "0", "-5", "5,0", "1.234,50", "fifty", "50.001", "9" * 30])
def test_what_makes_no_sense_is_refused_beside_its_field(typed, wire, paid, manager, booking):  # noqa: F811
    paid(200_000)
    answer = send(manager, address(booking, "refund"), amount=typed, reason="duplicate")
    assert answer.status_code == 422
    assert answer.context["form"].errors["amount"]
    page = answer.content.decode()
    assert '<option value="duplicate" selected>' in page
    assert f'value="{typed}"' in page or not typed
    assert not wire.asked
    assert not Refund.objects.exists()


def test_more_than_was_paid_is_refused_and_can_be_sent_again(wire, paid, manager, booking):  # noqa: F811
    paid(20_000)
    wire.answers = makes_refunds()
    where = address(booking, "refund")
    hidden = opened(manager, where)
    answer = send(manager, where, hidden, amount="200.01")
    assert answer.context["form"].errors["amount"] == [
        "At most €200.00 can be given back, counting what is under way."
    ]
    send(manager, where, hidden, amount="200")
    assert Refund.objects.get().amount == 20_000


def test_a_double_click_is_one_refund(wire, paid, manager, booking):  # noqa: F811
    paid(200_000)
    wire.answers = makes_refunds()
    where = address(booking, "refund")
    hidden = opened(manager, where)
    first, second = (send(manager, where, hidden, amount="50") for _ in range(2))
    assert said(first) == said(second) == ["€50.00 refunded."]
    assert Refund.objects.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("verb", ["refund", "capture", "pay-link"])
def test_sent_many_times_at_the_same_moment_it_is_done_once(verb, stripe, wire, booking, paid):  # noqa: F811
    paid(200_000)
    stripe.sends(SCENARIOS["hold"].events(stay_of(booking)))
    held = Payment.objects.get(status="requires_capture") if verb == "capture" else None
    refund = makes_refunds()

    def answers(asked):
        time.sleep(0.3)
        if "refund" in asked.path:
            return refund(asked)
        return 200, objects.payment_intent(
            id=held.stripe_id, status="succeeded", amount=held.amount, amount_received=5_000
        )

    wire.answers = answers
    tab = somebody()
    where = address(booking, verb, held)
    hidden = opened(tab, where)

    def press(_):
        return send(same_login(tab), where, hidden, amount="50")

    told = [answer.content.decode() for answer in at_once(8, press)]

    done = {
        "refund": "€50.00 refunded.",
        "capture": "€50.00 taken.",
        "pay-link": "is on its way to the guest.",
    }[verb]
    assert any(done in page for page in told)
    assert all(done in page or "being done already" in page for page in told)
    assert len(wire.asked) == OutgoingRequest.objects.count() == (verb != "pay-link")
    assert PayLink.objects.count() == (verb == "pay-link")


def dies(*args, **named):
    raise KeyboardInterrupt  # nothing of ours catches that


def a_minute_later():
    IdempotentRequest.objects.update(begun_at=timezone.now() - timedelta(seconds=61))


@pytest.mark.parametrize("where_it_died", ["before it promised", "after it promised"])
def test_what_a_process_that_died_began_is_not_begun_for_ever(
    where_it_died,
    wire,
    paid,  # noqa: F811
    manager,
    booking,
    monkeypatch,
):
    paid(200_000)
    wire.answers = makes_refunds()
    where = address(booking, "refund")
    hidden = opened(manager, where)
    promised = where_it_died == "after it promised"
    broken = "outgoing.keeping.keep" if promised else "operations.activity.note"
    with monkeypatch.context() as patched:
        patched.setattr(f"payments.{broken}", dies)
        with pytest.raises(KeyboardInterrupt):
            manager.post(where, hidden | {"amount": "50"})
    assert said(send(manager, where, hidden, amount="50")) == [
        "This is being done already. The booking's history says what comes of it."
    ]  # the holds' desk, too, has dialogs, and no history below
    assert not wire.asked

    a_minute_later()
    answer = send(manager, where, hidden, amount="50")

    said_now = "This was begun already" if promised else "€50.00 refunded."
    assert said_now in said(answer)[0]
    keeping.keep_due(early=True)
    assert len(wire.asked) == 1
    assert [each.status for each in Refund.objects.all()] == ["succeeded"]


def test_what_fails_by_our_own_fault_can_be_sent_again(wire, paid, manager, booking, monkeypatch):  # noqa: F811
    paid(200_000)
    wire.answers = makes_refunds()
    where = address(booking, "refund")
    hidden = opened(manager, where)

    def breaks(*args, **named):
        raise RuntimeError("out of order")

    with monkeypatch.context() as patched:
        patched.setattr("payments.operations.activity.note", breaks)
        with pytest.raises(RuntimeError):
            manager.post(where, hidden | {"amount": "50"})

    assert said(send(manager, where, hidden, amount="50")) == ["€50.00 refunded."]
    assert Refund.objects.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_who_was_held_up_for_a_minute_refunds_nothing_more(
    wire,
    paid,  # noqa: F811
    booking,
    monkeypatch,
):
    """The first is held up just before it promises; the second takes over."""
    paid(200_000)
    wire.answers = makes_refunds()
    tab = somebody()
    where = address(booking, "refund")
    hidden = opened(tab, where)
    slow, go_on = threading.Event(), threading.Event()
    issue = refunds.issue

    def held_up(**options):
        if not slow.is_set():
            slow.set()
            go_on.wait(30)
        return issue(**options)

    monkeypatch.setattr(refunds, "issue", held_up)

    def press(number):
        if number:
            slow.wait(30)
            a_minute_later()
        try:
            return send(same_login(tab), where, hidden, amount="50").content.decode()
        finally:
            if number:
                go_on.set()

    first, second = at_once(2, press)

    assert "€50.00 refunded." in second
    assert "This is being done already" in first
    assert len(wire.asked) == Refund.objects.count() == 1


def test_what_changed_since_is_said_and_asked_again(wire, paid, manager, booking):  # noqa: F811
    paid(200_000)
    wire.answers = makes_refunds()
    where = address(booking, "refund")
    mine = opened(manager, where)
    send(somebody(), where, amount="30")

    answer = send(manager, where, mine, amount="50")

    assert answer.context["form"].non_field_errors() == [
        "It changed since you opened this: Refunded was €0.00 and is €30.00 now."
        " Look again, then go on."
    ]
    again = dict(re.findall(r'name="(key|seen)" value="([^"]*)"', answer.content.decode()))
    send(manager, where, again, amount="50")
    assert sorted(Refund.objects.values_list("amount", flat=True)) == [3_000, 5_000]


@pytest.mark.parametrize("seen", ["", "x", "1,2,3,4,5,<b>", "9" * 290])
def test_a_made_up_sight_is_refused(seen, wire, paid, manager, booking):  # noqa: F811
    paid(200_000)
    hidden = opened(manager, address(booking, "refund")) | {"seen": seen}
    answer = send(manager, address(booking, "refund"), hidden, amount="50")
    assert answer.status_code == 422
    assert not Refund.objects.exists()


def test_a_pay_link_is_mailed(wire, stripe, manager, booking):
    booking.guest.email = "ana@example.com"
    booking.guest.save()
    answer = send(manager, address(booking, "pay-link"), amount="100")
    assert said(answer) == ["A pay link for €100.00 is on its way to the guest."]
    assert PayLink.objects.get().amount == 10_000
    assert Notification.objects.filter(kind="pay_link").count() == 1


def test_without_an_address_no_link_is_made(manager, booking):
    booking.guest.email = ""
    booking.guest.save()
    answer = send(manager, address(booking, "pay-link"), amount="100")
    assert "no e-mail address" in answer.context["form"].errors["amount"][0]
    assert not PayLink.objects.exists()


def test_damage_is_charged_to_the_card_on_file(far, on_file, manager, booking):  # noqa: F811
    card = on_file()
    fields = {"amount": "90", "reason": "damage_charge", "card": str(card.pk), "note": "A lamp"}
    answer = send(manager, address(booking, "charge"), **fields)
    assert said(answer) == ["€90.00 charged."]
    assert Payment.objects.get().amount_received == 9_000


def test_a_card_that_is_not_on_file_is_not_charged(far, on_file, manager, booking):  # noqa: F811
    on_file()
    fields = {"amount": "90", "reason": "damage_charge", "card": str(booking.pk)}
    answer = send(manager, address(booking, "charge"), **fields)
    assert answer.context["form"].errors["card"]
    assert not Payment.objects.exists()


@pytest.mark.parametrize("verb", ["capture", "release"])
def test_a_hold_is_taken_or_let_go_by_one_request(verb, wire, manager, booking, hold):
    where = address(booking, verb, hold)
    hidden = opened(manager, where)
    wire.answers = lambda asked: (500, {"error": {"type": "api_error", "message": "Later."}})
    fields = {"amount": "50"} if verb == "capture" else {}

    for _ in range(2):
        answer = send(manager, where, hidden, **fields)

    assert "on its way" in said(answer)[0]
    request = OutgoingRequest.objects.get()
    assert (request.kind, request.about) == ({"release": "cancel"}.get(verb, verb), hold.pk)


def test_no_more_than_is_held_is_taken(wire, manager, booking, hold):
    answer = send(manager, address(booking, "capture", hold), amount="99,999")
    assert answer.context["form"].errors["amount"]
    assert not wire.asked


@pytest.mark.parametrize("role", Role.values)
def test_a_button_is_there_for_whoever_may_press_it(role, booking, hold, paid):  # noqa: F811
    paid(10_000)
    client = somebody(role)
    page = client.get(f"/bookings/{booking.pk}/").content.decode()
    may = role != Role.READ_ONLY
    held = [address(booking, verb, hold) for verb in ("capture", "release")]
    for where in [*(address(booking, verb) for verb in VERBS), *held]:
        assert (f'hx-get="{where}"' in page) is may
        assert client.get(where).status_code == (200 if may else 403)
        assert client.post(where, {"amount": "1"}).status_code == (422 if may else 403)
    assert not OutgoingRequest.objects.exists()


def test_what_is_anothers_is_not_there(booking, hold):
    stranger = somebody(organization=OrganizationFactory(slug="asagiri"))
    for where in (address(booking, "refund"), address(booking, "capture", hold)):
        assert stranger.get(where).status_code == 404
        assert stranger.post(where).status_code == 404
        assert Client().get(where).status_code == 302


def test_a_hold_in_another_currency_is_taken_and_let_go_in_its_own(wire, stripe, manager, booking):
    held = objects.payment_intent(
        id="pi_yen",
        status="requires_capture",
        capture_method="manual",
        amount=50_000,
        currency="jpy",
        amount_capturable=50_000,
        latest_charge="ch_yen",
        metadata={"reservationId": booking.code},
    )
    charge = objects.charge(
        id="ch_yen", payment_intent="pi_yen", amount=50_000, currency="jpy", captured=False
    )
    stripe.tells("payment_intent.amount_capturable_updated", held)
    stripe.tells("charge.succeeded", charge)
    hold = Payment.objects.get(stripe_id="pi_yen")
    capture, release = (address(booking, verb, hold) for verb in ("capture", "release"))

    for where in (capture, release):
        page = manager.get(where).content.decode()
        assert "¥50,000 is held." in page
        assert "€" not in page.partition('role="dialog"')[2]
    assert 'value="50,000"' in manager.get(capture).content.decode()

    wire.answers = lambda asked: (200, held | {"status": "succeeded", "amount_received": 10_000})
    answer = send(manager, capture, amount="10,000")
    assert said(answer) == ["¥10,000 taken."]
    assert wire.asked[-1].form["amount_to_capture"] == "10000"


def test_a_hold_of_another_booking_is_not_there(manager, hold):
    other = ReservationFactory(property=PropertyFactory())
    assert manager.get(address(other, "capture", hold)).status_code == 404


@pytest.mark.parametrize("verb", ["capture", "elsewhere"])
def test_no_such_dialog(verb, manager, booking):
    assert manager.get(address(booking, verb)).status_code == 404


def test_the_refund_says_what_the_policy_gives_back(paid, manager, booking):  # noqa: F811
    booking.cancellation_policy = [
        {"days_before": 0, "until": "18:00", "refund_percent": 50},
    ]
    booking.save()
    paid(20_000)
    page = manager.get(address(booking, "refund")).content.decode()
    assert "At most €200.00 can be given back." in page
    assert re.search(r"The policy gives back 50 % until .*: €100\.00", page)


def test_the_page_of_a_booking_asks_little(
    paid,  # noqa: F811
    manager,
    booking,
    hold,
    django_assert_max_num_queries,
):
    paid(20_000)
    with django_assert_max_num_queries(20):
        manager.get(f"/bookings/{booking.pk}/")
