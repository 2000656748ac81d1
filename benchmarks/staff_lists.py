"""How long the pages of staff take with years of bookings behind them, and for whom."""

from benchmarks.runs import Run
from benchmarks.sizes import Rows

PAYMENTS_A_BOOKING = 10  # and their refunds
EVENTS = 1_000  # no page of staff reads them
REQUESTS = 4  # of each page by each reader, in a round


def measure(run: Run) -> Rows:
    """Fill a database, then open every page; return what each look took."""
    url = run.databases.new("pages")
    with run.tasks(url) as process:
        process.do(
            "fill_admin",
            events=EVENTS,
            transactions=run.sizes.settled,
            payments_a_booking=PAYMENTS_A_BOOKING,
        )
        process.do("analyze")
        found: Rows = process.do("look_at_pages", requests=max(2, run.sizes.rounds * REQUESTS))
    return found
