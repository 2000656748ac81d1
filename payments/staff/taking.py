"""Money that staff take or hold by card while the guest is there: a dialog, and what came of it."""

from typing import Any, cast
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from payments import hotel, money
from payments.errors import Refused
from payments.hotel import Booking, Right
from payments.models import EXTRAS, Payment, PaymentMethod, Purpose
from payments.models.base import time_ordered_id
from payments.operations import acting
from payments.operations.customers import payment_methods
from payments.operations.payments import additional_charges, payment_intents
from payments.operations.payments.payment_intents import Taken
from payments.panels.typed import AmountField
from payments.records import bookings
from payments.staff import card_entry, dialogs, seen
from payments.staff.access import refuse_unless
from payments.staff.card_entry import CardEntry
from payments.words import customers

TAKE, HOLD = "Take a payment", "Hold"
_FOR = [
    ("reservation_payment", "The stay"),
    ("deposit", "A deposit"),
    ("extra_charge", "An extra"),
    ("damage_charge", "Damage"),
]
_BEGUN = "taking"  # of a session: the payments that its open dialogs have begun
_PAID = ("succeeded", "requires_capture", "processing")
_MOST_OPEN = 10  # dialogs of one person whose payments are remembered


class Taking(forms.Form):
    """How much, for what, and from which card."""

    amount = AmountField()
    purpose = forms.ChoiceField(label="For", choices=_FOR)
    card = forms.ChoiceField(label="Card", required=False)
    save = forms.BooleanField(
        label="Save for later",
        required=False,
        help_text="Only if the guest agrees that the hotel charges this card later.",
    )
    key = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=300, required=False)

    def __init__(self, verb: str, booking: Booking, cards: list[PaymentMethod], *args: Any) -> None:
        super().__init__(*args)
        self.currency = booking.currency
        if verb == HOLD:
            del self.fields["purpose"]
        elif booking.status == "canceled":
            extras = [each for each in _FOR if each[0] in EXTRAS]
            cast(forms.ChoiceField, self.fields["purpose"]).choices = extras
        if cards:
            named = [(str(card.pk), customers.method(card)) for card in cards]
            cast(forms.ChoiceField, self.fields["card"]).choices = [("", "A new card"), *named]
        else:
            del self.fields["card"]

    def clean_amount(self) -> int:
        """Return what was typed in minor units."""
        return AmountField.minor(self.cleaned_data["amount"], self.currency)


