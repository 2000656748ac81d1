"""What a file really is: read from its contents, because a name proves nothing. Pure."""

import io
from dataclasses import dataclass

from PIL import Image

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
ENDINGS = {PDF: ".pdf", JPEG: ".jpg", PNG: ".png"}

MOST_BYTES = 5 * 1024 * 1024  # what Stripe takes as evidence
MOST_PIXELS = 50_000_000  # any camera's; beyond, it is made to fill a server's memory

_HEADS = {b"%PDF-": PDF, b"\xff\xd8\xff": JPEG, b"\x89PNG\r\n\x1a\n": PNG}
_TAIL = 2048  # bytes at the end of a PDF among which it says that it ends


class Unfit(ValueError):
    """The file cannot be kept; the text says why."""


@dataclass(frozen=True)
class Content:
    """What a file is."""

    type: str

    @property
    def ending(self) -> str:
        """The ending that names of such files have."""
        return ENDINGS[self.type]


def read(data: bytes) -> Content:
    """
    Return what these bytes are.

    :raises Unfit: they are no whole PDF, JPEG or PNG, or too much.
    """
    if not data:
        raise Unfit("This file is empty.")
    if len(data) > MOST_BYTES:
        raise Unfit("This file is larger than 5 MB. Send a smaller picture, or fewer pages.")
    found = next((kind for head, kind in _HEADS.items() if data.startswith(head)), "")
    if not found:
        raise Unfit("This is no PDF, JPEG or PNG, whatever its name says.")
    if found == PDF:
        if b"%%EOF" not in data[-_TAIL:]:
            raise Unfit("This PDF is damaged: its end is missing.")
    else:
        _look_into(data, found)
    return Content(found)


def _look_into(data: bytes, kind: str) -> None:
    """See that a picture is whole, without unpacking what is made to explode."""
    try:
        with Image.open(io.BytesIO(data), formats=[kind.removeprefix("image/").upper()]) as image:
            width, height = image.size
            if width * height > MOST_PIXELS:
                raise Unfit("This picture has too many pixels. Send a smaller one.")
            if kind == JPEG:
                image.draft("RGB", (64, 64))  # an eighth of its size, where the format allows
                image.load()
            else:
                image.verify()
    except Unfit:
        raise
    except Exception as error:  # whatever a parser meets in bytes that are no picture
        raise Unfit("This picture is damaged.") from error
