"""Log lines: what happened, as `noun.verb` with the facts as fields. JSON on servers."""

import re
import sys
from typing import Any

import structlog

_PAY_LINK = re.compile(r"(/pay/)[^\s'\"?]+")
_CARD = re.compile(r"(?<=/)[3-6]\d{12,18}(?=/|$)")  # as a part of an address


def without_tokens(logger: Any, name: str, line: dict[str, Any]) -> dict[str, Any]:
    """Leave the tokens of pay links out of a line: whoever reads one could open the link."""
    for key, value in line.items():
        if isinstance(value, str) and "/pay/" in value:
            line[key] = _PAY_LINK.sub(r"\1…", value)
    return line


def without_queries(logger: Any, name: str, line: dict[str, Any]) -> dict[str, Any]:
    """Leave out what somebody searched for: it may be a guest's name or address."""
    asked = line.get("request")
    if isinstance(asked, str) and "?" in asked:
        line["request"] = asked.partition("?")[0] + "?…"
    return line


def without_cards(logger: Any, name: str, line: dict[str, Any]) -> dict[str, Any]:
    """Leave out what may be a card's number that somebody typed into an address."""
    for key, value in line.items():
        if isinstance(value, str) and "/" in value:
            line[key] = _CARD.sub("…", value)
    return line


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
    without_tokens,
    without_queries,
    without_cards,
]


def logging_config(*, level: str, as_json: bool) -> dict[str, Any]:
    """Return Django's `LOGGING`, with structlog writing through it."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "lines": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    renderer,
                ],
                "foreign_pre_chain": _SHARED,
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django.server": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
            "stripe": {
                "level": "WARNING"
            },  # each call is told by whoever made it, without its words
        },
    }
