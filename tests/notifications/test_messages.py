"""What an alert says to the people of a hotel."""

import pytest

from payments.models import Alert, Capability, ExternalAccount
from payments.notifications.messages import MESSAGES, sentence, sentences, title
from payments.words.connect import allowed, external, standing
from sandbox import objects
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.factories import AccountFactory, OrganizationFactory, PropertyFactory


def an_alert(kind, **facts):
    house = PropertyFactory()
    return Alert(
        kind=kind,
        object_id="pi_spa",
        facts=facts,
        organization=house.organization,
        property=house,
    )


@pytest.mark.parametrize("kind", MESSAGES)
def test_every_kind_says_something_even_where_facts_are_missing(kind, db):
    alert = an_alert(kind)

    assert title(alert)
    assert "{" not in sentence(alert)


def test_unmatched_money_names_the_amount_as_the_currency_writes_it(db):
    alert = an_alert("unmatched_money", amount=32_440, currency="eur")

    assert "€324.40 came with pi_spa" in sentence(alert)


def test_a_hold_ends_by_the_clocks_of_the_house(db):
    alert = an_alert("hold_expires", amount=84_000, currency="jpy", at="2026-07-03T22:30:00+00:00")

    assert "The ¥84,000 held" in sentence(alert)
    assert "Friday 3 July 2026, 23:30" in sentence(alert)  # Lisbon, in summer


def test_an_alert_of_no_house_uses_the_clocks_of_the_organization(db):
    alert = Alert(
        kind="hold_expires",
        object_id="ch_spa",
        facts={"at": "2026-07-03T22:30:00+00:00"},
        organization=OrganizationFactory(timezone="Asia/Tokyo"),
    )

    assert "Saturday 4 July 2026, 07:30" in sentence(alert)


def test_a_failed_refund_says_why_in_plain_words(db):
    alert = an_alert("refund_failed", amount=4_500, currency="eur", why="lost_or_stolen_card")

    assert "€45.00 came back" in sentence(alert)
    assert "the card was reported lost or stolen" in sentence(alert)


WARNED = {
    "amount": 120_000,
    "currency": "eur",
    "fraud_type": "made_with_stolen_card",
    "refundable": 90_000,
}


@pytest.mark.parametrize(
    ("stay", "says"),
    [
        ("future", "Refund it, cancel the stay"),
        ("in_house", "Ask for the card and a document now"),
        ("departed", "Refunding gives it away; keeping the money risks a dispute"),
        ("", "Find out whose payment it is first"),
    ],
)
def test_a_fraud_warning_weighs_waiting_against_refunding(stay, says, db):
    text = sentence(an_alert("fraud_warning", stay=stay, **WARNED))

    assert "the card was stolen" in text
    assert "€1,200.00 is taken from you, and a dispute fee too" in text
    assert "Refunding now gives back €900.00 and costs no dispute fee" in text
    assert says in text


def test_evidence_is_due_by_the_clocks_of_the_house(db):
    due = {"amount": 9_000, "currency": "eur", "at": "2026-07-03T22:30:00+00:00"}

    dispute = sentence(an_alert("evidence_due", reason="fraudulent", **due))
    inquiry = sentence(an_alert("evidence_due", reason="fraudulent", inquiry=True, **due))

    assert "Send your evidence by Friday 3 July 2026, 23:30." in dispute
    assert "No money has moved. Answer by Friday 3 July 2026, 23:30." in inquiry


def test_what_stripe_wants_is_said_in_plain_words(db):
    names = ["company.verification.document", "person_1.dob.day", "person_1.dob.month", "odd_new"]
    alert = an_alert("requirement_due", wanted=names, at="2026-07-03T22:30:00+00:00")

    assert (
        "Stripe wants a document of the company, the date of birth of a person on the account and"
        " odd new by 3 July 2026." in sentence(alert)
    )


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("interv_1PqRsT.other_supporting_documents.form", "an answer about “other supporting"),
        ("documents.bank_account_ownership_verification.files", "a document: bank account owner"),
        ("person_1PqRsT.political_exposure", "any public office of a person on the account"),
        ("person_1PqRsT.something_new.part", "something new part of a person on the account"),
        ("company.registration_number", "the registration number of the company"),
        ("company.address_kana.town", "the address of the company"),
        ("company.directorship_declaration.date", "a declaration about the directors of the"),
        ("relationship.representative", "representative of the company"),
        ("legal_entity.dob.day", "the date of birth of the account's holder"),
        ("business_profile.support_email", "an e-mail address for guests"),
        ("business_profile.annual_revenue.amount", "what the hotel takes in a year"),
        ("settings.card_payments.statement_descriptor_prefix", "the name on guests' statements"),
        ("settings.payments.statement_descriptor_kanji", "the name on guests' statements"),
    ],
)
def test_what_stripe_wants_is_named_without_an_id(name, says, db):
    alert = an_alert("requirement_due", wanted=[name])

    assert sentence(alert).startswith(f"Stripe wants {says}")


