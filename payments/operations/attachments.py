"""Files that staff keep with a booking: known by what they are, not by what they are called."""

import unicodedata
from typing import Any

import structlog
from django.core.files.base import ContentFile
from django.db import transaction

from payments import hotel
from payments.errors import Invalid
from payments.models import Attachment
from payments.operations import activity, contents

logger = structlog.get_logger(__name__)

_LONGEST_NAME = 200


def add(*, booking: Any, file: Any, by: Any) -> Attachment:
    """
    Keep a file with a booking.

    :param booking: the hotel's own, or a `hotel.Booking`.
    :param file: as Django hands over what was uploaded.
    :raises MayNot: their role only looks.
    :raises Invalid: it is no PDF, JPEG or PNG, or larger than 5 MB.
    """
    place = (booking.organization_id, booking.property_id)
    hotel.require(by, hotel.Right.TAKE_PAYMENTS, *place)
    data = file.read(contents.MOST_BYTES + 1)
    try:
        found = contents.read(data)
    except contents.Unfit as error:
        raise Invalid("file", str(error)) from error
    row = Attachment(
        organization_id=booking.organization_id,
        property_id=booking.property_id,
        reservation_id=booking.id,
        name=named(file.name or "", found.ending),
        content_type=found.type,
        size=len(data),
        created_by=by,
    )
    try:
        with transaction.atomic():
            row.file.save("", ContentFile(data), save=True)
            activity.note("attachment_added", by=by, of=row, attachment=str(row.pk))
    except BaseException:
        row.file.storage.delete(str(row.file.name))
        raise
    logger.info("attachment.added", attachment=row.pk, reservation=booking.id, size=row.size)
    return row


def named(given: str, ending: str) -> str:
    """Return a name to show and to save under: its last part, all of it printable."""
    last = given.replace("\\", "/").rpartition("/")[2]
    shown = "".join(" " if unicodedata.category(each)[0] in "CZ" else each for each in last)
    stem = " ".join(shown.split()).strip(". ")
    known = [e for e in (*contents.ENDINGS.values(), ".jpeg") if stem.lower().endswith(e)]
    if known:
        stem = stem[: -len(known[0])].rstrip(". ")
    return (stem[: _LONGEST_NAME - len(ending)] or "file") + ending
