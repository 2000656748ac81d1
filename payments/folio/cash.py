"""What waits of a guest's bank transfers at Stripe."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from payments.models import CashBalanceTransaction


def waiting(movements: Iterable[CashBalanceTransaction]) -> dict[str, int]:
    """
    Return what waits of a guest's bank transfers at Stripe, by currency, where anything does.

    It is what the latest movement says was left. Of several in one second, the latest is the one
    that no other begins from.
    """
    of_currency: dict[str, list[CashBalanceTransaction]] = defaultdict(list)
    for movement in movements:
        if movement.seen and movement.ending_balance is not None:
            of_currency[movement.currency].append(movement)
    left = {currency: _left(rows) for currency, rows in sorted(of_currency.items())}
    return {currency: amount for currency, amount in left.items() if amount > 0}


def _left(rows: Sequence[CashBalanceTransaction]) -> int:
    newest = max((row.occurred_at for row in rows if row.occurred_at), default=None)
    last = sorted((row for row in rows if row.occurred_at == newest), key=lambda r: r.stripe_id)
    begins = Counter((row.ending_balance or 0) - (row.net_amount or 0) for row in last)
    for row in last:
        ends = row.ending_balance or 0
        own = (row.net_amount or 0) == 0
        if begins[ends] - own <= 0:
            return ends
    return last[-1].ending_balance or 0 if last else 0
