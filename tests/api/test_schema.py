"""The description of the API: without warnings, and of every address in the table."""

import pytest
import yaml
from django.core.management import call_command
from django.test import Client

from payments.api.addresses import ADDRESSES
from tests.support.threads import at_once


@pytest.fixture
def schema(tmp_path):
    file = tmp_path / "schema.yml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(file))
    return yaml.safe_load(file.read_text())


def plain(address):
    """Return an address of the table as the schema writes it."""
    for converter in ("<slug:", "<str:", "<uuid:"):
        address = address.replace(converter, "{")
    return "/api/" + address.replace(">", "}")


def test_every_address_and_method_is_described(schema):
    assert {
        path: {method.upper() for method in operations if method != "parameters"}
        for path, operations in schema["paths"].items()
    } == {plain(row.address): set(row.rights) for row in ADDRESSES}


@pytest.mark.django_db(transaction=True)
def test_several_read_it_at_once():
    read = at_once(
        4, lambda _: Client().get("/api/schema/", headers={"Accept": "application/json"})
    )

    assert {each.status_code for each in read} == {200}
    assert len({each.content for each in read}) == 1


def test_every_error_is_problem_details(schema):
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            assert {"400", "401", "403", "404", "429"} <= set(operation["responses"]), path
            if method == "post":
                names = [each["name"] for each in operation["parameters"] if each["in"] == "header"]
                assert names == ["Idempotency-Key"]
            for status, answer in operation["responses"].items():
                if status >= "400":
                    (media_type,) = answer["content"]
                    assert media_type == "application/problem+json"


def test_what_may_be_left_out_may_be_null(schema):
    shapes = schema["components"]["schemas"]
    sent = {
        content["schema"]["$ref"].rpartition("/")[2]
        for operations in schema["paths"].values()
        for name, operation in operations.items()
        if name != "parameters" and "requestBody" in operation
        for content in operation["requestBody"]["content"].values()
        if "$ref" in content["schema"]
    }
    optional = {
        f"{shape}.{name}": field
        for shape in sent
        if not shape.startswith("Patched")  # of these the schema says that nothing is required
        for name, field in shapes[shape].get("properties", {}).items()
        if name not in shapes[shape].get("required", ())
    }
    assert len(optional) > 10
    assert [name for name, field in optional.items() if not may_be_null(field)] == []


def may_be_null(field):
    """Say whether the schema lets a field be null."""
    kinds = [field, *field.get("oneOf", ()), *field.get("allOf", ())]
    return any(each.get("nullable") or "null" in each.get("type", ()) for each in kinds)


def test_anybody_may_read_it(db):
    answer = Client().get("/api/schema/")

    assert answer.status_code == 200
    assert b"openapi: 3" in answer.content


@pytest.mark.parametrize(("query", "accepted"), [("", "application/json"), ("?format=json", "*/*")])
def test_it_is_json_for_those_who_want_that(db, query, accepted):
    answer = Client().get(f"/api/schema/{query}", headers={"Accept": accepted})

    assert answer.json()["openapi"].startswith("3.")
