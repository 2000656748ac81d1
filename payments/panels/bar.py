"""The bar of a booking's money: what came, what went back again, what is due."""

from collections.abc import Iterator
from dataclasses import dataclass

from payments.folio import Folio


@dataclass(frozen=True)
class Part:
    """A part of the bar: where it begins and how wide it is, in percent."""

    kind: str
    words: str
    amount: int
    x: str
    width: str


def parts_of(folio: Folio) -> Iterator[Part]:
    """
    Yield the parts of what the booking owes: what came, what went back again, what is due.

    What went back, or was lost in a dispute, is due again unless the hotel lowered what the stay
    owes; it is shown once.
    """
    figures, elsewhere = folio.figures, folio.booking.paid_elsewhere
    due, over = max(0, figures.balance), max(0, -figures.balance)
    back = min(figures.refunded, due) if due else figures.refunded
    lost = min(figures.lost, due - back)
    held = min(figures.authorized, due - back - lost)
    stays = max(0, figures.paid - figures.refunded - figures.lost)
    disputed = min(figures.disputed, stays)
    kept = stays - disputed
    parts = [
        ("kept", "Kept", kept, max(0, kept - over)),
        ("disputed", "Disputed", figures.disputed, disputed),
        ("lost", "Lost", figures.lost, lost),
        ("elsewhere", "Paid elsewhere", elsewhere, elsewhere),
        ("back", "Refunded", figures.refunded, back),
        ("held", "On hold", figures.authorized, held),
        ("due", "Due", due, due - back - lost - held),
        ("over", "Too much", over, min(over, max(0, kept))),
    ]
    whole = sum(drawn for *_, drawn in parts)
    x = 0.0
    for kind, name, sum_of_it, drawn in parts:
        if sum_of_it <= 0 or (kind == "due" and not drawn):
            continue
        width = 100 * drawn / whole if whole else 0
        yield Part(kind, name, sum_of_it, f"{x:.3f}%", f"{width:.3f}%")
        x += width
