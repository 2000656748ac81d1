"""Bars that the server draws: where each stands, for an SVG with its figures in a table beside."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 600, 120  # of the drawing; the page stretches it
GAP = 4  # between two bars, where there is room for it
_LEAST = 2.0  # how high a bar is that hardly comes to anything


@dataclass(frozen=True)
class Bar:
    """One bar: where it stands, and what it says when somebody points at it."""

    x: str
    y: str
    width: str
    height: str
    says: str


def bars(values: Sequence[tuple[int, str]]) -> list[Bar]:
    """
    Return a bar for each value above zero, the highest as high as the drawing.

    :param values: each with what its bar says.
    """
    highest = max((value for value, _ in values), default=0)
    step = WIDTH / max(1, len(values))
    gap = min(GAP, step / 4)
    drawn = []
    for number, (value, says) in enumerate(values):
        if value <= 0:
            continue
        height = max(_LEAST, HEIGHT * value / highest)
        drawn.append(
            Bar(
                x=f"{number * step + gap / 2:.2f}",
                y=f"{HEIGHT - height:.2f}",
                width=f"{step - gap:.2f}",
                height=f"{height:.2f}",
                says=says,
            )
        )
    return drawn
