"""Mails that are owed or were sent: to whom, about what, and what kept one from arriving."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib import messages as banners
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST
from unfold.decorators import action, display

from payments import hotel
from payments.admin.display import show
from payments.admin.lists import filters
from payments.admin.lists.read_only import beside, named
from payments.admin.notifications import ToldAdmin
from payments.models import Notification
from payments.notifications import outbox
from payments.notifications.mails import MAILS
from payments.words import BAD, GOOD, QUIET, WAIT, Said
from payments.words import mails as words

State = Notification.State

STATES: dict[str, Said] = {
    State.WAITING: Said("Waiting", WAIT, "It goes out by itself."),
    State.SENT: Said("Sent", GOOD, "A mail server has taken it."),
    State.DROPPED: Said("Not needed", QUIET, "What it says was no longer true."),
    State.LEFT: Said("Not sent", QUIET, "Whoever it was for does not look after money any more."),
    State.UNDELIVERABLE: Said(
        "Undeliverable", BAD, "Nobody will try again by itself. Mend the cause, then send it again."
    ),
}
AUDIENCES: dict[str, str] = {
    Notification.Audience.GUEST: "The guest",
    Notification.Audience.MANAGERS: "Managers and finance",
}


@admin.register(Notification)
class NotificationAdmin(ToldAdmin):
    """No address and no text of a mail is kept: both are made when it is sent."""

    actions = ["send_chosen"]
    change_form_outer_before_template = "payments/admin/send_again.html"
    list_display = ["what", "recipient", "booking", "standing", "tries", "of_organization", "owed"]
    list_display_links = ["what"]
    list_filter = [
        filters.choice("state", [(state, said.words) for state, said in STATES.items()]),
        filters.choice("to", list(AUDIENCES.items()), title="recipient"),
        filters.choice("kind", [(kind, words.mail(kind)) for kind in sorted(MAILS)]),
        filters.Organization,
        filters.Mode,
    ]
    fieldsets = [
        (None, {"fields": ["now", ("what", "recipient"), "booking", "about"]}),
        ("Attempts", {"fields": [("tries", "next_attempt"), "failure"]}),
        ("What Stripe sent", {"fields": ["events"]}),
        (
            "The mail",
            {"fields": [("of_organization", "house"), ("account", "mode"), ("owed", "sent")]},
        ),
    ]

    def visible_to(self, user: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
        return super().visible_to(user, rows).select_related("recipient")

    def waiting(self, request: HttpRequest) -> str:
        """Return how many could not be delivered, for the sidebar."""
        rows = Notification.objects.filter(state=State.UNDELIVERABLE)
        rows = named(request, hotel.visible_to(request.user, rows))
        return beside(request, "lost mails", rows)

    @display(description="Mail")
    def what(self, mail: Notification) -> str:
        return show.two_lines(words.mail(mail.kind), mail.object_id)

    @display(description="To")
    def recipient(self, mail: Notification) -> str:
        audience = AUDIENCES.get(mail.to, mail.to)
        if mail.recipient is None:
            return audience
        return show.two_lines(mail.recipient.email or mail.recipient.get_username(), audience)

    @display(description="State")
    def standing(self, mail: Notification) -> str:
        return show.badge(STATES[mail.state])

    @display(description="State")
    def now(self, mail: Notification) -> str:
        return show.noted(STATES[mail.state])

    @display(description="Attempts")
    def tries(self, mail: Notification) -> str:
        if not mail.last_error or mail.state == State.SENT:
            return str(mail.attempts)
        return show.two_lines(mail.attempts, mail.last_error)

    @display(description="Next attempt")
    def next_attempt(self, mail: Notification) -> str:
        waits = mail.state == State.WAITING
        return show.when(mail, mail.next_attempt_at) if waits else show.NOTHING

    @display(description="What went wrong last")
    def failure(self, mail: Notification) -> str:
        return mail.last_error or show.NOTHING

    @display(description="Owed since")
    def owed(self, mail: Notification) -> str:
        return show.when(mail, mail.created_at)

    @display(description="Sent")
    def sent(self, mail: Notification) -> str:
        return show.when(mail, mail.sent_at)

    # Again -------------------------------------------------------------------

    def has_send_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say whether this person may have this mail, or any, sent again."""
        if isinstance(obj, Notification):
            return obj.state == State.UNDELIVERABLE and self.may_change(request, obj)
        return hotel.may_anywhere(request.user, hotel.Right.TAKE_ALERTS)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.send_one))
        return [
            path("<uuid:pk>/send/", view, name="payments_notification_send"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        mail = self.get_object(request, object_id)
        may = mail is not None and self.has_send_permission(request, mail)
        context = {"may_send": may, **(extra_context or {})}
        page: HttpResponse = super().change_view(request, object_id, form_url, context)
        return page

    def send_one(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Have one mail sent again."""
        mail = get_object_or_404(self.get_queryset(request), pk=pk)
        self._send(request, [mail.pk])
        return HttpResponseRedirect(reverse("admin:payments_notification_change", args=[pk]))

    @action(description="Send the chosen mails again", permissions=["send"])
    def send_chosen(self, request: HttpRequest, queryset: QuerySet[Notification]) -> None:
        """Have the chosen mails sent again."""
        self._send(request, list(queryset.values_list("pk", flat=True)))

    def _send(self, request: HttpRequest, chosen: Collection[UUID]) -> None:
        rows = self.get_queryset(request).filter(pk__in=chosen, state=State.UNDELIVERABLE)
        found = [mail for mail in rows if self.may_change(request, mail)]
        outbox.again(Notification.objects.filter(pk__in=[mail.pk for mail in found]))
        for mail in found:
            self.log_change(request, mail, "Sent again.")
        told = f"{len(found)} mail{'' if len(found) == 1 else 's'} will be sent again."
        left = len(chosen) - len(found)
        if left:
            told += f" Left out: {left} that could be delivered, or are not yours to send."
        self.message_user(request, told, banners.WARNING if left else banners.SUCCESS)
