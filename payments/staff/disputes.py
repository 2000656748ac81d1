"""Answering a dispute: written and staged, with files; handed in for good, or given in to."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from payments import hotel
from payments.errors import Invalid, MayNot, Refused
from payments.hotel import Right
from payments.models import Dispute, Payment
from payments.operations.protection import disputes, evidence, submissions
from payments.panels import answers, desks
from payments.panels.amounts import amount
from payments.panels.answers import Typed
from payments.records import bookings
from payments.staff import dialogs
from payments.staff.access import refuse_unless
from payments.staff.dialogs import Question
from payments.words import evidence as words

OLD_PAGE = "This page is too old. Look at what stands here now, then go on."
ASKED, FILE = "submit", "file"  # what a button wants beyond saving


def answer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a dispute's evidence to be written; save what was written, and a file with it."""
    dispute = _dispute(request, pk)
    if request.method != "POST":
        return _shown(request, dispute)
    typed, wants = _typed(request), request.POST.get("then", "")
    row = evidence.kept(dispute)
    if closed := submissions.why_closed(dispute, row, timezone.now()):
        return _refused(request, dispute, Typed(wrong={"": closed}), 409)
    pack = evidence.pack_of(dispute, row)
    changes = typed.changes(pack)
    typed.wrong.update(_wrong(request, typed, changes, pack))
    if typed.wrong:
        return _refused(request, dispute, typed, 422)
    said = ""
    try:
        if changes or not (wants or pack.staged_at):
            pack = submissions.stage(dispute=dispute, evidence=changes, by=request.user)
        if "file" in request.FILES:
            _attach(request, dispute, typed)
    except MayNot as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except Invalid as refusal:
        known = {*words.TEXTS, "name", "file"}
        typed.wrong[refusal.field if refusal.field in known else ""] = str(refusal)
        return _refused(request, dispute, typed, 422)
    except Refused as refusal:
        typed.wrong[""] = str(refusal)
        return _refused(request, dispute, typed, 409)
    if wants == ASKED:
        return _shown(request, dispute, asks=True)
    if "file" in request.FILES:
        return dialogs.leave(request, _back(dispute))
    said = "Saved. The bank sees nothing of it until you submit it."
    if not pack.staged_at:
        said = "Saved. It is on its way to Stripe; the bank sees nothing until you submit it."
    if request.headers.get("HX-Request"):
        return _shown(request, dispute, said=said)
    messages.success(request, said)
    return redirect(_back(dispute))


def submit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask once more, or hand in the evidence, for good."""
    dispute = _dispute(request, pk)
    return _decide(request, dispute, _submitting(request, dispute))


def accept(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask once more, or give in: the guest keeps the money."""
    dispute = _dispute(request, pk)

    def act() -> str:
        held = disputes.accept(dispute=dispute, by=request.user)
        if held.status in Dispute.OVER:
            return "The dispute is accepted: the guest keeps the money."
        return "Accepting the dispute is on its way to Stripe."

    question = Question(
        verb="Accept dispute",
        explains=_accepts(dispute),
        kinds=("accept_dispute",),
        act=act,
        back=_back(dispute),
        section="disputes",
    )
    return _decide(request, dispute, question)


def _submitting(request: HttpRequest, dispute: Dispute) -> Question:
    def act() -> str:
        if submissions.submit(dispute=dispute, by=request.user).submitted_at:
            return "The evidence is handed in. The bank reads it now."
        return "The evidence is on its way to Stripe."

    return Question(
        verb="Submit evidence",
        explains=_submits(dispute),
        kinds=("submit_evidence",),
        act=act,
        back=_back(dispute),
        section="disputes",
    )


def _decide(request: HttpRequest, dispute: Dispute, question: Question) -> HttpResponse:
    """Ask once more, or do it; where it is too late, say so."""
    closed = submissions.why_closed(dispute, evidence.kept(dispute), timezone.now())
    if closed and request.method != "POST":
        messages.error(request, closed)
        return dialogs.leave(request, question.back)
    return dialogs.ask(request, question)


def _submits(dispute: Dispute) -> list[str]:
    """Return what handing in means."""
    pack = evidence.pack(dispute)
    texts, files = len(pack.evidence), len(pack.files)
    lacks = [f"Still missing: {'; '.join(pack.missing)}."] if pack.missing else []
    return [
        "The bank reads what stands here, and it is final: nothing can be added afterwards.",
        f"{texts} text{'s' * (texts != 1)} with {pack.characters:,} of"
        f" {words.MOST_CHARACTERS:,} characters, {files} file{'s' * (files != 1)}.",
        *lacks,
    ]


