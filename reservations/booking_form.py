"""A new booking: who stays, where, when, for how much, and how they pay."""

import re
import uuid
from datetime import date, timedelta
from typing import Any

from django import forms
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Length
from django.urls import reverse
from django.utils import timezone

from organizations.models import Organization, Property
from payments import panels
from reservations.front_desk import day_at
from reservations.models import Guest, Reservation

LONGEST = timedelta(days=366)
MOST_KNOWN = 10  # guests that a name may mean
MOST_RATES = 50

NOW, DEPOSIT, HOLD, LINK, LATER = "now", "deposit", "hold", "link", "later"
PAYING = [
    (NOW, "Pay now"),
    (DEPOSIT, "Deposit"),
    (HOLD, "Hold"),
    (LINK, "Send a pay link"),
    (LATER, "Later"),
]
_CARD = (NOW, DEPOSIT, HOLD)


class NewBooking(forms.Form):
    """What a front desk says of a new booking. Its id is chosen first, so it is made but once."""

    guest = forms.CharField(label="Guest name", max_length=200)
    email = forms.EmailField(label="E-mail", required=False)
    property = forms.ModelChoiceField(Property.objects.none(), label="Property", empty_label=None)
    arrival = forms.DateField(label="Arrival")
    departure = forms.DateField(label="Departure")
    room = forms.CharField(label="Room", max_length=50, required=False)
    rate = forms.ChoiceField(label="Rate", required=False)
    accepted = forms.BooleanField(label="The guest has accepted these terms", required=False)
    total = panels.AmountField(label="Total")
    paying = forms.ChoiceField(
        label="Payment", choices=PAYING, widget=forms.RadioSelect, initial=NOW
    )
    amount = panels.AmountField(required=False, help_text="Left empty, it is the total.")
    id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.houses = [
            house
            for house in Property.objects.visible_to(user).select_related("organization")
            if panels.may_take(user, house.organization_id, house.pk)
        ]
        among = Property.objects.filter(pk__in=[house.pk for house in self.houses])
        self.fields["property"].queryset = among.select_related("organization").order_by("name")
        self.rates = rates_of({house.organization_id for house in self.houses})
        names = sorted({name for _, name in self.rates})
        self.fields["rate"].choices = [("", "None"), *((name, name) for name in names)]
        for name in ("arrival", "departure"):
            self.fields[name].widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        self.fields["guest"].widget.attrs |= {
            "list": "guests",
            "autocomplete": "off",
            **_renews("guests", "input changed delay:300ms"),
        }
        for name in ("property", "rate"):
            self.fields[name].widget.attrs |= _renews("policy", "change")

    def clean(self) -> dict[str, Any]:
        """See that the parts fit each other, and read amounts in the currency of the house."""
        given = super().clean() or {}
        house, arrival, departure = (given.get(n) for n in ("property", "arrival", "departure"))
        others = Reservation.objects.filter(pk=given.get("id"))
        if house and others.exclude(property__in=[each.pk for each in self.houses]).exists():
            self.add_error(None, "This form was used already. Begin a new one.")
        if house and arrival and arrival < day_at(house) - timedelta(days=1):
            self.add_error("arrival", "This day is over.")
        if arrival and departure and not arrival < departure <= arrival + LONGEST:
            wrong = "Nobody stays that long." if departure > arrival else None
            self.add_error("departure", wrong or "It is not after the arrival.")
        if house and given.get("rate") and (house.organization_id, given["rate"]) not in self.rates:
            self.add_error("rate", f"{house.name} has no such rate.")
        if house:
            self._read_amounts(given, house.organization.currency)
        if given.get("paying") == LINK and not given.get("email") and not self._known_address():
            self.add_error("email", "A pay link is mailed: it needs an address.")
        return given

    def _read_amounts(self, given: dict[str, Any], currency: str) -> None:
        """Turn what was typed into minor units, and see that the amount is within the total."""
        for name in ("total", "amount"):
            if given.get(name):
                try:
                    given[name] = panels.AmountField.minor(given[name], currency)
                except forms.ValidationError as error:
                    self.add_error(name, error)
        if "total" in self.errors or "amount" in self.errors:
            return
        total, paying = given.get("total"), given.get("paying")
        if given.get("amount") in ("", None):
            given["amount"] = total
        if paying != LATER and not given["amount"]:
            self.add_error("amount", "The amount must be above zero.")
        elif paying not in (LATER, HOLD) and given["amount"] > total:
            self.add_error("amount", f"The stay costs {panels.amount(total, currency)}.")

    def _known_address(self) -> str:
        house = self.cleaned_data.get("property")
        guest = house and known_guest(house.organization_id, self.cleaned_data.get("guest", ""), "")
        return guest.email if guest else ""

    def policy(self) -> str:
        """Return the chosen rate's policy in words; empty where it has none."""
        rate, house = self["rate"].value(), self["property"].value()
        at = next((each for each in self.houses if str(each.pk) == str(house)), None)
        at = at or (self.houses[0] if self.houses else None)
        policy = self.rates.get((at.organization_id, rate)) if at else None
        return panels.policy_in_words(policy) if policy else ""

    def guests(self) -> list[str]:
        """Return the names of the guests that may be meant by what was typed so far."""
        typed = (self["guest"].value() or "").strip()
        if len(typed) < 2:
            return []
        named = Guest.objects.filter(
            name__icontains=typed, reservations__property__in=[each.pk for each in self.houses]
        )
        return list(named.order_by("name").values_list("name", flat=True).distinct()[:MOST_KNOWN])

    def save(self) -> Reservation:
        """Make the booking, unless this very form has made it before; its guest is found again."""
        given = self.cleaned_data
        house: Property = given["property"]
        made = Reservation.objects.filter(pk=given["id"], organization=house.organization_id)
        try:
            return made.first() or self._make(house, given)
        except IntegrityError:
            if meanwhile := made.first():  # a second click came first
                return meanwhile
            raise

    def _make(self, house: Property, given: dict[str, Any]) -> Reservation:
        guest = known_guest(house.organization_id, given["guest"], given["email"]) or Guest(
            organization=house.organization, name=given["guest"], email=given["email"]
        )
        policy = self.rates.get((house.organization_id, given["rate"]), [])
        booking = Reservation(
            id=given["id"],
            organization=house.organization,
            property=house,
            guest=guest,
            arrival=given["arrival"],
            departure=given["departure"],
            room=given["room"],
            rate_name=given["rate"],
            cancellation_policy=policy,
            policy_accepted_at=timezone.now() if policy and given["accepted"] else None,
            currency=house.organization.currency,
            total=given["total"],
        )
        with transaction.atomic():
            guest.save()
            return _with_code(booking)

    def takes_card(self) -> bool:
        """Say whether a card is to be typed next."""
        return self.cleaned_data["paying"] in _CARD


