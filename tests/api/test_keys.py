"""Idempotency-Key: what is asked again is told again, and done once."""

import json
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from organizations.models import Role
from payments import timed
from payments.models import IdempotentRequest, OutgoingRequest, Payment, Refund
from payments.operations.payments import refunds
from payments.outgoing import keeping
from sandbox import objects
from sandbox.scenarios import SCENARIOS
from tests.api.conftest import program
from tests.conftest import stay_of
from tests.factories import (
    MembershipFactory,
    OrganizationFactory,
    PropertyFactory,
    ReservationFactory,
)
from tests.operations.conftest import makes_intents, makes_refunds

PAY = "reservations/HB-2481/payments/"
REFUND = "reservations/HB-2481/refunds/"
DEPOSIT = {"amount": 12_600, "purpose": "deposit"}
REPLAYED = "Idempotent-Replayed"


@pytest.fixture
def intents(wire, stripe, booking):
    """A Stripe that makes PaymentIntents and says their secrets again."""

    def answer(asked):
        if asked.method == "POST":
            return makes_intents(asked)
        id = asked.path.rsplit("/", 1)[-1]
        intent = objects.payment_intent(id=id, status="requires_payment_method")
        return 200, intent | {"client_secret": f"{id}_read_again"}

    wire.answers = answer
    return wire


def test_the_same_key_and_body_is_answered_as_the_first_time(intents, api):
    first = api.posts(PAY, DEPOSIT, key="one")
    assert REPLAYED not in first.headers

    again = api.posts(PAY, json.dumps(DEPOSIT, indent=4).encode(), key="one")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers[REPLAYED] == "true"
    secret = f"{first.json()['stripe_id']}_read_again"
    assert again.json() == first.json() | {"client_secret": secret}
    assert Payment.objects.count() == 1
    assert [asked.method for asked in intents.asked] == ["POST", "GET"]


def test_what_is_remembered_holds_no_secret(intents, api):
    api.posts(PAY, DEPOSIT, key="one")

    kept = IdempotentRequest.objects.get()

    assert "secret" not in kept.answer
    assert api.token not in kept.answer
    assert "one" not in (kept.digest, kept.body)


def test_the_same_key_with_another_body_is_refused(intents, api):
    api.posts(PAY, DEPOSIT, key="one")

    answer = api.posts(PAY, DEPOSIT | {"amount": 12_601}, key="one")

    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert Payment.objects.count() == 1


def test_a_key_is_of_a_person_an_organization_and_an_address(intents, booking, api):
    rival = OrganizationFactory(slug="rival")
    ReservationFactory(code="HB-2481", property=PropertyFactory(organization=rival, slug="uptown"))
    MembershipFactory(user=api.user, organization=rival, role=Role.MANAGER)
    ReservationFactory(code="HB-7", property=booking.property)
    other = program()

    answers = [
        api.posts(PAY, DEPOSIT, key="one"),
        other.posts(PAY, DEPOSIT, key="one"),
        api.posts("reservations/HB-7/payments/", DEPOSIT, key="one"),
        api.posts(f"/api/organizations/rival/{PAY}", DEPOSIT, key="one"),
        api.posts(PAY, DEPOSIT, key="two"),
    ]

    assert [answer.status_code for answer in answers] == [201, 201, 201, 409, 201]
    assert not any(REPLAYED in answer.headers for answer in answers)
    assert Payment.objects.count() == 4


@pytest.mark.parametrize("key", ["", "é", "a" * 256, "a\tb", "a\x00b", "\x7f"])
def test_a_key_is_printable(key, intents, api):
    answer = api.asks("POST", PAY, DEPOSIT, **{"Idempotency-Key": key})

    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["Idempotency-Key"]
    assert not Payment.objects.exists()


@pytest.mark.parametrize("key", [" ", "~", "a" * 255, "0d1f2a34-5678", "{}"])
def test_any_printable_key_is_one(key, intents, api):
    first, again = (api.asks("POST", PAY, DEPOSIT, **{"Idempotency-Key": key}) for _ in range(2))

    assert (first.status_code, again.headers[REPLAYED]) == (201, "true")


def test_what_was_wrong_is_not_remembered(intents, booking, api):
    reader = program(Role.READ_ONLY)
    wrong = DEPOSIT | {"amount": 0}
    assert api.posts(PAY, wrong, key="one").status_code == 400
    assert reader.posts(PAY, DEPOSIT, key="one").status_code == 403
    assert api.posts("reservations/HB-404/payments/", DEPOSIT, key="one").status_code == 404
    assert not IdempotentRequest.objects.exists()

    assert api.posts(PAY, DEPOSIT, key="one").status_code == 201
    reader.user.memberships.update(role=Role.MANAGER)
    assert reader.posts(PAY, DEPOSIT, key="one").status_code == 201


