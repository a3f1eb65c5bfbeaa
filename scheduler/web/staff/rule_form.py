"""Answers how a rule stands in a form: one field a parameter, named by the condition's place (c.0.course, c.1.0.days)."""

from __future__ import annotations

from typing import Any

from scheduler.rules.clauses.groups import GROUPS, KINDS

PLAIN = tuple(kind.kind for kind in KINDS)
JOINED = tuple(group.kind for group in GROUPS)
# What a condition begins with when it is added.
_NEW: dict[str, dict[str, Any]] = {
    "attended": {"course": "basic", "contacts": 1, "share": 0.0},
    "usage_started": {"days": 1, "within": 0, "confirmed": True},
    "field_filled": {"field": "planned_start_on"},
    "days_in_stage": {"days": 14},
    "contract_ends": {"days": 90},
    "at_least": {"number": 2},
}
_NUMBERS = {
    "attended": ("contacts", "stores_from"),
    "usage_started": ("days", "within"),
    "days_in_stage": ("days",),
    "contract_ends": ("days",),
    "at_least": ("number",),
}
_TICKS = {"attended": ("coordinator", "recordings"), "usage_started": ("confirmed", "since_setup")}
_WORDS = {"attended": ("course",), "field_filled": ("field",)}


def read(form: Any, boundary: list[str]) -> dict[str, Any]:
    """Read the rule that a form holds, as JSON; what is no number stays the text it is, for `boundaries.check` to refuse."""
    return {"boundary": boundary, "clauses": _clauses(form, "c"), "sheet": form.getlist("sheet")}


def add(data: dict[str, Any], path: str, kind: str) -> None:
    """Put a new condition at the end of the rule, or of the group at this place; an unknown place or kind changes nothing."""
    group = _at(data, path) if path else data
    if group is not None and "clauses" in group and kind in (*PLAIN, *JOINED):
        inner: dict[str, Any] = {"clauses": []} if kind in JOINED else {}
        group["clauses"].append({"kind": kind} | inner | _NEW.get(kind, {}))


def remove(data: dict[str, Any], path: str) -> None:
    """Take the condition at this place out."""
    parent, _, last = path.rpartition(".")
    group = _at(data, parent) if parent else data
    if group is not None and last.isdecimal() and int(last) < len(group.get("clauses", ())):
        del group["clauses"][int(last)]


def _at(data: dict[str, Any], path: str) -> dict[str, Any] | None:
    found = data
    for step in path.split("."):
        inner = found.get("clauses", ())
        if not step.isdecimal() or int(step) >= len(inner):
            return None
        found = inner[int(step)]
    return found


def _clauses(form: Any, prefix: str) -> list[dict[str, Any]]:
    found = []
    number = 0
    while f"{prefix}.{number}.kind" in form:
        found.append(_clause(form, f"{prefix}.{number}"))
        number += 1
    return found


def _clause(form: Any, place: str) -> dict[str, Any]:
    kind = form.get(f"{place}.kind", "")
    data: dict[str, Any] = {"kind": kind}
    data |= {name: form.get(f"{place}.{name}", "").strip() for name in _WORDS.get(kind, ())}
    data |= {name: _number(form.get(f"{place}.{name}", "")) for name in _NUMBERS.get(kind, ())}
    data |= {name: f"{place}.{name}" in form for name in _TICKS.get(kind, ())}
    if kind == "attended":
        percent, most = _number(form.get(f"{place}.share", "") or "0"), form.get(f"{place}.stores_to", "").strip()
        data["share"] = percent / 100 if isinstance(percent, int) else percent
        data["stores_to"] = _number(most) if most else None
    if kind == "no_open_task":
        data["tasks"] = form.getlist(f"{place}.tasks")
    if kind in JOINED:
        data["clauses"] = _clauses(form, place)
    return data


def _number(text: str) -> int | str:
    plain = text.strip()
    return int(plain) if plain.isdecimal() and len(plain) < 6 else plain
