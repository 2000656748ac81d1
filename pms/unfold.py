"""The admin's looks and its sidebar."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy


def environment(request: HttpRequest) -> list[str]:
    """Return the badge that tells pretend money from real money."""
    live = settings.STRIPE_SECRET_KEY.startswith(("sk_live_", "rk_live_"))
    return ["Live", "success"] if live else ["Test mode", "warning"]


def _superuser(request: HttpRequest) -> bool:
    return bool(request.user.is_superuser)


def _stylesheet(request: HttpRequest) -> str:
    return static("payments/admin.css")


def _icon(request: HttpRequest) -> str:
    return static("icon.svg")


def _item(title: str, icon: str, model: str, **more: Any) -> dict[str, Any]:
    link = reverse_lazy(f"admin:{model}_changelist")
    return {"title": title, "icon": icon, "link": link, **more}


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
        "navigation": [
            {
                "items": [
                    {
                        "title": "Overview",
                        "icon": "space_dashboard",
                        "link": reverse_lazy("admin:index"),
                    },
                    _item(
                        "Alerts",
                        "notifications",
                        "payments_alert",
                        badge="payments.admin.dashboard.open_alerts",
                    ),
                ],
            },
            {
                "title": "Money",
                "separator": True,
                "items": [
                    _item("Payments and refunds", "payments", "payments_paymenttransaction"),
                    _item("Attempts", "credit_card", "payments_charge"),
                ],
            },
            {
                "title": "Hotel",
                "separator": True,
                "items": [
                    _item("Reservations", "event_available", "reservations_reservation"),
                    _item("Guests", "person", "reservations_guest"),
                    _item("Properties", "apartment", "organizations_property"),
                    _item("Organizations", "corporate_fare", "organizations_organization"),
                    _item("Memberships", "badge", "organizations_membership"),
                    _item("Logins", "manage_accounts", "auth_user", permission=_superuser),
                ],
            },
            {
                "title": "Stripe",
                "separator": True,
                "items": [
                    _item(
                        "Webhook events",
                        "inbox",
                        "payments_webhookevent",
                        badge="payments.admin.dashboard.set_aside",
                    ),
                    _item("Connected accounts", "hub", "payments_connectedaccount"),
                    _item("Customers", "groups", "payments_customer"),
                ],
            },
        ],
    },
}
