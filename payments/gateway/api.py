"""The client, and how a call becomes an answer or an error of ours."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any

import stripe
from django.conf import settings

from payments import conf
from payments.gateway import errors

Params = Any  # a dict, as Stripe's documentation of the resource has it


@dataclass(frozen=True)
class Answer:
    """
    What Stripe answered.

    :param object: plain JSON, as it came.
    :param at: the moment of the answer by Stripe's own clock, in whole seconds.
    :param replayed: it is the answer to an earlier call with the same key: what was true then.
    """

    object: dict[str, Any]
    at: datetime
    replayed: bool = False


def client() -> stripe.StripeClient:
    """
    Return the client for the key that the settings name.

    :raises Unconfigured: they name none.
    """
    if not settings.STRIPE_SECRET_KEY:
        raise errors.Unconfigured("STRIPE_SECRET_KEY is not set.", code="no_stripe_key")
    return _client(
        settings.STRIPE_SECRET_KEY,
        settings.STRIPE_API_BASE,
        settings.STRIPE_TIMEOUT,
        settings.STRIPE_CLIENT_ID,
    )


@cache
def _client(key: str, base: str, timeout: float, client_id: str) -> stripe.StripeClient:
    """One client serves all threads: it has a connection of its own for each of them."""
    elsewhere = base.rstrip("/") != stripe.DEFAULT_API_BASE
    return stripe.StripeClient(
        key,
        stripe_version=settings.STRIPE_API_VERSION,
        base_addresses={"api": base, "files": base, "connect": base} if elsewhere else None,
        client_id=client_id or None,
        max_network_retries=0,
        http_client=stripe.RequestsClient(timeout=timeout),
    )


def ask(call: Callable[[stripe.StripeClient, Any], Any], *, account: str, key: str = "") -> Answer:
    """
    Make one call and return its answer.

    :param call: is given the client and the options of the request.
    :param account: whose object it is about; empty for the platform's own.
    :param key: the idempotency key of a POST.
    :raises GatewayError: one of `gateway.errors`.
    """
    options = {"stripe_account": account} if account else {}
    if key:
        options["idempotency_key"] = key
    try:
        found = call(client(), options)
    except stripe.StripeError as error:
        raise _translated(error) from error
    except AttributeError as error:  # the SDK takes whatever is JSON for Stripe's
        raise errors.OutcomeUnknown(_NOT_STRIPE) from error
    response: Any = getattr(found, "last_response", found)  # an object of the SDK's, or as it came
    said = getattr(response, "data", None)
    if not said or not isinstance(said, dict):
        raise errors.OutcomeUnknown(_NOT_STRIPE)
    return Answer(
        object=said,
        at=_moment(response.headers),
        replayed=response.headers.get("Idempotent-Replayed") == "true",
    )


def _moment(headers: Any) -> datetime:
    try:
        return parsedate_to_datetime(headers["Date"]).astimezone(UTC)
    except (KeyError, TypeError, ValueError):
        return datetime.now(UTC).replace(microsecond=0)


_NOT_STRIPE = "Something answered in Stripe's place, or broke its answer on the way."
_BUSY = ("lock_timeout", "idempotency_key_in_use", "rate_limit")
_NOT_OURS = ("account_invalid", "platform_account_required", "oauth_not_supported")


def _translated(error: stripe.StripeError) -> errors.GatewayError:
    """Return what an error of the SDK means to us."""
    body = error.json_body if isinstance(error.json_body, dict) else {}
    given = body.get("error")
    said = given if isinstance(given, dict) else {"code": given}  # as OAuth says it
    code = str(said.get("code") or error.code or "")
    facts: dict[str, Any] = {
        "code": code,
        "param": str(said.get("param") or ""),
        "decline_code": str(said.get("decline_code") or ""),
        "object": _object(said),
        "at": _moment(error.headers),
    }
    if _is_of_another(error, given):
        return errors.OutcomeUnknown(_NOT_STRIPE)
    return _kind(error, code)(str(error.user_message or error), **facts)


def _is_of_another(error: stripe.StripeError, given: Any) -> bool:
    """Say whether somebody on the way refused, a proxy perhaps: Stripe says why in its own form."""
    status = error.http_status or 0
    return 400 <= status < 500 and status not in (409, 429) and not isinstance(given, dict | str)


def _kind(error: stripe.StripeError, code: str) -> type[errors.GatewayError]:
    status = error.http_status or 0
    if isinstance(error, stripe.CardError):
        return errors.Declined
    if isinstance(error, stripe.AuthenticationError):
        return errors.Unconfigured
    if code in _NOT_OURS:
        return errors.Disconnected
    if isinstance(error, stripe.PermissionError):
        return errors.NotPermitted if conf.key_is_restricted() else errors.Disconnected
    if status in (409, 429) or code in _BUSY:
        return errors.Busy
    if isinstance(error, stripe.APIConnectionError):
        return errors.OutcomeUnknown
    if code == "resource_missing" and status == 404:
        return errors.Gone
    if 400 <= status < 500:
        return errors.RefusedByStripe
    return errors.ServerError if status >= 500 else errors.OutcomeUnknown


def _object(said: dict[str, Any]) -> dict[str, Any] | None:
    for name in ("payment_intent", "setup_intent"):
        found = said.get(name)
        if isinstance(found, dict):
            return found
    return None
