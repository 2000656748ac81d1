"""What a guest comes to with a pay link: no login, one booking, one amount."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from payments.errors import Refused
from payments.operations.payments import pay_links


@never_cache
@require_safe
def swap(request: HttpRequest, token: str) -> HttpResponse:
    """Swap a mailed link for a session at once, so that its token stands in no address."""
    try:
        link = pay_links.resolve(token)
    except Refused as refusal:
        return _refused(request, refusal)
    pay_links.remember(request, link)
    return _unreferred(redirect("payments:pay"))


@never_cache
@require_safe
def pay(request: HttpRequest) -> HttpResponse:
    """Show what is to be paid."""
    try:
        link = pay_links.of_session(request)
    except Refused as refusal:
        return _refused(request, refusal)
    context = {"link": link, "house": link.property or link.organization}
    return _unreferred(render(request, "payments/pay.html", context))


def _refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    known = not isinstance(refusal, pay_links.NoSuchLink)
    context = {"why": str(refusal)}
    return _unreferred(render(request, "payments/pay.html", context, status=410 if known else 404))


def _unreferred(response: HttpResponse) -> HttpResponse:
    response["Referrer-Policy"] = "no-referrer"
    return response
