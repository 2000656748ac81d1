"""Amounts as people read them."""

from collections.abc import Iterable

from payments.money import show


def amount(value: int | None, currency: str) -> str:
    """Return an amount as people read it; nothing to read where Stripe has not told it."""
    return show(value, currency) if currency else "–"


def amounts(values: Iterable[tuple[str, int]]) -> str:
    """Return sums of several currencies in a row: €385.20 and ¥98,000."""
    shown = [amount(value, currency) for currency, value in sorted(values) if value]
    return " and ".join(filter(None, [", ".join(shown[:-1]), *shown[-1:]]))
