"""What Stripe says of an account, of old and of today, and who of it is never kept."""

import json
from datetime import UTC, datetime

from django.utils.html import escape

from payments.models import Alert, ConnectedAccount, Notification, Person, WebhookEvent
from payments.notifications import delivery
from sandbox import objects
from tests.factories import MembershipFactory, UserFactory
from tests.support.admin import page

SOMEBODY = {
    "address": {"line1": "1 Harbour Street"},
    "dob": {"day": 3, "month": 4, "year": 1971},
    "email": "kim@hotel.example",
    "first_name": "Kim",
    "id_number": "000000000",
    "phone": "+351210000000",
    "ssn_last_4": "0000",
}


def of_2015(**fields):
    """An account as it was before there were `requirements` and `payouts_enabled`."""
    account = objects.account(id="acct_harbour")
    for name in ("capabilities", "payouts_enabled", "requirements"):
        del account[name]
    return account | {"transfers_enabled": True, **fields}


def test_an_account_of_2015_says_what_is_due_and_by_when(stripe):
    verification = {
        "disabled_reason": "fields_needed",
        "due_by": 1_796_000_000,
        "fields_needed": ["legal_entity.verification.document"],
    }

    stripe.tells("account.updated", of_2015(verification=verification))

    account = ConnectedAccount.objects.get()
    assert account.wanted == ["legal_entity.verification.document"]
    assert account.disabled_reason == "fields_needed"
    assert account.current_deadline == datetime.fromtimestamp(1_796_000_000, UTC)


def test_an_account_that_is_told_of_in_the_old_way_is_still_paid_out(stripe):
    stripe.tells("account.updated", objects.account(id="acct_harbour"))
    stripe.tells("account.updated", of_2015(), created=1_900_000_000)

    assert ConnectedAccount.objects.get().payouts_enabled
    assert not Alert.objects.exists()


def test_why_stripe_refused_a_document_is_said_beside_it(stripe, admin_client):
    passport = "person_1.verification.document"
    why = "The document is expired. <Please> send another."
    error = {"code": "verification_document_expired", "reason": why, "requirement": passport}
    wanted = objects.requirements(passport, errors=[error, {"code": 5}, None])

    stripe.tells("account.updated", objects.account(id="acct_harbour", requirements=wanted))

    account = ConnectedAccount.objects.get()
    assert account.errors == [error]
    shown = admin_client.get(page(account)).content.decode()
    assert f"A document of a person on the account {quiet(why)}" in shown
    MembershipFactory(user=UserFactory(email="maria@example.com"))
    mail = delivery.compose(Notification.objects.get(kind="requirement_due"))
    assert why in " ".join(mail.body.split())


def quiet(text):
    return f'<span class="pay-quiet">{escape(text)}</span>'


def test_who_somebody_is_stays_at_stripe(stripe):
    owner = objects.person(account="acct_harbour", **SOMEBODY)
    theirs = objects.account(id="acct_harbour", business_type="individual", individual=owner)
    stripe.tells("person.created", owner)
    stripe.tells("account.updated", theirs)
    stripe.tells("account.updated", of_2015(legal_entity=SOMEBODY))

    kept = [
        *WebhookEvent.objects.values("data", "changes"),
        *Person.objects.values(),
        *ConnectedAccount.objects.values(),
        *Alert.objects.values("detail", "facts"),
    ]
    assert len(kept) == 5
    text = json.dumps(kept, default=str)
    for said in ("Harbour Street", ": 1971", "kim@", "Kim", "000000000", "+351", "ssn"):
        assert said not in text
