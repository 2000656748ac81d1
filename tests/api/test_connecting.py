"""Connected accounts, from the request to the answer: made, linked, read again and let go."""

import pytest

from organizations.models import Role
from payments.models import ConnectedAccount, OutgoingRequest
from payments.outgoing import keeping
from sandbox import objects
from tests.api.conftest import away, program
from tests.factories import AccountFactory, OrganizationFactory


def makes_accounts(asked):
    metadata = {"transactionId": asked.form["metadata[transactionId]"]}
    return 200, objects.account(id="acct_new", metadata=metadata)


def test_an_account_is_made_once(wire, booking, api):
    wire.answers = makes_accounts

    made = api.posts("accounts/", {"country": "PT"})
    again = api.posts("accounts/")

    assert (made.status_code, again.status_code) == (201, 200)
    assert made.json()["id"] == again.json()["id"]
    assert made.json()["stripe_id"] == "acct_new"
    assert len(wire.asked) == 1


def test_an_account_of_another_organization_stays_there(wire, stripe, booking):
    """Whatever Stripe answers."""
    AccountFactory(stripe_id="acct_1", account="acct_1", organization=booking.organization)
    owner = program(Role.OWNER, organization=OrganizationFactory(slug="rival"))
    wire.answers = lambda asked: (200, objects.account(id="acct_1"))

    answer = owner.posts("/api/organizations/rival/accounts/", {"country": "PT"})

    assert (answer.status_code, answer.json()["code"]) == (409, "account_taken")
    assert ConnectedAccount.objects.get(stripe_id="acct_1").organization == booking.organization
    assert not ConnectedAccount.objects.filter(organization__slug="rival").exists()


def test_an_account_is_promised_while_stripe_is_away(wire, booking, api):
    wire.answers = away

    answer = api.posts("accounts/")

    assert (answer.status_code, answer.json()["status"]) == (202, "promised")
    assert answer.json()["connected"] is False


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"property": "downtown"}, 400),
        ({"property": "nowhere"}, 404),
        ({"property": 1}, 400),
        ({"country": "Portugal"}, 400),
        ({"country": "éé"}, 400),
    ],
)
def test_an_account_is_for_a_place(body, status, wire, booking, api):
    assert api.posts("accounts/", body).status_code == status
    assert wire.asked == []


def test_a_link_is_made_anew_whatever_the_key(wire, stripe, booking, api):
    made = iter(range(1, 9))
    wire.answers = lambda asked: (
        200,
        {"object": "account_link", "url": f"https://x/{next(made)}", "expires_at": 1_900_000_000},
    )
    (account,) = api.gets("accounts/").json()["results"]

    links = [api.posts(f"accounts/{account['id']}/link/", key="one") for _ in range(2)]

    assert [link.json()["url"] for link in links] == ["https://x/1", "https://x/2"]
    assert links[0].json()["expires_at"] == "2030-03-17T17:46:40Z"
    page = "http://testserver/accounts/harbour/"
    assert wire.asked[0].form["refresh_url"] == f"{page}?again=1"
    assert wire.asked[0].form["return_url"] == f"{page}?from=stripe"
    wire.answers = away
    answer = api.posts(f"accounts/{account['id']}/link/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


def test_an_account_is_let_go_on_our_side(wire, stripe, booking, api):
    (account,) = api.gets("accounts/").json()["results"]

    answer = api.posts(f"accounts/{account['id']}/disconnect/")

    assert answer.status_code == 200
    assert answer.json()["connected"] is False
    assert answer.json()["finish_at"].startswith("https://dashboard.stripe.com/")
    again = api.posts(f"accounts/{account['id']}/disconnect/")
    assert (again.status_code, again.json()["code"]) == (409, "account_disconnected")
    deposit = {"amount": 12_600, "purpose": "deposit"}
    payments = "reservations/HB-2481/payments/"
    for address, body in ((payments, deposit), (f"accounts/{account['id']}/refresh/", None)):
        refused = api.posts(address, body)
        assert (refused.status_code, refused.json()["code"]) == (409, "account_disconnected")
    assert wire.asked == []


def test_letting_go_is_asked_again_with_the_same_key(wire, stripe, booking, api, settings):
    (account,) = api.gets("accounts/").json()["results"]
    settings.STRIPE_CLIENT_ID = "ca_of_the_tests"
    wire.answers = away

    answer = api.posts(f"accounts/{account['id']}/disconnect/")
    assert (answer.status_code, answer.json()["status"]) == (202, "promised")
    wire.answers = lambda asked: (200, {"stripe_user_id": "acct_harbour"})
    keeping.keep_due(early=True)

    assert api.gets(f"accounts/{account['id']}/").json()["connected"] is False
    first, second = wire.asked
    assert first.key
    assert (first.path, first.key, first.form) == (second.path, second.key, second.form)


@pytest.mark.parametrize("what", ["link", "refresh", "disconnect"])
def test_with_a_key_of_the_other_mode_nothing_is_asked_about_an_account(
    what, wire, stripe, booking, api, settings
):
    (account,) = api.gets("accounts/").json()["results"]
    settings.STRIPE_CLIENT_ID = "ca_of_the_tests"
    settings.STRIPE_SECRET_KEY = "sk_live_of_the_tests"

    answer = api.posts(f"accounts/{account['id']}/{what}/")

    assert (answer.status_code, answer.json()["code"]) == (409, "livemode_differs")
    assert wire.asked == []
    assert not OutgoingRequest.objects.exists()


def test_an_account_is_read_again(wire, stripe, booking, api):
    (account,) = api.gets("accounts/").json()["results"]
    wire.answers = lambda asked: (200, objects.account(id="acct_harbour", charges_enabled=True))

    answer = api.posts(f"accounts/{account['id']}/refresh/")

    assert (answer.status_code, answer.json()["charges_enabled"]) == (200, True)
