"""What no order of events decides is read again, until what is kept is what Stripe has."""

import json
import random
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise

import pytest
from django.core.management import call_command
from django.utils import timezone

from payments.gateway import errors
from payments.models import (
    Alert,
    Charge,
    ConnectedAccount,
    Dispute,
    EarlyFraudWarning,
    Notification,
    OwedRead,
    Payment,
)
from payments.models.connect import ExternalAccount
from payments.operations.connect import onboarding
from payments.outgoing import rereads
from payments.webhooks import worker
from sandbox import events, objects
from tests.factories import AccountFactory

pytestmark = pytest.mark.django_db

AT = 1_790_000_000
ACCOUNT = "acct_harbour"


def keeps(capsys, *options):
    """Run `stripe_keep` and return what it did."""
    call_command("stripe_keep", "--json", *options)
    return json.loads(capsys.readouterr().out)


def account_of(*, enabled=True, due=(), **fields):
    return objects.account(
        id=ACCOUNT,
        charges_enabled=enabled,
        payouts_enabled=enabled,
        requirements=objects.requirements(*due, past=not enabled),
        **{"details_submitted": True} | fields,
    )


@pytest.fixture
def has(wire):
    """Return what Stripe has, by path: a test puts objects in."""
    kept = {}
    wire.moment = AT + 500

    def answers(asked):
        if asked.path in kept:
            return 200, kept[asked.path]
        error = {"type": "invalid_request_error", "code": "resource_missing", "message": "No such"}
        return 404, {"error": error}

    wire.answers = answers
    return kept


def hears(type, object, at, number=0):
    return events.event(type, object, account=ACCOUNT, id=f"evt_{at}_{number}", created=at)


def test_a_burst_of_events_is_one_call(stripe, wire, has, capsys):
    has[f"/v1/accounts/{ACCOUNT}"] = account_of(due=["company.tax_id"])
    stripe.sends(hears("account.updated", account_of(), AT, each) for each in range(100))
    assert ConnectedAccount.objects.get().provisional

    assert keeps(capsys)["read"] == 1

    account = ConnectedAccount.objects.get()
    assert (account.dirty, account.cleaned, account.provisional) == (100, 100, False)
    assert account.currently_due == ["company.tax_id"]
    assert [asked.path for asked in wire.asked] == [f"/v1/accounts/{ACCOUNT}"]
    assert wire.asked[0].account == ""
    assert keeps(capsys)["read"] == 0


def test_a_quiet_payment_costs_one_call_for_its_fee(stripe, wire, has, booking, capsys):
    intent = objects.payment_intent(id="pi_1", status="succeeded", amount=30_000)
    charge = objects.charge(
        id="ch_1", payment_intent="pi_1", amount=30_000, balance_transaction="txn_1"
    )
    moved = {"id": "txn_1", "object": "balance_transaction", "amount": 30_000}
    moved |= {"currency": "eur", "fee": 725, "net": 29_275}
    has["/v1/charges/ch_1"] = charge | {"balance_transaction": moved}
    for type in ("charge.succeeded", "charge.updated"):
        stripe.tells(type, charge)
    stripe.tells("payment_intent.succeeded", intent)

    assert keeps(capsys)["read"] == 1

    row = Charge.objects.get()
    assert (row.fee, row.net, row.settlement_currency) == (725, 29_275, "eur")
    assert row.balance_transaction == "txn_1"
    stripe.tells("charge.updated", charge | {"receipt_url": "https://pay.stripe.com/r/2"})
    assert keeps(capsys)["read"] == 0
    assert Charge.objects.get().fee == 725