def test_a_refusal_is_remembered(wire, paid, api):
    payment = paid(50_000)
    first = api.posts(REFUND, {"amount": 60_000}, key="one")
    assert first.status_code == 409
    paid(50_000)  # now it could be done

    again = api.posts(REFUND, {"amount": 60_000}, key="one")

    assert (again.status_code, again.json()) == (409, first.json())
    assert again.headers["Content-Type"] == "application/problem+json"
    assert again.headers[REPLAYED] == "true"
    assert wire.asked == []
    assert payment.children.count() == 0


def test_what_was_promised_is_told_as_it_is_now(wire, paid, api):
    paid(50_000)
    wire.answers = lambda asked: None
    first = api.posts(REFUND, {"amount": 5_000}, key="one")
    assert first.status_code == 202
    still = api.posts(REFUND, {"amount": 5_000}, key="one")
    assert (still.status_code, still.json()) == (202, first.json())

    wire.answers = makes_refunds()
    keeping.keep_due(early=True)
    again = api.posts(REFUND, {"amount": 5_000}, key="one")

    assert again.status_code == 201
    assert again.headers[REPLAYED] == "true"
    assert [each["status"] for each in again.json()["refunds"]] == ["succeeded"]
    assert again.json()["refunds"][0]["id"] == first.json()["refunds"][0]["id"]
    assert Refund.objects.count() == 1


@pytest.mark.parametrize("refused", [False, True])
def test_whoever_hears_that_another_promised_it_is_told_as_it_is_now(
    refused, wire, stripe, booking, api
):
    """Two at the desk let go of one hold while Stripe is away."""
    stripe.sends(SCENARIOS["hold"].events(stay_of(booking)))
    hold = Payment.objects.get(status="requires_capture")
    where = f"payments/{hold.pk}/cancel/"
    wire.answers = lambda asked: None
    first, second = (api.posts(where, key=key) for key in ("mine", "yours"))
    assert (first.status_code, second.status_code) == (202, 202)
    gone = objects.payment_intent(id=hold.stripe_id, status="canceled", amount=hold.amount)
    error = {"type": "invalid_request_error", "message": "This hold is not yours."}
    wire.answers = lambda asked: (400, {"error": error}) if refused else (200, gone)
    keeping.keep_due(early=True)

    told = [api.posts(where, key=key) for key in ("mine", "yours")]

    assert told[0].content == told[1].content
    assert [each.status_code for each in told] == ([409, 409] if refused else [200, 200])
    assert told[1].headers[REPLAYED] == "true"
    assert OutgoingRequest.objects.count() == 1


def test_what_was_promised_and_then_refused_is_told_so(wire, paid, api):
    paid(50_000)
    wire.answers = lambda asked: None
    api.posts(REFUND, {"amount": 5_000}, key="one")
    error = {"type": "invalid_request_error", "code": "charge_already_refunded", "message": "No"}
    wire.answers = lambda asked: (400, {"error": error})
    keeping.keep_due(early=True)

    answers = [api.posts(REFUND, {"amount": 5_000}, key="one") for _ in range(2)]

    assert [(each.status_code, each.json()["code"]) for each in answers] == [
        (409, "refused_by_stripe")
    ] * 2


def test_a_promised_payment_says_its_secret_once_it_has_one(intents, api):
    answers, intents.answers = intents.answers, lambda asked: None
    assert api.posts(PAY, DEPOSIT, key="one").json()["client_secret"] is None
    intents.answers = answers
    keeping.keep_due(early=True)

    again = api.posts(PAY, DEPOSIT, key="one")

    assert again.status_code == 201
    assert again.json()["client_secret"].endswith("_read_again")


def test_a_key_is_remembered_for_a_day(intents, api):
    api.posts(PAY, DEPOSIT, key="one")
    rows = IdempotentRequest.objects.all()
    rows.update(begun_at=timezone.now() - timedelta(hours=23))
    assert REPLAYED in api.posts(PAY, DEPOSIT, key="one").headers

    rows.update(begun_at=timezone.now() - timedelta(hours=25))

    assert REPLAYED not in api.posts(PAY, DEPOSIT | {"amount": 5_000}, key="one").headers
    assert Payment.objects.count() == 2


