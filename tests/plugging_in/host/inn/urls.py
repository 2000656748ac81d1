"""The host's addresses; payments asks for those with a name."""

from django.contrib import admin
from django.contrib.auth import views as auth
from django.http import HttpResponse
from django.urls import include, path


def page(request, **named):
    return HttpResponse("A page of the host.")


urlpatterns = [
    path("", page, name="home"),
    path("stays/", page, name="bookings"),
    path("stays/<uuid:pk>/", page, name="booking"),
    path("login/", auth.LoginView.as_view(), name="login"),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    path("admin/", admin.site.urls),
    path("", include("payments.urls")),
]
