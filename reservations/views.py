"""The booking pages: who stays, and where their money stands."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from reservations.models import Reservation


@login_required
def bookings(request: HttpRequest) -> HttpResponse:
    """List the bookings that this person may see."""
    rows = Reservation.objects.visible_to(request.user).select_related("guest", "property")
    return render(request, "bookings/list.html", {"bookings": rows})


@login_required
def booking(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one booking with its money."""
    rows = Reservation.objects.visible_to(request.user).select_related("guest", "property")
    return render(request, "bookings/detail.html", {"booking": get_object_or_404(rows, pk=pk)})
