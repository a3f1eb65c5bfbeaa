"""Answers what every report's words are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ReportWords:
    """The words of one report in the reader's language."""

    title: str
    # What the report answers, and how its numbers are counted.
    about: str
    # By part: its title, and its definition.
    parts: Mapping[str, tuple[str, str]]
    # By column, or by "part.column" where a part calls it otherwise.
    columns: Mapping[str, str]
    # By column: what each key reads.
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    # By key: the sentence, with %(names)s of the parameters.
    notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def first(self) -> str:
        """Return the first sentence of what the report answers."""
        sentence, stop, _rest = self._cut()
        return sentence + stop.strip()

    @property
    def rest(self) -> str:
        """Return what follows the first sentence: how the numbers are counted."""
        return self._cut()[2].strip()

    def _cut(self) -> tuple[str, str, str]:
        return self.about.partition("。" if "。" in self.about else ". ")
