"""What staff do with a booking's money: a dialog each, opened from the booking's page."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from payments import hotel, money
from payments.errors import Invalid, Refused
from payments.folio import Figures, Folio
from payments.hotel import Booking, Right
from payments.models import Attachment, Payment
from payments.models.base import time_ordered_id
from payments.operations import amounts
from payments.operations.customers import payment_methods
from payments.operations.payments import holds, pay_links, refunds
from payments.panels.typed import AmountField
from payments.records import bookings
from payments.staff import charging, dialogs, refunding, seen
from payments.words import customers, policies


class Asked(forms.Form):
    """What every dialog has: how much, what was true when it opened, and a key for one use."""

    amount = AmountField()
    key = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=300)

    def __init__(self, sheet: "Sheet", *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = sheet.currency
        self.fields["amount"].widget.attrs |= dialogs.renews_button(sheet.address)

    def clean_amount(self) -> int:
        """Return what was typed in minor units."""
        return AmountField.minor(self.cleaned_data["amount"], self.currency)


class RefundForm(Asked):
    """Money that goes back."""

    reason = refunding.reason()
    note = refunding.note()
    lower_total = forms.BooleanField(
        label="Lower the total",
        required=False,
        help_text="The stay costs so much less. Without it, the guest owes the amount again.",
    )
    field_order = ("amount", "payments", "reason", "note", "lower_total")

    def __init__(self, sheet: "Sheet", *args: Any, **kwargs: Any) -> None:
        super().__init__(sheet, *args, **kwargs)
        if field := refunding.choosing(sheet.refundable, sheet.booking):
            self.fields["payments"] = field
        self.order_fields(self.field_order)


class ChargeForm(Asked):
    """An extra or damage on a card on file."""

    reason = forms.ChoiceField(label="Reason", choices=charging.WHAT_FOR)
    card = forms.ChoiceField(
        label="Card", error_messages={"invalid_choice": "This card cannot be charged any more."}
    )
    note = refunding.note()
    photos = charging.photos()
    agreed = forms.BooleanField(
        label="The guest agreed to this",
        required=False,
        help_text="Kept with the charge, for a bank that asks later.",
    )
    field_order = ("amount", "reason", "card", "note", "photos", "kept", "agreed")

    def __init__(self, sheet: "Sheet", *args: Any, **kwargs: Any) -> None:
        super().__init__(sheet, *args, **kwargs)
        choice = cast(forms.ChoiceField, self.fields["card"])
        choice.choices = [
            (str(each.method.pk), customers.method(each.method)) for each in sheet.cards
        ]
        if sheet.kept:
            self.fields["kept"] = charging.KeptField(sheet.kept)
        self.order_fields(self.field_order)


class Release(Asked):
    """All of a hold is let go: no amount is asked."""

    amount = None  # type: ignore[assignment]

    def __init__(self, sheet: "Sheet", *args: Any, **kwargs: Any) -> None:
        forms.Form.__init__(self, *args, **kwargs)


@dataclass
class Sheet:
    """
    One opened dialog.

    :param address: where it is shown and sent to.
    :param most: what is suggested, in minor units; 0 for nothing.
    :param explains: sentences above the fields.
    :param cards: those on file that can be charged.
    :param refundable: what can be given back of each payment.
    :param kept: files that go with a charge, from when it was sent before.
    """

    verb: str
    does: str  # as its own button says it
    address: str
    folio: Folio
    payment: Payment | None
    most: int = 0
    explains: list[str] = field(default_factory=list)
    cards: list[payment_methods.OnFile] = field(default_factory=list)
    refundable: list[refunds.Refundable] = field(default_factory=list)
    kept: list[Attachment] = field(default_factory=list)

    @property
    def booking(self) -> Booking:
        return self.folio.booking

    @property
    def currency(self) -> str:
        """What its amounts are in: what is held need not be held in the booking's currency."""
        return (self.payment.currency if self.payment else "") or self.booking.currency

    @property
    def has_no_card(self) -> bool:
        """Whether there is nothing to charge: the guest has to pay, or leave a card first."""
        return self.verb == ACTIONS["charge"].verb and not self.cards

    @property
    def seen(self) -> str:
        """What an action depends on, as it is now."""
        return seen.of(self.folio)


