"""What asks Stripe: payments, holds and refunds, from the request to the answer."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from organizations.models import Role
from payments.models import (
    IdempotentRequest,
    Notification,
    OutgoingRequest,
    PayLink,
    Payment,
    Refund,
)
from payments.outgoing import keeping
from sandbox import objects
from tests.api.conftest import away, confirmed_hold, leaves_a_card, program
from tests.factories import OrganizationFactory, ReservationFactory
from tests.operations.conftest import makes_intents, makes_refunds, metadata_of

PAY = "reservations/HB-2481/payments/"
REFUND = "reservations/HB-2481/refunds/"
DEPOSIT = {"amount": 12_600, "purpose": "deposit"}


def answers(*parts: tuple[str, str, Any]) -> Any:
    """Return a far side that answers each method and end of a path in its way."""

    def answer(asked):
        for method, end, said in parts:
            if asked.method == method and asked.path.endswith(end):
                return said(asked) if callable(said) else said
        return 404, {"error": {"type": "invalid_request_error", "message": asked.path}}

    return answer


@pytest.fixture(autouse=True)
def publishable(settings):
    settings.STRIPE_PUBLISHABLE_KEY = "pk_test_of_the_tests"


@pytest.fixture
def waiting(wire, stripe, booking, api):
    """A payment that waits for its guest, as the API told it."""
    wire.answers = makes_intents
    answer = api.posts(PAY, DEPOSIT)
    assert answer.status_code == 201, answer.content
    return answer.json()


@pytest.fixture
def hold(stripe, booking):
    """A hold of €300.00 that was confirmed."""
    stripe.tells("payment_intent.amount_capturable_updated", confirmed_hold(booking))
    return Payment.objects.get()


def test_a_payment_comes_with_what_a_browser_needs(waiting, wire):
    payment = Payment.objects.get()

    assert waiting["id"] == str(payment.pk)
    assert waiting["stripe_id"] == payment.stripe_id
    assert waiting["client_secret"] == f"{payment.stripe_id}_secret_of_the_guest"
    assert waiting["publishable_key"] == "pk_test_of_the_tests"
    assert (waiting["account"], waiting["status"]) == ("acct_harbour", "requires_payment_method")
    assert (waiting["amount"], waiting["amount_received"]) == (12_600, 0)
    assert (waiting["purpose"], waiting["capture_method"]) == ("deposit", "automatic")
    (asked,) = wire.asked
    assert asked.account == "acct_harbour"
    assert asked.form["metadata[transactionId]"] == waiting["id"]


def test_a_hold_is_captured_later(wire, stripe, booking, api):
    wire.answers = makes_intents

    told = api.posts(PAY, {"amount": 30_000, "purpose": "hold"}).json()

    assert told["capture_method"] == wire.asked[0].form["capture_method"] == "manual"


def test_a_hold_that_is_to_be_captured_at_once_is_wrong(wire, stripe, booking, api):
    wire.answers = makes_intents
    hold = {"amount": 30_000, "purpose": "hold"}

    answer = api.posts(PAY, hold | {"capture_method": "automatic"})

    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["capture_method"])
    assert not wire.asked
    assert not OutgoingRequest.objects.exists()
    assert api.posts(PAY, hold | {"capture_method": "manual"}).status_code == 201


@pytest.mark.parametrize("method", ["automatic", "manual"])
def test_what_is_no_hold_is_captured_as_it_was_asked_for(method, wire, stripe, booking, api):
    wire.answers = makes_intents

    told = api.posts(PAY, DEPOSIT | {"capture_method": method}).json()

    assert told["capture_method"] == wire.asked[0].form["capture_method"] == method


def test_its_address_says_the_secret_to_whoever_may_take_payments(waiting, wire, api):
    payment = Payment.objects.get()
    intent = objects.payment_intent(
        id=payment.stripe_id, status="requires_payment_method", metadata=payment.metadata
    )
    wire.answers = answers(
        ("GET", payment.stripe_id, (200, intent | {"client_secret": "read_again"}))
    )
    address = f"payments/{payment.pk}/"

    assert api.gets(address).json()["client_secret"] == "read_again"
    told = program(Role.READ_ONLY).gets(address).json()
    assert (told["client_secret"], told["publishable_key"]) == (None, None)
    wire.answers = away
    assert api.gets(address).json()["client_secret"] is None


def test_while_stripe_is_away_a_payment_is_promised(wire, stripe, booking, api):
    wire.answers = away

    answer = api.posts(PAY, DEPOSIT)

    assert answer.status_code == 202
    told = answer.json()
    assert (told["status"], told["stripe_id"], told["client_secret"]) == ("promised", None, None)
    assert api.gets(f"payments/{told['id']}/").json()["status"] == "promised"
    wire.answers = makes_intents
    keeping.keep_due(early=True)
    kept = api.gets(f"payments/{told['id']}/").json()
    assert kept["status"] == "requires_payment_method"
    assert kept["stripe_id"].startswith("pi_")


def test_a_refusal_of_stripes_is_said_in_its_words(wire, stripe, booking, api):
    error = {"type": "invalid_request_error", "code": "amount_too_small", "message": "Too small"}
    wire.answers = lambda asked: (400, {"error": error})
    answer = api.posts(PAY, DEPOSIT)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["amount"])

    wire.answers = lambda asked: (400, {"error": error | {"code": "else", "message": "Never"}})
    answer = api.posts(PAY, DEPOSIT)
    assert (answer.status_code, answer.json()["code"]) == (409, "refused_by_stripe")
    assert "Never" in answer.json()["detail"]


def test_a_canceled_booking_takes_no_deposit(wire, stripe, booking, api):
    booking.status = "canceled"
    booking.save()
    answer = api.posts(PAY, DEPOSIT)
    assert (answer.status_code, answer.json()["code"]) == (409, "booking_canceled")
    assert wire.asked == []


def test_a_hold_is_captured_in_part(wire, hold, api):
    done = objects.payment_intent(
        id="pi_hold", amount=30_000, amount_received=20_000, status="succeeded",
        metadata=hold.metadata,
    )  # fmt: skip
    wire.answers = answers(("POST", "/capture", (200, done)))

    answer = api.posts(f"payments/{hold.pk}/capture/", {"amount": 20_000})

    assert answer.status_code == 200
    told = answer.json()
    assert (told["status"], told["amount_received"], told["amount_capturable"]) == (
        "succeeded",
        20_000,
        0,
    )
    assert wire.asked[0].form["amount_to_capture"] == "20000"
    again = api.posts(f"payments/{hold.pk}/capture/", {"amount": 20_000})
    assert (again.status_code, again.json()["code"]) == (409, "not_capturable")


def test_what_a_guest_confirmed_is_captured_before_a_webhook_says_so(wire, stripe, booking, api):
    wire.answers = makes_intents
    told = api.posts(PAY, {"amount": 30_000, "purpose": "hold"}).json()
    address = f"payments/{told['id']}/capture/"
    intent = objects.payment_intent(
        id=told["stripe_id"], amount=30_000, capture_method="manual",
        metadata=Payment.objects.get().metadata,
    )  # fmt: skip
    wire.answers = answers(
        ("GET", told["stripe_id"], (200, intent | {"status": "requires_payment_method"}))
    )
    early = api.posts(address)
    assert (early.status_code, early.json()["code"]) == (409, "not_capturable")
    held = intent | {"status": "requires_capture", "amount_capturable": 30_000}
    done = intent | {"status": "succeeded", "amount_received": 30_000}
    wire.answers = answers(
        ("GET", told["stripe_id"], (200, held)), ("POST", "/capture", (200, done))
    )

    answer = api.posts(address)

    assert (answer.status_code, answer.json()["amount_received"]) == (200, 30_000)


def test_what_a_guest_paid_is_refunded_before_a_webhook_says_so(wire, waiting, api):
    number, charge = waiting["stripe_id"], "ch_unheard_of"
    metadata = Payment.objects.get().metadata
    intent = objects.payment_intent(id=number, amount=12_600, metadata=metadata)
    wire.answers = answers(("GET", number, (200, intent | {"status": "requires_action"})))
    early = api.posts(REFUND, {"amount": 5_000})
    assert (early.status_code, early.json()["code"]) == (409, "amount_too_large")
    paid = objects.charge(id=charge, amount=12_600, payment_intent=number, metadata=metadata)
    done = intent | {"status": "succeeded", "amount_received": 12_600, "latest_charge": paid}
    wire.answers = answers(("GET", number, (200, done)), ("POST", "/v1/refunds", makes_refunds()))

    answer = api.posts(REFUND, {"amount": 5_000})

    assert answer.status_code == 201, answer.content
    assert api.posts(REFUND, {"amount": 7_601}).json()["code"] == "amount_too_large"


@pytest.mark.parametrize("expands", [True, False])
def test_a_payment_whose_charge_nobody_told_us_of_is_refunded(expands, wire, waiting, stripe, api):
    number, metadata = waiting["stripe_id"], Payment.objects.get().metadata
    charge = objects.charge(
        id="ch_unheard_of", amount=12_600, payment_intent=number, metadata=metadata
    )
    done = objects.payment_intent(
        id=number,
        amount=12_600,
        metadata=metadata,
        status="succeeded",
        amount_received=12_600,
        latest_charge="ch_unheard_of",
    )
    stripe.tells("payment_intent.succeeded", done)
    assert api.gets(f"payments/{waiting['id']}/").json()["charges"] == []
    whole = done | {"latest_charge": charge} if expands else done
    wire.answers = answers(
        ("GET", number, (200, whole)),
        ("GET", "/v1/charges/ch_unheard_of", (200, charge)),
        ("POST", "/v1/refunds", makes_refunds()),
    )

    answer = api.posts(REFUND, {"amount": 5_000})

    assert answer.status_code == 201, answer.content
    told = api.gets(f"payments/{waiting['id']}/").json()
    assert (told["refundable"], len(told["charges"])) == (7_600, 1)


def test_more_than_is_held_is_not_captured(wire, hold, api):
    answer = api.posts(f"payments/{hold.pk}/capture/", {"amount": 30_001})

    assert (answer.status_code, answer.json()["code"]) == (409, "amount_too_large")
    assert wire.asked == []


@pytest.mark.parametrize("what", ["capture", "cancel"])
def test_while_stripe_is_away_it_is_promised(what, wire, hold, api):
    wire.answers = away

    answer = api.posts(f"payments/{hold.pk}/{what}/")

    assert (answer.status_code, answer.json()["status"]) == (202, "promised")
    again = api.posts(f"payments/{hold.pk}/{what}/")
    assert (again.status_code, again.json()["status"]) == (202, "promised")
    assert OutgoingRequest.objects.filter(kind=what).count() == 1


def test_a_hold_is_let_go(wire, hold, api):
    gone = objects.payment_intent(id="pi_hold", amount=30_000, status="canceled")
    wire.answers = answers(("POST", "/cancel", (200, gone)))

    answer = api.posts(f"payments/{hold.pk}/cancel/")

    assert (answer.status_code, answer.json()["status"]) == (200, "canceled")
    again = api.posts(f"payments/{hold.pk}/cancel/")
    assert (again.status_code, again.json()["code"]) == (409, "not_cancelable")


def test_refunds_are_a_list(wire, paid, api, booking):
    paid(50_000, at=1_800_000_000)
    newest = paid(30_000, at=1_900_000_000)
    wire.answers = makes_refunds()

    answer = api.posts(REFUND, {"amount": 60_000, "reason": "requested_by_customer"})

    assert answer.status_code == 201
    made = answer.json()["refunds"]
    assert [(each["amount"], each["status"]) for each in made] == [
        (30_000, "succeeded"),
        (30_000, "succeeded"),
    ]
    assert made[0]["payment"] == str(newest.pk)
    assert [each["reservation"] for each in made] == ["HB-2481", "HB-2481"]
    assert made[0]["account"] == "acct_harbour"


def test_the_total_goes_down_with_a_refund(wire, paid, api, booking):
    paid(100_000)
    wire.answers = makes_refunds()

    api.posts(REFUND, {"amount": 20_000, "lower_total": True})

    assert api.gets("reservations/HB-2481/").json()["money"]["total"] == 100_000


@pytest.mark.parametrize("refused", [False, True])
def test_that_a_refund_which_fails_later_leaves_the_total_lowered_is_said(
    wire, paid, api, booking, stripe, refused
):
    paid(50_000)
    wire.answers = away if refused else makes_refunds("pending")
    assert api.posts(REFUND, {"amount": 10_000, "lower_total": True}).status_code in (201, 202)
    if refused:
        error = {"type": "invalid_request_error", "message": "No."}
        wire.answers = lambda asked: (400, {"error": error})
        keeping.keep_due(early=True)
    else:
        row = Refund.objects.get()
        failed = objects.refund(
            id=row.stripe_id,
            amount=10_000,
            status="failed",
            charge=row.stripe_charge_id,
            payment_intent=row.stripe_payment_intent_id,
            currency="eur",
            metadata=row.metadata,
        )
        stripe.tells("refund.failed", failed)

    booking.refresh_from_db()
    assert booking.total == 110_000
    alerts = {each["kind"]: each for each in api.gets("alerts/").json()["results"]}
    told = alerts["request_refused" if refused else "refund_failed"]
    assert "it stays lowered" in told["text"]
    assert told["stripe_id"] == (None if refused else row.stripe_id)


def test_a_refund_is_promised_if_any_part_of_it_is(wire, paid, api):
    first, second = paid(50_000), paid(30_000)
    wire.answers = lambda asked: makes_refunds()(asked) if len(wire.asked) == 1 else None

    answer = api.posts(
        REFUND,
        {
            "amount": 50_000,
            "payments": [
                {"payment": str(first.pk), "amount": 20_000},
                {"payment": str(second.pk), "amount": 30_000},
            ],
        },
    )

    assert answer.status_code == 202
    assert [each["status"] for each in answer.json()["refunds"]] == ["succeeded", "promised"]
    assert api.gets(f"payments/{second.pk}/").json()["refundable"] == 0


def test_refunds_beyond_what_came_are_refused(wire, paid, api):
    paid(50_000)

    answer = api.posts(REFUND, {"amount": 50_001})

    assert (answer.status_code, answer.json()["code"]) == (409, "amount_too_large")
    assert wire.asked == []
    assert not Refund.objects.exists()


def test_parts_that_do_not_add_up_are_wrong(wire, paid, api):
    payment = paid(50_000)
    parts = [{"payment": str(payment.pk), "amount": 20_000}]

    answer = api.posts(REFUND, {"amount": 30_000, "payments": parts})

    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["payments"])


def test_another_tenants_payment_is_not_there(wire, paid, api, rival, stripe):
    paid(50_000)
    theirs = Payment.objects.create(
        type="payment", organization=rival.organization, property=rival.property, seen=True,
        reservation=rival, account="acct_rival", stripe_id="pi_theirs", amount=5, currency="eur",
    )  # fmt: skip
    parts = {"amount": 5, "payments": [{"payment": str(theirs.pk), "amount": 5}]}

    answer = api.posts(REFUND, parts)

    assert answer.status_code == 404
    assert answer.content == api.gets("/api/nothing/").content
    assert wire.asked == []


def test_the_front_desk_goes_up_to_the_limit(wire, paid, booking):
    OrganizationFactory(slug="harbour")
    booking.organization.limits = {"refund": 10_000}
    booking.organization.save()
    paid(50_000)
    wire.answers = makes_refunds()
    desk = program(Role.FRONT_DESK)

    assert desk.posts(REFUND, {"amount": 10_000}).status_code == 201
    answer = desk.posts(REFUND, {"amount": 10_001})
    assert (answer.status_code, answer.json()["code"]) == (403, "above_limit")
    assert "nance" in answer.json()["detail"]


def test_in_a_currency_of_three_decimals_the_last_digit_is_zero(wire, stripe, booking, api):
    ReservationFactory(code="HB-KW", currency="kwd", property=booking.property)

    answer = api.posts("reservations/HB-KW/payments/", {"amount": 12_605, "purpose": "deposit"})

    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["amount"])
    assert wire.asked == []


@pytest.mark.parametrize(("currency", "amount"), [("eur", 100_000_000), ("idr", 1_000_000_000_000)])
@pytest.mark.parametrize("what", ["payments", "pay_links"])
def test_no_more_is_asked_for_than_stripe_takes(wire, stripe, booking, api, what, currency, amount):
    ReservationFactory(code="HB-1", currency=currency, property=booking.property)

    answer = api.posts(f"reservations/HB-1/{what}/", {"amount": amount, "purpose": "deposit"})

    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["amount"])
    link = api.posts("reservations/HB-1/pay_links/", {"amount": amount - 1, "purpose": "deposit"})
    assert link.status_code == 201
    assert wire.asked == []


# Cards on file -----------------------------------------------------------

CHARGE = "reservations/HB-2481/charges/"


def declines(code, decline_code=""):
    """Return a Stripe that makes the intent that it is asked for, and declines its card."""

    def answer(asked):
        if asked.method == "GET":
            return None
        intent = objects.payment_intent(
            id="pi_damage",
            amount=int(asked.form["amount"]),
            metadata=metadata_of(asked),
            status="requires_payment_method",
            last_payment_error={"type": "card_error", "code": code, "decline_code": decline_code},
        )
        error = {
            "type": "card_error",
            "code": code,
            "decline_code": decline_code,
            "message": "No.",
            "payment_intent": intent,
        }
        return 402, {"error": error}

    return answer


def damage(stripe, booking, **more):
    card = leaves_a_card(stripe, booking)
    return {"amount": 4_500, "purpose": "damage_charge", "payment_method": str(card.pk), **more}


def test_damage_is_charged_to_the_card_on_file(wire, stripe, booking, api):
    sent = damage(stripe, booking, note="The minibar")
    wire.answers = lambda asked: (
        200,
        objects.payment_intent(
            id="pi_damage", amount=4_500, amount_received=4_500, metadata=metadata_of(asked),
            status="succeeded",
        ),
    )  # fmt: skip

    answer = api.posts(CHARGE, sent, key="one")

    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert (told["status"], told["purpose"], told["requires_action"]) == (
        "succeeded",
        "damage_charge",
        False,
    )
    assert told["pay_link"] is None
    assert api.posts(CHARGE, sent, key="one").json() == told
    assert wire.asked[0].form["off_session"] == "true"


def test_a_declined_charge_says_why(wire, stripe, booking, api):
    sent = damage(stripe, booking)
    wire.answers = declines("card_declined", "insufficient_funds")

    answer = api.posts(CHARGE, sent, key="one")

    assert answer.status_code == 402, answer.content
    told = answer.json()
    assert (told["code"], told["decline_code"]) == ("card_declined", "insufficient_funds")
    assert told["payment"]["stripe_id"] == "pi_damage"
    assert told["detail"]
    again = api.posts(CHARGE, sent, key="one")
    assert (again.status_code, again.json()) == (402, told)


def test_a_decline_whose_answer_was_a_500_says_why_later(wire, stripe, booking, api):
    sent = damage(stripe, booking)
    declined = declines("card_declined", "insufficient_funds")
    made = []

    def answer(asked):
        if asked.method == "POST":
            made[:] = made or [declined(asked)[1]["error"]["payment_intent"]]
            return 500, {"error": {"type": "api_error", "message": "No."}}
        return 200, {"object": "list", "data": made, "has_more": False}

    wire.answers = answer
    assert api.posts(CHARGE, sent, key="one").status_code == 202

    keeping.keep_due(early=True)

    again = api.posts(CHARGE, sent, key="one")
    told = again.json()
    assert (again.status_code, told["code"]) == (402, "card_declined")
    assert (told["decline_code"], told["payment"]["stripe_id"]) == (
        "insufficient_funds",
        "pi_damage",
    )
    assert wire.asked[-1].query["expand[0]"] == "data.latest_charge"


def test_a_guest_whose_bank_asks_is_mailed_a_link(wire, stripe, booking, api):
    sent = damage(stripe, booking)
    wire.answers = declines("authentication_required", "authentication_required")

    answer = api.posts(CHARGE, sent)

    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert told["requires_action"] is True
    assert told["status"] == "requires_payment_method"
    assert told["pay_link"]["sent_to"] == "guest@example.com"
    assert set(told["pay_link"]) == {"id", "sent_to", "expires_at"}


def test_a_guest_whose_bank_asks_later_is_mailed_a_link_once_it_is_kept(wire, stripe, booking, api):
    sent = damage(stripe, booking)
    wire.answers = away
    payment = api.posts(CHARGE, sent, key="one").json()
    assert (payment["status"], payment["pay_link"]) == ("promised", None)
    wire.answers = declines("authentication_required", "authentication_required")

    call_command("stripe_keep", "--all", stdout=StringIO())

    told = api.gets(f"payments/{payment['id']}/").json()
    assert told["requires_action"] is True
    assert told["pay_link"]["sent_to"] == "guest@example.com"
    assert api.posts(CHARGE, sent, key="one").json()["pay_link"] == told["pay_link"]


def test_a_card_that_is_nobodys_is_not_there(wire, stripe, booking, api):
    sent = damage(stripe, booking, payment_method=str(booking.pk))

    assert api.posts(CHARGE, sent).status_code == 404
    assert wire.asked == []


# Pay links ---------------------------------------------------------------


def test_a_pay_link_is_mailed_and_shown_this_once(wire, stripe, booking, api):
    answer = api.posts("reservations/HB-2481/pay_links/", DEPOSIT, key="one")

    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert told["url"].startswith("http")
    assert told["sent_to"] == "guest@example.com"
    assert (told["reservation"], told["amount"], told["currency"]) == ("HB-2481", 12_600, "eur")
    assert told["expires_at"].endswith("Z")
    assert Notification.objects.get().kind == "pay_link"
    again = api.posts("reservations/HB-2481/pay_links/", DEPOSIT, key="one")
    assert again.json() == told | {"url": None}
    assert told["url"].rsplit("/", 2)[1] not in IdempotentRequest.objects.get().answer
    assert PayLink.objects.count() == 1


def test_a_pay_link_is_not_mailed_when_one_says_no(wire, stripe, booking, api):
    answer = api.posts("reservations/HB-2481/pay_links/", DEPOSIT | {"send": False})

    assert (answer.status_code, answer.json()["sent_to"]) == (201, None)
    assert not Notification.objects.exists()
    wrong = api.posts("reservations/HB-2481/pay_links/", DEPOSIT | {"send": "no"})
    assert list(wrong.json()["errors"]) == ["send"]