def test_after_a_day_nothing_is_kept_of_it(intents, api):
    api.posts(PAY, DEPOSIT, key="one")
    assert timed.run(timed.forget_answered_requests) == 0
    IdempotentRequest.objects.update(begun_at=timezone.now() - timedelta(hours=25))

    assert timed.run(timed.forget_answered_requests) == 1

    assert not IdempotentRequest.objects.exists()
    assert OutgoingRequest.objects.get().asked_as is None


def under_way(api, ago):
    """Let the first request with a key be worked on still, by somebody who began so long ago."""
    api.posts(PAY, DEPOSIT, key="one")
    row = IdempotentRequest.objects.get()
    row.status, row.answer = None, ""
    row.begun_at = timezone.now() - timedelta(seconds=ago)
    row.save()
    return row


def test_while_the_first_is_worked_on_the_others_wait(intents, api):
    under_way(api, ago=50)

    answer = api.posts(PAY, DEPOSIT, key="one")

    assert (answer.status_code, answer.json()["code"]) == (409, "in_progress")
    assert int(answer.headers["Retry-After"]) >= 1
    assert Payment.objects.count() == 1


def test_after_a_minute_it_is_told_what_became_of_what_the_first_promised(intents, api):
    under_way(api, ago=61)

    answer = api.posts(PAY, DEPOSIT, key="one")

    assert answer.status_code == 201
    assert answer.headers[REPLAYED] == "true"
    assert answer.json()["id"] == str(Payment.objects.get().pk)


def test_after_a_minute_what_promised_nothing_is_done_again(intents, api):
    row = under_way(api, ago=61)
    OutgoingRequest.objects.all().delete()
    Payment.objects.all().delete()

    answer = api.posts(PAY, DEPOSIT, key="one")

    assert answer.status_code == 201
    assert REPLAYED not in answer.headers
    assert IdempotentRequest.objects.get().pk != row.pk


def test_a_request_that_fails_by_our_own_fault_can_be_made_again(intents, api, monkeypatch):
    def breaks(**_):
        raise RuntimeError("out of order")

    with monkeypatch.context() as patched:
        patched.setattr("payments.operations.payments.payment_intents.take", breaks)
        with pytest.raises(RuntimeError):
            api.posts(PAY, DEPOSIT, key="one")

    assert api.posts(PAY, DEPOSIT, key="one").status_code == 201


def test_what_fails_by_our_own_fault_after_it_promised_is_not_done_again(
    wire, paid, api, monkeypatch
):
    paid(50_000)
    wire.answers = makes_refunds()

    def breaks(request):
        raise RuntimeError("out of order")

    with monkeypatch.context() as patched:
        patched.setattr("payments.outgoing.keeping.keep", breaks)
        with pytest.raises(RuntimeError):
            api.posts(REFUND, {"amount": 5_000}, key="one")
    assert api.posts(REFUND, {"amount": 5_000}, key="one").json()["code"] == "in_progress"
    keeping.keep_due(early=True)
    IdempotentRequest.objects.update(begun_at=timezone.now() - timedelta(seconds=56))

    again = api.posts(REFUND, {"amount": 5_000}, key="one")

    assert (again.status_code, again.json()["refunds"][0]["status"]) == (201, "succeeded")
    assert len(wire.asked) == Refund.objects.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_who_was_taken_over_promises_nothing_any_more(wire, paid, api, monkeypatch):
    """The first is held up for longer than a minute, just before it promises."""
    paid(50_000)
    wire.answers = makes_refunds()
    slow, go_on = threading.Event(), threading.Event()
    issue, answers = refunds.issue, []

    def held_up(**options):
        if not slow.is_set():
            slow.set()
            go_on.wait(30)
        return issue(**options)

    monkeypatch.setattr(refunds, "issue", held_up)

    def ask():
        try:
            answers.append(api.posts(REFUND, {"amount": 5_000}, key="one"))
        finally:
            connection.close()

    first = threading.Thread(target=ask)
    first.start()
    slow.wait(30)
    IdempotentRequest.objects.update(begun_at=timezone.now() - timedelta(seconds=61))
    second = api.posts(REFUND, {"amount": 5_000}, key="one")
    go_on.set()
    first.join(30)

    assert second.status_code == 201
    assert (answers[0].status_code, answers[0].json()["code"]) == (409, "in_progress")
    assert Refund.objects.count() == 1
    assert len(wire.asked) == 1
