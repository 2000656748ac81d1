"""The addresses of payments' own pages. They stand among the booking pages."""

from django.urls import path

from payments.staff import accounts, files, pay, sheets, views

urlpatterns = [
    path("pay/", pay.pay, name="pay"),
    path("pay/<str:token>", pay.swap, name="pay_link"),
    path("accounts/", accounts.overview, name="accounts"),
    path("accounts/<slug:organization>/", accounts.account, name="account"),
    path("accounts/<slug:organization>/<slug:house>/", accounts.account, name="account"),
    path("attachments/<uuid:pk>/", files.attachment, name="attachment"),
    path("bookings/unmatched/", views.unmatched_money, name="unmatched"),
    path("bookings/unmatched/<uuid:pk>/attach/", views.attach, name="attach"),
    path("bookings/unmatched/<uuid:pk>/detach/", views.detach, name="detach"),
    path("bookings/<uuid:pk>/<slug:verb>/", sheets.sheet, name="sheet"),
    path("bookings/<uuid:pk>/<slug:verb>/<uuid:payment>/", sheets.sheet, name="sheet"),
]
