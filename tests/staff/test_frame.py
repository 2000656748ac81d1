"""What stands around every page: who may come in, which mode it is, what is said of failures."""

import gzip
import re

import pytest
from django.template.loader import render_to_string
from django.test import Client

from tests.staff.conftest import somebody


def test_the_wrong_password_is_told_without_saying_which_was_wrong(client, db):
    answer = client.post("/login/", {"username": "ana", "password": "no"})

    assert "do not fit together" in answer.content.decode()


def test_whoever_logs_in_comes_to_where_they_wanted(client, django_user_model, db):
    django_user_model.objects.create_user("ana", password="harbour-demo")
    wanted = "/bookings/?stay=arriving"

    answer = client.post(
        f"/login/?next={wanted}", {"username": "ana", "password": "harbour-demo", "next": wanted}
    )

    assert answer.url == wanted


@pytest.mark.parametrize(
    ("key", "told"), [("", True), ("sk_test_1", True), ("rk_live_1", False), ("sk_live_1", False)]
)
def test_test_mode_is_told_unless_real_money_moves(key, told, manager, settings):
    settings.STRIPE_SECRET_KEY = key

    assert ("Test mode" in manager.get("/bookings/").content.decode()) is told


def test_a_word_has_one_colour_on_the_pages_and_in_admin(settings):
    pages = (settings.BASE_DIR / "static/css/base.css").read_text()
    admin = (settings.BASE_DIR / "payments/static/payments/admin.css").read_text()
    for tone in ("good", "wait", "bad", "held", "back"):
        theirs = re.search(rf"--{tone}: light-dark\((.+)\);", pages)[1]
        ours = re.findall(rf"--pay-{tone}(?:-tone)?: (oklch\(\d.+\));", admin)
        hues = [float(hue) for hue in re.findall(r"([\d.]+)\)", theirs + " ".join(ours))]
        assert len(hues) == 4, tone  # by day and by night
        assert max(hues) - min(hues) < 25, tone


def test_the_admin_is_offered_to_whoever_may_enter_it(manager):
    outsider = somebody(user__is_staff=False)

    assert 'href="/admin/"' in manager.get("/bookings/").content.decode()
    assert 'href="/admin/"' not in outsider.get("/bookings/").content.decode()


def test_when_we_fail_the_page_asks_the_database_nothing():
    page = render_to_string("500.html")  # a database would refuse: this test was given none

    assert "Something went wrong on our side." in page


def test_a_page_that_was_open_too_long_says_so(db):
    answer = Client(enforce_csrf_checks=True).post("/login/", {"username": "ana"})

    assert answer.status_code == 403
    assert "This page was open too long" in answer.content.decode()


def test_nothing_on_a_page_is_inline_or_from_elsewhere(manager, booking):
    for address in (
        "/bookings/",
        f"/bookings/{booking.pk}/",
        "/bookings/unmatched/",
        "/alerts/",
        "/desks/disputes/",
        "/desks/warnings/",
        "/desks/holds/",
        "/analytics/",
    ):
        answer = manager.get(address)
        page = answer.content.decode()

        assert "unsafe-inline" not in answer["Content-Security-Policy"]
        assert " style=" not in page
        assert "<style" not in page
        assert "<script>" not in page
        assert 'src="http' not in page
        assert 'rel="stylesheet" href="/static/' in page


def test_the_first_view_of_a_page_fits_a_poor_line(manager, booking):
    squeezed = {"Accept-Encoding": "gzip"}
    for address in ("/bookings/", f"/bookings/{booking.pk}/", "/alerts/", "/analytics/"):
        answer = manager.get(address, headers=squeezed)
        assert answer["Content-Encoding"] == "gzip"
        page = gzip.decompress(answer.content).decode()
        weight = len(answer.content)
        for asset in re.findall(r'(?:src|href)="(/static/[^"]+)"', page):
            got = manager.get(asset, headers=squeezed)
            weight += len(b"".join(got) if got.streaming else got.content)
        assert weight < 60_000, address


def test_it_leads_to_where_guests_and_banks_act_while_that_is_a_stand_in(manager, settings):
    assert 'class="mode" href' not in manager.get("/bookings/").content.decode()
    settings.STRIPE_API_BASE = "http://127.0.0.1:12111"
    assert (
        '<a class="mode" href="http://127.0.0.1:12111"'
        in manager.get("/bookings/").content.decode()
    )