def test_the_fees_of_several_captures_are_added(stripe, wire, has, capsys):
    charge = objects.charge(
        id="ch_1",
        payment_intent="pi_1",
        amount=30_000,
        amount_captured=20_000,
        balance_transaction="txn_2",
    )
    moved = [
        {
            "id": f"txn_{each}",
            "object": "balance_transaction",
            "amount": 10_000,
            "currency": "eur",
            "fee": 200 + each,
            "net": 9_800 - each,
            "reporting_category": "charge",
        }
        for each in (1, 2)
    ]
    has["/v1/charges/ch_1"] = charge | {"balance_transaction": moved[1]}
    has["/v1/balance_transactions"] = {"object": "list", "data": moved, "has_more": False}
    stripe.tells("charge.captured", charge)

    keeps(capsys)

    row = Charge.objects.get()
    assert (row.fee, row.net) == (403, 19_597)
    assert wire.asked[1].query["source"] == "ch_1"


def test_an_unexplained_refund_has_its_refunds_read(stripe, wire, has, capsys):
    charge = objects.charge(id="ch_1", payment_intent="pi_1", amount=30_000, amount_refunded=5_000)
    refund = objects.refund(id="re_1", charge="ch_1", payment_intent="pi_1", amount=5_000)
    has["/v1/charges/ch_1"] = charge | {
        "refunds": {"object": "list", "data": [refund], "has_more": False}
    }
    stripe.tells("charge.refunded", charge)

    keeps(capsys)

    assert Payment.objects.get().children.get().stripe_id == "re_1"


def test_a_contradiction_is_decided(stripe, wire, has, capsys):
    for number, status in enumerate(("succeeded", "canceled")):
        intent = objects.payment_intent(id="pi_1", status=status)
        stripe.sends([hears(f"payment_intent.{status}", intent, AT, number)])
    assert Alert.objects.get(kind="contradiction").closed_at is None
    has["/v1/payment_intents/pi_1"] = objects.payment_intent(id="pi_1", status="canceled")

    keeps(capsys)

    payment = Payment.objects.get()
    assert (payment.status, payment.conflict) == ("canceled", False)
    assert Alert.objects.get(kind="contradiction").closed_at is not None


def test_a_warning_is_read_again(stripe, wire, has, capsys):
    warning = objects.early_fraud_warning(id="issfr_1", charge="ch_1", actionable=True)
    stripe.tells("radar.early_fraud_warning.created", warning)
    has["/v1/radar/early_fraud_warnings/issfr_1"] = warning | {"actionable": False}
    keeps(capsys)
    assert EarlyFraudWarning.objects.get().actionable is False


def test_where_payouts_go_is_read_again(stripe, wire, has, capsys):
    bank = {"id": "ba_1", "object": "bank_account", "last4": "1111", "status": "new"}
    stripe.tells("account.external_account.created", bank)
    listed = {"object": "list", "data": [bank | {"status": "errored"}], "has_more": False}
    has[f"/v1/accounts/{ACCOUNT}/external_accounts"] = listed
    keeps(capsys)
    assert ExternalAccount.objects.get().status == "errored"


def test_what_stripe_does_not_show_is_kept(stripe, wire, has, capsys):
    stripe.tells("charge.dispute.created", objects.dispute(id="dp_1", charge="ch_1"))
    keeps(capsys)
    dispute = Dispute.objects.get()
    assert (dispute.unreachable, dispute.status) == (True, "needs_response")
    assert not OwedRead.objects.exists()


def test_what_our_key_may_not_read_is_kept(stripe, wire, has, capsys, settings):
    """A restricted key: Stripe answers 403, as where a hotel has let go, but without its code."""
    settings.STRIPE_SECRET_KEY = "rk_test_of_the_tests"
    stripe.tells("charge.dispute.created", objects.dispute(id="dp_1", charge="ch_1"))
    error = {"type": "invalid_request_error", "message": "The key does not have the permission."}
    wire.answers = lambda asked: (403, {"error": error})
    keeps(capsys)
    assert Dispute.objects.get().unreachable
    assert not OwedRead.objects.exists()


