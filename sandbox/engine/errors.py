"""What Stripe answers when it will not do what was asked."""

from typing import Any

DOC = "https://docs.stripe.com/error-codes/"


class Refusal(Exception):
    """
    An error as Stripe writes it.

    :param status: of the HTTP answer.
    :param error: what stands under `error` in its body, without what is empty.
    :param began: whether Stripe had begun to work on it: if so, it remembers this answer for the
        idempotency key.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        type: str = "invalid_request_error",
        code: str | None = None,
        began: bool = True,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.began = began
        given = {
            "code": code,
            "doc_url": f"{DOC}{code.replace('_', '-')}" if code else None,
            "message": message,
            **more,
            "type": type,
        }
        self.error = {name: value for name, value in given.items() if value is not None}


def missing(kind: str, id: str, *, param: str = "id", status: int | None = None) -> Refusal:
    """There is no such object on this account."""
    return Refusal(
        f"No such {kind.replace('_', ' ') if kind == 'early_fraud_warning' else kind}: '{id}'",
        status=status or (404 if param in ("id", "intent") else 400),
        code="resource_missing",
        param=param,
    )


def invalid(message: str, param: str, code: str | None = None, *, began: bool = False) -> Refusal:
    """A parameter is not what it must be."""
    return Refusal(message, code=code, param=param, began=began)


def unexpected(message: str, kind: str, thing: dict[str, Any], **more: Any) -> Refusal:
    """An intent is not in a state in which this could be done."""
    return Refusal(message, code=f"{kind}_unexpected_state", **{kind: thing}, **more)
