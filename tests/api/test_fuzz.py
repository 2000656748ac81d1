"""Whatever the schema allows, and what it does not: the API never breaks."""

import pytest
import requests
import schemathesis
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from tests.api.conftest import program
from tests.api.test_addresses import ids_of
from tests.operations.conftest import makes_intents

SCHEMA = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True))
OPERATIONS = {
    f"{found.ok().method.upper()} {found.ok().path}": found.ok()
    for found in SCHEMA.get_all_operations()
}
COUNTS = [8, pytest.param(60, marks=pytest.mark.slow)]


def sent(client, case):
    """Ask as the case says, byte for byte, but for an answer that nobody has to unpack."""
    ready = requests.Request(**case.as_transport_kwargs(base_url="http://testserver")).prepare()
    other = {"content-type", "accept-encoding"}
    headers = {k: v for k, v in ready.headers.items() if k.lower() not in other}
    body = ready.body or b""
    return client.generic(
        ready.method,
        ready.path_url,
        body.encode() if isinstance(body, str) else body,
        content_type=ready.headers.get("Content-Type", ""),
        headers={k: v.decode("latin-1") if isinstance(v, bytes) else v for k, v in headers.items()},
    )


def part_of(path):
    """Return which kind of thing the id in a path is of."""
    return path.split("/{id}")[0].rsplit("/", 1)[-1]


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("name", OPERATIONS)
def test_no_request_breaks_it(name, count, full, wire):
    wire.answers = lambda asked: makes_intents(asked) if "amount" in asked.form else None
    operation, path = OPERATIONS[name], name.split(" ")[1]
    real = {"org": "harbour", "code": full.code, "id": str(ids_of(full).get(part_of(path)))}
    named = {key: value for key, value in real.items() if f"{{{key}}}" in path}
    token = {"Authorization": f"Token {program().token}"}
    client = Client(raise_request_exception=True)
    cases = st.one_of(
        operation.as_strategy(generation_mode=mode, path_parameters=given_, headers=token)
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
        for given_ in ({}, named)
    )

    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(cases)
    def asked(case):
        answer = sent(client, case)
        assert answer.status_code < 500 or answer.status_code == 503, answer.content
        below = answer.request["PATH_INFO"].startswith("/api/")  # dots may lead out of it
        if below and answer.status_code >= 400:
            assert answer.headers["Content-Type"] == "application/problem+json", answer.request[
                "PATH_INFO"
            ]
            assert answer.json()["status"] == answer.status_code

    asked()
