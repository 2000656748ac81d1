"""The addresses of the API; whatever else is asked for below `/api/` is not there."""

from django.urls import path, re_path

from payments.api import addresses
from payments.api.views.base import Nothing
from payments.api.views.description import Description

app_name = "api"

urlpatterns = [
    path("schema/", Description.as_view(), name="schema"),
    *addresses.patterns(),
    re_path("", Nothing.as_view()),
]
