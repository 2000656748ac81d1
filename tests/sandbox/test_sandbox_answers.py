"""How the sandbox answers: keys, idempotency, pages, expansion, and what goes wrong on the way."""

import http.client
import json
import threading
import urllib.parse
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from sandbox.engine import World
from sandbox.server.web import Sandbox
from tests.sandbox.conftest import client_of
from tests.sandbox.test_sandbox_delivery import CARD, HARBOUR, control, until


def ask(sandbox, method, path, body=None, **headers):
    """Make a bare request; return status, headers and JSON."""
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.server_address[1], timeout=10)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    given.setdefault("Authorization", "Bearer sk_test_any")
    form = urllib.parse.urlencode(body or {})
    if body is not None:
        given["Content-Type"] = "application/x-www-form-urlencoded"
    connection.request(method, path, form if body is not None else None, given)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer.status, answer.headers, json.loads(text)


# Who asks ----------------------------------------------------------------


@pytest.mark.parametrize("key", ["sk_live_51abc", "pk_live_x", "whsec_x", "", "sk_test"])
def test_only_test_keys_are_good(sandbox, key):
    status, _, said = ask(sandbox, "GET", "/v1/customers", Authorization=f"Bearer {key}")

    assert status == 401
    assert said["error"]["type"] == "invalid_request_error"
    assert "sk_live_51abc" not in json.dumps(said)


def test_basic_authentication_is_as_good_as_bearer(sandbox):
    key = b64encode(b"sk_test_any:").decode()

    status, headers, said = ask(sandbox, "GET", "/v1/customers", Authorization=f"Basic {key}")

    assert (status, said["object"], said["url"]) == (200, "list", "/v1/customers")
    assert headers["Request-Id"].startswith("req_")
    assert headers["Date"].endswith("GMT")


def test_a_browser_confirms_with_a_secret_and_sees_nothing_else(sandbox, client):
    intent = client.v1.payment_intents.create({"amount": 5_000, "currency": "eur"}, HARBOUR)
    public = {"Authorization": "Bearer pk_test_any", "Stripe_Account": HARBOUR["stripe_account"]}
    path = f"/v1/payment_intents/{intent.id}"

    assert ask(sandbox, "GET", path, **public)[0] == 400
    assert ask(sandbox, "GET", f"{path}?client_secret=wrong", **public)[0] == 400
    assert ask(sandbox, "GET", "/v1/payment_intents", **public)[0] == 401
    status, _, shown = ask(sandbox, "GET", f"{path}?client_secret={intent.client_secret}", **public)
    assert (status, shown["id"]) == (200, intent.id)
    card = {
        "payment_method_data[type]": "card",
        "payment_method_data[card][number]": "4242424242424242",
    }
    card |= {
        "payment_method_data[card][exp_month]": "12",
        "payment_method_data[card][exp_year]": "34",
    }
    body = card | {"client_secret": intent.client_secret}
    status, _, paid = ask(sandbox, "POST", f"{path}/confirm", body, **public)
    assert (status, paid["status"]) == (200, "succeeded")


def test_an_address_that_is_not_known_is_said_to_be(sandbox):
    status, _, said = ask(sandbox, "GET", "/v1/unicorns")

    assert status == 404
    assert said["error"]["message"].startswith("Unrecognized request URL (GET: /v1/unicorns)")


@pytest.mark.parametrize("host", ["evil.example", "evil.example:12111"])
def test_a_page_of_the_internet_cannot_ask_in_our_name(sandbox, host):
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.server_address[1], timeout=10)
    connection.request("GET", "/_sandbox/faults", headers={"Host": host})

    assert connection.getresponse().status == 403
    connection.close()


# Idempotency -------------------------------------------------------------


def test_a_key_answers_as_it_did_before(client):
    options = HARBOUR | {"idempotency_key": "once"}

    first = client.v1.payment_intents.create(CARD, options)
    second = client.v1.payment_intents.create(CARD, options)

    assert first.id == second.id
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    assert second.last_response.headers["Original-Request"] == first.last_response.request_id
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert len(client.v1.payment_intents.list({}, HARBOUR).data) == 1
    other = client.v1.payment_intents.create(CARD, {"idempotency_key": "once"})
    assert other.id != first.id  # it is another account's key


