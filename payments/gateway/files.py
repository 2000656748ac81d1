"""Files: what evidence shows."""

from typing import IO

from payments.gateway.api import Answer, Params, ask


def create(*, account: str, purpose: str, file: IO[bytes], key: str) -> Answer:
    """
    Bring a file to Stripe.

    :param purpose: Stripe's word, as `dispute_evidence`.
    """
    params: Params = {"purpose": purpose, "file": file}
    return ask(lambda c, o: c.v1.files.create(params, o), account=account, key=key)
