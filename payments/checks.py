"""What stops the start: secrets that are none, and a host that lacks what payments needs of it."""

import re
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from payments import conf, hotel

_SHORTEST = 16  # characters; Stripe's have 38
_PLACEHOLDER = re.compile(
    r"\.\.\.|…|[<>${}\s]|^(whsec_)?(x+$|change.?me|placeholder|replace|secret$|test$|todo|your)",
    re.I,
)


@register()
def webhook_secrets(**_: Any) -> list[CheckMessage]:
    """Refuse secrets that are empty, placeholders, or shared outside of development."""
    errors: list[CheckMessage] = []
    for scope, name in (
        ("platform", "STRIPE_WEBHOOK_SECRET"),
        ("connect", "STRIPE_CONNECT_WEBHOOK_SECRET"),
    ):
        listed = conf.secrets(scope)
        if not listed:
            errors.append(Error(f"{name} is empty.", hint=_HINT, id="payments.E001"))
        for secret in listed:
            if len(secret.strip()) < _SHORTEST or _PLACEHOLDER.search(secret):
                errors.append(
                    Error(
                        f"{name} holds a secret that is empty, short or a placeholder.",
                        hint=_HINT,
                        id="payments.E002",
                    )
                )
    if conf.shared_secrets() and (not settings.DEBUG or conf.has_live_key()):
        errors.append(
            Error(
                "STRIPE_WEBHOOK_SECRET and STRIPE_CONNECT_WEBHOOK_SECRET share a secret.",
                hint="That is for `stripe listen` alone, with DEBUG and test keys: it would no "
                "longer prove whose account an event is about.",
                id="payments.E003",
            )
        )
    return errors


@register()
def host(**_: Any) -> list[CheckMessage]:
    """Name every setting, and everything about the hotel's own models, that is not there."""
    if missing := conf.missing():
        hint = "The file pms/settings.py has each with its usual value."
        said = f"Not in the settings: {', '.join(missing)}."
        return [Error(said, hint=hint, id="payments.E004")]
    return [
        Error(
            f"{model} lacks {', '.join(lacks)}.",
            hint="docs/plugging-in.md says what payments needs of the hotel's own models.",
            id="payments.E005",
        )
        for model, lacks in hotel.lacking()
    ]


_HINT = "Copy each endpoint's signing secret from Stripe's dashboard; `make run` makes test ones."


class UnsafeSecrets(Exception):
    """The server does not start: a webhook secret is missing or is no secret."""


def refuse_to_start_without_secrets() -> None:
    """
    Stop a server that could not tell Stripe from a stranger.

    :raises UnsafeSecrets: with a sentence for each thing that is wrong.
    """
    errors = webhook_secrets()
    if errors:
        raise UnsafeSecrets(" ".join(f"{error.msg} {error.hint}" for error in errors))
