"""Every address × method × role × tenant, by the one table of them."""

from pathlib import Path

import pytest
from django.urls import get_resolver

from organizations.models import Role
from payments.api.addresses import ADDRESSES, as_markdown
from payments.api.views.base import Address, Nothing
from payments.hotel import RIGHTS, Right
from payments.models import (
    Alert,
    ConnectedAccount,
    Dispute,
    EarlyFraudWarning,
    Payment,
    PaymentMethod,
    Refund,
    Review,
)
from payments.panels.roles import ROLES
from tests.api.conftest import program
from tests.factories import PropertyFactory, ReservationFactory

METHODS = {"get", "post", "put", "patch", "delete"}
MODELS = {
    "payments": Payment,
    "refunds": Refund,
    "disputes": Dispute,
    "fraud_warnings": EarlyFraudWarning,
    "reviews": Review,
    "alerts": Alert,
    "unmatched": Payment,
    "accounts": ConnectedAccount,
    "payment_methods": PaymentMethod,
}
ASKED = [(row, method) for row in ADDRESSES for method in row.rights]
CASES = [pytest.param(row, method, id=f"{method} {row.address}") for row, method in ASKED]
STRANGER = "018f0000-0000-7000-8000-000000000000"


def is_of_something(row):
    return "<uuid:id>" in row.address or "<str:code>" in row.address


def named(row, code, ids, org="harbour"):
    """Return an address of the table with names in it."""
    address = f"/api/{row.address}".replace("<slug:org>", org).replace("<str:code>", code)
    address = address.replace("<slug:figure>", "money_in")
    for part, id in ids.items():
        address = address.replace(f"{part}/<uuid:id>", f"{part}/{id}")
    return address


def ids_of(booking):
    """Return one thing of every kind that belongs to a booking's organization."""
    found = {}
    for part, model in MODELS.items():
        rows = model.objects.filter(organization=booking.organization_id)
        if part == "unmatched":
            rows = rows.filter(reservation=None)
        found[part] = rows.order_by("pk").values_list("pk", flat=True)[0]
    return found


def below(patterns, prefix=""):
    """Yield every address that Django knows, with its view."""
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from below(pattern.url_patterns, path)
        else:
            yield path, pattern.callback


def test_every_address_below_api_is_in_the_table():
    known = {f"api/{row.address}" for row in ADDRESSES}
    beside = {"api/webhooks/stripe", "api/schema/"}
    for address, view in below(get_resolver().url_patterns):
        if not address.startswith("api/") or address in beside:
            continue
        if getattr(view, "cls", None) is Nothing:
            assert address == "api/"
            continue
        assert address in known, f"{address} is not in payments/api/addresses.py"


@pytest.mark.parametrize("row", ADDRESSES, ids=lambda row: row.address)
def test_every_method_of_a_view_is_in_the_table(row):
    assert issubclass(row.view, Address)
    assert {name.upper() for name in METHODS if hasattr(row.view, name)} == set(row.rights)


def test_the_table_is_the_documentations():
    text = Path("docs/api.md").read_text()

    assert "\n".join(as_markdown()) in text


def test_the_roles_are_the_hotels():
    assert set(ROLES) == set(Role.values)
    assert set(RIGHTS) == set(Right)


def test_who_is_not_logged_in_hears_so(db, client):
    for row, method in ASKED:
        answer = client.generic(method, named(row, "HB-1", dict.fromkeys(MODELS, STRANGER)))

        assert answer.status_code == 401, (method, row.address)
        assert answer.headers["WWW-Authenticate"] == "Token"
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["code"] == "not_authenticated"


@pytest.mark.parametrize(("row", "method"), CASES)
def test_a_role_may_exactly_what_the_table_says(row, method, full):
    address = named(row, full.code, ids_of(full))
    for role in ROLES:
        answer = program(role).asks(method, address)

        if role in RIGHTS[row.rights[method]]:
            assert answer.status_code not in (401, 403, 404, 405), answer.content
        else:
            assert answer.status_code == 403
            assert answer.json()["code"] == "forbidden"
            assert "role" in answer.json()["detail"]


def test_another_tenants_things_answer_as_what_is_not_there(full, rival):
    ours, owner = ids_of(full), program(Role.OWNER, organization=rival.organization)
    missing = dict.fromkeys(MODELS, STRANGER)
    nothing = owner.gets("/api/nothing/")
    assert nothing.status_code == 404
    for row, method in ASKED:
        if "<slug:org>" not in row.address:
            continue
        answers = [
            owner.asks(method, named(row, full.code, ours)),  # their hotel
            owner.asks(method, named(row, full.code, ours, org="nobody")),
        ]
        if is_of_something(row):
            answers += [
                owner.asks(method, named(row, full.code, ours, org="rival")),  # theirs, as ours
                owner.asks(method, named(row, "RV-404", missing, org="rival")),
            ]
        for answer in answers:
            assert answer.status_code == 404, (method, row.address)
            assert answer.content == nothing.content, (method, row.address)
            assert answer.headers["Content-Type"] == nothing.headers["Content-Type"]


def test_another_houses_things_answer_as_what_is_not_there(full):
    airport = PropertyFactory(organization=full.organization, slug="airport")
    ReservationFactory(property=airport, code="HB-9")
    owner = program(Role.OWNER, houses=[airport])
    nothing = owner.gets("/api/nothing/")
    for row, method in ASKED:
        if is_of_something(row):
            answer = owner.asks(method, named(row, full.code, ids_of(full)))

            assert answer.status_code == 404, (method, row.address)
            assert answer.content == nothing.content, (method, row.address)


def test_other_methods_are_not_allowed(full):
    owner = program(Role.OWNER)
    for row in ADDRESSES:
        address = named(row, full.code, ids_of(full))
        for method in {name.upper() for name in METHODS} - set(row.rights) | {"OPTIONS"}:
            answer = owner.asks(method, address)

            assert answer.status_code == 405, (method, row.address)
            assert answer.json()["code"] == "method_not_allowed"
            assert set(answer.headers["Allow"].split(", ")) >= set(row.rights)
