"""
Taking a payment and refunding one, beside a bare view and the least that an operation can be.

And promises that the worker keeps.
"""

import json
from collections.abc import Sequence
from contextlib import ExitStack

from benchmarks import client, standin, stays
from benchmarks.databases import BARE_PAYMENTS, BARE_PROMISES
from benchmarks.processes import Served
from benchmarks.runs import Run
from benchmarks.sizes import Failed, Rows, middle, spread

AT_ONCE = 16  # calls of one worker
AMOUNT = 1_000  # minor units

Turn = tuple[float, float]  # what one side took in a round, in ms: to wait, and of a processor


def measure(run: Run) -> Rows:
    """Take payments and refund others, at all sides in turns; return how ours compares."""
    url, count = run.databases.new("operations"), run.sizes.operations
    with ExitStack() as stack:
        far = stack.enter_context(standin.serving(standin.makes))
        process = stack.enter_context(run.tasks(url))
        token = process.do("hire")
        with run.databases.connect(url) as tables:
            tables.execute(
                f"CREATE TABLE {BARE_PAYMENTS} (LIKE payment_transactions INCLUDING ALL); "
                f"CREATE TABLE {BARE_PROMISES} (id uuid PRIMARY KEY, organization_id uuid,"
                " reservation_id uuid, account text, params jsonb, state text, stripe_id text)"
            )
        sides = [
            stack.enter_context(run.serving(module, url, **_asking(far)))
            for module in ("pms.wsgi", "benchmarks.least_operation", "benchmarks.bare_operation")
        ]
        rows: Rows = []
        for name in ("payments", "refunds"):
            rounds: list[list[Turn]] = []
            for number in range(run.sizes.rounds + 1):
                seed = 900 + number + 100 * (name == "refunds")
                process.do("pay", count=count, seed=seed)
                process.do("analyze")
                turns = [
                    _turn(served, [request(name, seed, n, token) for n in range(count)])
                    for served, request in zip(sides, (_ours, _least, _bare), strict=True)
                ]
                rounds += [turns] if number else []  # the first imports, plans and fills caches
            rows += _rows(name, rounds)
    return rows


def statements(run: Run) -> Rows:
    """Count what an operation says to PostgreSQL."""
    rows: Rows = []
    with (
        standin.serving(standin.makes) as far,
        run.tasks(run.databases.new("operations_statements")) as process,
    ):
        token = process.do("hire")
        process.do("pay", count=2, seed=1)
        for name in ("payments", "refunds"):
            words = process.do(
                "statements_of_operations",
                requests=[_ours(name, 1, number, token).decode() for number in range(2)],
                url=far,
            )
            bounds = [word for word in words if word in ("BEGIN", "COMMIT")]
            rows.append(
                {
                    "operation": name,
                    "statements": len(words) - len(bounds),
                    "BEGIN and COMMIT": len(bounds),
                }
            )
    return rows


def kept(run: Run) -> Rows:
    """Let one worker keep promises, 16 calls under way at once; return how fast it was."""
    rates, busy, count = [], [], run.sizes.operations * 4
    url = run.databases.new("promises")
    with standin.serving(standin.makes) as far, run.tasks(url) as process:
        for number in range(run.sizes.rounds + 1):
            process.do("promise", count=count, seed=800 + number)
            done = process.do("keep", url=far, at_once=AT_ONCE)
            if done["kept"] != count:
                raise Failed(f"{count} promises were due. What became of them: {done}.")
            if number:
                rates.append(count / done["seconds"])
                busy.append(1000 * done["busy"] / count)
    return [
        {
            "calls at once": AT_ONCE,
            "promises/s": middle(rates),
            "processor, ms/promise": middle(busy, 2),
            "from round to round": f"{min(rates):.0f} to {max(rates):.0f}",
        }
    ]


def _asking(far: str) -> dict[str, str]:
    return {
        "STRIPE_SECRET_KEY": stays.KEY,
        "STRIPE_API_BASE": far,
        "PAYMENTS_CALLS_PER_SECOND": "100000",  # the stand-in turns nobody away
        "PAYMENTS_API_LIMIT": "1000000",
    }


def _turn(served: Served, requests: Sequence[bytes]) -> Turn:
    with served.timed() as busy:
        load = client.send(served.port, requests, connections=1, wanted=201)
    return load.wait(50), 1000 * busy() / len(requests)


def _ours(name: str, seed: int, number: int, token: str) -> bytes:
    code = stays.stays(number + 1, seed)[number].code
    body = {"amount": AMOUNT} | ({"purpose": "extra_charge"} if name == "payments" else {})
    return _request(f"/api/organizations/harbour/reservations/{code}/{name}/", body, token)


def _least(name: str, seed: int, number: int, token: str) -> bytes:
    code = stays.stays(number + 1, seed)[number].code
    return _request(f"/reservations/{code}/{name}/", _plain(seed, number), token)


def _bare(name: str, seed: int, number: int, token: str) -> bytes:
    return _request(f"/{name}/", _plain(seed, number), "")


def _plain(seed: int, number: int) -> dict[str, object]:
    return {"amount": AMOUNT, "charge": stays.charge(seed, number)}


def _request(path: str, body: dict[str, object], token: str) -> bytes:
    raw = json.dumps(body)
    head = (
        f"POST {path} HTTP/1.1\r\n"
        "Host: 127.0.0.1\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(raw)}\r\n"
        f"Authorization: Token {token}\r\n"
        "Connection: close\r\n\r\n"
    )
    return (head + raw).encode()


def _rows(name: str, rounds: Sequence[Sequence[Turn]]) -> Rows:
    """Return the figures of one operation; a ratio is the median of the rounds' own ratios."""
    rows: Rows = []
    for which, figure in enumerate(("p50", "processor")):
        each = [[turn[which] for turn in turns] for turns in rounds]
        ours, least, bare = zip(*each, strict=True)
        ratios = [mine / theirs for mine, _, theirs in each]
        rows.append(
            {
                "operation": name,
                "figure": figure,
                "ours, ms": middle(ours, 2),
                "the least, ms": middle(least, 2),
                "a bare view, ms": middle(bare, 2),
                "ratio": middle(ratios, 2),
                "from round to round": spread(ratios),
                "the least to bare": middle([some / theirs for _, some, theirs in each], 2),
            }
        )
    return rows
