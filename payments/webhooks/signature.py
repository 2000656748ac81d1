"""
Proof that Stripe sent these bytes, and to which of our two endpoints.

Our own verifier, because the documented one lets a stranger cause an exception with a header that
is not ASCII, accepts times years ahead, and can be switched off. The scheme is Stripe's:
docs.stripe.com/webhooks/signature.
"""

import hmac
import re
import time
from collections.abc import Iterable

TOLERANCE = 300  # seconds, both ways
_LONGEST_HEADER = 4096  # characters
_SECONDS = re.compile(r"[0-9]{1,12}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class BadSignature(Exception):
    """Not Stripe's, or not of now."""


def sign(body: bytes, secret: str, at: int) -> str:
    """Return the header that Stripe would send with this body."""
    return f"t={at},v1={_digest(body, secret, str(at))}"


def verified_by(
    body: bytes, header: str | None, secrets: Iterable[str], now: float | None = None
) -> str:
    """
    Return the secret that signed these bytes.

    :param header: `Stripe-Signature` as it came.
    :raises BadSignature: no secret did, or not within five minutes of now.
    """
    if not header or len(header) > _LONGEST_HEADER:
        raise BadSignature
    parts = [part.strip().partition("=") for part in header.split(",")]
    stamps = [value for name, _, value in parts if name == "t"]
    if len(stamps) != 1 or not _SECONDS.fullmatch(stamps[0]):
        raise BadSignature
    stamp = stamps[0]
    if abs((time.time() if now is None else now) - int(stamp)) > TOLERANCE:
        raise BadSignature
    given = [value for name, _, value in parts if name == "v1" and _DIGEST.fullmatch(value)]
    for secret in secrets:
        expected = _digest(body, secret, stamp)
        if any(hmac.compare_digest(expected, candidate) for candidate in given):
            return secret
    raise BadSignature


def _digest(body: bytes, secret: str, stamp: str) -> str:
    return hmac.digest(secret.encode(), stamp.encode() + b"." + body, "sha256").hex()
