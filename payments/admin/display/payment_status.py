"""Why a booking's money stands as it does, in a sentence or two."""

from payments.admin.display import show
from payments.folio import Folio


def why(folio: Folio) -> str:
    """Return what makes a booking's payment status what it is."""
    return _SENTENCES[folio.figures.payment_status](folio)


def _money(folio: Folio, amount: int) -> str:
    return show.amount(amount, folio.booking.currency)


def _brought(folio: Folio) -> int:
    return folio.figures.paid + folio.booking.paid_elsewhere


def _due(folio: Folio) -> str:
    return f"{_money(folio, folio.figures.balance)} is due."


def _disputed(folio: Folio) -> str:
    held = folio.figures.disputed
    if not held:
        return "A guest's bank is asking about a payment; no money is held back yet."
    return f"A guest's bank holds {_money(folio, held)} back while a dispute is open."


def _charged_back(folio: Folio) -> str:
    return f"A dispute was lost, and {_money(folio, folio.figures.lost)} with it."


def _refunded(folio: Folio) -> str:
    return f"Everything that came, {_money(folio, _brought(folio))}, went back to the guest."


def _paid(folio: Folio) -> str:
    balance = folio.figures.balance
    if balance < 0:
        return f"Nothing is due; the guest is {_money(folio, -balance)} in credit."
    if not _brought(folio):
        return "The stay costs nothing."
    return "All that the stay costs has come."


def _partially_refunded(folio: Folio) -> str:
    back = _money(folio, folio.figures.refunded)
    return f"The stay was paid, and {back} went back to the guest."


def _partially_paid(folio: Folio) -> str:
    return f"{_money(folio, _brought(folio) - folio.figures.refunded)} has come, {_due(folio)}"


def _authorized(folio: Folio) -> str:
    held = _money(folio, folio.figures.authorized)
    return f"{held} is held on the guest's card and has not been taken. {_due(folio)}"


def _pending(folio: Folio) -> str:
    return f"A payment is under way and counts when Stripe says that it has come. {_due(folio)}"


def _failed(folio: Folio) -> str:
    return f"The guest tried to pay and was declined. {_due(folio)}"


def _unpaid(folio: Folio) -> str:
    return f"{_nothing_came(folio)} {_due(folio)}"


def _nothing_came(folio: Folio) -> str:
    """Say what there was instead of money that counts."""
    payments = [entry.payment for entry in folio.entries]
    if not payments:
        return "Stripe has told of no payment for this booking."
    if any(p.currency and p.currency != folio.booking.currency for p in payments):
        return (
            f"No payment in {folio.booking.currency.upper()} has come; one in another currency has."
        )
    if all(not p.seen for p in payments):
        return "Stripe has named a payment for this booking but not told how it went."
    if all(p.status == "canceled" for p in payments):
        return "Every payment for this booking was canceled, or its hold let go."
    if any(p.status == "requires_capture" for p in payments):
        return "A hold ran out or was let go before it was taken."
    return "A payment was begun, and the guest has not finished it."


_SENTENCES = {
    "disputed": _disputed,
    "charged_back": _charged_back,
    "refunded": _refunded,
    "paid": _paid,
    "partially_refunded": _partially_refunded,
    "partially_paid": _partially_paid,
    "authorized": _authorized,
    "pending": _pending,
    "failed": _failed,
    "unpaid": _unpaid,
}
