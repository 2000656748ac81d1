"""Every address of the system."""

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import include, path
from django.views.generic import RedirectView

login = auth.LoginView.as_view(template_name="login.html", extra_context={"demo": settings.DEBUG})

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="bookings"), name="home"),
    path("", include("payments.urls")),
    path("bookings/", include("reservations.urls")),
    path("login/", login, name="login"),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    path("admin/", admin.site.urls),
]
