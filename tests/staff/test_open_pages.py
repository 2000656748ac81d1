"""A page that stays open: its session ends, its role changes, its form grows old."""

import pytest
from django.test import Client

from organizations.models import Membership, Role
from tests.staff.conftest import somebody
from tests.staff.test_sheets import address

HTMX = {"HX-Request": "true"}


def on(booking):
    return HTMX | {"HX-Current-URL": f"http://testserver/bookings/{booking.pk}/?tab=payments"}


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_session_that_ended_leads_the_whole_page_to_the_login_and_back(method, booking):
    answer = getattr(Client(), method)(address(booking, "refund"), headers=on(booking))

    assert answer.status_code == 200
    assert answer["HX-Redirect"] == f"/login/?next=/bookings/{booking.pk}/%3Ftab%3Dpayments"


def test_the_list_leads_there_too(db):
    headers = HTMX | {"HX-Current-URL": "http://testserver/bookings/"}
    answer = Client().get("/bookings/?q=ana", headers=headers)
    assert answer["HX-Redirect"] == "/login/?next=/bookings/"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/x", "//evil.example", "no address"])
def test_nobody_is_led_elsewhere(elsewhere, booking):
    headers = HTMX | {"HX-Current-URL": elsewhere}
    answer = Client().post(address(booking, "refund"), headers=headers)
    assert answer["HX-Redirect"].startswith("/login/?next=/")
    assert "evil" not in answer["HX-Redirect"]


def test_without_htmx_the_login_is_the_next_page(booking):
    answer = Client().get(address(booking, "refund"))
    assert (answer.status_code, answer.url) == (302, f"/login/?next={address(booking, 'refund')}")


def test_who_may_no_longer_is_told_why(booking):
    client = somebody(Role.FRONT_DESK)
    Membership.objects.update(role=Role.READ_ONLY)
    answer = client.post(address(booking, "refund"), {"amount": "1"}, headers=on(booking))
    assert answer.status_code == 403
    assert b"<p data-why>Your role does not let you" in answer.content
