"""What a hotel hears of its Stripe account."""

import itertools
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from organizations.models import Role
from payments.models import Alert, ConnectedAccount, Notification
from payments.operations import mails
from payments.records import accounts, settling
from payments.words import connect as words
from sandbox import objects
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.factories import MembershipFactory, UserFactory
from tests.notifications.conftest import deliver_all, later


def test_a_bank_account_that_begins_to_get_the_payouts_is_said_again(stripe):
    bank = objects.bank_account(id="ba_1", account="acct_harbour", last4="0013")
    for number, default in enumerate([False, True, True]):
        seen = bank | {"default_for_currency": default}
        type = f"account.external_account.{'updated' if number else 'created'}"
        stripe.tells(type, seen, created=1_793_620_800 + number)

    alerts = Alert.objects.filter(kind="payout_account_changed").order_by("id")
    assert [alert.facts["default"] for alert in alerts] == [False, True]
    assert Notification.objects.filter(kind="payout_account_changed").count() == 2


def test_an_account_that_stripe_stops_for_a_moment_is_told_to_nobody(stripe, booking):
    events = SCENARIOS["account_restricted_and_enabled_again"].events(stay_of(booking))
    again = max(n for n, event in enumerate(events) if event["type"] == "capability.updated") - 1
    before = timezone.now()

    stripe.sends(events[:again])
    stopped = Notification.objects.filter(kind__endswith="_stopped")
    assert {mail.state for mail in stopped} == {"waiting"}
    for mail in stopped:
        waits = mail.next_attempt_at - before
        assert timedelta(seconds=60) < waits < timedelta(seconds=120)
    stripe.sends(events[again:])

    assert {mail.state for mail in stopped.all()} == {"dropped"}
    assert not Alert.objects.filter(kind__endswith="_stopped", closed_at=None).exists()


# What Stripe wants, by when -------------------------------------------------

NOW = 1_795_539_600
DAY = 86_400
TAX, DEED, VAT = "company.tax_id", "company.verification.document", "company.vat_id"


def wants(stripe, *names, by=None, at=0, past=False):
    """Let Stripe want something of the hotel, from so many days after the first day on."""
    due = objects.requirements(*names, past=past, current_deadline=by and NOW + by * DAY)
    account = objects.account(id="acct_harbour", details_submitted=True, requirements=due)
    stripe.tells("account.updated", account, created=NOW + at * DAY)


def told(post_office):
    """Deliver all that waits, and return what the mails so far were about."""
    deliver_all()
    return [str(each["Subject"]).removeprefix("[Test] ") for each in post_office.mails]


def lists(post_office):
    """Return what each mail listed as wanted."""
    deliver_all()
    texts = [each.get_body(["plain"]).get_content() for each in post_office.mails]
    found = [re.search(r"^ *(?:Wanted|Overdue): (.*)$", text, re.MULTILINE) for text in texts]
    return [each.group(1).strip() for each in found]


@pytest.mark.usefixtures("manager")
def test_what_stripe_wants_is_told_when_it_is_new_and_not_when_the_list_shrinks(
    stripe, post_office
):
    steps = [
        ([TAX], 30, 1),
        ([TAX, DEED], 30, 2),  # a new one
        ([DEED], 30, 2),  # one was given
        ([DEED], 40, 2),  # and there is more time
        ([TAX, DEED], 40, 2),  # what was told before is asked once more
        ([VAT, DEED], 40, 3),  # a new one
        ([], None, 3),
        ([VAT], 40, 3),
    ]
    for day, (names, by, count) in enumerate(steps):
        wants(stripe, *names, by=by, at=day)
        assert len(told(post_office)) == count, names


@pytest.mark.usefixtures("manager")
@pytest.mark.parametrize(
    ("first", "then", "count"),
    [(30, 20, 2), (30, 31, 1), (None, 30, 2), (30, None, 1), (30, 30, 1)],
)
def test_a_deadline_that_comes_nearer_is_told_and_one_that_goes_away_is_not(
    first, then, count, stripe, post_office
):
    wants(stripe, TAX, DEED, by=first)
    told(post_office)
    wants(stripe, TAX, DEED, by=then, at=1)

    assert len(told(post_office)) == count


