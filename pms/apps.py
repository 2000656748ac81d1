from django.apps import AppConfig


class PmsConfig(AppConfig):
    """The project itself, so that it can offer commands such as `load_hotel`."""

    name = "pms"
