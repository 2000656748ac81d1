"""A promise is kept once, whatever the network and the processes do."""

import json
import time
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError
from django.utils import timezone

from payments.models import OutgoingRequest, Payment
from payments.outgoing import answers, keeping
from sandbox import events, objects

pytestmark = pytest.mark.django_db


def keeps(capsys, *options):
    """Run `stripe_keep` and return what it did."""
    call_command("stripe_keep", "--json", *options)
    return json.loads(capsys.readouterr().out)


def state_of(booking, capsys):
    call_command("payment_state", booking.code, "--json")
    return json.loads(capsys.readouterr().out)


def error(code="", **fields):
    return {"error": {"type": "api_error", "code": code, "message": "No.", **fields}}


def test_an_answer_makes_the_promised_row_stripes(wire, promised, intent, booking, capsys):
    payment, request = promised()
    wire.answers = lambda asked: (200, intent(payment))

    kept = keeping.keep(request)

    payment.refresh_from_db()
    assert (kept.state, kept.stripe_id) == ("kept", payment.stripe_id)
    assert (payment.seen, payment.status) == (True, "requires_payment_method")
    assert (payment.reservation, payment.bound_by) == (booking, "promise")
    (asked,) = wire.asked
    assert (asked.account, asked.key) == ("acct_harbour", str(payment.pk))
    assert asked.version == "2026-10-28.endive"
    assert asked.form["metadata[transactionId]"] == str(payment.pk)
    (line,) = state_of(booking, capsys)["transactions"]
    assert line["stripe_id"] == payment.stripe_id


def test_what_could_not_be_noted_is_not_said_to_be_done(wire, promised, intent, monkeypatch):
    """Where the database refuses at the last moment, what it has is told."""
    payment, request = promised()
    wire.answers = lambda asked: (200, intent(payment))

    def refuses(*given):
        raise DatabaseError("Deadlock found.")

    with monkeypatch.context() as patched:
        patched.setattr(answers.merging, "merge_into", refuses)
        kept = keeping.keep(request)
    assert (kept.state, kept.row) == ("promised", None)
    with monkeypatch.context() as patched:
        patched.setattr(keeping.bulk, "update", refuses)
        kept = keeping.keep(OutgoingRequest.objects.get(pk=request.pk))
    assert (kept.state, kept.row) == ("promised", None)

    assert keeping.keep_due(early=True)["kept"] == 1
    payment.refresh_from_db()
    assert payment.status == "requires_payment_method"


def test_what_is_only_promised_is_no_transaction_yet(wire, promised, booking, capsys):
    promised()
    assert state_of(booking, capsys)["transactions"] == []


@pytest.mark.parametrize("first", ["event", "charge", "answer"])
def test_an_event_may_come_before_the_answer_or_after(
    wire, promised, intent, stripe, booking, capsys, first
):
    payment, request = promised()
    paid = intent(payment, status="succeeded", amount_received=30_000, latest_charge="ch_1")
    charge = events.event("charge.succeeded", charge_of(paid), account="acct_harbour")
    event = events.event("payment_intent.succeeded", paid, account="acct_harbour")
    wire.answers = lambda asked: (200, intent(payment))

    if first == "answer":
        keeping.keep(request)
    stripe.sends([charge] if first == "charge" else [event])
    stripe.sends([event, charge])
    if first != "answer":
        keeping.keep(request)

    payment = Payment.objects.get()
    assert (payment.pk, payment.status) == (request.about, "succeeded")
    state = state_of(booking, capsys)
    assert (state["paid"], len(state["transactions"]), len(state["charges"])) == (30_000, 1, 1)
    assert OutgoingRequest.objects.get().state == "kept"


def test_a_charge_without_our_metadata_leaves_one_payment(
    wire, promised, intent, stripe, booking, capsys
):
    payment, request = promised()
    paid = intent(payment, status="succeeded", amount_received=30_000, latest_charge="ch_1")
    charge = {**charge_of(paid), "metadata": {}}
    stripe.tells("charge.succeeded", charge)
    assert Payment.objects.count() == 2  # nobody can know yet

    wire.answers = lambda asked: (200, paid)
    keeping.keep(request)

    assert Payment.objects.get().pk == payment.pk
    state = state_of(booking, capsys)
    assert (state["paid"], len(state["charges"])) == (30_000, 1)