def test_a_read_of_a_hotel_that_let_go_waits_until_it_is_back(stripe, wire, has, capsys):
    stripe.tells("charge.dispute.created", objects.dispute(id="dp_1", charge="ch_1"))
    wire.answers = lambda asked: (403, {"error": REFUSES})
    assert keeps(capsys, "--all")["read"] == 0
    assert OwedRead.objects.get().last_error == "No access."

    stripe.sends([hears("account.application.deauthorized", objects.application(), AT)])
    asked = len(wire.asked)
    keeps(capsys, "--all")
    assert len(wire.asked) == asked  # nothing is asked of it

    stripe.sends([hears("account.application.authorized", objects.application(), AT + 1)])
    won = objects.dispute(id="dp_1", charge="ch_1", status="won")
    wire.answers = lambda asked: (200, account_of()) if "accounts" in asked.path else (200, won)
    keeps(capsys, "--all")
    assert Dispute.objects.get().status == "won"
    assert not OwedRead.objects.exists()


def test_a_read_that_fails_is_due_again_soon(stripe, wire, capsys):
    wire.answers = lambda asked: (503, {"error": {}})
    stripe.tells("account.updated", account_of())
    assert keeps(capsys)["read"] == 0
    owed = OwedRead.objects.get()
    assert timedelta(0) < owed.due_at - timezone.now() <= timedelta(seconds=30)
    assert keeps(capsys)["read"] == 0
    assert len(wire.asked) == 1
    wire.answers = lambda asked: (200, account_of())
    assert keeps(capsys, "--all")["read"] == 1


def test_the_most_urgent_is_asked_first(stripe, wire, has, capsys):
    """What came last matters most: whether money comes in, then whether it did, the fees last."""
    charge = objects.charge(id="ch_1", payment_intent="pi_2", balance_transaction="txn_1")
    bank = {"id": "ba_1", "object": "bank_account", "last4": "1111", "status": "new"}
    stripe.tells("charge.succeeded", charge)
    stripe.tells("account.external_account.created", bank)
    stripe.tells("charge.dispute.created", objects.dispute(id="dp_1", charge="ch_1"))
    for number, status in enumerate(("succeeded", "canceled")):
        intent = objects.payment_intent(id="pi_1", status=status)
        stripe.sends([hears(f"payment_intent.{status}", intent, AT, number)])
    stripe.tells("account.updated", account_of())
    assert not wire.asked

    keeps(capsys)

    assert [asked.path for asked in wire.asked] == [
        f"/v1/accounts/{ACCOUNT}",
        "/v1/payment_intents/pi_1",
        "/v1/disputes/dp_1",
        f"/v1/accounts/{ACCOUNT}/external_accounts",
        "/v1/charges/ch_1",
    ]


def disputes(stripe, account, number):
    opened = [objects.dispute(id=f"dp_{each}", charge=f"ch_{each}") for each in range(number)]
    stripe.sends(events.event("charge.dispute.created", each, account=account) for each in opened)


def test_an_account_is_asked_no_more_often_than_its_budget_lets_us(stripe, asked_at, capsys):
    disputes(stripe, ACCOUNT, 25)

    assert keeps(capsys)["read"] == 25

    times = [at for _, at in asked_at]
    assert len(times) == 25
    assert min(later - earlier for earlier, later in pairwise(times)) > 0.0999
    assert times[-1] < 2.5  # and no less often


def test_a_small_account_does_not_wait_for_the_many_reads_of_another(stripe, asked_at, capsys):
    """Less urgent as it is, and as late as it came: what the other waits for is its own budget."""
    AccountFactory(stripe_id="acct_asagiri", organization__slug="asagiri")
    disputes(stripe, ACCOUNT, 70)  # more than are looked for at a time
    charge = objects.charge(id="ch_1", payment_intent="pi_1", balance_transaction="txn_1")
    stripe.tells("charge.succeeded", charge, account="acct_asagiri")

    assert keeps(capsys)["read"] == 71

    (theirs,) = [at for account, at in asked_at if account == "acct_asagiri"]
    assert theirs <= 1.0
    assert asked_at[-1][1] > 6


