"""Payments as a Django app."""

from importlib import import_module

from django.apps import AppConfig

FAMILIES = ("payments", "protection", "connect", "customers", "billing", "transfers")


class PaymentsConfig(AppConfig):
    """Fills the catalogue of events and the checks when Django starts."""

    name = "payments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        for family in FAMILIES:
            import_module(f"payments.handlers.{family}")
        import_module("payments.checks")
