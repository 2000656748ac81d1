"""What the commands print, and how they end."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from payments.models import Alert, Payment, WebhookEvent
from payments.webhooks.router import catalogue
from sandbox import events
from sandbox.objects import charge, payment_intent
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.factories import AccountFactory, OrganizationFactory, ReservationFactory

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def run(capsys):
    """Return a function that runs a command with --json and returns what it printed."""

    def command(*args):
        capsys.readouterr()
        call_command(*args, "--json")
        printed = capsys.readouterr()
        assert printed.err == ""
        assert printed.out.endswith("\n")
        return json.loads(printed.out)

    return command


def paid(seed="1", **fields):
    return payment_intent(
        seed=seed, status="succeeded", metadata={"reservationId": "HB-2481"}, **fields
    )


def send_one_of_each(stripe):
    """Send an applied, an ignored, a quarantined and a waiting event."""
    stripe.tells("payment_intent.succeeded", paid(), id="evt_applied")
    stripe.tells("invoice.will_be_late", {"id": "in_1"}, id="evt_ignored")
    stripe.tells("payment_intent.succeeded", paid() | {"amount": -1}, id="evt_quarantined")
    stripe.posts(b"no JSON")
    call_command("stripe_drain", "--json")
    waits = events.event(
        "payment_intent.created", paid("2"), account="acct_harbour", id="evt_waits"
    )
    stripe.delivers(waits)


# stripe_inbox --------------------------------------------------------------


def test_the_inbox_lists_what_came_oldest_first(stripe, run):
    send_one_of_each(stripe)

    rows = run("stripe_inbox")

    assert rows[0] == {
        "event_id": "evt_applied",
        "type": "payment_intent.succeeded",
        "account": "acct_harbour",
        "livemode": False,
        "scope": "connect",
        "state": "applied",
        "reason": None,
        "attempts": 0,
        "organization": "harbour",
    }
    assert [row["state"] for row in rows] == [
        "applied", "ignored", "quarantined", "quarantined", "received"
    ]  # fmt: skip
    assert rows[1]["reason"] == "unhandled_type"
    no_json = rows[3]
    assert no_json["event_id"].startswith("sha256:")
    assert [no_json[name] for name in ("type", "account", "organization")] == [None, None, None]
    assert rows[4]["reason"] is None


def test_the_inbox_is_narrowed_by_state_and_reason(stripe, run):
    send_one_of_each(stripe)

    assert [row["event_id"] for row in run("stripe_inbox", "--state", "received")] == ["evt_waits"]
    assert len(run("stripe_inbox", "--state", "quarantined")) == 2
    assert len(run("stripe_inbox", "--reason", "malformed")) == 2
    assert run("stripe_inbox", "--state", "applied", "--reason", "malformed") == []
    with pytest.raises(CommandError):
        run("stripe_inbox", "--state", "lost")


def test_the_inbox_says_what_came_about_a_booking_or_an_object(stripe, run, booking):
    def about(text):
        return [row["event_id"] for row in run("stripe_inbox", "--about", text)]

    here, nobodys = paid("1"), paid("2") | {"metadata": {}}
    by_key = paid("3") | {"metadata": {"reservationId": str(booking.pk)}}
    stripe.tells("payment_intent.succeeded", here, id="evt_here")
    its_charge = charge(payment_intent=here["id"], metadata={})
    stripe.tells("charge.updated", its_charge, id="evt_charge")
    stripe.tells("payment_intent.succeeded", nobodys, id="evt_nobodys")
    stripe.tells("payment_intent.succeeded", by_key, account="acct_unknown", id="evt_aside")

    assert about(booking.code) == ["evt_here", "evt_charge", "evt_aside"]
    assert about(str(booking.pk).upper()) == about(booking.code)
    assert about(here["id"]) == ["evt_here", "evt_charge"]
    assert about(its_charge["id"]) == ["evt_charge"]
    assert about(nobodys["id"]) == ["evt_nobodys"]
    assert about("HB-0000") == []


@pytest.mark.parametrize("command", ["stripe_inbox", "stripe_events", "stripe_drain"])
def test_commands_speak_to_people_too(stripe, capsys, command):
    send_one_of_each(stripe)

    call_command(command)

    assert capsys.readouterr().out


# stripe_drain --------------------------------------------------------------


def test_drain_says_what_it_did(stripe, run):
    for number in range(3):
        stripe.delivers(
            events.event("payment_intent.succeeded", paid(str(number)), account="acct_harbour")
        )
    stripe.delivers(events.event("x.happened", {}, account="acct_harbour"))
    stripe.posts(b"")

    assert run("stripe_drain") == {"applied": 3, "ignored": 1, "quarantined": 1, "received": 0}
    assert run("stripe_drain") == {"applied": 0, "ignored": 0, "quarantined": 0, "received": 0}


# stripe_replay -------------------------------------------------------------


def everything():
    """Return all that a replay could change."""
    return [list(model.objects.order_by("pk").values()) for model in (Payment, Alert, WebhookEvent)]


def test_replaying_what_was_applied_changes_no_money(stripe, booking, run):
    stripe.sends(SCENARIOS["two_partial_refunds"].events(stay_of(booking)))
    before = run("payment_state", "HB-2481")
    ids = list(WebhookEvent.objects.values_list("stripe_event_id", flat=True))

    outcomes = run("stripe_replay", *ids)

    assert sorted(row["event_id"] for row in outcomes) == sorted(ids)
    assert {row["state"] for row in outcomes} == {"applied"}
    assert run("payment_state", "HB-2481") == before


def test_a_dry_run_says_what_would_be_and_changes_nothing(stripe, run):
    stripe.tells("payment_intent.succeeded", paid(), account="acct_new", id="evt_1")
    WebhookEvent.objects.filter(stripe_event_id="evt_1").update(body=b"{}")
    AccountFactory(stripe_id="acct_new", organization=OrganizationFactory(slug="new"))
    stripe.tells("payment_intent.succeeded", paid("2"), account="acct_nobody", id="evt_2")
    AccountFactory(stripe_id="acct_nobody", organization=OrganizationFactory(slug="nobody"))
    before = everything()

    for chosen in (["evt_1", "evt_2"], ["--quarantined"]):
        (first, second) = run("stripe_replay", *chosen, "--dry-run")
        assert (first["state"], first["reason"]) == ("quarantined", "malformed")
        assert (second["state"], second["reason"]) == ("applied", None)
    (only,) = run("stripe_replay", "--reason", "unknown_account", "--dry-run", "evt_2")
    assert only["event_id"] == "evt_2"

    assert everything() == before


def test_an_id_that_several_accounts_have_replays_in_each(stripe, run):
    for account in ("acct_a", "acct_b"):
        stripe.tells("payment_intent.succeeded", paid(), account=account, id="evt_same")
        AccountFactory(stripe_id=account)

    outcomes = run("stripe_replay", "evt_same")

    assert [(row["account"], row["state"]) for row in outcomes] == [
        ("acct_a", "applied"),
        ("acct_b", "applied"),
    ]
    assert Payment.objects.count() == 2


def test_replaying_by_reason_leaves_others_alone(stripe, run):
    send_one_of_each(stripe)

    assert {row["reason"] for row in run("stripe_replay", "--reason", "malformed")} == {"malformed"}
    assert {row["event_id"] for row in run("stripe_replay", "--reason", "unhandled_type")} == {
        "evt_ignored"
    }
    assert run("stripe_replay", "--reason", "tenant_mismatch") == []
    assert WebhookEvent.objects.get(stripe_event_id="evt_waits").state == "received"


def test_an_event_that_waits_for_its_next_attempt_is_tried_at_once(stripe, run):
    send_one_of_each(stripe)
    later = timezone.now() + timedelta(hours=6)
    waits = WebhookEvent.objects.filter(stripe_event_id="evt_waits")
    waits.update(attempts=7, last_error="Away.", next_attempt_at=later)

    (outcome,) = run("stripe_replay", "evt_waits")

    assert outcome["state"] == "applied"
    assert waits.get().last_error == ""


def test_an_event_whose_body_retention_has_taken_stays_as_it_is(stripe, run, capsys):
    stripe.tells("payment_intent.succeeded", paid(), id="evt_1")
    WebhookEvent.objects.update(body=None)

    (outcome,) = run("stripe_replay", "evt_1")

    assert (outcome["state"], outcome["reason"]) == ("applied", None)
    call_command("stripe_replay", "evt_1")
    assert "1 left as they are: what Stripe sent is not kept any more." in capsys.readouterr().out


def test_nothing_to_replay_is_no_mistake(stripe, run):
    assert run("stripe_replay", "--quarantined") == []


def test_replaying_more_than_a_batch(stripe, run, settings):
    settings.PAYMENTS_BATCH_SIZE = 3
    for number in range(10):
        stripe.posts(b"no JSON %d" % number)
    call_command("stripe_drain")

    assert len(run("stripe_replay", "--quarantined")) == 10


# payment_state -------------------------------------------------------------


def test_the_state_of_a_booking_is_the_contract(stripe, booking, run):
    stripe.tells("payment_intent.succeeded", paid(amount=500))

    state = run("payment_state", "HB-2481")

    intent = payment_intent(seed="1")["id"]
    assert state == {
        "reservation": "HB-2481",
        "organization": "harbour",
        "property": "downtown",
        "currency": "eur",
        "total": 120_000,
        "paid_elsewhere": 0,
        "authorized": 0,
        "paid": 500,
        "extras": 0,
        "refunded": 0,
        "refund_pending": 0,
        "disputed": 0,
        "lost": 0,
        "balance": 119_500,
        "payment_status": "partially_paid",
        "transactions": [
            {
                "type": "payment",
                "stripe_id": intent,
                "purpose": "reservation_payment",
                "amount": 500,
                "received": 500,
                "status": "succeeded",
                "currency": "eur",
            }
        ],
        "charges": [],
        "disputes": [],
        "fraud_warnings": [],
        "reviews": [],
    }


def test_what_is_only_named_by_another_is_not_listed(stripe, booking, run):
    stripe.sends(SCENARIOS["full_refund"].events(stay_of(booking))[-1:])

    state = run("payment_state", "HB-2481")

    assert (state["transactions"], state["charges"]) == ([], [])


def test_what_stripe_did_not_tell_is_null(stripe, booking, run):
    paid_somehow = {"id": "pi_1", "metadata": {"reservationId": "HB-2481"}}
    stripe.tells("payment_intent.created", paid_somehow)
    stripe.tells("charge.pending", {"id": "ch_1", "payment_intent": "pi_1"})
    stripe.tells("refund.created", {"id": "re_1", "payment_intent": "pi_1", "status": None})
    moved = [{"id": "txn_1", "amount": -5}]
    disputed = {"id": "dp_1", "charge": "ch_1", "reason": None, "balance_transactions": moved}
    stripe.tells("charge.dispute.created", disputed)
    stripe.tells("radar.early_fraud_warning.created", {"id": "issfr_1", "charge": "ch_1"})

    state = run("payment_state", "HB-2481")

    payment, refund, movement = state["transactions"]
    assert (payment["amount"], payment["status"], payment["currency"]) == (None, None, None)
    assert (refund["amount"], refund["status"], refund["currency"]) == (None, None, None)
    assert (movement["amount"], movement["currency"]) == (-5, None)
    assert (state["charges"][0]["status"], state["charges"][0]["failure_code"]) == (None, None)
    assert (state["disputes"][0]["status"], state["disputes"][0]["reason"]) == (None, None)
    assert state["fraud_warnings"] == [
        {"stripe_id": "issfr_1", "fraud_type": None, "actionable": None}
    ]
    call_command("payment_state", "HB-2481")


def test_an_id_that_two_accounts_have_is_listed_by_account(stripe, booking, run):
    AccountFactory(stripe_id="acct_spa")
    for account, amount in (("acct_harbour", 100), ("acct_spa", 200)):
        stripe.tells("payment_intent.succeeded", paid(amount=amount), account=account)

    state = run("payment_state", "HB-2481")

    assert [line["received"] for line in state["transactions"]] == [100, 200]
    assert state["paid"] == 300


def test_the_json_is_sorted_and_always_the_same_text(stripe, booking, capsys):
    stripe.sends(SCENARIOS["two_partial_refunds"].events(stay_of(booking)))
    texts = set()
    for _ in range(3):
        call_command("payment_state", "HB-2481", "--json")
        texts.add(capsys.readouterr().out)

    (text,) = texts
    state = json.loads(text)
    assert text == json.dumps(state, sort_keys=True, ensure_ascii=False) + "\n"
    for name in ("transactions", "charges"):
        ids = [line["stripe_id"] for line in state[name]]
        assert ids == sorted(ids)
    assert [line["release"] for line in state["transactions"] if line["type"] == "refund"]


def test_a_code_that_two_organizations_have_needs_the_slug(booking, run):
    ReservationFactory(code="HB-2481", property__organization__slug="other")

    with pytest.raises(CommandError, match="harbour, other"):
        run("payment_state", "HB-2481")
    assert run("payment_state", "HB-2481", "--organization", "other")["organization"] == "other"
    assert run("payment_state", "HB-2481", "--organization", "harbour")["balance"] == 120_000


@pytest.mark.parametrize(
    "named",
    [
        ["payment_state", "HB-0000"],
        ["payment_state", "hb-2481"],
        ["payment_state", ""],
        ["payment_state", "HB-2481\x00"],
        ["payment_state", "\udcff"],
        ["payment_state", "HB-2481", "--organization", "nobody"],
        ["stripe_replay", "evt_nobody"],
        ["stripe_replay", "evt_applied", "evt_nobody"],
        ["stripe_replay", "\udcff"],
        ["stripe_replay"],
        ["stripe_resync", "--account", "\udcff"],
        ["stripe_architecture", "\udcff", "centralized"],
    ],
)
def test_what_is_not_there_is_said_in_a_sentence(stripe, booking, named):
    stripe.tells("payment_intent.succeeded", paid(), id="evt_applied")

    with pytest.raises(CommandError, match=r"^[A-Z].*\.$") as refusal:
        call_command(*named)
    assert refusal.value.returncode == 1


# stripe_events -------------------------------------------------------------


def test_the_catalogue_says_what_each_event_means(run):
    rows = run("stripe_events")

    assert len(rows) == len(catalogue())
    for row in rows:
        assert set(row) == {"type", "phase", "scope", "offered", "means"}
        assert row["phase"] in (1, 2, 3, 4, 5, 6, None)
        assert row["scope"] in ("platform", "connect", "both")
        assert isinstance(row["offered"], bool)
        assert row["means"].endswith(".")
    assert len({row["type"] for row in rows}) == len(rows)


@pytest.mark.parametrize(
    "type",
    [
        "payment_intent.created",
        "payment_intent.processing",
        "payment_intent.requires_action",
        "payment_intent.amount_capturable_updated",
        "payment_intent.partially_funded",
        "payment_intent.payment_failed",
        "payment_intent.canceled",
        "payment_intent.succeeded",
        "charge.succeeded",
        "charge.pending",
        "charge.failed",
        "charge.captured",
        "charge.updated",
        "charge.refunded",
        "refund.created",
    ],
)
def test_the_first_phase_is_complete(type, run):
    (row,) = [row for row in run("stripe_events") if row["type"] == type]

    assert row["phase"] == 1


# As a person starts them ---------------------------------------------------


def from_the_shell(*command):
    """Run a command in a process of its own, on an empty database in memory."""
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "pms.settings"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_exit_codes_are_what_scripts_rely_on(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    assert from_the_shell("migrate", "--verbosity", "0").returncode == 0

    listed = from_the_shell("stripe_inbox", "--json")
    missing = from_the_shell("payment_state", "HB-0000", "--json")

    assert (listed.returncode, listed.stdout, listed.stderr) == (0, "[]\n", "")
    assert (missing.returncode, missing.stdout) == (1, "")
    assert "There is no booking HB-0000." in missing.stderr
    assert "Traceback" not in missing.stderr
