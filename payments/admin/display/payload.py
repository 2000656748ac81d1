"""A payload as a page can show it, whatever bytes came."""

import json
import re
from dataclasses import dataclass

from payments.reading import clean, parse

MOST = 100_000  # characters on a page
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True)
class Payload:
    """
    What came, as text.

    :param note: what the reader should know: that it is no JSON, cut, or no longer kept.
    """

    text: str
    note: str = ""


def readable(body: bytes | None) -> Payload:
    """Return these bytes as indented JSON, or as they stand; what is invisible is spelled out."""
    if body is None:
        return Payload("", "No longer kept: raw payloads are deleted after 90 days.")
    found = parse(body)
    if found is None:
        return _cut(body.decode("utf-8", "backslashreplace"), "Not a JSON object. As it came:")
    return _cut(json.dumps(clean(found), indent=2, ensure_ascii=False), "")


def _cut(text: str, note: str) -> Payload:
    if len(text) > MOST:
        note = f"{note} Only the first {MOST:,} of {len(text):,} characters.".strip()
    return Payload(_INVISIBLE.sub(_spelled, text[:MOST]), note)


def _spelled(match: re.Match[str]) -> str:
    return f"\\u{ord(match.group()):04x}"
