"""What a hotel hears of its Stripe account."""

from payments.models import Alert, Notification
from sandbox import objects


def test_a_bank_account_that_begins_to_get_the_payouts_is_said_again(stripe):
    bank = objects.bank_account(id="ba_1", account="acct_harbour", last4="0013")
    for number, default in enumerate([False, True, True]):
        seen = bank | {"default_for_currency": default}
        type = f"account.external_account.{'updated' if number else 'created'}"
        stripe.tells(type, seen, created=1_793_620_800 + number)

    alerts = Alert.objects.filter(kind="payout_account_changed").order_by("id")
    assert [alert.facts["default"] for alert in alerts] == [False, True]
    assert Notification.objects.filter(kind="payout_account_changed").count() == 2