@pytest.mark.usefixtures("manager")
def test_the_same_wanted_anew_after_its_time_is_told(stripe, post_office):
    """A document runs out once more, a year later."""
    wants(stripe, DEED, by=30)
    told(post_office)
    wants(stripe, at=20)
    wants(stripe, DEED, by=400, at=365)

    assert len(told(post_office)) == 2


@pytest.mark.usefixtures("manager")
def test_what_shrinks_before_it_was_told_is_told_as_it_is_by_then(stripe, post_office):
    wants(stripe, TAX, DEED, by=30)
    wants(stripe, DEED, by=30, at=1)

    assert lists(post_office) == ["a document of the company"]


@pytest.mark.usefixtures("manager")
@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_in_any_order_all_is_told_and_nothing_that_was_never_wanted(order, stripe, post_office):
    steps = [([TAX], 30), ([TAX, DEED], 30), ([DEED], 40)]
    for number in order:
        names, by = steps[number]
        wants(stripe, *names, by=by, at=number)

    # Nothing was sent meanwhile: one mail, of what is wanted in the end.
    assert lists(post_office) == ["a document of the company"]


@pytest.mark.usefixtures("manager")
def test_a_colleague_who_has_not_had_the_longer_list_gets_the_shorter(stripe, post_office):
    other = UserFactory(email="owner@example.com")
    MembershipFactory(role=Role.OWNER, user=other)
    post_office.refused.add("owner@example.com")
    wants(stripe, TAX, DEED, by=30)
    deliver_all_once()
    assert post_office.addressed == [["maria@example.com"]]

    wants(stripe, DEED, by=30, at=1)
    post_office.refused.clear()

    assert lists(post_office)[1:] == ["a document of the company"]
    assert post_office.addressed == [["maria@example.com"], ["owner@example.com"]]


def deliver_all_once():
    later(hours=1)
    mails.deliver()


@pytest.mark.usefixtures("manager")
def test_a_list_longer_than_any_key_is_told_for_each_new_thing(stripe, post_office):
    names = [f"person_{number:032}.verification.document" for number in range(12)]
    wants(stripe, *names[:11], by=30)
    assert len(told(post_office)) == 1
    wants(stripe, *names, by=30, at=1)
    assert len(told(post_office)) == 2
    wants(stripe, *names[1:], by=30, at=2)
    assert len(told(post_office)) == 2


# Closed and opened in one second --------------------------------------------


def closes(stripe, at=NOW):
    stripe.tells("account.application.deauthorized", objects.application(), created=at)


def opens(stripe, at=NOW):
    stripe.tells("account.application.authorized", objects.application(), created=at)


@pytest.mark.parametrize("order", [(closes, opens), (opens, closes)], ids=["closed", "opened"])
@pytest.mark.usefixtures("manager")
def test_what_nobody_knows_yet_is_said_to_nobody(order, stripe, post_office):
    for does in order:
        does(stripe)

    assert told(post_office) == []
    assert not Alert.objects.filter(closed_at=None).exists()
    account = ConnectedAccount.objects.get()
    assert words.standing(account).words == "Being checked"
    assert "is being asked" in words.cannot_take_cards(account)
    assert not ConnectedAccount.objects.filter(accounts.TROUBLES["disconnected"]).exists()


@pytest.mark.parametrize(
    ("is_open", "subject", "alerts"),
    [
        (True, "is connected to Stripe", []),
        (False, "is disconnected from Stripe", ["account_disconnected"]),
    ],
)
@pytest.mark.usefixtures("manager")
def test_what_a_probe_decides_is_said(is_open, subject, alerts, stripe, post_office):
    closes(stripe)
    opens(stripe)
    account = ConnectedAccount.objects.get()
    account.tie_decided_at, account.tie_is_open = account.deauthorized_at, is_open
    account.save()
    settling.ask_again(
        {("account", "acct_harbour", False, "acct_harbour"): account.organization_id},
        timezone.now(),
    )

    (said,) = told(post_office)
    assert subject in said
    assert list(Alert.objects.filter(closed_at=None).values_list("kind", flat=True)) == alerts


@pytest.mark.usefixtures("manager")
def test_what_else_is_wrong_with_an_account_stays_said_meanwhile(stripe):
    wants(stripe, TAX, by=30)
    assert Alert.objects.get(closed_at=None).kind == "requirement_due"
    closes(stripe)
    opens(stripe)

    assert Alert.objects.get(closed_at=None).kind == "requirement_due"
