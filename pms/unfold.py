"""The admin's looks and its sidebar."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy


def environment(request: HttpRequest) -> list[str]:
    """Return the badge that tells pretend money from real money."""
    live = settings.STRIPE_SECRET_KEY.startswith(("sk_live_", "rk_live_"))
    return ["Live", "success"] if live else ["Test mode", "warning"]


def _stylesheet(request: HttpRequest) -> str:
    return static("payments/admin.css")


def _icon(request: HttpRequest) -> str:
    return static("icon.svg")


def _navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the sidebar: what this person may open, with figures beside what needs somebody."""
    overview = {"title": "Overview", "icon": "space_dashboard", "link": reverse_lazy("admin:index")}
    groups = [
        (
            "",
            [
                ("Alerts", "notifications", "payments.Alert"),
                ("Mails", "mail", "payments.Notification"),
                ("Activity", "history", "payments.Activity"),
            ],
        ),
        (
            "Money",
            [
                ("Payments and refunds", "payments", "payments.PaymentTransaction"),
                ("Attempts", "credit_card", "payments.Charge"),
            ],
        ),
        (
            "Protection",
            [
                ("Disputes", "gavel", "payments.Dispute"),
                ("Fraud warnings", "gpp_maybe", "payments.EarlyFraudWarning"),
                ("Reviews", "policy", "payments.Review"),
            ],
        ),
        (
            "Hotel",
            [
                ("Reservations", "event_available", "reservations.Reservation"),
                ("Guests", "person", "reservations.Guest"),
                ("Properties", "apartment", "organizations.Property"),
                ("Organizations", "corporate_fare", "organizations.Organization"),
                ("Memberships", "badge", "organizations.Membership"),
                ("Logins", "manage_accounts", "auth.User"),
            ],
        ),
        (
            "Stripe",
            [
                ("Webhook events", "inbox", "payments.WebhookEvent"),
                ("Requests to Stripe", "outbox", "payments.OutgoingRequest"),
                ("Re-reads", "sync", "payments.OwedRead"),
                ("Connected accounts", "hub", "payments.ConnectedAccount"),
                ("Payout accounts", "account_balance", "payments.ExternalAccount"),
                ("Transfers", "swap_horiz", "payments.Transfer"),
                ("Application fees", "percent", "payments.ApplicationFee"),
            ],
        ),
        (
            "Guests at Stripe",
            [
                ("Customers", "groups", "payments.Customer"),
                ("Cards", "wallet", "payments.PaymentMethod"),
                ("Cards being left", "add_card", "payments.SetupIntent"),
                ("Bank transfers", "move_down", "payments.CashBalanceTransaction"),
            ],
        ),
        (
            "Billing",
            [
                ("Invoices", "receipt_long", "payments.Invoice"),
                ("Upcoming invoices", "upcoming", "payments.UpcomingInvoice"),
                ("Plans", "event_repeat", "payments.SubscriptionSchedule"),
            ],
        ),
    ]
    shown = [
        {
            "title": title,
            "separator": bool(title),
            "items": [item for entry in entries if (item := _item(request, *entry))],
        }
        for title, entries in groups
    ]
    shown[0]["items"] = [overview, *shown[0]["items"]]
    return [group for group in shown if group["items"]]


def _item(request: HttpRequest, title: str, icon: str, label: str) -> dict[str, Any] | None:
    """Return a link to a model's list; none where it is nothing to this person."""
    model = apps.get_model(label)
    page = admin.site.get_model_admin(model)
    if not page.has_module_permission(request) or not page.has_view_permission(request):
        return None
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
    item = {"title": title, "icon": icon, "link": reverse_lazy(name)}
    # Pages that know how many of theirs need somebody say so.
    if hasattr(page, "waiting") and (badge := page.waiting(request)):
        item["badge"] = badge
    return item


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Hotel payments",
    "SITE_HEADER": "Hotel payments",
    "SITE_SUBHEADER": "Back office",
    "SITE_SYMBOL": "bed",
    "SITE_URL": "/bookings/",
    "ENVIRONMENT": "pms.unfold.environment",
    "DASHBOARD_CALLBACK": "payments.admin.dashboard.index",
    "STYLES": [_stylesheet],
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _icon}],
    "SHOW_BACK_BUTTON": True,
    "BORDER_RADIUS": "6px",
    "COLORS": {
        "primary": {
            "50": "oklch(97.5% .013 230)",
            "100": "oklch(94.5% .027 230)",
            "200": "oklch(89.5% .055 230)",
            "300": "oklch(82% .095 230)",
            "400": "oklch(74% .13 232)",
            "500": "oklch(64% .135 236)",
            "600": "oklch(50% .115 240)",
            "700": "oklch(44% .105 240)",
            "800": "oklch(39% .09 240)",
            "900": "oklch(34% .075 242)",
            "950": "oklch(25% .06 244)",
        },
    },
    "SIDEBAR": {
        "show_search": False,
        "navigation": _navigation,
    },
}