Doing = Callable[[Sheet, dict[str, Any], Any], str]


@dataclass(frozen=True)
class Action:
    """
    A verb of staff: its dialog's name, the right it takes, its form, and what it does.

    :param kinds: of the requests to Stripe that do it; none where Stripe is not asked.
    """

    verb: str
    does: str
    right: Right
    form: type[Asked]
    do: Doing
    kinds: tuple[str, ...]


def _refund(sheet: Sheet, given: dict[str, Any], by: Any) -> str:
    return refunding.give_back(sheet.booking, given, by)


def _send(sheet: Sheet, given: dict[str, Any], by: Any) -> str:
    if not hotel.story_of(sheet.booking.id).email:
        raise Invalid("amount", "There is no e-mail address of the guest on file.")
    link, _ = pay_links.make(
        booking=sheet.booking, amount=given["amount"], purpose="reservation_payment", by=by
    )
    return f"A pay link for {money.show(link.amount, link.currency)} is on its way to the guest."


def _charge(sheet: Sheet, given: dict[str, Any], by: Any) -> str:
    card = next(each.method for each in sheet.cards if str(each.method.pk) == given["card"])
    return charging.charge(sheet.booking, given, card, by)


def _capture(sheet: Sheet, given: dict[str, Any], by: Any) -> str:
    taken = holds.capture(payment=cast(Payment, sheet.payment), amount=given["amount"], by=by)
    shown = money.show(given["amount"], sheet.currency)
    return f"{shown} taken." if taken.status == "succeeded" else f"{shown} is on its way."


def _release(sheet: Sheet, given: dict[str, Any], by: Any) -> str:
    freed = holds.release(payment=cast(Payment, sheet.payment), by=by)
    return "The hold was let go." if freed.status == "canceled" else "Letting go is on its way."


ACTIONS = {
    "refund": Action("Refund", "Refund", Right.REFUND, RefundForm, _refund, ("refund",)),
    "pay-link": Action("Send pay link", "Send pay link", Right.TAKE_PAYMENTS, Asked, _send, ()),
    "charge": Action(
        "Charge card on file", "Charge", Right.CHARGE_CARD, ChargeForm, _charge, ("payment",)
    ),
    "capture": Action("Capture", "Capture", Right.TAKE_PAYMENTS, Asked, _capture, ("capture",)),
    "release": Action("Release", "Release", Right.TAKE_PAYMENTS, Release, _release, ("cancel",)),
}
OF_A_HOLD = ("capture", "release")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def sheet(request: HttpRequest, pk: UUID, verb: str, payment: UUID | None = None) -> HttpResponse:
    """Show one dialog of a booking, or do what it asks; once, however often it is sent."""
    action = ACTIONS.get(verb)
    if action is None or (verb in OF_A_HOLD) != (payment is not None):
        raise Http404
    reservation = get_object_or_404(hotel.visible_reservations(request.user), pk=pk)
    if not hotel.may(
        request.user, action.right, reservation.organization_id, reservation.property_id
    ):
        raise PermissionDenied("Your role does not let you do this.")
    opened = _open(request, action, verb, pk, payment)
    back = dialogs.leave(request, _back(request, pk))
    if request.method != "POST":
        most = money.to_decimal(opened.most, opened.currency)
        suggested = f"{most:,}" if opened.most else ""
        suggested = request.GET.get("amount", suggested)
        first = {"amount": suggested, "key": time_ordered_id(), "seen": opened.seen}
        return _shown(request, opened, action.form(opened, initial=first))
    if dialogs.was_done(request, action.kinds):
        return back
    sent = request.POST.copy()
    wrong = _keep_files(request, opened, sent)
    form = action.form(opened, sent)
    if form.is_valid() and (changed := seen.changed(form.cleaned_data["seen"], opened.folio)):
        form.add_error(None, changed)
        sent["seen"] = opened.seen
    for sentence in wrong:
        form.add_error("photos", sentence)
    if not form.is_valid():
        return _shown(request, opened, form)
    try:
        dialogs.do_once(
            request, action.kinds, lambda: action.do(opened, form.cleaned_data, request.user)
        )
    except Refused as refusal:
        form.add_error(_field(refusal, form), str(refusal))
        fresh = _open(request, action, verb, pk, payment)
        sent["seen"] = fresh.seen
        return _shown(request, fresh, form)
    return back


