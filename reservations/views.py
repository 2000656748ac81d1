"""The booking pages: who stays, and where their money stands."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from payments import panels
from reservations import booking_form, front_desk
from reservations.booking_form import NewBooking
from reservations.models import Reservation
from reservations.stay_form import StayForm


@never_cache
@login_required
def bookings(request: HttpRequest) -> HttpResponse:
    """List the bookings that this person may see."""
    filters = front_desk.Filters(request.GET)
    houses = front_desk.houses(request.user)
    rows = Reservation.objects.visible_to(request.user).select_related("guest", "property")
    today = front_desk.today(houses)
    parts, page = [], None
    if filters.listed:
        page = panels.Page.of(filters.narrow(rows, houses), filters.number, front_desk.PER_PAGE)
    else:
        parts = front_desk.opening(today, front_desk.coming(rows, houses), filters)
    shown = page.rows if page else [booking for part in parts for booking in part.rows]
    alerts = panels.alerts_of([booking.pk for booking in shown])
    for booking in shown:
        booking.notices = alerts.get(booking.pk)
        booking.state, booking.urgency = front_desk.stay_words(
            booking, front_desk.day_at(booking.property)
        )
    context = {
        "section": "bookings",
        "filters": filters,
        "stays": front_desk.TABS,
        "stay": filters.listed,
        "asked": filters.given("stay") or "",
        "payment": filters.given("payment") or "",
        "q": filters.given("q") or "",
        "parts": parts,
        "page": page,
        "any": bool(shown or filters.listed) or rows.exists(),
        "houses": houses,
        "days": {front_desk.day_at(house) for house in houses},
        "today": today,
    }
    return render(request, "bookings/list.html", context)


TABS = {"payments": "Payments", "stay": "Stay", "dispute": "Dispute", "activity": "Activity"}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@panels.asked_once()
def booking(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one booking with its money, a tab at a time; or correct its stay."""
    rows = Reservation.objects.visible_to(request.user).select_related("guest", "property")
    found = get_object_or_404(rows, pk=pk)
    state, urgency = front_desk.stay_words(found, front_desk.day_at(found.property))
    money = panels.money_of(found.pk, request.user)
    tabs = dict(TABS)
    if not money.threats.disputes:
        del tabs["dispute"]
    tab = request.GET.get("tab", "")
    tab = tab if tab in tabs else "payments"
    context = {
        "section": "bookings",
        "booking": found,
        "state": state,
        "urgency": urgency,
        "money": money,
        "tabs": tabs,
        "tab": tab,
        "panel": f"bookings/_{tab}.html",
        "opens": None if money.begun else _opens(request),
    }
    if tab == "activity":
        context["activity"] = panels.activity_of(found, request.user, money.stripe_ids)
    if tab == "stay" or request.method == "POST":
        return _stay(request, found, context)
    return render(request, "bookings/detail.html", context)


def _stay(request: HttpRequest, booking: Reservation, context: dict[str, Any]) -> HttpResponse:
    """Show the stay, or write what somebody who takes payments has corrected of it."""
    may_change = context["money"].may_change
    if request.method == "POST" and not may_change:
        raise PermissionDenied("Your role does not let you change a booking.")
    form = StayForm(booking, request.POST) if request.method == "POST" else StayForm(booking)
    if form.is_bound and form.is_valid() and form.save():
        messages.success(request, "Saved.")
        return redirect(f"{request.path}?tab=stay")
    if wrong := next((each for each in form.visible_fields() if each.errors), None):
        wrong.field.widget.attrs["autofocus"] = (
            True  # it may be far below what the page begins with
        )
    context |= {
        "tab": "stay",
        "panel": "bookings/_stay.html",
        "stay": form if may_change else None,
        "policy": panels.policy_in_words(booking.cancellation_policy),
    }
    status = 422 if form.errors else 200
    return render(request, "bookings/detail.html", context, status=status)


def _opens(request: HttpRequest) -> dict[str, str] | None:
    """Return the dialog that a booking's page opens with, because it was booked just now."""
    verb = request.GET.get("opens")
    if verb not in ("take", "hold"):
        return None
    asked = {name: request.GET[name] for name in ("amount", "purpose") if name in request.GET}
    return {"view": f"payments:{verb}", "query": urlencode(asked)}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Show the form of a new booking, or make it and go on to its payment."""
    if why_not := panels.why_not(request.user):
        raise PermissionDenied(why_not)
    if request.method == "POST":
        form = NewBooking(request.user, request.POST)
        if form.is_valid():
            return _book(request, form)
        scripted = request.headers.get("HX-Request")  # a script takes no answer of another status
        return render(request, "bookings/new.html", _form(form), status=200 if scripted else 422)
    form = NewBooking(request.user, initial=request.GET.dict())
    day = booking_form.today_at(form.houses)
    form.initial.setdefault("arrival", day)
    form.fields["guest"].widget.attrs["autofocus"] = True
    return render(request, "bookings/new.html", _form(form))


def _form(form: NewBooking) -> dict[str, Any]:
    return {"section": "bookings", "form": form}


def _book(request: HttpRequest, form: NewBooking) -> HttpResponse:
    """Make a booking; it is kept whatever becomes of its payment."""
    made, given = form.save(), form.cleaned_data
    page = reverse("booking", args=[made.pk])
    messages.success(request, f"{made.code} is booked.")
    if form.takes_card():
        asked = {
            "opens": "hold" if given["paying"] == booking_form.HOLD else "take",
            "amount": panels.as_typed(given["amount"], made.currency),
            "purpose": "deposit"
            if given["paying"] == booking_form.DEPOSIT
            else "reservation_payment",
        }
        return _leave(request, f"{page}?{urlencode(asked)}")
    if given["paying"] == booking_form.LINK:
        try:
            sent = panels.send_first_pay_link(made.pk, amount=given["amount"], by=request.user)
        except panels.Refused as refusal:
            messages.error(request, f"No pay link was sent. {refusal}")
        else:
            messages.success(request, sent)
    return _leave(request, page)


def _leave(request: HttpRequest, page: str) -> HttpResponse:
    """Go on to another page, as a whole."""
    if request.headers.get("HX-Request"):
        return HttpResponseClientRedirect(page)
    return redirect(page)