def charge_of(paid):
    return objects.charge(
        id="ch_1",
        amount=paid["amount"],
        created=paid["created"],
        currency=paid["currency"],
        payment_intent=paid["id"],
        metadata=dict(paid["metadata"]),
    )


@pytest.mark.parametrize(
    "trouble",
    [
        None,
        (429, error("rate_limit")),
        (409, error("lock_timeout")),
        (500, error()),
        (503, error()),
        (404, "no such page"),
        (403, {"message": "blocked"}),
        (400, {"error": ["wrong"]}),
        (200, []),
        (200, None),
        (200, {}),
    ],
    ids=lambda said: f"{said[0]} {said[1]}"[:30] if said else "broken",
)
def test_what_is_undecided_is_asked_again_with_the_same_key(
    wire, promised, intent, capsys, trouble
):
    payment, request = promised()
    wire.answers = lambda asked: trouble if len(wire.asked) == 1 else (200, intent(payment))

    assert keeping.keep(request).state == "promised"
    payment.refresh_from_db()
    assert (payment.status, payment.stripe_id) == ("promised", "")
    assert keeps(capsys, "--all") == {"kept": 1, "refused": 0, "waiting": 0, "read": 0}

    first, second = wire.asked
    assert (first.key, first.form) == (second.key, second.form)


@pytest.mark.parametrize("declined", [False, True])
def test_what_stripe_answered_the_first_time_takes_nothing_back(
    wire, promised, intent, stripe, capsys, declined
):
    payment, request = promised()
    wire.answers = lambda asked: None
    keeping.keep(request)
    made = intent(payment, status="requires_payment_method")
    held = intent(payment, status="requires_capture", amount_capturable=30_000)
    stripe.tells("payment_intent.amount_capturable_updated", held, created=made["created"] + 2)
    wire.moment = made["created"] + 60
    said = error("card_declined", type="card_error", payment_intent=made)
    wire.answers = lambda asked: (402, said) if declined else (200, made)

    assert keeps(capsys, "--all")["refused" if declined else "kept"] == 1

    payment.refresh_from_db()
    assert (payment.status, payment.amount_capturable) == ("requires_capture", 30_000)


def test_an_object_that_says_it_is_older_than_its_promise_is_as_old_as_its_answer(
    wire, promised, intent, stripe, capsys
):
    payment, request = promised()
    wire.answers = lambda asked: None
    keeping.keep(request)
    now = int(time.time())
    held = intent(payment, status="requires_capture", amount_capturable=30_000)
    wire.answers = lambda asked: (200, held | {"created": 1_500_000_000})
    assert keeps(capsys, "--all")["kept"] == 1

    begun = intent(payment, status="requires_payment_method")
    stripe.tells("payment_intent.created", begun, created=now - 5)

    payment.refresh_from_db()
    assert (payment.status, payment.amount_capturable) == ("requires_capture", 30_000)


def test_what_was_promised_in_test_mode_is_not_asked_with_a_live_key(
    wire, promised, intent, capsys, settings
):
    payment, request = promised()
    wire.answers = lambda asked: None
    keeping.keep(request)
    wire.answers = lambda asked: (200, intent(payment))
    test_key, settings.STRIPE_SECRET_KEY = settings.STRIPE_SECRET_KEY, "sk_live_of_the_tests"
    assert keeps(capsys, "--all") == {"kept": 0, "refused": 0, "waiting": 0, "read": 0}
    assert len(wire.asked) == 1

    settings.STRIPE_SECRET_KEY = test_key
    assert keeps(capsys, "--all")["kept"] == 1


def test_nothing_is_asked_again_before_its_pause_is_over(wire, promised, capsys):
    _, request = promised()
    wire.answers = lambda asked: (503, error())
    keeping.keep(request)
    waits = OutgoingRequest.objects.get().next_attempt_at - timezone.now()
    assert timedelta(0) < waits <= timedelta(seconds=30)
    assert keeps(capsys)["waiting"] == 0
    assert len(wire.asked) == 1


