"""Alerts: listed by how urgent they are, linked to where they are dealt with, looked after once."""

import re

import pytest
from django.test import Client

from organizations.models import Role
from payments.models import Alert, Severity
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.factories import OrganizationFactory, PropertyFactory
from tests.staff.conftest import somebody

URL = "/alerts/"


def raise_alert(booking, kind="paid_too_much", **fields):
    facts = {"amount": 5_000, "over": 500, "currency": "eur"} | fields.pop("facts", {})
    place = {"organization": booking.organization, "property": booking.property}
    place |= {"reservation": booking, "severity": Severity.WARNING, "account": "acct_harbour"}
    number = Alert.objects.count()
    return Alert.objects.create(kind=kind, object_id=f"pi_{number}", facts=facts, **place | fields)


def titles(client, **asked):
    return [line.title for line in client.get(URL, asked).context["lines"]]


def test_the_most_urgent_comes_first_and_then_the_newest(manager, booking):
    raise_alert(booking, "card_expires", severity=Severity.INFO)
    raise_alert(booking, "hold_expires", severity=Severity.WARNING)
    raise_alert(booking, "fraud_warning", severity=Severity.CRITICAL)
    raise_alert(booking, "evidence_due", severity=Severity.CRITICAL)
    raise_alert(booking, "tenant_mismatch", severity=Severity.SECURITY)

    assert titles(manager) == [
        "An event pointed at another organization",
        "A dispute waits for your evidence",
        "The guest's bank warns of fraud",
        "Held money is about to be let go",
        "A card on file is about to expire",
    ]


def test_how_urgent_it_is_shows_in_its_colour_and_never_in_that_of_held_money(manager, booking):
    for severity in Severity.values:
        raise_alert(booking, severity=severity)

    tones = [line.said.tone for line in manager.get(URL).context["lines"]]

    assert tones == ["bad", "bad", "wait", "back"]


def test_a_dispute_says_what_happened_and_leads_to_its_tab(manager, stripe, booking):
    stripe.sends(SCENARIOS["dispute_due_tomorrow"].events(stay_of(booking)))

    page = manager.get(URL).content.decode()

    assert "A dispute waits for your evidence" in page
    assert f'href="/bookings/{booking.pk}/?tab=dispute"' in page
    assert f"HB-2481 · {booking.guest.name}" in page


def test_what_threatens_an_account_leads_to_its_page_for_who_may_see_it(stripe, booking):
    stripe.sends(SCENARIOS["account_deauthorized"].events(stay_of(booking)))

    assert 'href="/accounts/harbour/"' in somebody(Role.FINANCE).get(URL).content.decode()
    desk = somebody(Role.FRONT_DESK).get(URL).content.decode()
    assert "The Stripe account is disconnected" in desk
    assert "/accounts/" not in desk


def test_money_without_a_booking_leads_to_its_desk(manager, stripe, booking):
    stripe.sends(SCENARIOS["dashboard_payment"].events(stay_of(booking)))

    (line,) = manager.get(URL).context["lines"]

    assert (line.page, line.leads_to) == ("/bookings/unmatched/", "Unmatched money")


def test_somebody_looks_after_what_is_the_case(manager, booking):
    alert = raise_alert(booking, "hold_expires")
    assert ">1<" in manager.get("/bookings/").content.decode().partition('class="bell"')[2][:900]

    answer = manager.post(f"{URL}{alert.pk}/take/?severity=warning", follow=True)

    assert answer.redirect_chain[0][0] == "/alerts/?severity=warning"
    assert "Noted: you look after it." in answer.content.decode()
    (line,) = answer.context["lines"]
    assert line.who
    assert not line.may_take
    alert.refresh_from_db()
    assert alert.closed_at is None
    assert 'class="count"' not in answer.content.decode().partition('class="bell"')[2][:400]


