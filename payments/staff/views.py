"""Money that came without a booking: found, attached with one click, and taken back again."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from payments import hotel, words
from payments.errors import MayNot, Refused
from payments.folio import Entry
from payments.models import Payment, PaymentTransaction
from payments.operations.payments import unmatched
from payments.panels.paging import Filters, Page

PER_PAGE = 20


class Search(Filters):
    """Which booking somebody looks for, for which payment. What makes no sense finds nothing."""

    payment = forms.UUIDField(required=False)
    code = forms.CharField(max_length=64, required=False)
    attached = forms.UUIDField(required=False)


class Target(forms.Form):
    """The booking that a payment is for."""

    reservation = forms.UUIDField()


def unmatched_money(request: HttpRequest) -> HttpResponse:
    """List the money that waits for its booking, with the bookings that it is likely for."""
    search = Search(request.GET)
    rows = unmatched.waiting(request.user).select_related("property", "organization")
    page = Page.of(rows, search.number, PER_PAGE)
    entries = unmatched.with_charges(page.rows)
    suggested = unmatched.suggest(entries, request.user)
    rights = hotel.rights_of(request.user)
    items = []
    for entry in entries:
        payment = entry.payment
        code = (search.given("code") or "") if search.given("payment") == payment.pk else ""
        items.append(
            {
                "payment": payment,
                "amount": unmatched.arrived(entry),
                "said": words.payment(entry),
                "method": words.method(payment.payment_method, words.telling(entry)),
                "zone": hotel.zone(payment).key,
                "suggestions": suggested[payment.pk],
                "code": code,
                "found": unmatched.find(payment, code, request.user) if code else [],
                "may_change": rights.at(payment.organization_id, hotel.Right.TAKE_PAYMENTS),
            }
        )
    context = {
        "section": "unmatched",
        "items": items,
        "page": page,
        "attached": _attached(request, search.given("attached")),
    }
    return render(request, "payments/staff/unmatched.html", context)


def _attached(request: HttpRequest, pk: UUID | None) -> dict[str, Any] | None:
    """Return the payment that was attached just now, so that it can be taken back."""
    rows = _payments(request).filter(pk=pk, bound_by=PaymentTransaction.BoundBy.STAFF)
    payment = rows.select_related("reservation").first() if pk else None
    if payment is None or not hotel.may(
        request.user, hotel.Right.TAKE_PAYMENTS, payment.organization_id, payment.property_id
    ):
        return None
    return {
        "payment": payment,
        "amount": unmatched.arrived(Entry(payment)),
        "booking": payment.reservation,
        "url": hotel.booking_url(payment.reservation_id),
    }


def attach(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say which booking a payment is for."""
    payment = get_object_or_404(_payments(request), pk=pk)
    target = Target(request.POST)
    if not target.is_valid():
        messages.error(request, "Choose the booking that the payment is for.")
        return redirect("payments:unmatched")
    reservation = get_object_or_404(
        hotel.visible_reservations(request.user), pk=target.cleaned_data["reservation"]
    )
    try:
        unmatched.attach(payment=payment, reservation=reservation, by=request.user)
    except MayNot as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("payments:unmatched")
    return redirect(f"{reverse('payments:unmatched')}?attached={payment.pk}")


def detach(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take back that somebody attached a payment."""
    payment = get_object_or_404(_payments(request), pk=pk)
    try:
        unmatched.detach(payment=payment, by=request.user)
    except MayNot as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Taken back. The payment is no longer with that booking.")
    return redirect("payments:unmatched")


def _payments(request: HttpRequest) -> Any:
    return hotel.visible_to(request.user, Payment.objects.filter(seen=True))
