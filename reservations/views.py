"""The booking pages: who stays, and where their money stands."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from payments import panels
from reservations import front_desk
from reservations.models import Reservation


@login_required
def bookings(request: HttpRequest) -> HttpResponse:
    """List the bookings that this person may see."""
    filters = front_desk.Filters(request.GET)
    houses = front_desk.houses(request.user)
    rows = Reservation.objects.visible_to(request.user).select_related("guest", "property")
    today = front_desk.today(houses)
    parts, page = [], None
    if filters.listed:
        page = front_desk.Page.of(filters.narrow(rows, houses), filters.given("page") or 1)
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
        "asked": filters.given("stay"),
        "payment": filters.given("payment"),
        "q": filters.given("q"),
        "parts": parts,
        "page": page,
        "any": bool(shown or filters.listed) or rows.exists(),
        "houses": houses,
        "days": {front_desk.day_at(house) for house in houses},
        "today": today,
    }
    return render(request, "bookings/list.html", context)


TABS = {"payments": "Payments", "stay": "Stay", "dispute": "Dispute", "activity": "Activity"}


@login_required
@panels.asked_once()
def booking(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one booking with its money, a tab at a time."""
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
    }
    if tab == "activity":
        context["activity"] = panels.activity_of(found, request.user, money.stripe_ids)
    return render(request, "bookings/detail.html", context)
