"""What a hotel hears of cards on file, and which of them it may still charge."""

from django.utils import timezone

from payments.models import Alert
from sandbox import events, objects

NOW = int(timezone.now().timestamp())


def told(type, object, at):
    return events.event(type, object, account="acct_harbour", created=NOW + at)


def open_alerts():
    return list(Alert.objects.filter(closed_at=None).values_list("kind", flat=True))


def card(**fields):
    return objects.card_source(id="card_1", customer="cus_1", **fields)


def test_a_card_that_was_renewed_does_not_run_out_any_more(stripe):
    runs_out = told("customer.source.expiring", card(exp_month=12, exp_year=2026), 0)
    renewed = told("customer.source.updated", card(exp_month=12, exp_year=2031), 60)

    stripe.sends([runs_out])
    assert open_alerts() == ["card_expires"]
    stripe.sends([renewed])

    assert open_alerts() == []


def test_a_late_warning_of_a_card_that_was_renewed_is_not_said(stripe):
    renewed = told("customer.source.updated", card(exp_month=12, exp_year=2031), 60)
    runs_out = told("customer.source.expiring", card(exp_month=12, exp_year=2026), 0)

    stripe.sends([renewed])
    stripe.sends([runs_out])

    assert not Alert.objects.exists()
