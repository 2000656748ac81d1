"""What all dialogs have in common: what one asks for is done once, and told behind it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django_htmx.http import HttpResponseClientRedirect

from payments.errors import MayNot, NotAsThingsStand, Refused
from payments.models import IdempotentRequest
from payments.models.base import time_ordered_id
from payments.operations import once
from payments.outgoing import promises


def was_sent(request: HttpRequest, kinds: Sequence[str]) -> bool:
    """Say whether this very dialog was sent before."""
    return _earlier(request, kinds) is not None


def was_done(request: HttpRequest, kinds: Sequence[str]) -> bool:
    """Say whether this very dialog was sent before, and if so tell what came of it."""
    earlier = _earlier(request, kinds)
    if earlier is not None:
        _tell_again(request, earlier)
    return earlier is not None


def do_once(request: HttpRequest, kinds: Sequence[str], act: Callable[[], str]) -> None:
    """
    Do what a dialog asks for, once, however often it is sent, and tell what came of it.

    :param kinds: of the requests to Stripe that do it.
    :param act: does it, and returns what to tell.
    :raises Refused: it cannot be done; the dialog may be sent again.
    :raises PermissionDenied: their role does not let them.
    """
    row, ours = once.begin(cast(Any, request.user), _digest(request), kinds=kinds)
    if not ours:
        return _tell_again(request, row)
    try:
        with promises.asked_as(row.pk):
            said = act()
    except Refused as refusal:
        row.delete()
        if isinstance(refusal, MayNot) and refusal.code == "forbidden":
            raise PermissionDenied(str(refusal)) from refusal
        raise
    except IntegrityError:
        if once.was_taken_over(row):
            return _tell_again(request, row)
        once.give_up(row, kinds)
        raise
    except Exception:
        once.give_up(row, kinds)
        raise
    IdempotentRequest.objects.filter(pk=row.pk).update(status=303, answer=said)
    messages.success(request, said)
    return None


def renews_button(address: str) -> dict[str, str]:
    """Return what has a dialog's own button, `#do`, say the amount that is being typed."""
    return {
        "hx-get": address,
        "hx-trigger": "input changed delay:150ms",
        "hx-target": "#do",
        "hx-select": "#do",
        "hx-swap": "outerHTML",
    }


class Key(forms.Form):
    """What makes one opened dialog another than the next."""

    key = forms.UUIDField(widget=forms.HiddenInput)


@dataclass(frozen=True)
class Question:
    """
    What is asked once more before it is done.

    :param explains: what it will do, in sentences.
    :param kinds: of the requests to Stripe that do it.
    :param act: does it, and returns what to tell.
    :param back: the page behind the dialog.
    :param section: the part of the menu that it belongs to.
    :param amount: said by its own button beside the verb.
    """

    verb: str
    explains: list[str]
    kinds: Sequence[str]
    act: Callable[[], str]
    back: str
    section: str = "bookings"
    amount: str = ""

    @property
    def does(self) -> str:
        """What its own button says."""
        return self.verb


def ask(request: HttpRequest, question: Question) -> HttpResponse:
    """Ask once more, or do what was asked for; once, however often it is sent."""
    if request.method == "POST" and was_done(request, question.kinds):
        return leave(request, question.back)
    sent, status = (request.POST, 422) if request.method == "POST" else (None, 200)
    form = Key(sent, initial={"key": time_ordered_id()})
    if form.is_valid():
        try:
            do_once(request, question.kinds, question.act)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            status = 409 if isinstance(refusal, NotAsThingsStand) else 422
        else:
            return leave(request, question.back)
    if request.headers.get("HX-Request"):
        status = 200
    context = shown(question, request.get_full_path(), form)
    return render(request, "payments/staff/sheet.html", context, status=status)


def shown(question: Question, address: str, form: Key | None = None) -> dict[str, Any]:
    """
    Return what the template of a dialog needs.

    :param address: where it is sent.
    """
    return {
        "section": question.section,
        "sheet": question,
        "form": form or Key(initial={"key": time_ordered_id()}),
        "amount": question.amount,
        "address": address,
        "back": question.back,
    }


def leave(request: HttpRequest, url: str) -> HttpResponse:
    """Return to the page behind a dialog."""
    if request.headers.get("HX-Request"):
        return HttpResponseClientRedirect(url)
    return redirect(url)


def _earlier(request: HttpRequest, kinds: Sequence[str]) -> IdempotentRequest | None:
    return once.find(request.user.pk, _digest(request), kinds=kinds)


def _digest(request: HttpRequest) -> str:
    key = request.POST.get("key", "")
    return sha256(f"sheet\n{request.path}\n{key}".encode()).hexdigest()


def _tell_again(request: HttpRequest, row: IdempotentRequest) -> None:
    """Tell of what was sent twice: it was done once."""
    under_way = "This is being done already. The booking's history says what comes of it."
    if once.is_abandoned(row):
        under_way = "This was begun already. The booking's history says what came of it."
    messages.info(request, row.answer or under_way)
