"""Fraud warnings and reviews by HTTP, and the cards that guests left."""

import pytest

from payments.models import EarlyFraudWarning, Review
from payments.outgoing import keeping
from sandbox import objects
from sandbox.scenarios import SCENARIOS
from tests.api.conftest import away, leaves_a_card, program
from tests.conftest import stay_of
from tests.factories import ReservationFactory
from tests.operations.conftest import makes_refunds, metadata_of

CARDS = "reservations/HB-2481/payment_methods/"


@pytest.fixture
def warning(stripe, wire, booking):
    stripe.sends(SCENARIOS["fraud_warning_before_arrival"].events(stay_of(booking)))
    return EarlyFraudWarning.objects.get()


@pytest.fixture
def review(stripe, wire, booking):
    stripe.sends(SCENARIOS["review_open"].events(stay_of(booking)))
    return Review.objects.get()


def test_a_guest_is_refunded_before_the_bank_asks(warning, wire, api):
    wire.answers = lambda asked: makes_refunds()(asked) if asked.method == "POST" else None

    answer = api.posts(f"fraud_warnings/{warning.pk}/refund/", key="one")

    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert (told["reason"], told["status"]) == ("fraudulent", "succeeded")
    assert told["payment"] == str(warning.payment_id)
    again = api.posts(f"fraud_warnings/{warning.pk}/refund/", key="one")
    assert (again.status_code, again.json()) == (201, told)
    assert sum(asked.method == "POST" for asked in wire.asked) == 1


def test_that_refund_is_promised_while_stripe_is_away(warning, wire, api):
    wire.answers = away

    answer = api.posts(f"fraud_warnings/{warning.pk}/refund/")

    assert (answer.status_code, answer.json()["status"]) == (202, "promised")


def test_a_review_is_approved(review, wire, api):
    closed = objects.review(id=review.stripe_id, open=False, closed_reason="approved")
    wire.answers = lambda asked: (200, closed)

    answer = api.posts(f"reviews/{review.pk}/approve/")

    assert (answer.status_code, answer.json()["open"]) == (200, False)
    again = api.posts(f"reviews/{review.pk}/refuse/")
    assert (again.status_code, again.json()["code"]) == (409, "not_actionable")


@pytest.mark.parametrize("what", ["approve", "refuse"])
def test_a_review_is_decided_later_while_stripe_is_away(what, review, wire, api):
    wire.answers = away

    answer = api.posts(f"reviews/{review.pk}/{what}/")

    assert (answer.status_code, answer.json()["status"]) == (202, "promised")


def test_both_who_refused_a_review_while_stripe_was_away_hear_that_it_is_done(review, wire, api):
    wire.answers = away
    told = [api.posts(f"reviews/{review.pk}/refuse/", key=key) for key in ("mine", "yours")]
    assert [each.status_code for each in told] == [202, 202]
    closed = objects.review(id=review.stripe_id, open=False, closed_reason="refunded_as_fraud")
    wire.answers = lambda asked: makes_refunds()(asked) if asked.method == "POST" else (200, closed)
    keeping.keep_due(early=True)

    told = [api.posts(f"reviews/{review.pk}/refuse/", key=key) for key in ("mine", "yours")]

    assert [each.status_code for each in told] == [200, 200]
    assert len(api.gets("refunds/").json()["results"]) == 1


def test_a_review_is_refused_and_the_money_goes_back(review, wire, api):
    closed = objects.review(id=review.stripe_id, open=False, closed_reason="refunded_as_fraud")
    wire.answers = lambda asked: makes_refunds()(asked) if asked.method == "POST" else (200, closed)

    answer = api.posts(f"reviews/{review.pk}/refuse/")

    assert (answer.status_code, answer.json()["open"]) == (200, False)
    (refund,) = api.gets("refunds/").json()["results"]
    assert refund["reason"] == "fraudulent"


# Cards --------------------------------------------------------------------


def test_cards_on_file_are_listed(stripe, wire, booking, api):
    card = leaves_a_card(stripe, booking)

    (told,) = api.gets(CARDS).json()["results"]

    assert told["id"] == str(card.pk)
    assert (told["brand"], told["last4"], told["default"], told["usable"]) == (
        "visa",
        "4242",
        False,
        True,
    )
    assert told["account"] == "acct_harbour"


def test_a_card_is_left_in_a_browser(stripe, wire, booking, api):
    def answer(asked):
        made = {"metadata": metadata_of(asked)}
        if asked.path == "/v1/customers":
            return 200, objects.customer(id="cus_new", **made)
        intent = objects.setup_intent(id="seti_1", status="requires_payment_method", **made)
        return 200, intent | {"client_secret": "seti_1_secret"}

    wire.answers = answer
    first = api.posts(f"{CARDS}setup/", key="one")

    assert first.status_code == 201, first.content
    assert first.json()["client_secret"] == "seti_1_secret"
    assert first.json()["stripe_id"] == "seti_1"
    again = api.posts(f"{CARDS}setup/", key="one")
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"


def test_a_card_becomes_the_default(stripe, wire, booking, api):
    card = leaves_a_card(stripe, booking)
    customer = objects.customer(
        id="cus_guest", invoice_settings={"default_payment_method": "pm_guest"}
    )
    wire.answers = away
    promised = api.posts(f"{CARDS}{card.pk}/default/")
    assert (promised.status_code, promised.json()["status"]) == (202, "promised")

    wire.answers = lambda asked: (200, customer)
    keeping.keep_due(early=True)
    answer = api.posts(f"{CARDS}{card.pk}/default/")
    assert (answer.status_code, answer.json()["default"]) == (200, True)


def test_both_who_made_a_card_the_default_while_stripe_was_away_hear_that_it_is(
    stripe, wire, booking, api
):
    where = f"{CARDS}{leaves_a_card(stripe, booking).pk}/default/"
    wire.answers = away
    told = [api.posts(where, key=key) for key in ("mine", "yours")]
    assert [each.status_code for each in told] == [202, 202]
    chosen = {"default_payment_method": "pm_guest"}
    customer = objects.customer(id="cus_guest", invoice_settings=chosen)
    wire.answers = lambda asked: (200, customer)
    keeping.keep_due(early=True)

    told = [api.posts(where, key=key) for key in ("mine", "yours")]

    assert [(each.status_code, each.json()["default"]) for each in told] == [(200, True)] * 2


def test_a_card_is_taken_off_file(stripe, wire, booking, api):
    card = leaves_a_card(stripe, booking)
    wire.answers = lambda asked: (200, objects.payment_method(id="pm_guest", customer=None))

    answer = api.asks("DELETE", f"{CARDS}{card.pk}/")

    assert (answer.status_code, answer.json()["usable"]) == (200, False)
    assert api.gets(CARDS).json()["results"] == []
    again = api.asks("DELETE", f"{CARDS}{card.pk}/")
    assert (again.status_code, again.json()["code"]) == (409, "card_gone")


def test_another_guests_card_is_not_there(stripe, wire, booking, api):
    card = leaves_a_card(stripe, booking)
    ReservationFactory(code="HB-9", property=booking.property)

    answer = api.asks("DELETE", f"reservations/HB-9/payment_methods/{card.pk}/")

    assert answer.status_code == 404
    assert program("read_only").gets(CARDS).status_code == 403