def test_a_key_for_something_else_is_refused(client):
    options = HARBOUR | {"idempotency_key": "once"}
    client.v1.payment_intents.create(CARD, options)

    with pytest.raises(stripe.IdempotencyError, match="same parameters") as refused:
        client.v1.payment_intents.create(CARD | {"amount": 6_000}, options)
    with pytest.raises(stripe.IdempotencyError, match="same endpoint"):
        client.v1.customers.create({}, options)

    assert refused.value.http_status == 400


def test_a_decline_is_remembered_and_a_mistake_is_not(client):
    options = HARBOUR | {"idempotency_key": "once"}
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            client.v1.payment_intents.create(
                CARD | {"payment_method": "pm_card_chargeDeclined"}, options
            )
    assert len(client.v1.charges.list({}, HARBOUR).data) == 1

    options = HARBOUR | {"idempotency_key": "twice"}
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.create(CARD | {"amount": 1}, options)
    assert client.v1.payment_intents.create(CARD, options).status == "succeeded"


def test_a_key_is_forgotten_after_a_day(sandbox, client):
    options = HARBOUR | {"idempotency_key": "once"}
    first = client.v1.payment_intents.create(CARD, options)

    control(sandbox, "advance", days=1, seconds=2)

    assert client.v1.payment_intents.create(CARD, options).id != first.id


def test_a_key_under_way_is_said_to_be(sandbox, client):
    answers = []

    def create():
        try:
            answers.append(client_of(sandbox).v1.customers.create({}, {"idempotency_key": "k"}).id)
        except stripe.StripeError as error:
            answers.append((error.http_status, error.json_body["error"]["code"]))

    threads = [threading.Thread(target=create) for _ in range(2)]
    with sandbox.world.lock:  # nothing can be done while we hold it
        for thread in threads:
            thread.start()
        assert until(lambda: len(answers), 1) == 1
    for thread in threads:
        thread.join()

    assert answers[0] == (409, "idempotency_key_in_use")
    assert answers[1].startswith("cus_")


# Lists and expansion -----------------------------------------------------


def test_a_list_is_not_narrowed_by_an_empty_text(client):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.list({"customer": ""}, HARBOUR)
    assert (refused.value.code, refused.value.param) == ("parameter_invalid_empty", "customer")


def test_lists_page_both_ways(client):
    made = [client.v1.customers.create({}, HARBOUR).id for _ in range(5)]
    newest_first = made[::-1]

    page = client.v1.customers.list({"limit": 2}, HARBOUR)
    assert ([each.id for each in page.data], page.has_more) == (newest_first[:2], True)
    page = client.v1.customers.list({"limit": 3, "starting_after": newest_first[1]}, HARBOUR)
    assert ([each.id for each in page.data], page.has_more) == (newest_first[2:], False)
    page = client.v1.customers.list({"limit": 2, "ending_before": newest_first[3]}, HARBOUR)
    assert ([each.id for each in page.data], page.has_more) == (newest_first[1:3], True)
    assert [each.id for each in client.v1.customers.list({}, HARBOUR).auto_paging_iter()] == (
        newest_first
    )
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.customers.list({"starting_after": "cus_none"}, HARBOUR)
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.customers.list({"limit": 101}, HARBOUR)


def test_what_is_asked_for_is_shown_in_full(client):
    guest = client.v1.customers.create({"email": "a@example.com"}, HARBOUR)
    held = CARD | {"capture_method": "manual", "customer": guest.id}
    paid = client.v1.payment_intents.create(
        held | {"expand": ["customer", "latest_charge.refunds", "payment_method"]}, HARBOUR
    )

    assert paid.customer.email == "a@example.com"
    assert paid.latest_charge.refunds.data == []
    assert paid.payment_method.card.last4 == "4242"
    listed = client.v1.payment_intents.list({"expand": ["data.customer"]}, HARBOUR)
    assert listed.data[0].customer.id == guest.id
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        client.v1.payment_intents.retrieve(paid.id, {"expand": ["colour"]}, HARBOUR)


def test_metadata_merges_and_an_empty_value_takes_away(client):
    guest = client.v1.customers.create({"metadata": {"a": "1", "b": "2"}}, HARBOUR)

    changed = client.v1.customers.update(guest.id, {"metadata": {"a": "", "c": "3"}}, HARBOUR)

    assert changed.metadata.to_dict() == {"b": "2", "c": "3"}
    emptied = client.v1.customers.update(guest.id, {"metadata": ""}, HARBOUR)
    assert emptied.metadata.to_dict() == {}


