"""The desks: what presses most stands first, and is decided with one click and a question."""

import re
import time

import pytest
from django.test import Client

from organizations.models import Role
from payments.models import (
    Dispute,
    EarlyFraudWarning,
    EvidencePack,
    OutgoingRequest,
    Payment,
    Refund,
    Review,
)
from sandbox import objects
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.factories import OrganizationFactory, PropertyFactory, ReservationFactory
from tests.operations.conftest import HARBOUR, far, makes_refunds, paid  # noqa: F401
from tests.sandbox.test_sandbox_delivery import control
from tests.staff.conftest import somebody

DISPUTES, WARNINGS, HOLDS = "/desks/disputes/", "/desks/warnings/", "/desks/holds/"
DAY = 86_400


@pytest.fixture
def disputed(stripe, paid):  # noqa: F811
    """Return a function that has a guest dispute a payment, to be answered in so many days."""

    def dispute(days=7, status="needs_response", **fields):
        payment = paid(60_000)
        now = int(time.time())
        details = {"due_by": now + int(days * DAY), "has_evidence": False}
        details |= {"past_due": False, "submission_count": 0}
        told = objects.dispute(
            id=f"dp_{Dispute.objects.count()}", charge=payment.latest_charge,
            payment_intent=payment.stripe_id, created=now - 60, amount=60_000, status=status,
            evidence_details=details, **fields,
        )  # fmt: skip
        stripe.tells("charge.dispute.created", told, created=now - 60)
        return Dispute.objects.get(stripe_id=told["id"])

    return dispute


@pytest.fixture
def warned(stripe, booking):
    """A payment of €1,200.00 for a stay to come, which a bank takes for fraud."""
    stripe.sends(SCENARIOS["fraud_warning_before_arrival"].events(stay_of(booking)))
    return EarlyFraudWarning.objects.get()


@pytest.fixture
def reviewed(stripe, booking):
    """A payment that Stripe wants somebody to look at."""
    stripe.sends(SCENARIOS["review_open"].events(stay_of(booking)))
    return Review.objects.get()


@pytest.fixture
def hold(stripe, booking):
    stripe.sends(SCENARIOS["hold"].events(stay_of(booking)))
    return Payment.objects.get(status="requires_capture")


def lines(client, desk, **asked):
    return client.get(desk, asked).context["lines"]


def send(client, address):
    """Open a dialog and press its button."""
    page = client.get(address).content.decode()
    (key,) = re.findall(r'name="key" value="([^"]*)"', page)
    return client.post(address, {"key": key}, follow=True)


def said(answer):
    return [str(each) for each in answer.context["messages"]]


# Disputes ----------------------------------------------------------------


def test_the_next_deadline_stands_first_with_its_countdown(manager, disputed):
    late, soon = disputed(days=9), disputed(days=1)
    disputed(days=2, status="under_review")

    found = lines(manager, DISPUTES)

    assert [line.id for line in found] == [soon.pk, late.pk]
    assert [line.dispute.left.words for line in found] == ["Tomorrow", "9 days left"]
    assert [line.dispute.amount for line in found] == ["€600.00", "€600.00"]


def test_days_that_are_left_are_no_held_money(manager, disputed):
    disputed(days=6)
    (line,) = lines(manager, DISPUTES)
    assert (line.dispute.left.words, line.dispute.left.tone) == ("6 days left", "wait")


def test_a_dispute_says_why_whose_stay_and_leads_to_its_tab(manager, disputed, booking):
    disputed(reason="product_not_received")

    page = manager.get(DISPUTES).content.decode()

    assert "Dispute: stay not given" in page
    assert "The cardholder says that they paid and were not given the stay." in page
    assert booking.guest.name in page
    assert f'href="/bookings/{booking.pk}/?tab=dispute"' in page
    assert "composed from the stay" in page


def test_the_desk_says_how_far_the_answer_is(manager, disputed):
    dispute = disputed()
    pack = EvidencePack.objects.create(dispute=dispute)
    (line,) = lines(manager, DISPUTES)
    assert line.evidence.words == "Composed from the stay"
    for field, words in (("edited_at", "Being written"), ("staged_at", "At Stripe")):
        setattr(pack, field, dispute.occurred_at)
        pack.save()
        (line,) = lines(manager, DISPUTES)
        assert line.evidence.words == words


