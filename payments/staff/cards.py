"""What staff do with a guest's cards on file and pay links, from the booking's page."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from payments import hotel
from payments.hotel import Booking, Right
from payments.models import PayLink, PaymentMethod
from payments.money import show
from payments.operations.customers import payment_methods
from payments.operations.payments import pay_links
from payments.staff import dialogs
from payments.staff.access import refuse_unless
from payments.words import customers


def make_default(request: HttpRequest, pk: UUID, card: UUID) -> HttpResponse:
    """Let a card be the one that is charged first."""
    booking, method = _card(request, pk, card)
    name = customers.method(method)

    def act() -> str:
        payment_methods.make_default(method=method, booking=booking, by=request.user)
        return f"{name} is charged first from now on."

    question = dialogs.Question(
        "Charge first",
        [f"{name} is offered first whenever this guest's card is charged."],
        ("default_card",),
        act,
        hotel.booking_url(pk),
    )
    return dialogs.ask(request, question)


def detach(request: HttpRequest, pk: UUID, card: UUID) -> HttpResponse:
    """Take a card off file."""
    if request.method == "POST" and dialogs.was_done(request, ("detach",)):
        return dialogs.leave(request, hotel.booking_url(pk))  # it is not there to be found again
    booking, method = _card(request, pk, card)
    name = customers.method(method)

    def act() -> str:
        payment_methods.detach(method=method, booking=booking, by=request.user)
        return f"{name} is taken off file."

    question = dialogs.Question(
        "Take off file",
        [
            f"{name} can never be charged again.",
            "What was paid with it stays paid, and can be refunded.",
        ],
        ("detach",),
        act,
        hotel.booking_url(pk),
    )
    return dialogs.ask(request, question)


def send_again(request: HttpRequest, pk: UUID, link: UUID) -> HttpResponse:
    """Mail a pay link once more."""
    _booking(request, pk)
    rows = PayLink.objects.filter(reservation=pk).select_related("payment")
    found = get_object_or_404(rows, pk=link)

    def act() -> str:
        pay_links.send_again(found, by=request.user)
        return "The pay link is on its way to the guest."

    question = dialogs.Question(
        "Send again",
        [f"The guest gets another mail with a link to pay {show(found.amount, found.currency)}."],
        (),
        act,
        hotel.booking_url(pk),
    )
    return dialogs.ask(request, question)


def _booking(request: HttpRequest, pk: UUID) -> Booking:
    reservation: Any = get_object_or_404(hotel.visible_reservations(request.user), pk=pk)
    refuse_unless(request.user, Right.TAKE_PAYMENTS, reservation)
    return hotel.bookings([pk])[pk]


def _card(request: HttpRequest, pk: UUID, card: UUID) -> tuple[Booking, PaymentMethod]:
    booking = _booking(request, pk)
    for each in payment_methods.on_file(booking, request.user):
        if each.method.pk == card:
            return booking, each.method
    raise Http404
