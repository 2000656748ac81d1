"""The addresses of payments' own pages. They stand among the booking pages."""

from django.urls import path

from payments.staff import files, views

urlpatterns = [
    path("attachments/<uuid:pk>/", files.attachment, name="attachment"),
    path("bookings/unmatched/", views.unmatched_money, name="unmatched"),
    path("bookings/unmatched/<uuid:pk>/attach/", views.attach, name="attach"),
    path("bookings/unmatched/<uuid:pk>/detach/", views.detach, name="detach"),
]
