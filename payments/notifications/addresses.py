"""E-mail addresses, as every mail server takes them."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.encoding import punycode


def usable(text: str) -> str:
    """Return an address in ASCII, its domain spelled as DNS has it; empty where it is none."""
    try:
        validate_email(text)
        name, _, domain = text.rpartition("@")
        return f"{name}@{punycode(domain)}" if name.isascii() else ""
    except (ValidationError, UnicodeError):
        return ""
