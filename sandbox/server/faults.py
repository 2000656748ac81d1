"""What goes wrong on the way, when it shall: a part of all calls fails, by chance."""

import random
import threading
from typing import Any

from sandbox.engine.errors import invalid

KINDS = (
    "429",  # too many calls: nothing was done, and nothing is remembered
    "409",  # another call with the same key is under way: likewise
    "500_before",  # nothing was done; remembered for the key
    "500_after",  # it was done; remembered for the key as a 500
    "timeout_before",  # nothing was done, and no answer comes
    "timeout_after",  # it was done, and no answer comes
    "reset",  # the connection breaks, before or after it was done
)


class Faults:
    """How often which fault comes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Have nothing go wrong any more."""
        self.set(rate=0.0, kinds=list(KINDS), seed=None, hang=60.0)

    def set(
        self, *, rate: float, kinds: list[str], seed: int | None = None, hang: float = 60.0
    ) -> None:
        """
        Have things go wrong.

        :param rate: of all calls with a secret key, 0 to 1.
        :param seed: the same seed brings the same faults to the same order of calls.
        :param hang: seconds that a call without an answer is held, unless its caller gives up.
        """
        for kind in kinds:
            if kind not in KINDS:
                raise invalid(f"Invalid kind: must be one of {', '.join(KINDS)}", "kinds")
        if not 0 <= rate <= 1:
            raise invalid("Invalid rate: from 0 to 1", "rate")
        with self._lock:
            self.rate, self.kinds, self.seed, self.hang = rate, list(kinds), seed, hang
            self._chance = random.Random(seed)
            self.brought = dict.fromkeys(KINDS, 0)

    def next(self) -> str | None:
        """Return what goes wrong with the next call; mostly nothing."""
        if not self.rate or not self.kinds:
            return None
        with self._lock:
            if self._chance.random() >= self.rate:
                return None
            kind = self._chance.choice(self.kinds)
            self.brought[kind] += 1
            if kind == "reset":
                kind = self._chance.choice(["reset_before", "reset_after"])
            return kind

    def shown(self) -> dict[str, Any]:
        """Return how it is set, and how often what came."""
        return {
            "rate": self.rate,
            "kinds": self.kinds,
            "seed": self.seed,
            "hang": self.hang,
            "brought": self.brought,
        }
