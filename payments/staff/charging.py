"""The dialog that charges a card on file: why, what shows it, and whether the guest agreed."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django import forms

from payments import hotel, money
from payments.errors import Refused
from payments.hotel import Booking
from payments.models import Attachment, PaymentMethod
from payments.operations import attachments, contents
from payments.operations.payments import additional_charges
from payments.staff import card_entry

WHAT_FOR = [("extra_charge", "An extra"), ("damage_charge", "Damage")]


class Several(forms.ClearableFileInput):
    """Chooses several files at once."""

    allow_multiple_selected = True


def photos() -> forms.FileField:
    """Return the field for files; they are kept before the rest is looked at."""
    return forms.FileField(
        label="Photos",
        required=False,
        help_text="Or papers that show why: JPEG, PNG or PDF, up to 5 MB each.",
        widget=Several(attrs={"accept": ",".join(contents.ENDINGS)}),
    )


class KeptField(forms.MultipleChoiceField):
    """Files that are with the booking already, because the dialog was sent before."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, rows: Iterable[Attachment]) -> None:
        choices = [(str(row.pk), row.name) for row in rows]
        super().__init__(label="Kept with the booking", choices=choices, required=False)

    def clean(self, value: Any) -> list[UUID]:
        """Return the ids of the files that are to go with the charge."""
        return [UUID(each) for each in super().clean(value)]


def of_booking(booking: Booking, ids: Iterable[str]) -> list[Attachment]:
    """Return which of these files are kept with a booking, in the order they came."""
    wanted = [each for each in map(hotel.as_uuid, ids) if each]
    return list(Attachment.objects.filter(pk__in=wanted, reservation=booking.id).order_by("pk"))


def keep(booking: Booking, files: Sequence[Any], by: Any) -> tuple[list[Attachment], list[str]]:
    """
    Keep what was uploaded with the booking: a browser sends no file a second time.

    :return: what is kept now, and why the others are not, in a sentence each.
    """
    kept, wrong = [], []
    if len(files) > additional_charges.MOST_FILES:
        return [], [f"Add at most {additional_charges.MOST_FILES} files."]
    for file in files:
        try:
            kept.append(attachments.add(booking=booking, file=file, by=by))
        except Refused as refusal:
            wrong.append(f"{attachments.named(file.name or '', '')}: {refusal}")
    return kept, wrong


def charge(booking: Booking, given: dict[str, Any], card: PaymentMethod, by: Any) -> str:
    """
    Charge a card with what was asked for; return what to tell.

    :raises Refused: it cannot be.
    """
    payment = additional_charges.charge(
        booking=booking,
        amount=given["amount"],
        purpose=given["reason"],
        payment_method=card,
        note=given["note"],
        attachments=given.get("kept", ()),
        agreed=given["agreed"],
        by=by,
    )
    shown = money.show(given["amount"], booking.currency)
    if payment.status == "succeeded":
        return f"{shown} charged."
    if payment.waits_for_guest:
        asked = card_entry.asked(payment)
        return f"The guest's bank asks the guest to confirm the {shown}: {asked}."
    return f"The charge of {shown} is on its way."