def test_what_a_bank_decides_and_what_is_over_stand_apart(manager, disputed):
    bank, over = disputed(status="under_review"), disputed(status="won")

    assert [line.id for line in lines(manager, DISPUTES, standing="bank")] == [bank.pk]
    assert [line.id for line in lines(manager, DISPUTES, standing="over")] == [over.pk]
    assert lines(manager, DISPUTES) == []


# Payments in doubt -------------------------------------------------------


def test_a_warning_says_whose_stay_and_what_helps(manager, warned, booking):
    page = manager.get(WARNINGS).content.decode()

    assert "Before arrival" in page
    assert booking.guest.name in page
    assert "€1,200.00" in page
    assert "Refund guest" in page


def test_a_guest_is_refunded_once_after_a_question(wire, manager, warned):
    wire.answers = makes_refunds()
    address = f"{WARNINGS}{warned.pk}/refund/"
    page = manager.get(address).content.decode()
    assert 'Refund guest <span class="whole">€1,200.00</span>' in page
    assert not wire.asked
    key = {"key": re.findall(r'name="key" value="([^"]*)"', page)[0]}

    answers = [manager.post(address, key, follow=True) for _ in range(2)]

    assert [said(answer) for answer in answers] == [["The guest was refunded."]] * 2
    assert Refund.objects.get().amount == 120_000
    assert answers[0].redirect_chain[-1][0] == WARNINGS


def test_beside_a_dispute_nothing_is_offered_and_nothing_done(wire, manager, warned, stripe):
    payment = warned.payment
    dispute = objects.dispute(
        charge=payment.latest_charge, payment_intent=payment.stripe_id, created=int(time.time()),
        amount=120_000, status="needs_response",
    )  # fmt: skip
    stripe.tells("charge.dispute.created", dispute, created=int(time.time()))

    (line,) = lines(manager, WARNINGS)
    answer = manager.get(f"{WARNINGS}{warned.pk}/refund/", follow=True)

    assert line.decisions == []
    assert line.said.words == "Disputed already"
    assert said(answer) == ["Disputed already. It has become a dispute: answer that."]
    assert not Refund.objects.exists()


@pytest.mark.parametrize(("verb", "left"), [("approve", 0), ("refuse", 60_000)])
def test_a_review_is_decided_at_stripe(verb, left, far, booking, manager):  # noqa: F811
    intent = far.pays(booking, "pm_card_visa")
    control(far.server, "review", account=HARBOUR, charge=intent.latest_charge)
    far.tell()
    review = Review.objects.get()
    (line,) = lines(manager, WARNINGS)
    assert [decision.verb for decision in line.decisions] == ["Approve", "Refuse"]

    send(manager, f"/desks/reviews/{review.pk}/{verb}/")
    far.tell()

    assert lines(manager, WARNINGS) == []
    (line,) = lines(manager, WARNINGS, standing="over")
    assert line.decisions == []
    booking.refresh_from_db()
    assert booking.refunded_amount == left


def test_a_review_beside_a_dispute_cannot_be_decided(manager, reviewed, stripe):
    payment = reviewed.payment
    dispute = objects.dispute(
        charge=payment.latest_charge, payment_intent=payment.stripe_id, created=int(time.time()),
        status="needs_response",
    )  # fmt: skip
    stripe.tells("charge.dispute.created", dispute, created=int(time.time()))

    (line,) = lines(manager, WARNINGS)
    assert line.decisions == []
    for verb in ("approve", "refuse"):
        answer = manager.post(f"/desks/reviews/{reviewed.pk}/{verb}/", {"key": "x"}, follow=True)
        assert said(answer) == ["Disputed already. It has become a dispute: answer that."]
    assert not OutgoingRequest.objects.exists()


def test_while_stripe_has_not_answered_nothing_is_asked_again(wire, manager, reviewed):
    wire.answers = lambda asked: (500, {"error": {"type": "api_error", "message": "Later."}})

    answer = send(manager, f"/desks/reviews/{reviewed.pk}/approve/")

    assert said(answer) == ["The approval is on its way to Stripe."]
    (line,) = lines(manager, WARNINGS)
    assert (line.said.words, line.decisions) == ("Being approved", [])


# Holds -------------------------------------------------------------------


