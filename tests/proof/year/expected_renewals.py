"""Answers what the report on renewals must say: what became of contracts, and how long accounts stay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd

from tests.proof.year.comparing import SMALL
from tests.proof.year.expected_snapshots import Row
from tests.proof.year.firms import TODAY
from tests.proof.year.tables import Curve, Told, View, Year, gone, month, wilson

STATES = ("renewed", "ended", "running", "unsaid")
READY = ("in_time", "late", "never", "unplanned", "live")

Entry = tuple[str, dict[str, Any]]


def report(year: Year, ways: dict[int, Row], view: View) -> Told:
    """Count the report."""
    terms: dict[int, list[Row]] = {}
    for row in sorted(year.rows("contracts"), key=lambda one: one["starts_on"]):
        if view.of(row["account_id"]):
            terms.setdefault(row["account_id"], []).append(row)
    contracts = pd.DataFrame(
        [row | _became(year, row, place == len(some) - 1) for some in terms.values() for place, row in enumerate(some)],
    )
    some = contracts[(contracts["starts_on"] <= view.until) & (contracts["ends_on"] > view.since)]
    due = some[(some["last_on"] <= view.until) & (some["state"] != "running")]
    stays = [
        _stay(year.accounts[number], one, ways[number])
        for number, one in terms.items()
        if view.has(one[0]["starts_on"]) and one[0]["starts_on"] <= TODAY
    ]
    return {
        "outcomes": _outcomes(some),
        "due": [_due(first, one) for first, one in due.groupby("month")],
        "fees": [_fees(key, one) for key, one in [("all", due), *due.groupby("month")]],
        "retention": [
            _retention("month", f"{first:%Y-%m}", first, [one for one in stays if one["month"] == first])
            for first in sorted({one["month"] for one in stays})
        ],
        "by_ready": _by("ready", ("all", *READY), stays),
        "by_attended": _by("attended", ("attended", "not_attended"), stays),
        "curve": _curve(stays),
    }


def _became(year: Year, row: Row, last: bool) -> dict[str, Any]:
    """Tell what became of a contract: what was said, else what followed."""
    if row["outcome"] is not None:
        state = row["outcome"]
    elif not last:
        state = "renewed"
    elif gone(year.accounts[row["account_id"]]):
        state = "ended"
    else:
        state = "running" if row["ends_on"] > TODAY else "unsaid"
    last_on = row["ends_on"] - timedelta(days=1)
    return {"state": state, "last_on": last_on, "month": month(last_on)}


def _stay(account: Row, terms: list[Row], way: Row) -> dict[str, Any]:
    """Tell how long an account is a customer, and whether that is over."""
    first, last = terms[0]["starts_on"], terms[-1]
    ended = None
    if gone(account):
        ended = account["cancelled_on"]
    elif last["outcome"] == "ended" and last["ends_on"] <= TODAY:
        ended = last["ends_on"]
    seen = ended or (
        TODAY if last["ends_on"] > TODAY or last["outcome"] == "renewed" else last["ends_on"] - timedelta(days=1)
    )
    if way["came_live"]:
        ready = "live"
    elif way["ready_on"] is None:
        ready = "never"
    elif account["planned_start_on"] is None:
        ready = "unplanned"
    else:
        ready = "in_time" if way["ready_on"] <= account["planned_start_on"] else "late"
    attended = "attended" if way["attended_on"] is not None else "not_attended"
    return {
        "month": month(first),
        "days": (seen - first).days,
        "ended": ended is not None,
        "ready": ready,
        "attended": attended,
    }


def _outcomes(frame: pd.DataFrame) -> list[Entry]:
    rows = []
    for state in STATES:
        some = frame[frame["state"] == state]
        known = some["monthly_fee"].dropna()
        rows.append(
            (state, {"outcome": state, "contracts": len(some), "fee_known": len(known), "monthly": int(known.sum())})
        )
    return rows


def _due(first: date, frame: pd.DataFrame) -> Entry:
    counts = {state: int((frame["state"] == state).sum()) for state in ("renewed", "ended", "unsaid")}
    said = counts["renewed"] + counts["ended"]
    told: dict[str, Any] = {
        "month": first,
        "contracts": len(frame),
        "share_renewed": wilson(counts["renewed"], said),
        **counts,
    }
    return f"{first:%Y-%m}", told | {SMALL: said < 10}


def _fees(key: Any, frame: pd.DataFrame) -> Entry:
    said = frame[frame["state"].isin(("renewed", "ended"))]
    renewed = said[said["state"] == "renewed"]
    known, due, kept = said["monthly_fee"].count(), int(said["monthly_fee"].sum()), int(renewed["monthly_fee"].sum())
    told: dict[str, Any] = {
        "month": key,
        "decided": len(said),
        "share_renewed": wilson(len(renewed), len(said)),
        "fee_known": int(known),
    }
    told |= {"fee_due": due, "fee_kept": kept, "share_kept": kept / due if due else None, SMALL: bool(known < 10)}
    return (key if key == "all" else f"{key:%Y-%m}"), told


def _of(stays: Sequence[dict[str, Any]]) -> Curve:
    return Curve((one["days"], one["ended"]) for one in stays)


def _retention(name: str, key: str, called: Any, stays: Sequence[dict[str, Any]]) -> Entry:
    curve = _of(stays)
    told: dict[str, Any] = {
        name: called,
        "accounts": curve.people,
        "ended": curve.events,
        "median": curve.quantile(0.5),
    }
    half = {name.replace("retained", "half"): value for name, value in _left(curve, 184).items()}
    return key, told | half | _left(curve, 366) | {SMALL: curve.people < 10}


def _left(curve: Curve, day: int) -> dict[str, Any]:
    share, step = curve.share(day), curve.step(day)
    if share is None:
        return dict.fromkeys(("retained", "retained_low", "retained_high"))
    low = None if step is None or step.high is None else 1 - step.high
    high = None if step is None or step.low is None else 1 - step.low
    return {"retained": 1 - share, "retained_low": low, "retained_high": high}


def _by(name: str, keys: Sequence[str], stays: Sequence[dict[str, Any]]) -> list[Entry]:
    groups = {key: [one for one in stays if key in ("all", one[name])] for key in keys}
    return [_retention(name, key, key, some) for key, some in groups.items() if some]


def _curve(stays: Sequence[dict[str, Any]]) -> list[Entry]:
    every = _of(stays)
    others = {key: _of([one for one in stays if one["ready"] == key]) for key in ("in_time", "late", "never")}
    rows, day = [], 0
    while every.steps and day < min(every.steps[-1].day + 30, 1081):
        told: dict[str, Any] = {"day": day, "left": every.later(day), **_left(every, day)}
        told |= {f"retained_{key}": _left(curve, day)["retained"] for key, curve in others.items() if curve.people}
        rows.append((str(day), told))
        day += 30
    return rows
