"""Answers what the report on the way to ready must say: curves by hand, and what became of handovers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from tests.proof.year.comparing import SMALL
from tests.proof.year.expected_snapshots import Row
from tests.proof.year.firms import NOW, TODAY
from tests.proof.year.tables import Curve, Told, View, Year, gone, last_seen, local, median, month, wilson

KNOTS = ("signed", "invited", "registered", "attended", "set_up", "in_use", "ready", "handed_over")
STATES = ("early", "on_time", "late", "overdue", "ahead", "gone")

Entry = tuple[str, dict[str, Any]]


def report(year: Year, ways: dict[int, Row], view: View) -> Told:
    """Count the report."""
    mine = [
        row | {"account": year.accounts[number]}
        for number, row in ways.items()
        if view.has(row["began_on"]) and not row["came_live"] and view.of(number)
    ]
    cohorts: dict[str, list[Row]] = {}
    for row in mine:
        cohorts.setdefault(f"{row['began_on']:%Y-%m}", []).append(row)
    ordered = dict(sorted(cohorts.items()))
    return {
        "days": [_days(knot, mine) for knot in KNOTS],
        "reached": [_reached(key, some) for key, some in ordered.items()],
        "cohort_median": [_quantiles(key, some, 0.5) for key, some in ordered.items()],
        "cohort_ninetieth": [_quantiles(key, some, 0.9) for key, some in ordered.items()],
        "curve": _curve(_to("ready", mine), _to("in_use", mine)),
        **_starts(mine, ordered),
        "worth": [_worth(key, some, year) for key, some in ({"all": mine} | ordered).items()],
        "waiting": _waiting(mine),
        "steps": _steps(mine),
        **_handovers(year, ways, view),
    }


def left_out(ways: dict[int, Row], view: View) -> int:
    """Count the accounts of the period that came already live."""
    return sum(view.has(row["began_on"]) and row["came_live"] and view.of(number) for number, row in ways.items())


def wait_to_hand_over(ways: dict[int, Row], year: Year, view: View) -> Curve:
    """Return how long accounts that were ready waited to be handed over."""
    mine = [
        row | {"account": year.accounts[number]}
        for number, row in ways.items()
        if view.has(row["began_on"]) and not row["came_live"] and view.of(number)
    ]
    return _step(mine, "handed_over")


def _to(knot: str, rows: Iterable[Row]) -> Curve:
    """Follow accounts from their beginning to a knot, or to the last day they are looked at."""
    return Curve(
        (((row[f"{knot}_on"] or last_seen(row["account"])) - row["began_on"]).days, row[f"{knot}_on"] is not None)
        for row in rows
    )


def _days(knot: str, rows: list[Row]) -> Entry:
    curve = _to(knot, rows)
    told: dict[str, Any] = {
        "knot": knot,
        "accounts": len(rows),
        "reached": curve.events,
        "open": len(rows) - curve.events,
    }
    return knot, told | {"median": curve.quantile(0.5), "ninetieth": curve.quantile(0.9), SMALL: len(rows) < 10}


def _reached(key: str, rows: list[Row]) -> Entry:
    counts = {knot: sum(row[f"{knot}_on"] is not None for row in rows) for knot in KNOTS}
    return key, {"month": _first(key), "accounts": len(rows), SMALL: len(rows) < 10, **counts}


def _quantiles(key: str, rows: list[Row], share: float) -> Entry:
    found = {knot: _to(knot, rows).quantile(share) for knot in KNOTS}
    return key, {"month": _first(key), "accounts": len(rows), SMALL: len(rows) < 10, **found}


def _curve(ready: Curve, in_use: Curve) -> list[Entry]:
    last = max(ready.steps[-1].day, in_use.steps[-1].day)
    rows, day = [], 0
    while day < min(last + 7, 365):
        told: dict[str, Any] = {"day": day}
        for name, curve in (("ready", ready), ("in_use", in_use)):
            step = curve.step(day)
            told |= {name: curve.share(day), f"{name}_left": curve.later(day)}
            told |= {f"{name}_low": step.low if step else None, f"{name}_high": step.high if step else None}
        rows.append((str(day), told))
        day += 7
    return rows


def _starts(rows: list[Row], cohorts: dict[str, list[Row]]) -> Told:
    planned = [row for row in rows if row["account"]["planned_start_on"]]
    counts = Counter(map(_state, planned))
    states = [
        (state, {"state": state, "accounts": counts[state], "share": wilson(counts[state], len(planned)), SMALL: len(planned) < 10})
        for state in STATES
    ]  # fmt: skip
    months, days = [], [_start_days("all", planned)]
    for key, some in cohorts.items():
        theirs = [row for row in some if row["account"]["planned_start_on"]]
        if theirs:
            told = Counter(map(_state, theirs))
            months.append((key, {"month": _first(key), "planned": len(theirs), SMALL: len(theirs) < 10}
                           | {state: told[state] for state in STATES}))  # fmt: skip
            days.append(_start_days(key, theirs))
    return {"start": states, "start_months": months, "start_days": days}


def _state(row: Row) -> str:
    planned, used = row["account"]["planned_start_on"], row["in_use_on"]
    if used is None:
        return "gone" if gone(row["account"]) else "overdue" if planned < TODAY else "ahead"
    return "early" if used < planned else "on_time" if used == planned else "late"


def _start_days(key: str, rows: list[Row]) -> Entry:
    """Reckon the days from the planned day, moved to begin at zero and back."""
    days = [
        (((row["in_use_on"] or last_seen(row["account"])) - row["account"]["planned_start_on"]).days, row["in_use_on"] is not None)
        for row in rows
    ]  # fmt: skip
    least = min(0, *(day for day, _came in days))
    difference = tuple(
        None if end is None else end + least for end in Curve((day - least, came) for day, came in days).quantile(0.5)
    )
    signed = [row for row in rows if row["signed_on"] is not None]
    planned = [(row["account"]["planned_start_on"] - row["signed_on"]).days for row in signed]
    actual = Curve(
        (((row["in_use_on"] or last_seen(row["account"])) - row["signed_on"]).days, row["in_use_on"] is not None)
        for row in signed
    )
    told: dict[str, Any] = {
        "month": _first(key),
        "planned": len(rows),
        "difference": difference,
        "planned_days": median(planned),
    }
    return key, told | {"actual_days": actual.quantile(0.5), SMALL: len(rows) < 10}


def _worth(key: str, rows: list[Row], year: Year) -> Entry:
    fees = []
    for row in rows:
        terms = [one for one in year.rows("contracts") if one["account_id"] == row["account_id"]]
        known = sorted((one["starts_on"], one["monthly_fee"]) for one in terms if one["monthly_fee"] is not None)
        fees += [known[0][1]] if known else []
    told: dict[str, Any] = {"month": _first(key), "accounts": len(rows), "fee_known": len(fees), "monthly": sum(fees)}
    return key, told | {"day_worth": sum(fees) / 30, SMALL: len(fees) < 10}


def _waiting(rows: list[Row]) -> list[Entry]:
    """Find what each account still on its way waits for: a knot it passed must be behind those before it."""
    found: dict[str, list[int]] = {knot: [] for knot in KNOTS}
    for row in rows:
        if row["handed_over_on"] is None and not gone(row["account"]):
            knot = _next(row)
            before = [row[f"{one}_on"] for one in KNOTS[: KNOTS.index(knot)]]
            since = max([row["began_on"], *(day for day in before if day is not None)])
            found[knot].append(max(0, (TODAY - since).days))
    return [
        (knot, {"knot": knot, "waiting": len(days), "median": median(days), SMALL: len(days) < 10})
        for knot, days in found.items()
        if any(found.values())
    ]


def _next(row: Row) -> str:
    if row["ready_on"]:
        return "handed_over"
    passed = {knot for knot in KNOTS if row[f"{knot}_on"]}
    if "attended" in passed:
        passed |= {"registered"}
    if "registered" in passed:
        passed |= {"invited"}
    if passed & {"invited", "set_up", "in_use"}:
        passed |= {"signed"}
    return next((knot for knot in KNOTS[:-1] if knot not in passed), "ready")


def _steps(rows: list[Row]) -> list[Entry]:
    found = []
    for knot in KNOTS[1:]:
        curve = _step(rows, knot)
        if curve.people:
            within = 90 if curve.share(90) is not None else curve.steps[-1].day
            told: dict[str, Any] = {"knot": knot, "entered": curve.people, "mean": curve.mean(within), "within": within}
            found.append((knot, told | {SMALL: curve.people < 10}))
    return found


def _step(rows: list[Row], knot: str) -> Curve:
    """Follow accounts from the knot before: to this one, else to the handover, else to the last day they are looked at."""
    before = KNOTS[KNOTS.index(knot) - 1]
    seen = []
    for row in rows:
        if before == "signed":
            entered = row["began_on"] if row["signed_on"] or row["invited_on"] else None
        else:
            entered = row[f"{before}_on"]
        if entered:
            end = row[f"{knot}_on"] or row["handed_over_on"] or last_seen(row["account"])
            seen.append(((end - entered).days, row[f"{knot}_on"] is not None))
    return Curve(seen)


def _handovers(year: Year, ways: dict[int, Row], view: View) -> Told:
    every = [row for row in year.rows("handovers") if view.of(row["account_id"]) and row["wave"] is None]
    decided = [row for row in every if row["state"] in ("accepted", "returned") and view.has(local(row["decided_at"]))]
    boundaries = sorted({(row["from_stage"], row["to_stage"]) for row in decided})
    told = []
    for one, other in boundaries:
        some = [row["state"] for row in decided if (row["from_stage"], row["to_stage"]) == (one, other)]
        back, key = some.count("returned"), f"{one}-{other}"
        told.append((key, {"boundary": key, "decided": len(some), "accepted": len(some) - back, "returned": back,
                           "share_returned": wilson(back, len(some)), SMALL: len(some) < 10}))  # fmt: skip
    reasons = Counter(
        key for row in decided if row["state"] == "returned" for key in (dict.fromkeys(row["reopened"]) or ("",))
    )
    returned = [
        (key or "none", {"condition": key or "none", "returned": count})
        for key, count in sorted(reasons.items(), key=lambda entry: (-entry[1], entry[0]))
    ]
    return {"decided": told, "returned": returned, "after": _after(year, ways, every, view)}


def _after(year: Year, ways: dict[int, Row], handovers: list[Row], view: View) -> list[Entry]:
    used: dict[int, list[date]] = {}
    for row in year.rows("usage_days"):
        used.setdefault(row["account_id"], []).append(row["day"])
    found = []
    for days in (30, 60, 90):
        old = [
            row
            for number, row in ways.items()
            if view.of(number) and not row["came_live"] and view.has(row["handed_over_on"])
            and row["handed_over_on"] + timedelta(days=days) <= TODAY
        ]  # fmt: skip
        # Where a person confirmed the use, nobody knows how it went on.
        measured = [row for row in old if row["account_id"] in used or row["in_use_on"] is None]
        in_use = sum(
            any(days - 30 < (day - row["handed_over_on"]).days <= days for day in used.get(row["account_id"], ()))
            for row in measured
        )
        advanced = sum(
            row["advanced_on"] is not None and (row["advanced_on"] - row["handed_over_on"]).days <= days for row in old
        )
        asked = [
            row
            for row in handovers
            if (row["from_stage"], row["to_stage"]) == ("onboarding", "success") and row["state"] != "withdrawn"
            and view.has(local(row["requested_at"])) and row["requested_at"] + timedelta(days=days) <= NOW
        ]  # fmt: skip
        back = sum(
            row["state"] == "returned" and row["decided_at"] - row["requested_at"] <= timedelta(days=days)
            for row in asked
        )
        told: dict[str, Any] = {
            "after": str(days),
            "handed_over": len(old),
            "still_in_use": wilson(in_use, len(measured)),
        }
        told |= {"advanced": wilson(advanced, len(old)), "returned": wilson(back, len(asked)), SMALL: len(old) < 10}
        if old or asked:
            found.append((str(days), told))
    return found


def _first(key: str) -> date | str:
    return key if key == "all" else month(date.fromisoformat(f"{key}-01"))
