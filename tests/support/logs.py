"""What must never stand in a log, whichever test writes it: secrets, cards, and who somebody is."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.db.models.signals import post_save

from reservations.models import Guest

SECRETS = {
    "a key of Stripe's": re.compile(r"\b[sr]k_(test|live)_\w+"),
    "a secret of an endpoint": re.compile(r"\bwhsec_\w+"),
    "a secret of a payment": re.compile(r"\b(pi|seti)_\w+_secret_\w+"),
    "a link to Stripe's pages": re.compile(r"/(setup/[a-z]/|onboarding/)\S+"),
    "a token of the API": re.compile(r"(?<!sha256:)\b[0-9a-f]{64}\b"),
    "a token of a pay link": re.compile(r"/pay/[\w-]{8,}"),
    "an e-mail address": re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+"),
}
_DIGITS = re.compile(r"(?<![\w.-])[3-6]\d{3}(?:[ -]?\d){9,15}(?![\w.-])")
_SHORT = 6  # characters: a shorter name is a word like any other


def told(line: str, names: set[str] = frozenset()) -> list[str]:  # type: ignore[assignment]
    """Return what a line of a log tells that it must not."""
    found = [what for what, pattern in SECRETS.items() if pattern.search(line)]
    if any(_is_card(each[0]) for each in _DIGITS.finditer(line)):
        found.append("a card's number")
    if any(name in line for name in names):
        found.append("a guest's name")
    return found


def check(lines: list[str], names: set[str]) -> None:
    """Fail a test whose log tells what it must not."""
    wrong = [(what, line[:1_000]) for line in lines if (what := told(line, names))]
    assert not wrong, f"the log tells {wrong[0][0]}: {wrong[0][1]}"


@contextmanager
def watched() -> Iterator[list[str]]:
    """Collect every line that is logged meanwhile, as it is written; then check them all."""
    lines: list[str] = []
    names: set[str] = set()
    handler = _Keeper(lines)

    def note(instance: Guest, **_: object) -> None:
        if len(instance.name) >= _SHORT:
            names.add(instance.name)

    post_save.connect(note, sender=Guest, weak=False)
    logging.getLogger().addHandler(handler)
    try:
        yield lines
    finally:
        logging.getLogger().removeHandler(handler)
        post_save.disconnect(note, sender=Guest)
    check(lines, names)


class _Keeper(logging.Handler):
    def __init__(self, lines: list[str]) -> None:
        super().__init__()
        self.lines = lines
        self.setFormatter(
            structlog.stdlib.ProcessorFormatter(
                processors=[
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.JSONRenderer(default=str, ensure_ascii=False),
                ],
                foreign_pre_chain=_as_on_a_server(),
            )
        )

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


def _as_on_a_server() -> list[object]:
    """Return what a line of others' goes through before it is written."""
    (ours,) = (
        each.formatter
        for each in logging.getLogger().handlers
        if isinstance(each.formatter, structlog.stdlib.ProcessorFormatter)
        and not isinstance(each, _Keeper)
    )
    return list(ours.foreign_pre_chain or [])


def _is_card(text: str) -> bool:
    """Tell whether digits are a card's: their last one says so."""
    digits = [int(each) for each in reversed(text) if each.isdigit()]
    doubled = [sum(divmod(2 * each, 10)) for each in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0
