"""What waits of a guest's bank transfers at Stripe."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby

from payments.models import CashBalanceTransaction


def waiting(movements: Iterable[CashBalanceTransaction]) -> dict[str, int]:
    """
    Return what waits of a guest's bank transfers at Stripe, by currency, where anything does.

    It is what the latest movement says was left; which of several in one second is the latest
    follows from what each begins and ends with.
    """
    of_currency: dict[str, list[CashBalanceTransaction]] = defaultdict(list)
    for movement in movements:
        if movement.seen and movement.ending_balance is not None:
            of_currency[movement.currency].append(movement)
    found = {currency: _left(rows) for currency, rows in sorted(of_currency.items())}
    return {currency: amount for currency, amount in found.items() if amount > 0}


def _left(rows: Iterable[CashBalanceTransaction]) -> int:
    left = 0
    for _, at_once in groupby(sorted(rows, key=_second), key=_second):
        left = _left_by(list(at_once), left)
    return left


def _left_by(rows: Sequence[CashBalanceTransaction], before: int) -> int:
    """
    Return what the movements of one second left: what one ends with and no other begins with.

    Where there is none, what came went on at once, and what was there before is there again.
    """
    ends = Counter(row.ending_balance or 0 for row in rows)
    begins = Counter((row.ending_balance or 0) - (row.net_amount or 0) for row in rows)
    if last := ends - begins:
        return min(last)
    return before if before in ends else min(ends)


def _second(row: CashBalanceTransaction) -> tuple[bool, datetime | None]:
    return (row.occurred_at is not None, row.occurred_at)
