"""Whose session is over while a page is open: to the login as a whole, and back to the page."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django_htmx.http import HttpResponseClientRedirect

Answer = Callable[[HttpRequest], HttpResponse]


def whole_page(get_response: Answer) -> Answer:
    """Lead the whole page to the login where htmx asked for a part of it, not that part alone."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        login = resolve_url(settings.LOGIN_URL)
        asked = getattr(request, "htmx", None)
        if not asked or not getattr(response, "url", "").startswith(f"{login}?"):
            return response
        return HttpResponseClientRedirect(
            redirect_to_login(asked.current_url_abs_path or "/").url  # of this host, or none
        )

    return middleware
