"""A booking's money on the hotel's own admin page: where it stands, why, and all that moved."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Model, QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from unfold.admin import TabularInline

from payments import hotel, words
from payments.admin.display import alerts, show
from payments.admin.display.history import Line, lines_of
from payments.admin.display.payment_status import why
from payments.admin.lists.filters import unmatched
from payments.folio import Folio
from payments.models import Alert, PaymentTransaction
from payments.records import bookings

MOST = 3  # payments without a booking that may be this one's


@dataclass(frozen=True)
class Panel:
    """One booking's money as the page shows it."""

    badge: str
    why: str
    figures: list[tuple[str, str]]
    alerts: list[dict[str, str]]
    lines: list[Line]
    perhaps: list[Any]


class PanelFormSet(BaseInlineFormSet):  # type: ignore[type-arg]
    """Holds no form: only what the panel's template reads, made when it is asked for."""

    reader: Any = None  # who looks; set by the inline

    def get_queryset(self) -> QuerySet[Any]:
        return PaymentTransaction.objects.none()

    @cached_property
    def panel(self) -> Panel | None:
        """What is known of the booking's money; None while it has not been saved."""
        found = hotel.bookings([self.instance.pk])
        folios = bookings.folios(found.values())
        return _panel(self.instance, folios[0], self.reader) if folios else None


class PaymentsInline(TabularInline):
    """Shows where a booking's money stands. It changes nothing."""

    model = PaymentTransaction
    formset = PanelFormSet
    template = "payments/admin/panel.html"
    verbose_name = "payment"
    verbose_name_plural = "payments"
    fields: tuple[str, ...] = ()
    extra = 0
    max_num = 0
    can_delete = False

    def get_formset(self, request: HttpRequest, obj: Any = None, **options: Any) -> Any:
        made = super().get_formset(request, obj, **options)
        made.reader = request.user
        return made

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True  # whoever may see a booking may see its money

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def _panel(reservation: Any, folio: Folio, reader: Any) -> Panel:
    booking, figures = folio.booking, folio.figures

    def money(value: int) -> str:
        return show.amount(value, booking.currency)

    listed = [
        ("Costs", money(booking.total), True),
        ("Extras and damage", money(figures.extras), bool(figures.extras)),
        ("Paid", money(figures.paid), True),
        ("Paid elsewhere", money(booking.paid_elsewhere), bool(booking.paid_elsewhere)),
        ("Returned", money(figures.refunded), bool(figures.refunded)),
        ("On its way back", money(figures.refund_pending), bool(figures.refund_pending)),
        ("Held", money(figures.authorized), bool(figures.authorized)),
        ("Disputed", money(figures.disputed), bool(figures.disputed)),
        ("Lost", money(figures.lost), bool(figures.lost)),
        ("Due", money(max(0, figures.balance)), figures.balance >= 0),
        ("In credit", money(max(0, -figures.balance)), figures.balance < 0),
    ]
    return Panel(
        badge=show.badge(words.booking(figures.payment_status)),
        why=why(folio),
        figures=[(name, value) for name, value, shown in listed if shown],
        alerts=_alerts(reservation, reader),
        lines=lines_of(folio.entries, place=reservation, currency=booking.currency),
        perhaps=_perhaps(folio, reader) if figures.balance > 0 else [],
    )


def _alerts(reservation: Any, reader: Any) -> list[dict[str, str]]:
    rows = Alert.objects.filter(reservation=reservation.pk, closed_at=None)
    rows = hotel.visible_to(reader, rows)
    return alerts.notices(rows.select_related(*alerts.READ_WITH))


def _perhaps(folio: Folio, reader: Any) -> list[dict[str, str]]:
    """Return money without a booking that is exactly what this one still owes."""
    rows = hotel.visible_to(reader, unmatched(PaymentTransaction.objects.all())).filter(
        organization=folio.booking.organization_id,
        currency=folio.booking.currency,
        amount_received=folio.figures.balance,
    )
    return [
        {
            "stripe_id": row.stripe_id,
            "url": show.url(row),
            "amount": show.amount(row.amount_received, row.currency),
        }
        for row in rows.order_by("-id")[:MOST]
    ]