def test_what_only_happened_is_over_by_being_seen(manager, booking):
    alert = raise_alert(booking, is_news=True)
    page = manager.get(URL).content.decode()
    assert ">Seen</button>" in page
    assert "I look after it" not in page

    answer = manager.post(f"{URL}{alert.pk}/seen/", follow=True)

    assert answer.context["lines"] == []
    assert titles(manager, standing="closed") == ["The guest has paid too much"]


def test_whoever_has_seen_one_goes_on_where_they_were(manager, booking):
    alerts = [raise_alert(booking, is_news=True) for _ in range(3)]
    page = manager.get(URL, {"severity": "warning"}).content.decode()
    newest_first = [str(alert.pk) for alert in reversed(alerts)]
    places = re.findall(r'id="alert-(\d)" aria-labelledby="a-([^"]+)"', page)
    assert places == list(zip("123", newest_first, strict=True))

    address = f"{URL}{newest_first[1]}/seen/?severity=warning"
    assert manager.post(address, {"place": "2"}).url == f"{URL}?severity=warning#alert-2"
    page = manager.get(URL).content.decode()
    assert f'id="alert-2" aria-labelledby="a-{newest_first[2]}"' in page


@pytest.mark.parametrize("nonsense", ["", "x", "2#", "//example.com"])
def test_nobody_is_led_to_a_place_that_is_none(nonsense, manager, booking):
    alert = raise_alert(booking, is_news=True)
    assert manager.post(f"{URL}{alert.pk}/seen/", {"place": nonsense}).url == URL


def test_the_second_hears_that_somebody_was_faster(booking):
    alert = raise_alert(booking, "hold_expires")
    first, second = somebody(), somebody()
    first.post(f"{URL}{alert.pk}/take/")

    answer = second.post(f"{URL}{alert.pk}/take/", follow=True)

    assert "Somebody was faster" in answer.content.decode()
    assert titles(first, standing="mine") == ["Held money is about to be let go"]
    assert titles(second, standing="mine") == titles(second, standing="nobodys") == []


def test_the_list_is_narrowed(manager, booking):
    raise_alert(booking, "card_expires", severity=Severity.INFO)
    raise_alert(booking, "hold_expires")

    assert titles(manager, severity="info") == ["A card on file is about to expire"]
    assert titles(manager, kind="hold_expires") == ["Held money is about to be let go"]
    assert titles(manager, kind="hold_expires", severity="info") == []
    for nonsense in ("standing", "severity", "kind", "page"):
        assert len(titles(manager, **{nonsense: "\x00'"})) == 2


def test_a_page_has_fifty(manager, booking):
    for _ in range(51):
        raise_alert(booking)

    assert len(titles(manager)) == 50
    assert len(titles(manager, page=2)) == 1
    assert "?page=2" in manager.get(URL).content.decode()


@pytest.mark.parametrize("role", Role.values)
def test_the_button_is_there_for_whoever_may_press_it(role, booking):
    alert = raise_alert(booking, "hold_expires")
    client, may = somebody(role), role != Role.READ_ONLY

    assert ("I look after it" in client.get(URL).content.decode()) is may
    assert client.post(f"{URL}{alert.pk}/take/").status_code == (302 if may else 403)
    alert.refresh_from_db()
    assert (alert.acknowledged_at is not None) is may


def test_nobody_sees_anothers_alerts(booking):
    alert = raise_alert(booking)
    airport = PropertyFactory(organization=booking.organization, slug="airport")
    strangers = [
        somebody(organization=OrganizationFactory(slug="asagiri")),
        somebody(houses=[airport]),
    ]

    for client in strangers:
        assert titles(client) == []
        assert client.post(f"{URL}{alert.pk}/take/").status_code == 404
    assert Client().get(URL).url == "/login/?next=/alerts/"


def test_a_full_page_asks_little(manager, booking, django_assert_max_num_queries):
    for _ in range(50):
        raise_alert(booking, "transfer_waits")  # names the guest
        raise_alert(booking, "mail_undeliverable", facts={"user": 1, "to": "managers"})

    with django_assert_max_num_queries(12):
        manager.get(URL)
