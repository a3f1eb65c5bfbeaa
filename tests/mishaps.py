"""Answers which mishap befalls the next request of a stand-in server: the same ones for the same seed."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping


class Mishaps:
    """Draws mishaps by their rates (0 to 1, together at most 1), and counts what it drew."""

    def __init__(self, seed: int = 0, rates: Mapping[str, float] | None = None) -> None:
        self._random = random.Random(seed)
        self.rates = dict(rates or {})
        self.drawn: Counter[str] = Counter()

    def draw(self) -> str:
        """Return the next mishap; empty when all goes well."""
        left = self._random.random()
        for name, rate in self.rates.items():
            left -= rate
            if left < 0:
                self.drawn[name] += 1
                return name
        return ""


def rates(words: list[str]) -> dict[str, float]:
    """Read rates as a command line gives them: `429=0.05`."""
    return {name: float(rate) for name, _, rate in (word.partition("=") for word in words)}
