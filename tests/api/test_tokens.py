"""`api_token`: a token is shown once, kept hashed, expires, and can be ended."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken


def ran(*args):
    out = StringIO()
    call_command("api_token", *args, stdout=out)
    return out.getvalue()


def status_with(token):
    headers = {"Authorization": f"Token {token}"}
    return Client().get("/api/organizations/", headers=headers).status_code


def test_a_token_lets_a_program_in(manager):
    made = json.loads(ran(manager.username, "--json"))

    assert set(made) == {"username", "token", "expires_at"}
    assert made["username"] == manager.username
    assert made["expires_at"].endswith("Z")
    assert status_with(made["token"]) == 200


def test_it_is_shown_to_people_too(manager):
    said = ran(manager.username)

    assert status_with(said.split("Authorization: Token ")[1].split()[0]) == 200
    assert "this once" in said


def test_it_is_kept_hashed(manager):
    token = json.loads(ran(manager.username, "--json"))["token"]

    kept = AuthToken.objects.values().get()

    assert token not in map(str, kept.values())


def test_it_expires(manager):
    token = json.loads(ran(manager.username, "--json"))["token"]
    row = AuthToken.objects.get()
    assert timedelta(days=89) < row.expiry - timezone.now() < timedelta(days=91)
    AuthToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))

    assert status_with(token) == 401


def test_all_of_a_persons_tokens_can_be_ended(manager, django_user_model):
    other = django_user_model.objects.create(username="ana")
    tokens = [json.loads(ran(manager.username, "--json"))["token"] for _ in range(2)]
    theirs = json.loads(ran("ana", "--json"))["token"]

    ended = json.loads(ran(manager.username, "--revoke", "--json"))

    assert ended == {"username": manager.username, "revoked": 2}
    assert [status_with(token) for token in tokens] == [401, 401]
    assert status_with(theirs) == 200
    assert "0 of" in ran(manager.username, "--revoke")
    assert other.is_active


def test_who_left_is_let_in_no_more(manager):
    token = json.loads(ran(manager.username, "--json"))["token"]
    manager.is_active = False
    manager.save()

    assert status_with(token) == 401
    with pytest.raises(CommandError, match="may no longer log in"):
        ran(manager.username)


@pytest.mark.parametrize("name", ["nobody", "", "\x00", "\ud800"])
def test_nobody_has_no_token(name, db):
    with pytest.raises(CommandError, match="There is nobody called"):
        ran(name)


def test_the_admin_shows_no_tokens(admin_client, manager):
    ran(manager.username)

    assert admin_client.get("/admin/knox/authtoken/").status_code == 404