def has_due(promised, account, number):
    """Have promises of an account that are due, and whose first attempt nobody made."""
    ids = [promised(account=account)[1].pk for _ in range(number)]
    OutgoingRequest.objects.filter(pk__in=ids).update(attempts=0, next_attempt_at=timezone.now())
    return ids


@pytest.mark.parametrize("early", [False, True])
def test_a_small_account_does_not_wait_for_the_many_promises_of_another(promised, asked_at, early):
    has_due(promised, "acct_harbour", 70)
    has_due(promised, "acct_asagiri", 1)

    assert keeping.keep_due(early=early) == {"refused": 71}

    (theirs,) = [at for account, at in asked_at if account == "acct_asagiri"]
    assert theirs <= 1.0
    times = [at for account, at in asked_at if account == "acct_harbour"]
    assert 6.8 < times[-1] < 7.0  # no more often than its budget lets us, and no less


def test_many_large_accounts_hold_up_no_small_one(promised, asked_at):
    for number in range(8):
        has_due(promised, f"acct_{number}", 12)
    has_due(promised, "acct_asagiri", 1)

    keeping.keep_due()

    assert [account for account, _ in asked_at[:9]].count("acct_asagiri") == 1
    assert len(asked_at) == 8 * 12 + 1


def test_what_an_account_was_promised_first_is_asked_first(promised, asked_at, wire):
    of_harbour = has_due(promised, "acct_harbour", 12)
    of_asagiri = has_due(promised, "acct_asagiri", 3)

    keeping.keep_due()

    keys = [asked.key for asked in wire.asked]
    assert [key for key in keys if key in map(str, of_harbour)] == [str(id) for id in of_harbour]
    assert [key for key in keys if key in map(str, of_asagiri)] == [str(id) for id in of_asagiri]
    assert keys[:4] == [
        str(id) for pair in zip(of_harbour[:2], of_asagiri[:2], strict=True) for id in pair
    ]


def test_what_is_put_off_is_tried_once_however_many_rounds_there_are(promised, asked_at, wire):
    has_due(promised, "acct_harbour", 25)
    wire.answers = lambda asked: (429, error("rate_limit"))

    assert keeping.keep_due(early=True) == {"promised": 25}

    assert set(OutgoingRequest.objects.values_list("attempts", flat=True)) == {1}


def test_what_is_put_off_does_not_wait_until_all_of_another_is_done(
    promised, asked_at, wire, settings, monkeypatch
):
    monkeypatch.setattr(keeping.budget, "ROUNDS", 2)
    settings.PAYMENTS_PAUSES = 0  # what is put off is due at once
    has_due(promised, "acct_harbour", 60)
    has_due(promised, "acct_asagiri", 1)
    refuses = wire.answers

    def is_busy_at_first(asked):
        answer = refuses(asked)
        first = len([account for account, _ in asked_at if account == "acct_asagiri"]) == 1
        return (429, error("rate_limit")) if asked.account == "acct_asagiri" and first else answer

    wire.answers = is_busy_at_first
    keeping.keep_due()

    assert OutgoingRequest.objects.filter(state="refused").count() == 61
    again = [at for account, at in asked_at if account == "acct_asagiri"][1]
    assert 1.0 < again < 3.0


def test_a_500_that_stripe_remembers_is_found_by_our_id(wire, promised, intent, capsys):
    payment, request = promised()
    made = intent(payment)

    def answers(asked):
        return (
            (200, page(intent_of_others(made), made)) if asked.method == "GET" else (500, error())
        )

    wire.answers = answers
    keeping.keep(request)
    assert keeps(capsys, "--all") == {"kept": 1, "refused": 0, "waiting": 0, "read": 0}

    assert [asked.method for asked in wire.asked] == ["POST", "POST", "GET"]
    assert Payment.objects.get(pk=payment.pk).stripe_id == made["id"]


def test_a_500_that_made_nothing_goes_on_under_another_key(wire, promised, intent, capsys):
    payment, request = promised()

    def answers(asked):
        if asked.method == "GET":
            return 200, page()
        return (200, intent(payment)) if asked.key.endswith(":2") else (500, error())

    wire.answers = answers
    keeping.keep(request)
    assert keeps(capsys, "--all")["kept"] == 1
    assert [asked.key for asked in wire.asked if asked.key] == [
        str(payment.pk),
        str(payment.pk),
        f"{payment.pk}:2",
    ]


