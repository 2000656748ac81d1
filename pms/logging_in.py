"""Logging in: how often somebody may try, and what happens when a session is over meanwhile."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import structlog
from axes.backends import AxesStandaloneBackend
from axes.handlers.cache import AxesCacheHandler
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django_htmx.http import HttpResponseClientRedirect

Answer = Callable[[HttpRequest], HttpResponse]

logger = structlog.get_logger(__name__)


def _counted(count: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(count)
    def unless_away(*args: Any, **kwargs: Any) -> Any:
        try:
            return count(*args, **kwargs)
        except Exception:
            logger.warning("login.not_counted", exc_info=True)
            return 0

    return unless_away


class Door(AxesStandaloneBackend):
    """Closed to whoever tried too often; open to what asks without a request, as a test does."""

    def authenticate(self, request: HttpRequest | None, *args: Any, **given: Any) -> None:
        if request is not None:
            super().authenticate(request, *args, **given)


class Attempts(AxesCacheHandler):
    """Counts wrong passwords; nobody stands before a closed door because the cache is away."""

    get_failures = _counted(AxesCacheHandler.get_failures)
    user_login_failed = _counted(AxesCacheHandler.user_login_failed)
    user_logged_in = _counted(AxesCacheHandler.user_logged_in)


def locked(request: HttpRequest, response: HttpResponse, credentials: Any) -> HttpResponse:
    """Say that there were too many wrong passwords, and for how long nobody is let in."""
    pause = settings.AXES_COOLOFF_TIME.total_seconds()
    said = render(request, "login.html", {"minutes": round(pause / 60)}, status=429)
    said.headers["Retry-After"] = str(round(pause))
    return said


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