def test_holds_stand_by_when_they_run_out(manager, stripe, booking, hold):
    other = ReservationFactory(code="HB-9", property=booking.property)
    stripe.sends(SCENARIOS["hold"].events(stay_of(other)))
    later = Payment.objects.get(reservation=other)
    later.charges.update(capture_before=hold.charges.get().capture_before.replace(year=2030))

    found = lines(manager, HOLDS)

    assert [line.id for line in found] == [hold.pk, later.pk]
    assert all(line.left for line in found)


def test_a_hold_is_released_and_the_desk_is_left_empty(wire, manager, booking, hold):
    wire.answers = lambda asked: (500, {"error": {"type": "api_error", "message": "Later."}})
    address = f"/bookings/{booking.pk}/release/{hold.pk}/"
    assert address in manager.get(HOLDS).content.decode()
    page = manager.get(f"{address}?from=holds").content.decode()
    hidden = dict(re.findall(r'type="hidden" name="(key|seen)" value="([^"]*)"', page))

    answer = manager.post(f"{address}?from=holds", hidden, follow=True)

    assert answer.redirect_chain[-1][0] == HOLDS
    assert said(answer) == ["Letting go is on its way."]


def test_a_hold_that_ran_out_is_no_longer_listed(manager, hold):
    hold.charges.update(expired=True)

    assert lines(manager, HOLDS) == []


# Who, and how much -------------------------------------------------------


@pytest.mark.parametrize("role", Role.values)
def test_a_desk_is_for_whoever_works_there(role, warned, reviewed, hold, booking):
    client = somebody(role)
    decides, takes = role not in (Role.FRONT_DESK, Role.READ_ONLY), role != Role.READ_ONLY
    for desk in (DISPUTES, WARNINGS):
        assert client.get(desk).status_code == (200 if decides else 403)
        assert (f'href="{desk}"' in client.get("/bookings/").content.decode()) is decides
    decisions = [f"{WARNINGS}{warned.pk}/refund/"]
    decisions += [f"/desks/reviews/{reviewed.pk}/{verb}/" for verb in ("approve", "refuse")]
    for address in decisions:
        assert client.get(address).status_code == (200 if decides else 403)
        assert client.post(address, {}).status_code == (422 if decides else 403)
    page = client.get(HOLDS).content.decode()
    assert ("Capture" in page) is takes
    assert not OutgoingRequest.objects.exists()


def test_nobody_sees_what_is_anothers(warned, reviewed, hold, disputed, booking):
    disputed()
    airport = PropertyFactory(organization=booking.organization, slug="airport")
    strangers = [
        somebody(organization=OrganizationFactory(slug="asagiri")),
        somebody(houses=[airport]),
    ]
    for client in strangers:
        assert [lines(client, desk) for desk in (DISPUTES, WARNINGS, HOLDS)] == [[], [], []]
        for address in (
            f"{WARNINGS}{warned.pk}/refund/",
            f"/desks/reviews/{reviewed.pk}/approve/",
            f"/desks/reviews/{reviewed.pk}/refuse/",
        ):
            assert client.get(address).status_code == 404
            assert client.post(address, {}).status_code == 404
    for desk in (DISPUTES, WARNINGS, HOLDS):
        assert Client().get(desk).status_code == 302


@pytest.mark.parametrize("desk", [DISPUTES, WARNINGS, HOLDS])
def test_a_desk_asks_little_however_much_waits(
    desk, manager, stripe, booking, disputed, django_assert_max_num_queries
):
    for number in range(12):
        other = ReservationFactory(code=f"HB-{number}", property=booking.property)
        disputed(days=number)
        for story in ("fraud_warning_before_arrival", "review_open", "hold"):
            stripe.sends(SCENARIOS[story].events(stay_of(other)))

    with django_assert_max_num_queries(20):
        assert len(lines(manager, desk)) >= 12


def test_what_is_in_doubt_is_decided_on_the_bookings_page_too(wire, warned, booking):
    wire.answers = makes_refunds()
    address = f"{WARNINGS}{warned.pk}/refund/"
    for role, may in ((Role.FINANCE, True), (Role.FRONT_DESK, False)):
        page = somebody(role).get(f"/bookings/{booking.pk}/").content.decode()
        assert (f'hx-get="{address}"' in page) is may

    answer = send(somebody(Role.FINANCE), f"{address}?from=booking")

    assert answer.redirect_chain[-1][0] == f"/bookings/{booking.pk}/"
    assert said(answer) == ["The guest was refunded."]
    assert f'hx-get="{address}"' not in answer.content.decode()
