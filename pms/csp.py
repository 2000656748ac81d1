"""What a page may load. Strict everywhere; looser in the admin, whose scripts need it."""

from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF
from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest

_HOOKS = "https://hooks.stripe.com"


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def strict_policy(*, stripe_js_url: str, stripe_api_base: str) -> dict[str, Any]:
    """Return the policy of every page outside the admin: nothing inline, Stripe's hosts alone."""
    scripts = [_origin(stripe_js_url)]
    if scripts == ["https://js.stripe.com"]:
        scripts.append("https://*.js.stripe.com")
    api = _origin(stripe_api_base)
    stand_in = [] if api == "https://api.stripe.com" else [api]  # its onboarding is there, too
    return {
        "default-src": [SELF],
        "script-src": [SELF, NONCE, *scripts],
        "frame-src": [*scripts, _HOOKS],
        "connect-src": [SELF, api],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        # With 'self' alone a form that redirects to Stripe's onboarding dies without a word.
        "form-action": [SELF, "https://connect.stripe.com", *stand_in],
    }


# The admin's theme evaluates expressions and sets styles; no card form is ever in there.
ADMIN_POLICY: dict[str, Any] = {
    "default-src": [SELF],
    "script-src": [SELF, "'unsafe-inline'", "'unsafe-eval'"],
    "style-src": [SELF, "'unsafe-inline'"],
    "img-src": [SELF, "data:"],
    "object-src": [NONE],
    "base-uri": [NONE],
    "frame-ancestors": [NONE],
    "form-action": [SELF],
}


class ContentSecurityPolicy(CSPMiddleware):
    """Sends the strict policy, and the admin's for the admin alone."""

    def get_policy_parts(self, request: HttpRequest, *args: Any, **options: Any) -> PolicyParts:
        parts = super().get_policy_parts(request, *args, **options)
        match = request.resolver_match
        if match is not None and match.app_name == "admin" and not options.get("report_only"):
            parts.replace = ADMIN_POLICY
        return parts
