"""Answers what the report on attendance must say: seats grouped in pandas, and the accounts and stores nobody came for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pandas as pd

from tests.proof.year.comparing import SMALL
from tests.proof.year.expected_snapshots import Row
from tests.proof.year.tables import KNOWN, STAGES, Told, View, Year, gone, size_band, wilson

LEADS = ("same_day", "1_3", "4_7", "8_14", "15_plus")
SIZES = ("0", "1", "2_3", "4_9", "10_29", "30_plus")


def report(year: Year, seats: dict[int, Row], ways: dict[int, Row], view: View) -> Told:
    """Count the report."""
    mine = [row for row in seats.values() if view.has(row["day"]) and view.of(row["account_id"])]
    frame = pd.DataFrame([row | _of_lecture(year.lectures[row["lecture_id"]], row) for row in mine])
    found: Told = {"overall": _funnel(frame), "week": _weeks(frame)}
    found["weekday"] = _grouped(frame, "weekday", [str(day) for day in range(7)])
    found["hour"] = _grouped(frame, "hour", [f"{hour:02}" for hour in range(24)])
    found["heat"] = [
        (f"{day}-{hour}", {"weekday": day, "hour": hour, **_counted(some)})
        for (day, hour), some in frame.groupby(["weekday", "hour"])
    ]
    found["course"] = _best(frame, "course", lambda key: key)
    found["host"] = _best(frame, "host", lambda key: "" if key == "0" else key)
    found["kind"] = _grouped(frame, "kind", ("open", "own"))
    found["lead"] = _grouped(frame, "lead", LEADS)
    found["reminder"] = _grouped(frame, "reminder", ("seen", "sent", "none"))
    found["asked"] = _grouped(frame, "asked", ("first", "again", "unasked"))
    found["size"] = _grouped(frame, "size", SIZES)
    for name in ("plan", "it_skill"):
        frame[name] = "=" + frame[name]
        found[name] = _best(frame, name, lambda key: key[1:])
    return found | _accounts(year, ways, view)


def _of_lecture(lecture: Row, seat: Row) -> dict[str, Any]:
    day = seat["day"]
    return {
        "week": day - timedelta(days=day.weekday()), "weekday": str(day.weekday()), "hour": lecture["local_start"][11:13],
        "course": str(lecture["course_id"]), "host": str(lecture["host_id"] or 0),
        "kind": "own" if lecture["account_id"] else "open",
    }  # fmt: skip


def _counted(frame: pd.DataFrame) -> dict[str, Any]:
    verdicts = frame["verdict"].value_counts()
    counts = {name: int(verdicts.get(name, 0)) for name in (*KNOWN, "excused", "unknown")}
    known = frame[frame["verdict"].isin(KNOWN)]
    rate = wilson(counts["attended"], len(known))
    return counts | {
        "registered": len(frame),
        "joined": int(known["joined"].sum()),
        "rate": rate,
        SMALL: len(known) < 10,
    }


def _funnel(frame: pd.DataFrame) -> list[tuple[str, dict[str, Any]]]:
    told = _counted(frame)
    known, registered = told["rate"][1], told["registered"]
    steps = {
        "registered": (registered, None, None), "known": (known, None, registered), "joined": (told["joined"], known, known),
        "stayed": (told["attended"], known, told["joined"]), "excused": (told["excused"], None, registered),
        "unknown": (told["unknown"], None, registered),
    }  # fmt: skip
    return [
        (step, {"step": step, "people": people, "rate": None if base is None else wilson(people, base),
                "of_before": None if before is None else wilson(people, before)})
        for step, (people, base, before) in steps.items()
    ]  # fmt: skip


def _weeks(frame: pd.DataFrame) -> list[tuple[str, dict[str, Any]]]:
    week, rows = frame["week"].min(), []
    while week <= frame["week"].max():
        rows.append((week.isoformat(), {"week": week, **_counted(frame[frame["week"] == week])}))
        week += timedelta(days=7)
    return rows


def _grouped(frame: pd.DataFrame, name: str, order: Sequence[str]) -> list[tuple[str, dict[str, Any]]]:
    there = [key for key in order if (frame[name] == key).any()]
    return [(key, {name: key, **_counted(frame[frame[name] == key])}) for key in there]


def _best(frame: pd.DataFrame, name: str, called: Any) -> list[tuple[str, dict[str, Any]]]:
    rows = [(key, {name: called(key), **_counted(some)}) for key, some in frame.groupby(name)]
    return sorted(rows, key=lambda row: _place(row[0], row[1]["rate"], row[1]["registered"]))


def _place(key: str, rate: tuple[Any, ...], size: int) -> tuple[Any, ...]:
    """Put large groups first, best first; then the small ones, largest first."""
    return (0, -rate[2], -rate[1], key) if rate[1] >= 10 else (1, -size, 0, key)


def _accounts(year: Year, ways: dict[int, Row], view: View) -> Told:
    came = {
        year.contacts[row["contact_id"]]["account_id"]
        for row in year.rows("attendances")
        if row["verdict"] == "attended"
    }
    frame = pd.DataFrame(
        [
            {"stage": row["stage"], "plan": f"={row['plan']}", "stores": ways[number]["stores"], "reached": number in came,
             "stores_attended": ways[number]["stores_attended"], "size": size_band(ways[number]["stores"])}
            for number, row in year.accounts.items()
            if view.of(number) and not gone(row) and not row["undecided"] and not ways[number]["came_live"]
        ]
    )  # fmt: skip
    without = []
    for stage in STAGES:
        some = frame[frame["stage"] == stage]
        if len(some):
            reached = int(some["reached"].sum())
            told: dict[str, Any] = {
                "stage": stage,
                "accounts": len(some),
                "reached": reached,
                "without": len(some) - reached,
            }
            without.append((stage, told | {"rate": wilson(reached, len(some)), SMALL: len(some) < 10}))
    there = frame[(frame["stage"] != "sales") & (frame["stores"] > 0)]
    sizes = [("all", _stores("size", "all", there))]
    sizes += [
        (band, _stores("size", band, there[there["size"] == band])) for band in SIZES if (there["size"] == band).any()
    ]
    plans = [(key, _stores("plan", key[1:], some)) for key, some in there.groupby("plan")]
    plans.sort(key=lambda row: _place(row[0], row[1]["rate"], row[1]["stores"]))
    return {"without": without, "stores_size": sizes, "stores_plan": plans}


def _stores(name: str, called: str, frame: pd.DataFrame) -> dict[str, Any]:
    stores, attended = int(frame["stores"].sum()), int(frame["stores_attended"].sum())
    told: dict[str, Any] = {name: called, "accounts": len(frame), "stores": stores, "stores_attended": attended}
    return told | {"rate": wilson(attended, stores), SMALL: stores < 10}
