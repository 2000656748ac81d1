"""How long the admin's first pages take when there are millions of rows, and for whom."""

from benchmarks.runs import Run
from benchmarks.sizes import Rows

REQUESTS = 4  # of each list by each reader, in a round


def measure(run: Run) -> Rows:
    """Fill a database, then look at every list and the overview; return what each look took."""
    url = run.databases.new("admin")
    with run.tasks(url) as process:
        process.do("fill_admin", events=run.sizes.settled, transactions=run.sizes.settled)
        process.do("analyze")
        found: Rows = process.do("look", requests=max(2, run.sizes.rounds * REQUESTS))
    return found
