"""The addresses of the booking pages."""

from django.urls import path

from reservations import views

urlpatterns = [
    path("", views.bookings, name="bookings"),
    path("new/", views.new, name="new_booking"),
    path("<uuid:pk>/", views.booking, name="booking"),
]