def _keep_files(request: HttpRequest, opened: Sheet, sent: QueryDict) -> list[str]:
    """Keep the files that came with a charge; return why any of them is not, in sentences."""
    if opened.verb != ACTIONS["charge"].verb:
        return []
    added, wrong = charging.keep(opened.booking, request.FILES.getlist("photos"), request.user)
    sent.setlist("kept", [*sent.getlist("kept"), *(str(row.pk) for row in added)])
    opened.kept = charging.of_booking(opened.booking, sent.getlist("kept"))
    return wrong


def _back(request: HttpRequest, booking: UUID) -> str:
    """Return the page that a dialog was opened from: the holds' desk, or the booking's own."""
    from_desk = request.GET.get("from") == "holds"
    return reverse("payments:holds") if from_desk else hotel.booking_url(booking)


def _field(refusal: Refused, form: Asked) -> str | None:
    named = getattr(refusal, "field", "")
    if isinstance(refusal, amounts.AmountTooLarge) or refusal.code == "above_limit":
        named = "amount"
    return named if named in form.fields else None


def _open(request: HttpRequest, action: Action, verb: str, pk: UUID, payment: UUID | None) -> Sheet:
    """Return a dialog as things stand."""
    (folio,) = bookings.folios(hotel.bookings([pk]).values())
    booking, figures = folio.booking, folio.figures
    held = None
    if payment is not None:
        rows = hotel.visible_to(request.user, Payment.objects.filter(reservation=pk))
        held = get_object_or_404(rows, pk=payment)
    made = Sheet(action.verb, action.does, request.get_full_path(), folio, held)
    if verb == "refund":
        made.refundable = refunds.refundable(folio)
        made.most = sum(each.amount for each in made.refundable)
        made.explains = refunding.explained(made.refundable, booking)
        made.explains += _policy(booking, figures)
    elif verb == "pay-link":
        made.most = max(0, figures.balance)
        made.explains = ["The guest gets a link by e-mail, and pays this amount with it."]
    elif verb == "charge":
        found_cards = payment_methods.on_file(booking, request.user)
        made.cards = [each for each in found_cards if each.usable]
        made.explains = [
            "The guest is not here: charge what the guest has agreed to."
            if made.cards
            else "The guest has left no card that can be charged. "
            "Send a pay link, or take a payment: the card can be kept then."
        ]
    elif held is not None:
        made.most = held.amount_capturable or 0
        made.explains = [
            f"{money.show(made.most, made.currency)} is held."
            + (" What is not captured goes back to the guest." if verb == "capture" else "")
        ]
    return made


def _policy(booking: Booking, figures: Figures) -> list[str]:
    """Return what the rate's policy gives back, in a sentence; nothing where it has none."""
    steps = hotel.story_of(booking.id).policy
    if not steps:
        return []
    now = timezone.now()
    found = hotel.gives_back(
        steps,
        amount=max(0, figures.paid - figures.refunded),
        currency=booking.currency,
        arrival=booking.arrival,
        timezone=booking.timezone,
        at=now,
    )
    zone = hotel.zone_named(booking.timezone)
    return [policies.gives_back(found, booking.currency, now, zone)]


def _shown(request: HttpRequest, opened: Sheet, form: Asked) -> HttpResponse:
    amount = "" if opened.verb != "Release" else money.show(opened.most, opened.currency)
    typed = form["amount"].value() if "amount" in form.fields else None
    if typed and (exact := AmountField.shown(str(typed), form.currency)):
        amount = exact
    context = {
        "section": "bookings",
        "sheet": opened,
        "form": form,
        "amount": amount,
        "address": opened.address,
        "back": _back(request, opened.booking.id),
    }
    status = 422 if form.errors and not request.headers.get("HX-Request") else 200
    return render(request, "payments/staff/sheet.html", context, status=status)