def _accepts(dispute: Dispute) -> list[str]:
    """Return what giving in means; the sum as the guest paid it, whatever the bank counts in."""
    entries = bookings.entries_of(Payment.objects.filter(pk=dispute.payment_id))
    sums = [(each.claimed_by(dispute), each.currency_of(dispute)) for each in entries]
    keeps, currency = sums[0] if sums else (dispute.amount, dispute.currency)
    return [
        f"The guest keeps {amount(keeps, currency)}, and it is final: the hotel"
        " cannot answer any more.",
        "The bank's fee for the dispute is not returned.",
    ]


def _attach(request: HttpRequest, dispute: Dispute, typed: Typed) -> None:
    """Put a file into the evidence, once however often it is sent."""

    def act() -> str:
        kept = submissions.attach_file(
            dispute=dispute, name=typed.shows, file=request.FILES["file"], by=request.user
        )
        added = f"{words.FILES[kept.name]} was added."
        return added if kept.stripe_file_id else f"{added} It is on its way to Stripe."

    dialogs.do_once(request, ("evidence_file",), act)


def _typed(request: HttpRequest) -> Typed:
    """Return what was sent, as it would be kept."""
    sent = {name: request.POST[name] for name in words.TEXTS if name in request.POST}
    return Typed(
        texts={name: text.replace("\r\n", "\n").strip() for name, text in sent.items()},
        marks={name: request.POST.get(f"mark-{name}", "") for name in words.TEXTS},
        shows=request.POST.get("name", ""),
    )


def _wrong(
    request: HttpRequest, typed: Typed, changes: dict[str, str], pack: evidence.Pack
) -> dict[str, str]:
    """Return what is wrong with what was sent, by its field."""
    if not request.POST.get("key"):
        return {"": OLD_PAGE}
    wrong = {}
    for name, text in changes.items():
        try:
            evidence.checked(name, text)
        except Invalid as refusal:
            wrong[name] = str(refusal)
        else:
            if typed.overtaken(name, pack):
                wrong[name] = "This was changed since you opened it. Look at both, then save again."
    if "file" in request.FILES and not typed.shows:
        wrong["name"] = "Say what the file shows."
    if "file" not in request.FILES and request.POST.get("then") == FILE:
        wrong["file"] = "Choose a file first."
    return wrong


def _dispute(request: HttpRequest, pk: UUID) -> Dispute:
    """
    Return a dispute that this person may answer.

    :raises Http404: there is none that they may see.
    :raises PermissionDenied: their role does not let them.
    """
    rows = hotel.visible_to(request.user, Dispute.objects.filter(seen=True))
    found: Any = rows.select_related(*desks.READ_WITH)
    dispute: Dispute = get_object_or_404(found, pk=pk)
    refuse_unless(request.user, Right.PROTECT, dispute)
    return dispute


def _back(dispute: Dispute) -> str:
    """Return where a dispute is looked at: with its booking, where it has one."""
    if dispute.reservation_id is None:
        return answers.page(dispute.pk)
    return f"{hotel.booking_url(dispute.reservation_id)}?tab=dispute"


def _refused(request: HttpRequest, dispute: Dispute, typed: Typed, status: int) -> HttpResponse:
    return _shown(request, dispute, typed=typed, status=status)


def _shown(
    request: HttpRequest,
    dispute: Dispute,
    *,
    typed: Typed | None = None,
    said: str = "",
    asks: bool = False,
    status: int = 200,
) -> HttpResponse:
    """Show the answer on a page of its own; a script takes what it needs from it."""
    dispute, now = _dispute(request, dispute.pk), timezone.now()  # it may have changed
    (line,) = desks.disputes([dispute], now)
    context = {
        "section": "disputes",
        "line": line,
        "answer": answers.of(dispute, request.user, now, typed=typed),
        "said": said,
    }
    if asks:
        address = reverse("payments:submit_evidence", args=[dispute.pk])
        context |= dialogs.shown(_submitting(request, dispute), address)
    scripted = request.headers.get("HX-Request")
    return render(
        request, "payments/staff/answer.html", context, status=200 if scripted else status
    )