def test_a_stripe_that_fails_for_every_key_is_asked_under_one_more_each_time(
    wire, promised, intent, capsys
):
    payment, request = promised()
    wire.answers = lambda asked: (200, page()) if asked.method == "GET" else (500, error())
    keeping.keep(request)
    for _ in range(2):
        assert keeps(capsys, "--all")["waiting"] == 1
    found = page(intent(payment))
    wire.answers = lambda asked: (200, found) if asked.method == "GET" else (500, error())
    assert keeps(capsys, "--all")["kept"] == 1

    numbers = [asked.key.removeprefix(str(payment.pk)) for asked in wire.asked if asked.key]
    assert numbers == ["", "", ":2", ":2", ":3", ":3"]
    assert wire.asked[-1].method == "GET"


def test_a_promise_of_yesterday_is_looked_for_before_it_is_asked(wire, promised, intent, capsys):
    payment, request = promised()
    wire.answers = lambda asked: None
    keeping.keep(request)
    OutgoingRequest.objects.update(created_at=timezone.now() - timedelta(hours=25))
    made = intent(payment)
    wire.answers = lambda asked: (200, page(made)) if asked.method == "GET" else (500, error())

    assert keeps(capsys, "--all")["kept"] == 1

    assert [asked.method for asked in wire.asked] == ["POST", "GET"]


def page(*found):
    return {"object": "list", "data": list(found), "has_more": False, "url": "/v1/payment_intents"}


def intent_of_others(made):
    return {**made, "id": "pi_other", "metadata": {}}


def test_a_refusal_is_final(wire, promised, booking, capsys):
    payment, request = promised()
    refusal = {"type": "invalid_request_error", "code": "amount_too_small", "param": "amount"}
    wire.answers = lambda asked: (400, {"error": {**refusal, "message": "Too small."}})

    kept = keeping.keep(request)

    assert (kept.state, kept.error_code, kept.error) == (
        "refused",
        "amount_too_small",
        "Too small.",
    )
    assert Payment.objects.get(pk=payment.pk).status == "refused"
    assert keeps(capsys, "--all")["waiting"] == 0
    assert state_of(booking, capsys)["transactions"] == []


def test_a_declined_card_leaves_the_payment_that_stripe_made(
    wire, promised, intent, booking, capsys
):
    payment, request = promised()
    said = {"type": "card_error", "code": "card_declined", "decline_code": "lost_card"}
    failed = intent(payment, last_payment_error={**said, "message": "No."})
    wire.answers = lambda asked: (
        402,
        {"error": {**said, "message": "No.", "payment_intent": failed}},
    )

    kept = keeping.keep(request)

    assert (kept.state, kept.decline_code) == ("refused", "lost_card")
    payment.refresh_from_db()
    assert (payment.stripe_id, payment.status) == (failed["id"], "requires_payment_method")
    assert state_of(booking, capsys)["payment_status"] == "failed"


def test_another_amount_than_was_promised_is_marked_and_said(wire, promised, intent):
    payment, request = promised()
    wire.answers = lambda asked: (200, intent(payment) | {"amount": 1})

    keeping.keep(request)

    payment.refresh_from_db()
    assert payment.conflict
    assert payment.reservation.alerts.filter(kind="contradiction").exists()


def test_somebody_elses_payment_takes_no_promise(wire, promised, intent, stripe):
    """The hotel's own metadata may name our row; another account's object is not it."""
    payment, _ = promised()
    made = intent(payment) | {"id": "pi_of_nobody"}
    stripe.tells("payment_intent.created", made, account="acct_of_somebody_else")
    payment.refresh_from_db()
    assert payment.stripe_id == ""


def test_the_secret_of_a_payment_is_kept_nowhere(wire, promised, intent):
    payment, request = promised()
    secret = "pi_secret_that_nobody_keeps"
    wire.answers = lambda asked: (200, intent(payment) | {"client_secret": secret})
    assert keeping.keep(request).answer["client_secret"] == secret
    for model in (OutgoingRequest, Payment):
        for row in model.objects.values():
            assert secret not in str(row)
