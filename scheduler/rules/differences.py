"""What a file would change of what is already known, and what it leaves because somebody edited it by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from scheduler.rules.names import name_key

# What a field of a draft holds; in the database's JSON (`imported`) dates are ISO text and tuples are lists.
Value = str | date | Sequence[int] | Sequence[str] | None

_COMPARED_AS_NAMES = frozenset({"sales_owner", "onboarding_owner"})


@dataclass(frozen=True)
class Known:
    """A row of the database as it is now, and the value that the last import gave each of its fields."""

    id: int
    current: Mapping[str, Value]
    imported: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """One field, what stands there now and what the file says."""

    field: str
    old: Value
    new: Value


@dataclass(frozen=True)
class Difference:
    """What applying a draft does: `known_id` None makes a new row; `imported` is what to remember afterwards."""

    known_id: int | None
    changes: tuple[Change, ...]
    # Edited by hand since the last import: shown, not overwritten (`old` is the hand's value, `new` the file's).
    kept: tuple[Change, ...]
    imported: dict[str, Any]

    @property
    def state(self) -> Literal["new", "changed", "unchanged"]:
        """Say whether the row is new, gets changes, or stays as it is."""
        if self.known_id is None:
            return "new"
        return "changed" if self.changes else "unchanged"


def difference(said: Mapping[str, Value], known: Known | None) -> Difference:
    """Compare what a file says of one row with what is known; a field that the file leaves empty is not in `said`."""
    remembered = {name: plain(value) for name, value in said.items()}
    if known is None:
        return Difference(None, tuple(Change(name, None, new) for name, new in said.items()), (), remembered)
    changes: list[Change] = []
    kept: list[Change] = []
    for name, new in said.items():
        old = known.current.get(name)
        if _same(name, old, new):
            continue
        untouched = plain(old) == known.imported[name] if name in known.imported else not old
        (changes if untouched else kept).append(Change(name, old, new))
    return Difference(known.id, tuple(changes), tuple(kept), {**known.imported, **remembered})


def plain(value: Value) -> Any:
    """Write a value as the database's JSON holds it; the order of closed days or stores means nothing."""
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, str):
        return value or ""
    return sorted(value, key=str)


def _same(name: str, old: Value, new: Value) -> bool:
    if name in _COMPARED_AS_NAMES and isinstance(old, str) and isinstance(new, str):
        return name_key(old) == name_key(new)
    return bool(plain(old) == plain(new))
