"""Answers what the report on load must say: who has and did how much, from spans, lectures and tasks in pandas."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pandas as pd

from tests.proof.year.expected_snapshots import Row
from tests.proof.year.firms import NOW, TODAY
from tests.proof.year.tables import STAGES, Told, View, Year, after, local, median, months

TEAMS = (*STAGES, "operations", "none")
MEASURES = ("accounts", "stores", "lectures", "lecture_hours", "own", "own_hours", "done", "open")
MONTH = 365.2425 / 12
TASK_HOURS = 0.25

Entry = tuple[str, dict[str, Any]]


def report(year: Year, spans: set[tuple[Any, ...]], view: View) -> Told:
    """Count the report."""
    until = min(view.until, TODAY)
    every = months(view.since, until)
    standing = [
        row | {"month": first}
        for first in every
        for row in _standing(spans, view, min(until, after(first) - timedelta(days=1)))
    ]
    did = [*_held(year, view, until), *_done(year, view, until)]
    of_now = pd.DataFrame(
        [*(row for row in standing if row["month"] == every[-1]), *did, *_open(year, view)],
        columns=["person", "team", "month", *MEASURES],
    ).fillna(0)
    dated = pd.DataFrame([*standing, *did], columns=["person", "team", "month", *MEASURES]).fillna(0)
    length = ((until - view.since).days + 1) / MONTH
    return {
        "people": _people(year, of_now),
        "room": _room(year, of_now, length),
        "teams": _teams(year, of_now),
        "stages": _stages(of_now),
        "months": _months(dated, every),
        "hours": _hours(dated, every),
        "person_months": _person_months(dated, every),
    }


def _standing(spans: set[tuple[Any, ...]], view: View, day: date) -> list[Row]:
    """Return whose each account is at the end of a day."""
    return [
        {"person": owner or 0, "team": stage, "accounts": 1, "stores": stores}
        for account_id, stage, owner, stores, since, until in spans
        if since <= day and (until is None or until > day) and view.of(account_id)
    ]


def _held(year: Year, view: View, until: date) -> list[Row]:
    found = []
    for row in year.rows("lectures"):
        day, own = date.fromisoformat(row["local_start"][:10]), row["account_id"] is not None
        mine = view.of(row["account_id"]) if own else True
        if row["status"] == "scheduled" and row["ends_at"] <= NOW and view.since <= day <= until and mine:
            host = row["host_id"]
            hours = (row["ends_at"] - row["starts_at"]).total_seconds() / 3600
            counted = {"own": 1, "own_hours": hours} if own else {"lectures": 1, "lecture_hours": hours}
            found.append(_of(year, host, day) | counted)
    return found


def _done(year: Year, view: View, until: date) -> list[Row]:
    return [
        _of(year, row["done_by_id"], local(row["done_at"])) | {"done": 1}
        for row in year.rows("tasks")
        if row["done_at"] is not None and row["done_by_id"] is not None
        and view.since <= local(row["done_at"]) <= until and view.of(row["account_id"])
    ]  # fmt: skip


def _open(year: Year, view: View) -> list[Row]:
    found = []
    for row in year.rows("tasks"):
        if row["done_at"] is None and view.of(row["account_id"]):
            one = _of(year, row["owner_id"], TODAY) | {"open": 1}
            if row["owner_id"] is None and row["account_id"] is not None:
                one["team"] = year.accounts[row["account_id"]]["stage"]
            found.append(one)
    return found


def _of(year: Year, person: int | None, day: date) -> Row:
    return {
        "person": person or 0,
        "team": year.staff[person]["team"] if person else "none",
        "month": day.replace(day=1),
    }


def _sums(frame: pd.DataFrame) -> dict[str, float]:
    return {name: float(frame[name].sum()) for name in MEASURES}


def _grouped(frame: pd.DataFrame, *names: str) -> dict[Any, dict[str, float]]:
    """Add up by columns; groups without anything are left out."""
    found = {key if len(names) > 1 else key[0]: _sums(some) for key, some in frame.groupby(list(names))}
    return {key: sums for key, sums in found.items() if any(sums.values())}


def _work(sums: dict[str, float], *, tasks: bool = True) -> float:
    return sums["lecture_hours"] + sums["own_hours"] + (sums["done"] * TASK_HOURS if tasks else 0)


def _people(year: Year, frame: pd.DataFrame) -> list[Entry]:
    found = _grouped(frame, "person")
    order = sorted(found, key=lambda one: (one == 0, -found[one]["accounts"], -_work(found[one], tasks=False), one))
    return [
        (str(one), {"member": str(one or ""), "team": year.staff[one]["team"] if one else "none", **found[one]})
        for one in order
    ]


def _room(year: Year, frame: pd.DataFrame, length: float) -> list[Entry]:
    found = _grouped(frame, "person")
    nothing = dict.fromkeys(MEASURES, 0.0)
    here = [one for one, row in year.staff.items() if row["active"] and (row["team"] in STAGES or one in found)]
    spent = {one: _work(found.get(one, nothing)) / length for one in here}
    rows = []
    for one in here:
        team = year.staff[one]["team"]
        has = median([hours for other, hours in spent.items() if year.staff[other]["team"] == team and hours])
        told: dict[str, Any] = {
            "member": str(one),
            "team": team,
            "accounts": found.get(one, nothing)["accounts"],
            "has": has,
        }
        rows.append((str(one), told | {"month_hours": spent[one], "room": None if has is None else has - spent[one]}))
    return sorted(rows, key=lambda row: (row[1]["room"] is None, -(row[1]["room"] or 0), row[1]["month_hours"], row[0]))


def _teams(year: Year, frame: pd.DataFrame) -> list[Entry]:
    found = _grouped(frame, "team")
    people = [row["team"] for row in year.staff.values() if row["active"]]
    return [(team, {"team": team, "members": people.count(team), **found[team]}) for team in TEAMS if team in found]


def _stages(frame: pd.DataFrame) -> list[Entry]:
    rows = []
    for stage in STAGES:
        some = frame[(frame["team"] == stage) & (frame["accounts"] > 0)]
        if len(some):
            owned = some[some["person"] != 0]
            owners = owned["person"].nunique()
            told: dict[str, Any] = {
                "stage": stage,
                "accounts": len(some),
                "without": len(some) - len(owned),
                "stores": int(some["stores"].sum()),
            }
            told |= {"owners": owners, "per_owner": len(owned) / owners if owners else None}
            rows.append((stage, told | {"stores_per_owner": owned["stores"].sum() / owners if owners else None}))
    return rows


def _months(frame: pd.DataFrame, every: list[date]) -> list[Entry]:
    found = _grouped(frame, "month", "team")
    return [
        (f"{first:%Y-%m}_{team}", {"month": first, "team": team, **_without_open(found[first, team])})
        for first in every
        for team in TEAMS
        if (first, team) in found
    ]


def _hours(frame: pd.DataFrame, every: list[date]) -> list[Entry]:
    rows = []
    for first in every:
        sums = _sums(frame[frame["month"] == first])
        told: dict[str, Any] = {name: sums[name] for name in ("lecture_hours", "own_hours", "done")}
        told |= {"month": first, "task_hours": sums["done"] * TASK_HOURS, "hours": _work(sums)}
        rows.append((f"{first:%Y-%m}_all", told))
    return rows if any(told["hours"] for _key, told in rows) else []


def _person_months(frame: pd.DataFrame, every: list[date]) -> list[Entry]:
    people, found = _grouped(frame, "person"), _grouped(frame, "person", "month")
    rank: Callable[[int], Any] = lambda one: (-_work(people[one], tasks=False), -people[one]["accounts"], one)  # noqa: E731
    return [
        (f"{first:%Y-%m}_{one}", {"member": str(one), "month": first, **_without_open(found[one, first])})
        for one in sorted((one for one in people if one), key=rank)
        for first in every
        if (one, first) in found
    ]


def _without_open(sums: dict[str, float]) -> dict[str, float]:
    return {name: value for name, value in sums.items() if name != "open"}
