"""Answers how two versions of a text differ: which lines went and came, and which words of a line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Literal

# Placeholders, runs of one script and single signs: what a reader of either language takes for a word.
_WORD = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|[A-Za-z0-9_]+|[ァ-ヺー]+|[一-鿿々]+|[ぁ-ゖ]+|[^\S\n]+|.")
# Lines less alike than this are not the same line rewritten.
_ALIKE = 0.35


@dataclass(frozen=True)
class Part:
    """Some words of a line, and whether they differ from the other version's."""

    text: str
    changed: bool


@dataclass(frozen=True)
class Line:
    """One line: in both versions, gone from the old one or new in the new one."""

    state: Literal["same", "gone", "new"]
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """Return the whole line."""
        return "".join(part.text for part in self.parts)


def differences(old: str, new: str) -> list[Line]:
    """Compare two texts; what went stands before what came. Lines of either text come in their order."""
    before, after = old.splitlines(), new.splitlines()
    lines: list[Line] = []
    for tag, low, high, begin, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            lines += [_whole("same", text) for text in before[low:high]]
        else:
            lines += _block(before[low:high], after[begin:end])
    return lines


def _block(gone: Sequence[str], come: Sequence[str]) -> Iterator[Line]:
    """Compare lines that stand in the same place, each with its counterpart if they are alike."""
    pairs = [_pair(old, new) for old, new in zip_longest(gone, come)]
    yield from (line for line, _ in pairs if line is not None)
    yield from (line for _, line in pairs if line is not None)


def _pair(old: str | None, new: str | None) -> tuple[Line | None, Line | None]:
    if old is None or new is None:
        return (_whole("gone", old) if old is not None else None, _whole("new", new) if new is not None else None)
    words, others = _WORD.findall(old), _WORD.findall(new)
    match = SequenceMatcher(None, words, others, autojunk=False)
    if match.ratio() < _ALIKE:
        return _whole("gone", old), _whole("new", new)
    codes = match.get_opcodes()
    left = tuple(Part("".join(words[low:high]), tag != "equal") for tag, low, high, _, _ in codes if low < high)
    right = tuple(Part("".join(others[low:high]), tag != "equal") for tag, _, _, low, high in codes if low < high)
    return Line("gone", left), Line("new", right)


def _whole(state: Literal["same", "gone", "new"], text: str) -> Line:
    return Line(state, (Part(text, state != "same"),) if text else ())