def take(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show the dialog that takes a payment, or begin to take it."""
    return _dialog(request, pk, TAKE)


def hold(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show the dialog that holds money, or begin to hold it."""
    return _dialog(request, pk, HOLD)


def status(request: HttpRequest, pk: UUID, payment: UUID) -> HttpResponse:
    """Say what came of a payment of a booking."""
    rows = hotel.visible_to(request.user, Payment.objects.filter(reservation=pk))
    row = get_object_or_404(rows, pk=payment)
    refuse_unless(request.user, Right.TAKE_PAYMENTS, row)
    return card_entry.said(card_entry.outcome_of(payment_intents.look(row), to_guest=False))


def _dialog(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    reservation = get_object_or_404(hotel.visible_reservations(request.user), pk=pk)
    refuse_unless(request.user, Right.TAKE_PAYMENTS, reservation)
    (folio,) = bookings.folios(hotel.bookings([pk]).values())
    booking = folio.booking
    cards = _cards(booking, request.user)
    now = seen.of(folio)
    due = max(0, folio.figures.balance)
    if request.method == "POST":
        form = Taking(verb, booking, cards, request.POST)
        if not form.is_valid():
            return card_entry.wrong({name: [*said] for name, said in form.errors.items()})
        saw = form.cleaned_data["seen"] or now
        changed = seen.changed(saw, folio)
        if changed and not _has_paid(request, booking, str(form.cleaned_data["key"])):
            return card_entry.changed(changed, seen=now, due=_due(verb, due, booking))
        try:
            return _begin(request, booking, form.cleaned_data, verb, cards)
        except Refused as refusal:
            return card_entry.refused(refusal)
    typed = request.GET.get("amount", f"{money.to_decimal(due, booking.currency):,}" if due else "")
    form = Taking(verb, booking, cards)
    form.initial = {
        "amount": typed,
        "purpose": request.GET.get("purpose"),
        "key": time_ordered_id(),
        "seen": now,
    }
    form.fields["amount"].widget.attrs |= dialogs.renews_button(request.path)
    context = {
        "section": "bookings",
        "verb": verb,
        "does": "Hold" if verb == HOLD else "Pay",
        "booking": booking,
        "form": form,
        "due": _due(verb, due, booking),
        "amount": AmountField.shown(typed, booking.currency),
        "back": hotel.booking_url(pk),
        **_entry(booking, request.path, due, manual=verb == HOLD),
    }
    return render(request, "payments/staff/taking.html", context)


def _due(verb: str, due: int, booking: Booking) -> str:
    """Return what somebody knows before they type an amount, in a sentence."""
    if verb == HOLD:
        return "The amount is held on the card and not taken; it can be captured for about a week."
    if not due:
        return "Nothing is due for this booking."
    return f"{money.show(due, booking.currency)} is due."


def _entry(booking: Booking, address: str, due: int, *, manual: bool) -> dict[str, Any]:
    """Return the fields for a card, or why none can be taken."""
    try:
        account = acting.account_for(booking)
    except Refused as refusal:
        return {"why": str(refusal)}
    return {
        "entry": CardEntry(
            amount=due or None,
            currency=booking.currency,
            account=account.stripe_id,
            begin=address,
            manual=manual,
        )
    }


def _cards(booking: Booking, user: Any) -> list[PaymentMethod]:
    """Return the cards on file that this person may charge for a booking now."""
    if not hotel.may(user, Right.CHARGE_CARD, booking.organization_id, booking.property_id):
        return []
    return [each.method for each in payment_methods.on_file(booking, user) if each.usable]


def _begin(
    request: HttpRequest,
    booking: Booking,
    given: dict[str, Any],
    verb: str,
    cards: list[PaymentMethod],
) -> HttpResponse:
    """
    Begin to take what was asked for; answer with what the browser does next.

    :raises Refused: it cannot be.
    """
    purpose = Purpose.HOLD.value if verb == HOLD else given["purpose"]
    chosen = next((card for card in cards if str(card.pk) == given.get("card")), None)
    if chosen is not None:
        return _charge(request, booking, given["amount"], purpose, chosen)
    taken = begin_once(
        request,
        booking,
        key=str(given["key"]),
        amount=given["amount"],
        purpose=purpose,
        setup_future_usage="off_session" if given["save"] else "",
    )
    return card_entry.to_confirm(taken, status_of(taken.payment), saves=given["save"])


def status_of(payment: Payment) -> str:
    """Return the address that says what came of a payment."""
    return reverse("payments:paying", args=[payment.reservation_id, payment.pk])


def _has_paid(request: HttpRequest, booking: Booking, key: str) -> bool:
    """Say whether this very dialog has paid: what changed since it was opened may be its own."""
    former = request.session.get(_BEGUN, {}).get(key)
    rows = Payment.objects.filter(reservation=booking.id, status__in=_PAID)
    if former is not None and rows.filter(pk=former["payment"]).exists():
        return True
    return dialogs.was_sent(request, ("payment",))


def begin_once(
    request: HttpRequest, booking: Booking, *, key: str, amount: int, **asked: str
) -> Taken:
    """
    Have a payment made that a browser confirms, once for a key, however often it is asked for.

    Where something else is asked for under the same key, because a first card was declined and
    somebody typed another amount, the former payment ends.

    :raises Refused: it cannot be.
    """
    wanted = {"amount": amount, **asked}
    begun = request.session.get(_BEGUN, {})
    former = begun.get(key)
    if former is not None:
        payment = Payment.objects.get(pk=former["payment"], reservation=booking.id)
        if payment.status == "promised" or payment.status in payment_intents.TO_CONFIRM:
            if former["asked"] == wanted:
                return Taken(payment, payment_intents.secret_of(payment))
            _end(payment, request.user)
        elif payment.status in _PAID:
            return Taken(payment, None)
    taken = payment_intents.take(booking=booking, amount=amount, by=request.user, **asked)
    begun = {**begun, key: {"payment": str(taken.payment.pk), "asked": wanted}}
    request.session[_BEGUN] = dict([*begun.items()][-_MOST_OPEN:])
    return taken


def _end(payment: Payment, by: Any) -> None:
    """End a payment that nobody wants any more, as far as Stripe lets us."""
    try:
        payment_intents.cancel(payment=payment, reason="abandoned", by=by)
    except Refused:
        return


def _charge(
    request: HttpRequest, booking: Booking, amount: int, purpose: str, card: PaymentMethod
) -> HttpResponse:
    """Charge or hold a card on file, once."""
    page = hotel.booking_url(booking.id)
    made: list[Payment] = []

    def charge() -> str:
        payment = additional_charges.charge(
            booking=booking, amount=amount, purpose=purpose, payment_method=card, by=request.user
        )
        made.append(payment)
        return f"{money.show(amount, booking.currency)}: {card_entry.told(payment)}."

    if not dialogs.was_done(request, ("payment",)):
        dialogs.do_once(request, ("payment",), charge)
    return card_entry.begun(status_of(made[0])) if made else card_entry.go(page)
