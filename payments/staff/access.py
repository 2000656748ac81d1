"""Who may come to a page at all, and what those hear who may not."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from payments import hotel
from payments.errors import MayNot
from payments.hotel import Right

View = Callable[..., HttpResponseBase]


def guarded(view: View, rights: Mapping[str, Right]) -> View:
    """
    Return a page for those alone who are logged in, and whose role lets them do this somewhere.

    Whether they may do it to what the address names is for the page itself to see. No browser keeps
    it: whoever goes back sees how things stand now, and nothing once they have logged out.

    :param rights: for each method what the person must be allowed to do.
    """

    @wraps(view)
    def page(request: HttpRequest, **named: Any) -> HttpResponseBase:
        right = rights["GET" if request.method == "HEAD" else str(request.method)]
        with hotel.asked_once():
            if not hotel.rights_of(request.user).anywhere(right):
                raise PermissionDenied(hotel.refusal(right))
            return view(request, **named)

    methods = [*rights, "HEAD"] if "GET" in rights else [*rights]
    return never_cache(login_required(require_http_methods(methods)(page)))


def refuse_unless(user: Any, right: Right, row: Any) -> None:
    """
    See that this person may do this to what belongs to an organization, or one of its houses.

    :raises PermissionDenied: they may not; the sentence says who may.
    """
    try:
        hotel.require(user, right, row.organization_id, row.property_id)
    except MayNot as refusal:
        raise PermissionDenied(str(refusal)) from refusal
