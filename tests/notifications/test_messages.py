"""What an alert says to the people of a hotel."""

import pytest

from payments.models import Alert
from payments.notifications.messages import MESSAGES, sentence, title
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.factories import OrganizationFactory, PropertyFactory


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
