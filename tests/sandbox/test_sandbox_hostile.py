"""Whatever is sent to the sandbox, it answers with what is wrong, and never fails itself."""

import random
from urllib.parse import urlencode

import pytest

from sandbox.server import registry, routes
from sandbox.server.answering import Answering, Request
from sandbox.server.web import Sandbox

assert routes

ROUTES = sorted(
    {
        (route.method, "/" + "/".join(route.parts))
        for known in registry.ROUTES.values()
        for route in known
    }
)
VALUES = [
    "", "0", "-1", "1", "99999999999999999999", "9" * 400, "1.5", "true", "false", "null", "eur",
    "x" * 6_000, "\x00", "ü\u202e", "' OR 1=1 --", "pm_card_visa", "tok_visa", "{}", "[]",
    "acct_1HarbourHotels00", "ca_x", "card", "sepa_debit", "customer_balance", "2", "1e9", "٣",
    "http://[", "https://x", "PT", "all", "*",
]  # fmt: skip
PLAUSIBLE = {
    "account": "acct_1HarbourHotels00",
    "amount": "5000",
    "confirm": "true",
    "currency": "eur",
    "destination": "acct_1HarbourHotels00",
    "enabled_events[]": "*",
    "payment_method": "pm_card_visa",
    "purpose": "dispute_evidence",
    "query": "status:'succeeded'",
    "reason": "fraud",
    "refresh_url": "https://x",
    "return_url": "https://x",
    "type": "card",
    "url": "http://127.0.0.1:9/",
    "verdict": "win",
}
SHAPES = [
    "{}",
    "{}[]",
    "{}[0]",
    "{}[a]",
    "{}[a][b]",
    "{}[type]",
    "{}[card][number]",
    "{}[gte]",
    "{}[address]",
    "{}[address][city]",
    "{}[exp_month]",
    "{}[billing_details]",
    "{}[billing_details][address]",
    "{}[sepa_debit]",
    "{}[sepa_debit][iban]",
    "{}[default_payment_method]",
    "{}[card]",
    "{}[metadata]",
    "{}[user_report]",
    "{}[account_number]",
    "{}[token]",
    "{}[requested]",
    "{}[type][x]",
]
EACH = 200  # requests for an address


def request_for(chance, method, path, known, takes):
    """Return a request of which nothing can be relied on."""
    where = path
    while "{" in where:
        head, _, rest = where.partition("{")
        id = chance.choice([*known, "x", "%00", "pm_card_visa", "acct_1HarbourHotels00"])
        where = head + id + rest.partition("}")[2]
    names = [*takes] * 5 + ["expand", "colour"]
    pairs = [
        (chance.choice(SHAPES).format(chance.choice(names)), chance.choice([*VALUES, *known]))
        for _ in range(chance.randrange(5))
    ]
    pairs += [
        (name, value)
        for name, value in PLAUSIBLE.items()
        if name.removesuffix("[]") in takes and chance.random() < 0.8
    ]
    for name in ("charge", "customer", "dispute", "intent", "payment_intent", "refund"):
        if name in takes and chance.random() < 0.5:
            pairs.append((name, chance.choice(known)))
    headers = {"authorization": "Bearer sk_test_any"}
    if chance.random() < 0.7:
        headers["stripe-account"] = "acct_1HarbourHotels00"
    if chance.random() < 0.3:
        headers["idempotency-key"] = chance.choice(["a", "b", "ü", "x" * 300])
    sent = urlencode(pairs)
    return Request(
        method=method,
        path=where,
        query=sent if method == "GET" else "",
        headers=headers,
        body=b"" if method == "GET" else sent.encode(),
    )


def seeded(answering: Answering):
    """Make a few things; return their ids."""
    headers = {"authorization": "Bearer sk_test_x", "stripe-account": "acct_1HarbourHotels00"}
    for path, body in [
        ("/v1/customers", ""),
        ("/v1/setup_intents", ""),
        *[
            (
                "/v1/payment_intents",
                f"amount=5000&currency=eur&payment_method={card}&confirm=true&{more}",
            )
            for card, more in [
                ("pm_card_visa", ""),
                ("pm_card_visa", "capture_method=manual"),
                ("pm_card_authenticationRequired", ""),
                ("pm_card_createDispute", ""),
                ("pm_card_createIssuerFraudRecord", ""),
            ]
        ],
        ("/v1/transfers", "amount=5&currency=eur&destination=acct_1HarbourHotels00"),
    ]:
        answering.answer(Request("POST", path, "", headers, body.encode()))
    answering.world.advance(2)
    return [
        id
        for books in answering.world.everybody()
        for kind, things in books.kept.items()
        if kind not in ("event", "account")
        for id in things
    ]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_no_request_breaks_it(method, path):
    with Sandbox(port=0, seed="tests") as server:
        answering = server.answering
        known = seeded(answering)
        assert len(known) > 15
        found = registry.find(method, path.replace("{", "").replace("}", ""))
        chance = random.Random(f"{method} {path}")
        for _ in range(EACH):
            asked = request_for(chance, method, path, known, found[0].takes)
            answer = answering.answer(asked)
            assert answer.status < 500, (asked, answer.body)
            answering.world.tick()
