"""The addresses of the API; whatever else is asked for below `/api/` is not there."""

from django.urls import path, re_path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.negotiation import DefaultContentNegotiation

from payments.api import addresses
from payments.api.views.base import Nothing

app_name = "api"

urlpatterns = [
    path(
        "schema/",
        SpectacularAPIView.as_view(content_negotiation_class=DefaultContentNegotiation),
        name="schema",
    ),
    *addresses.patterns(),
    re_path("", Nothing.as_view()),
]
