"""Passwords cannot be tried one after the other, and nobody else suffers for it."""

import pytest
from django.core.cache import cache
from django.test import Client

PASSWORD = "harbour-demo"
LOGINS = ["/login/", "/admin/login/"]


@pytest.fixture(autouse=True)
def people(db, django_user_model):
    cache.clear()
    for name in ("ana", "ben"):
        django_user_model.objects.create_user(name, password=PASSWORD, is_staff=True)


def tries(password, name="ana", address="/login/", **client):
    return Client(**client).post(address, {"username": name, "password": password})


@pytest.mark.parametrize("address", LOGINS)
def test_ten_wrong_passwords_are_enough(address):
    answers = [tries(f"wrong {number}", address=address) for number in range(10)]
    assert [answer.status_code for answer in answers] == [200] * 9 + [429]

    refused = tries(PASSWORD, address=address)

    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "600")
    assert "Wait 10 minutes" in refused.content.decode()
    assert tries(PASSWORD, name="ben", address=address).status_code == 302
    assert tries(PASSWORD, address=address, REMOTE_ADDR="192.0.2.7").status_code == 302


def test_the_right_password_ends_the_count():
    for number in range(9):
        tries(f"wrong {number}")
    assert tries(PASSWORD).status_code == 302

    assert tries("wrong again").status_code == 200
    assert tries(PASSWORD).status_code == 302


def test_whoever_asks_without_a_request_is_let_in():
    assert Client().login(username="ana", password=PASSWORD)
    assert not Client().login(username="ana", password="wrong")


def test_a_cache_that_is_away_keeps_nobody_out(monkeypatch):
    def away(*_, **__):
        raise ConnectionError

    for name in ("get", "add", "incr", "delete"):
        monkeypatch.setattr(type(cache._connections["default"]), name, away)

    assert tries("wrong").status_code == 200
    assert tries(PASSWORD).status_code == 302