def test_only_what_is_overdue_is_said_to_be(db):
    names = ["company.tax_id", "external_account"]
    alert = an_alert("requirement_due", wanted=names, past_due=names[:1])

    assert sentence(alert).startswith(
        "Stripe wanted the tax number of the company, and the time is over."
    )


@pytest.mark.parametrize(
    ("kind", "to", "says"),
    [
        ("pay_link", "guest", "The mail “A link to pay by” to the guest was given up."),
        (
            "dispute_opened",
            "managers",
            "The mail “A guest disputes a payment” to owners, managers and finance was given up.",
        ),
    ],
)
def test_a_mail_that_did_not_arrive_is_called_what_lists_call_it(kind, to, says, db):
    alert = an_alert("mail_undeliverable", mail=kind, to=to, why="Nobody answered.")

    assert sentence(alert).startswith(f"{says} Nobody answered.")


def test_a_card_that_runs_out_is_named_with_whose_it_is(stripe):
    guest = objects.customer(id="cus_1", name="Søren Østergaard")
    source = objects.card_source(id="card_1", customer="cus_1", exp_month=12, exp_year=2026)
    stripe.tells("customer.created", guest)
    stripe.tells("customer.source.expiring", source)

    says = "The card Visa ·· 4242 of Søren Østergaard runs out at the end of 12/2026."
    alert = Alert.objects.get()
    assert sentence(alert).startswith(says)
    assert sentences([alert])[alert.pk] == sentence(alert)


def test_an_account_that_was_stopped_says_why_in_plain_words(db):
    alert = an_alert("charges_stopped", why="requirements.past_due", wanted=["external_account"])

    assert "Stripe asked for something and did not get it in time" in sentence(alert)
    assert "Stripe wants a bank account for payouts" in sentence(alert)


@pytest.mark.parametrize(
    ("why", "says"),
    [
        ("", "Stripe has stopped it and gave no reason."),
        ("new_kind_of_check", "Stripe says “new kind of check”."),
        ("under_review", "Stripe is reviewing it."),
    ],
)
def test_mails_and_pages_say_alike_why_an_account_was_stopped(why, says, db):
    alert = an_alert("charges_stopped", why=why)
    account = AccountFactory(
        seen=True, details_submitted=True, were_charges_enabled=True, disabled_reason=why
    )

    assert f"No guest can pay by card: {says}" in sentence(alert)
    assert standing(account).note == f"No card can be taken: {says}"


@pytest.mark.parametrize(
    ("why", "says"),
    [
        ("paused.inactivity", "Stripe paused it, as nobody used it"),
        ("pending.onboarding", "Stripe is still setting it up"),
        ("pending.review", "Stripe is reviewing it"),
        ("platform_disabled", "the platform has switched it off"),
        ("rejected.inactivity", "Stripe closed it, as nobody used it"),
        ("rejected.unsupported_business", "Stripe does not offer it to this kind of business"),
        ("requirements.fields_needed", "Stripe needs to know more first"),
    ],
)
def test_what_an_account_may_not_do_is_explained_in_plain_words(why, says, db):
    """Stripe has other reasons for a part of an account than for the whole."""
    alert = an_alert("capability_stopped", why=why)

    assert f"any more: {says}." in sentence(alert)
    assert allowed(Capability(status="inactive", disabled_reason=why)).note == f"Because {says}."


def test_a_changed_bank_account_is_named(db):
    put = an_alert("payout_account_changed", bank="Banco", ending="0013", status="new")
    used = an_alert(
        "payout_account_changed", bank="Banco", ending="0013", status="new", default=True
    )
    gone = an_alert("payout_account_changed", bank="Banco", ending="0013", deleted=True)

    assert "Banco ·· 0013 is now on the Stripe account: not checked yet." in sentence(put)
    assert "Payouts now go to Banco ·· 0013: not checked yet." in sentence(used)
    assert "Banco ·· 0013 was taken off the Stripe account." in sentence(gone)


def test_of_a_card_for_payouts_nothing_is_said_where_stripe_says_nothing(db):
    """Stripe checks bank accounts; a debit card has no status."""
    put = an_alert("payout_account_changed", bank="Visa", ending="5556", status="")
    used = an_alert("payout_account_changed", bank="Visa", ending="5556", status="", default=True)

    assert sentence(put).startswith("Visa ·· 5556 is now on the Stripe account. Was it you?")
    assert sentence(used).startswith("Payouts now go to Visa ·· 5556. Was it you?")
    assert external(ExternalAccount(type="card")).words == "On the account"


def test_facts_that_look_like_a_template_stay_text(db):
    alert = an_alert("tenant_mismatch", event="{alert.organization}", type="<b>{0}</b>")

    assert "{alert.organization} (<b>{0}</b>)" in sentence(alert)


def test_a_kind_that_nobody_described_still_says_where_to_look(db):
    alert = an_alert("something_new")

    assert title(alert) == "Something new"
    assert "pi_spa" in sentence(alert)


def test_every_alert_that_the_scenarios_raise_is_described(stripe, booking):
    for scenario in SCENARIOS.values():
        stripe.sends(scenario.events(stay_of(booking)))

    assert {alert.kind for alert in Alert.objects.all()} <= set(MESSAGES)
    assert Alert.objects.exists()
