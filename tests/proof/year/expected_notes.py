"""Answers which sentences must stand under the reports' tables: trends, groups that stand out, what takes longest, the boundary."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np
from scipy import stats

from scheduler.rules.reporting import Note, Part
from tests.proof.year.comparing import SMALL, About, plain, same
from tests.proof.year.tables import Curve, Told, wilson

GROUPS = ("weekday", "hour", "course", "host", "kind", "lead", "reminder", "asked", "size", "plan", "it_skill")
Said = tuple[str, dict[str, Any]]


def attendance(counted: Told) -> dict[str, list[Said]]:
    """Say what stands under the tables of attendance."""
    steps = dict(counted["overall"])
    unknown, registered = steps["unknown"]["people"], steps["registered"]["people"]
    found = {"overall": [("unknown", {"unknown": unknown, "registered": registered})] if unknown else []}
    found["week"] = [_trend([row["rate"][:2] for _key, row in counted["week"]])]
    for name in GROUPS:
        found[name] = _weakest(name, name, {key: row["rate"] for key, row in counted[name]}, dict(counted[name]))
    for name, column in (("stores_size", "size"), ("stores_plan", "plan")):
        rows = {key: row for key, row in counted[name] if key != "all"}
        found[name] = _weakest(name, column, {key: row["rate"] for key, row in rows.items()}, rows)
    return found


def way(counted: Told, wait: Curve) -> dict[str, list[Said]]:
    """Say which step takes longest, and whether accounts are handed over too early or too late."""
    large = [(row["mean"], key) for key, row in counted["steps"] if not row[SMALL] and row["mean"]]
    found: dict[str, list[Said]] = {"steps": []}
    if large:
        days, longest = max(large, key=lambda one: one[0])
        found["steps"] = [(f"longest_{longest}", {"days": days})]
    row = dict(counted["after"]).get("60")
    found["after"] = [] if counted["after"] else [("no_data", {})]
    if row is not None:
        median = wait.quantile(0.5)
        told = {"wait": median, "in_use": row["still_in_use"], "returned": row["returned"]}
        found["after"] = [(_place(row["returned"], row["still_in_use"], median), told)]
    return found


def differences(parts: dict[str, Part], wanted: dict[str, list[Said]]) -> list[str]:
    """List the notes that are not as they were counted."""
    found = []
    for key, notes in wanted.items():
        told = [_told(note) for note in parts[key].notes]
        if len(told) != len(notes) or not all(map(_same, told, notes)):
            found.append(f"{key}: {told} wanted {notes}")
    return found


def _told(note: Note) -> Said:
    return note.key, {name: plain(value) for name, value in note.params.items()}


def _same(one: Said, other: Said) -> bool:
    return (
        one[0] == other[0]
        and one[1].keys() == other[1].keys()
        and all(same(one[1][name], other[1][name]) for name in one[1])
    )


def _weakest(note: str, column: str, rates: dict[str, Any], rows: dict[str, Any]) -> list[Said]:
    """Name the worst large group whose interval lies below that of all others together."""
    if len(rates) < 2:
        return []
    hits, base = (sum(rate[place] for rate in rates.values()) for place in (0, 1))
    large = {key: rate for key, rate in rates.items() if rate[1] >= 10}
    rest = {key: wilson(hits - rate[0], base - rate[1]) for key, rate in large.items()}
    if not any(rate[1] >= 10 for rate in rest.values()):
        return [("too_few", {})]
    for key in sorted(large, key=lambda one: (large[one][2], large[one][1])):
        if rest[key][3] is not None and large[key][4] < rest[key][3]:
            return [(f"weakest_{note}", {column: rows[key][column], "rate": large[key], "rest": rest[key]})]
    return [("alike", {})]


def _trend(weeks: list[tuple[int, int]]) -> Said:
    """Fit a line through the weekly shares, each weighing as many people as it rests on."""
    seen = [(week, hits, base) for week, (hits, base) in enumerate(weeks) if base]
    if len(seen) < 4 or sum(base for _week, _hits, base in seen) < 10:
        return "no_trend", {}
    at, hits, base = (np.array(column, float) for column in zip(*seen, strict=True))
    shares, mean = hits / base, hits.sum() / base.sum()
    slope, start = np.polyfit(at, shares, 1, w=np.sqrt(base))
    left = float((base * (shares - start - slope * at) ** 2).sum()) / (len(seen) - 2)
    width = float((base * (at - np.average(at, weights=base)) ** 2).sum())
    reach = float(stats.t.ppf(0.975, len(seen) - 2)) * sqrt(max(left, mean * (1 - mean)) / width)
    low, high = slope - reach, slope + reach
    key = "rising" if low > 0 else "falling" if high < 0 else "unclear"
    # In points of per cent in four weeks, told with one place.
    return key, {name: About(400 * float(end), 1) for name, end in (("points", slope), ("low", low), ("high", high))}


def _place(returned: Any, in_use: Any, wait: tuple[int | None, ...]) -> str:
    back_low, back_high = (returned[3], returned[4]) if returned[1] >= 10 else (0.0, 1.0)
    use_low, use_high = (in_use[3], in_use[4]) if in_use[1] >= 10 else (0.0, 1.0)
    if back_low > 0.1 or use_high < 0.8:
        return "too_early"
    if back_high < 0.1 and wait[1] is not None and wait[1] > 14:
        return "too_late"
    prompt = wait[2] is not None and wait[2] <= 14
    return "fine" if back_high < 0.1 and prompt and use_low > 0.8 else "unclear"
