"""A stay as its hotel corrects it: who comes, when, into which room, for how much."""

from typing import Any

from django import forms
from django.core import signing
from django.db import transaction

from payments import panels
from reservations.models import Reservation

OF_GUEST = {"guest": "name", "email": "email"}
DAYS = ("arrival", "departure")
AMOUNTS = ("total", "paid_elsewhere")

Values = dict[str, str | int]  # by field: texts, days as ISO 8601 has them, minor units


class StayForm(forms.Form):
    """
    What somebody changes of a booking.

    `seen` keeps what the page showed when it was opened: only what differs from that is written,
    and nothing over what a colleague has changed meanwhile.
    """

    guest = forms.CharField(label="Guest name", max_length=200)
    email = forms.EmailField(label="E-mail", required=False)
    arrival = forms.DateField(label="Arrival")
    departure = forms.DateField(label="Departure")
    room = forms.CharField(label="Room", max_length=50, required=False)
    total = panels.AmountField(label="Total")
    paid_elsewhere = panels.AmountField(
        label="Paid elsewhere", help_text="Cash, bank or travel agency."
    )
    seen = forms.CharField(widget=forms.HiddenInput, max_length=2_000)

    def __init__(self, booking: Reservation, *args: Any, **kwargs: Any) -> None:
        self.booking = booking
        values = _values(booking)
        super().__init__(*args, initial=_as_typed(values, booking.currency), **kwargs)
        for name in DAYS:
            self.fields[name].widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def clean_seen(self) -> Values:
        """Return what the page showed when it was opened."""
        try:
            seen = signing.loads(self.cleaned_data["seen"])
        except signing.BadSignature as error:
            raise forms.ValidationError("Open this page again, then change it.") from error
        if seen.keys() != _values(self.booking).keys():
            raise forms.ValidationError("Open this page again, then change it.")
        return seen

    def clean(self) -> dict[str, Any]:
        """See that the days fit each other, and read amounts in the booking's currency."""
        given = super().clean() or {}
        arrival, departure = given.get("arrival"), given.get("departure")
        if arrival and departure and departure <= arrival:
            self.add_error("departure", "It is not after the arrival.")
        for name in AMOUNTS:
            if name in given:
                try:
                    given[name] = panels.AmountField.minor(given[name], self.booking.currency)
                except forms.ValidationError as error:
                    self.add_error(name, error)
        return given

    def save(self) -> bool:
        """Write what was changed; False where a colleague has changed the same meanwhile."""
        seen = self.cleaned_data["seen"]
        changed = {name for name in seen if _plain(self.cleaned_data[name]) != seen[name]}
        with transaction.atomic():
            rows = Reservation.objects.select_related("guest")
            held = rows.select_for_update(of=("self", "guest")).get(pk=self.booking.pk)
            now = _values(held)
            for name in sorted(changed):
                if now[name] not in (seen[name], _plain(self.cleaned_data[name])):
                    shown = _as_read(name, now[name], held)
                    self.add_error(name, f"Somebody has changed this to {shown} meanwhile.")
            if self.errors:
                # Whoever sends it once more has read that, and means it.
                fresh = _as_typed(now, held.currency)
                self.data = fresh | {name: self.data[name] for name in changed}
                return False
            self._write(held, changed)
        return True

    def _write(self, held: Reservation, changed: set[str]) -> None:
        given = self.cleaned_data
        of_guest = [name for name in OF_GUEST if name in changed]
        for name in of_guest:
            setattr(held.guest, OF_GUEST[name], given[name])
        held.guest.save(update_fields=[OF_GUEST[name] for name in of_guest])
        of_stay = [name for name in changed if name not in OF_GUEST]
        for name in of_stay:
            setattr(held, name, given[name])
        held.save(update_fields=of_stay)
        if changed & set(AMOUNTS):
            panels.refresh_money([held.pk])


def _values(booking: Reservation) -> Values:
    return {
        "guest": booking.guest.name,
        "email": booking.guest.email,
        "room": booking.room,
        **{name: getattr(booking, name).isoformat() for name in DAYS},
        **{name: getattr(booking, name) for name in AMOUNTS},
    }


def _as_typed(values: Values, currency: str) -> dict[str, Any]:
    """Return what the form shows of these values."""
    amounts = {name: panels.as_typed(int(values[name]), currency) for name in AMOUNTS}
    return {**values, **amounts, "seen": signing.dumps(values)}


def _plain(value: Any) -> str | int:
    """Return what a field was read as, as `_values` has it."""
    return value if isinstance(value, str | int) else str(value.isoformat())


def _as_read(name: str, value: str | int, booking: Reservation) -> str:
    if name in AMOUNTS:
        return panels.amount(int(value), booking.currency)
    return str(value) or "nothing"
