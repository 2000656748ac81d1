"""Reading what was sent, without trusting its shape."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import IO, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from payments.api.problems import TooLarge
from payments.reading import clean, strings


class Json(BaseParser):
    """One JSON object that can be held as it is: no NaN, no NUL, nothing nested beyond sense."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        body = stream.read(_most() + 1)
        if len(body) > _most():
            raise TooLarge
        try:
            found = json.loads(body.decode(), parse_constant=_no_number, parse_float=_finite)
        except (ValueError, RecursionError) as error:
            raise ParseError("This is no JSON that can be read.") from error
        if not isinstance(found, dict):
            raise ParseError("Send one JSON object.")
        refuse_what_cannot_be_held(found)
        return found


def _most() -> int:
    return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)  # bytes


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _finite(digits: str) -> float:
    value = float(digits)
    if value - value != 0:
        raise ValueError("beyond all numbers")
    return value


def refuse_what_cannot_be_held(found: dict[str, Any]) -> None:
    """
    Refuse texts that no database can hold: with a NUL in them, or half a character.

    :raises ValidationError: it says in which field.
    """
    errors = {}
    for name, value in found.items():
        texts = [name, *(text for pair in strings(value) for text in pair)]
        if any(clean(text) != text for text in texts):
            errors[clean(name)] = ["There are characters in it that nobody can keep."]
    if errors:
        raise ValidationError(errors)


class AlwaysJson(BaseContentNegotiation):
    """Answers in JSON, whatever is said to be accepted."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        given = request.content_type.split(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == given), None)

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


def digest(data: Any) -> str:
    """Return a digest of what was sent that is the same for the same contents."""
    if isinstance(data, QueryDict):
        data = {name: [_told(each) for each in data.getlist(name)] for name in data}
    return sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def _told(part: Any) -> Any:
    """Return a part of a form; of a file what makes it that file."""
    if not isinstance(part, UploadedFile):
        return part
    contents = sha256()
    for chunk in part.chunks():
        contents.update(chunk)
    part.seek(0)
    return [part.name, contents.hexdigest()]