def test_payments_are_found_by_what_stands_in_them(client):
    wanted = client.v1.payment_intents.create(CARD | {"metadata": {"stay": "HB-1"}}, HARBOUR)
    client.v1.payment_intents.create(CARD | {"metadata": {"stay": "HB-2"}}, HARBOUR)

    found = client.v1.payment_intents.search(
        {"query": "metadata['stay']:'HB-1' AND status:'succeeded' AND amount>4999"}, HARBOUR
    )

    assert [each.id for each in found.data] == [wanted.id]


# What goes wrong ---------------------------------------------------------


def fault(sandbox, kind, **more):
    return control(sandbox, "faults", rate=1, kinds=[kind], seed=1, **more)


def well(sandbox):
    control(sandbox, "faults", rate=0)


def test_a_500_is_remembered_for_its_key_whether_it_was_done_or_not(sandbox, client):
    for kind, made in [("500_before", 0), ("500_after", 1)]:
        options = HARBOUR | {"idempotency_key": kind}
        fault(sandbox, kind)
        with pytest.raises(stripe.APIError):
            client.v1.customers.create({}, options)
        well(sandbox)
        with pytest.raises(stripe.APIError) as again:
            client.v1.customers.create({}, options)
        assert again.value.headers["Idempotent-Replayed"] == "true"
        assert len(client.v1.customers.list({}, HARBOUR).data) == made


@pytest.mark.parametrize(("kind", "status"), [("429", 429), ("409", 409)])
def test_a_busy_stripe_did_nothing_and_remembers_nothing(sandbox, client, kind, status):
    options = HARBOUR | {"idempotency_key": "k"}
    fault(sandbox, kind)
    with pytest.raises(stripe.StripeError) as busy:
        client.v1.customers.create({}, options)
    assert busy.value.http_status == status
    well(sandbox)

    assert client.v1.customers.list({}, HARBOUR).data == []
    assert client.v1.customers.create({}, options).id


@pytest.mark.parametrize(("kind", "made"), [("timeout_before", 0), ("timeout_after", 1)])
def test_no_answer_says_nothing_of_what_was_done(sandbox, kind, made):
    patient = client_of(sandbox)
    hasty = client_of(sandbox, http_client=stripe.RequestsClient(timeout=0.3))
    fault(sandbox, kind, hang=30)
    with pytest.raises(stripe.APIConnectionError):
        hasty.v1.customers.create({}, HARBOUR | {"idempotency_key": "k"})
    well(sandbox)

    assert len(patient.v1.customers.list({}, HARBOUR).data) == made
    patient.v1.customers.create({}, HARBOUR | {"idempotency_key": "k"})
    assert len(patient.v1.customers.list({}, HARBOUR).data) == 1


def test_a_connection_breaks(sandbox, client):
    fault(sandbox, "reset")
    for number in range(6):
        with pytest.raises(stripe.APIConnectionError):
            client.v1.customers.create({}, HARBOUR | {"idempotency_key": f"k{number}"})
    well(sandbox)

    made = len(client.v1.customers.list({}, HARBOUR).data)
    assert 0 < made < 6  # before it was done, and after


def test_the_same_seed_brings_the_same_faults(sandbox, client):
    def row():
        control(sandbox, "faults", rate=0.5, kinds=["429", "500_before"], seed=7)
        seen = []
        for _ in range(12):
            try:
                client.v1.customers.create({}, HARBOUR)
                seen.append(200)
            except stripe.StripeError as error:
                seen.append(error.http_status)
        return seen

    first = row()
    assert first == row()
    assert set(first) == {200, 429, 500}


def test_everything_is_there_after_a_restart(tmp_path):
    state = tmp_path / "state.json"
    with Sandbox(port=0, state=state) as server:
        server.start()
        client = client_of(server)
        held = client.v1.payment_intents.create(
            CARD | {"capture_method": "manual"}, HARBOUR | {"idempotency_key": "k"}
        )
    with Sandbox(port=0, state=state) as server:
        server.start()
        client = client_of(server)
        again = client.v1.payment_intents.create(
            CARD | {"capture_method": "manual"}, HARBOUR | {"idempotency_key": "k"}
        )
        assert again.id == held.id
        control(server, "advance", days=7, seconds=1)
        assert client.v1.payment_intents.retrieve(held.id, {}, HARBOUR).status == "canceled"


def test_the_state_is_kept_by_several_at_once(tmp_path):
    world = World(state=tmp_path / "state.json")

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _: world.save(), range(100))) == [None] * 100
