"""A Stripe of one's own, for laptops and tests."""

from django.apps import AppConfig


class SandboxConfig(AppConfig):
    name = "sandbox"