def _renews(id: str, trigger: str) -> dict[str, str]:
    """Return what has a part of the page follow what is typed."""
    return {
        "hx-get": reverse("new_booking"),
        "hx-trigger": trigger,
        "hx-include": "closest form",
        "hx-params": "not csrfmiddlewaretoken",
        "hx-target": f"#{id}",
        "hx-select": f"#{id}",
        "hx-swap": "outerHTML",
        "hx-sync": "closest form:queue all",  # or the first answer comes last
    }


def rates_of(organizations: set[uuid.UUID]) -> dict[tuple[uuid.UUID, str], list[Any]]:
    """Return the rates that hotels have sold lately, with the policy each was last sold with."""
    rows = Reservation.objects.filter(organization__in=organizations).exclude(rate_name="")
    columns = ("organization_id", "rate_name", "cancellation_policy")
    found: dict[tuple[uuid.UUID, str], list[Any]] = {}
    for organization, name, policy in rows.order_by("-arrival").values_list(*columns)[:1_000]:
        found.setdefault((organization, name), policy)
    return dict([*found.items()][:MOST_RATES])


def known_guest(organization: uuid.UUID, name: str, email: str) -> Guest | None:
    """Return the guest of this name whom a hotel knows; none where the address is another's."""
    found: QuerySet[Guest] = Guest.objects.filter(organization=organization, name__iexact=name)
    if email:
        return found.filter(email__iexact=email).first()
    one = list(found[:2])
    return one[0] if len(one) == 1 else None


def _with_code(booking: Reservation) -> Reservation:
    """Save a booking under the next code of its hotel."""
    prefix, number = _last_code(booking.organization)
    while True:
        number += 1
        booking.code = f"{prefix}{number}"
        try:
            with transaction.atomic():
                booking.save(force_insert=True)
        except IntegrityError:
            if not Reservation.objects.filter(
                organization=booking.organization, code=booking.code
            ).exists():
                raise
        else:
            return booking


def _last_code(organization: Organization) -> tuple[str, int]:
    rows = Reservation.objects.filter(organization=organization, code__regex=r"\d{1,9}$")
    last = rows.annotate(long=Length("code")).order_by("-long", "-code").first()
    found = re.fullmatch(r"(.{0,50}?)(\d{1,9})", last.code) if last else None
    if found is None:
        return f"{organization.slug[:2].upper()}-", 1_000
    return found[1], int(found[2])


def today_at(houses: list[Property]) -> date:
    """Return the day that a new booking begins with, unless somebody says another."""
    return day_at(houses[0]) if houses else timezone.localdate()