def test_accounts_take_turns_in_what_is_as_urgent(stripe, asked_at, capsys):
    AccountFactory(stripe_id="acct_asagiri", organization__slug="asagiri")
    disputes(stripe, ACCOUNT, 5)
    disputes(stripe, "acct_asagiri", 5)

    keeps(capsys)

    assert [account for account, _ in asked_at] == [ACCOUNT, "acct_asagiri"] * 5


def test_whoever_dies_in_a_read_leaves_it_due(stripe, wire, has, capsys, monkeypatch):
    has[f"/v1/accounts/{ACCOUNT}"] = account_of()
    stripe.tells("account.updated", account_of())

    def dies(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setitem(rereads._READS, "account", dies)
        with pytest.raises(KeyboardInterrupt):
            rereads.keep_due()
    assert rereads.keep_due() == 0  # it may still be under way
    OwedRead.objects.update(due_at=timezone.now())
    assert rereads.keep_due() == 1


@pytest.mark.parametrize("status", [200, 403])
def test_a_tie_is_decided_by_a_probe(stripe, wire, capsys, status):
    stripe.tells("account.updated", account_of())
    for number, word in enumerate(("authorized", "deauthorized")):
        stripe.sends([hears(f"account.application.{word}", objects.application(), AT, number)])
    account = ConnectedAccount.objects.get()
    assert (account.is_undecided, account.is_connected) == (True, False)
    error = {"type": "invalid_request_error", "code": "account_invalid", "message": "No access."}
    wire.answers = lambda asked: (status, account_of() if status == 200 else {"error": error})

    keeps(capsys)

    account = ConnectedAccount.objects.get()
    assert (account.is_undecided, account.is_connected) == (False, status == 200)


@pytest.mark.parametrize("status", [200, 403])
def test_an_account_that_is_let_go_and_comes_back_within_a_second_is_probed(
    status, stripe, wire, capsys, settings, manager
):
    """Our clock is ahead of Stripe's, as any clock may be."""
    settings.STRIPE_CLIENT_ID = "ca_of_the_tests"
    stripe.tells("account.updated", account_of())
    wire.moment = AT
    wire.answers = lambda asked: (200, {"stripe_user_id": ACCOUNT})
    gone = onboarding.disconnect(account=ConnectedAccount.objects.get(), by=manager)
    assert not gone.account.is_connected

    stripe.sends([hears("account.application.authorized", objects.application(), AT)])
    error = {"type": "invalid_request_error", "code": "account_invalid", "message": "No access."}
    wire.answers = lambda asked: (status, account_of() if status == 200 else {"error": error})
    keeps(capsys)

    account = ConnectedAccount.objects.get()
    assert (account.is_undecided, account.is_connected) == (False, status == 200)


def test_each_stop_is_told(stripe, wire, has, capsys, manager):
    path = f"/v1/accounts/{ACCOUNT}"
    at = AT
    for enabled in (True, False, True, False):
        at += 100
        wire.moment = at + 50
        has[path] = account_of(enabled=enabled)
        stripe.sends([hears("account.updated", has[path], at)])
        keeps(capsys)
        Notification.objects.filter(state="waiting").update(state="sent")
    assert Notification.objects.filter(kind="charges_stopped").count() == 2
    assert Alert.objects.filter(kind="charges_stopped").count() == 1


REFUSES = {"type": "invalid_request_error", "code": "account_invalid", "message": "No access."}
SOME = range(40)
MORE = [pytest.param(seed, marks=pytest.mark.slow) for seed in range(40, 200)]


@pytest.mark.parametrize("seed", [*SOME, *MORE])
def test_any_history_ends_clean_and_equal(stripe, wire, has, monkeypatch, seed):
    """
    Of an account and a dispute: events in any order, reads that are late, fail, overtake.

    The hotel closes its connection and comes back meanwhile, of which an event may be lost: what
    asks Stripe for missed events finds that out.
    """
    chance = random.Random(seed)
    monkeypatch.setattr(rereads.budget, "wait", lambda account: None)
    paths = {"account.updated": f"/v1/accounts/{ACCOUNT}"}
    paths["charge.dispute.updated"] = "/v1/disputes/dp_1"
    history, waiting, late = [], [], []
    is_open = True

    def turns(at):
        """Let the hotel close its connection, or come back."""
        nonlocal is_open
        is_open = not is_open
        history.append("connection")
        type = f"account.application.{'authorized' if is_open else 'deauthorized'}"
        if chance.random() < 0.7:  # else the event is lost
            waiting.append(hears(type, objects.application(), at, len(history)))

    def answers(asked):
        if not is_open and asked.path != "/v1/events":
            return 403, {"error": REFUSES}
        if asked.path == "/v1/events":
            nothing = {"object": "list", "data": [], "has_more": False}
            return (200, nothing) if is_open or not asked.account else (403, {"error": REFUSES})
        return 200, has[asked.path]

    def happens(at):
        type = chance.choice(list(paths))
        if type == "account.updated":
            due = chance.sample(["company.tax_id", "external_account", "owners.dob"], 2)
            object = account_of(enabled=chance.random() < 0.5, due=due)
        else:
            status = chance.choice(["needs_response", "under_review", "won", "lost"])
            object = objects.dispute(
                id="dp_1", charge="ch_1", status=status, amount=chance.randint(1, 9_000)
            )
        has[paths[type]] = object
        history.append(type)
        waiting.append(hears(type, object, at, len(history)))

    def read(fails=0.0):
        """Begin a read and note it now or later."""
        for owed in OwedRead.objects.all():
            row = rereads.KINDS[owed.kind].objects.get(pk=owed.row)
            owed.attempts += 1
            if chance.random() < fails:
                rereads._put_off(owed, "Stripe is away.")
                continue
            try:
                late.append((rereads._note, owed, row, rereads._READS[owed.kind](row)))
            except errors.Disconnected as error:
                late.append((rereads._note_refusal, owed, row, error))

    def note(which):
        how, *about = late.pop(which)
        how(*about)

    wire.answers = answers
    stripe.tells("account.updated", account_of(), created=AT)
    has[paths["account.updated"]] = account_of()
    at = AT
    for _ in range(8):
        at += chance.choice([0, 0, 1])
        wire.moment = at
        turns(at) if chance.random() < 0.3 else happens(at)
        for _ in range(chance.randint(0, 2)):
            if waiting:
                stripe.delivers(waiting.pop(chance.randrange(len(waiting))))
                worker.drain()
        if chance.random() < 0.5:
            read(fails=0.3)
        if late and chance.random() < 0.5:
            note(chance.randrange(len(late)))
    while waiting or late:
        if waiting and (not late or chance.random() < 0.5):
            stripe.delivers(waiting.pop(chance.randrange(len(waiting))))
            worker.drain()
        else:
            note(chance.randrange(len(late)))
    wire.moment = at + 1
    with suppress(SystemExit):  # it let go, unheard
        call_command("stripe_resync")
    while rereads.keep_due(early=True):
        pass

    account = ConnectedAccount.objects.get()
    assert (account.is_connected, account.is_undecided) == (is_open, False)
    if not is_open:
        return
    assert not OwedRead.objects.exists()
    for model, path in (
        (ConnectedAccount, paths["account.updated"]),
        (Dispute, "/v1/disputes/dp_1"),
    ):
        if path not in has:
            continue
        row, truth = model.objects.get(), has[path]
        assert not row.provisional
        if model is Dispute:
            assert (row.status, row.amount) == (truth["status"], truth["amount"])
        else:
            assert row.charges_enabled == truth["charges_enabled"]
            assert row.currently_due == truth["requirements"]["currently_due"]
