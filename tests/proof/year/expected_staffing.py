"""Answers what staffing must have measured on the year: a plan of plain numbers, counted from spans, lectures, seats and tasks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import fmean, pstdev
from typing import Any

import numpy as np
from scipy import stats

from tests.proof.year.expected_snapshots import Row
from tests.proof.year.tables import KNOWN, STAGES, Curve, View, Year, after, local, month

MONTH = 365.2425 / 12
HORIZON = 12
# What is measured on fewer cases is not told.
FEWEST = 5

# A number, on how many cases it was measured (None: nobody measured it) and their standard deviation.
Number = tuple[float, int | None, float]


@dataclass
class Act:
    """Something done in a stage."""

    key: str
    stage: str
    minutes: Number
    per: str
    done: str = "one_to_one"
    group: Number = (1, None, 0)


@dataclass
class Plan:
    """What hours are reckoned from; a number is called as the report calls it (accounts.success, queue.seats)."""

    acts: list[Act]
    numbers: dict[str, Number] = field(default_factory=dict)
    pooled: bool = False

    def value(self, name: str) -> float:
        """Return a number without its base."""
        return self.numbers[name][0]

    def of(self, name: str) -> dict[str, float]:
        """Return a number of every stage that has it."""
        return {stage: self.value(f"{name}.{stage}") for stage in STAGES if f"{name}.{stage}" in self.numbers}


def plan(year: Year, told: Any, view: View) -> Plan:
    """Measure the plan on the whole months of a period."""
    first = view.since if view.since.day == 1 else after(month(view.since))
    until = month(view.until + timedelta(days=1))
    window = View(first, until - timedelta(days=1), view.ids)
    count = (until.year - first.year) * 12 + until.month - first.month
    found = Plan(_usual())
    found.numbers = {
        "new_accounts": (10, None, 0), "new_stores": (30, None, 0), "growth": (0, None, 0), "hours": (120, None, 0),
        "lectures_per_account": (1, None, 0), "leavers": (0, None, 0), "newcomer_months": (3, None, 0),
        "months.sales": (1, None, 0), "months.onboarding": (2, None, 0), "months.success": (9, None, 0),
        "queue.arrivals": (20, None, 0), "queue.lectures": (8, None, 0), "queue.seats": (10, None, 0),
        "queue.show_rate": (0.7, None, 0),
    }  # fmt: skip
    _coming(found, told.ways, window)
    _standing(found, year)
    _limit_to(found, year, view)
    _stays(found, year, told, window)
    _work(found, year, told, window, count)
    left = sum(row["key"] == "staff_left" and window.has(local(row["at"])) for row in year.rows("events"))
    if left:
        found.numbers["leavers"] = (left * 12 / count, left, 0)
    return found


def _usual() -> list[Act]:
    """Return what the program takes for usual where the history does not tell."""
    return [
        Act("handing_in", "sales", (60, None, 0), "account"), Act("kick_off", "onboarding", (60, None, 0), "account"),
        Act("basic_lecture", "onboarding", (90, None, 0), "lecture", "group", (6, None, 0)),
        Act("own_lectures", "onboarding", (10, None, 0), "month"),
        Act("setup_help", "onboarding", (20, None, 0), "store", group=(5, None, 0)),
        Act("onboarding_contacts", "onboarding", (45, None, 0), "month"),
        Act("handover", "onboarding", (30, None, 0), "account"),
        Act("advanced_lecture", "success", (90, None, 0), "lecture", "group", (6, None, 0)),
        Act("success_contacts", "success", (30, None, 0), "month"), Act("renewal_talk", "renewal", (90, None, 0), "account"),
        Act("renewal_contacts", "renewal", (15, None, 0), "month"),
    ]  # fmt: skip


def _coming(found: Plan, ways: dict[int, Row], window: View) -> None:
    """Project newcomers from the months since the first one came."""
    came = [
        row
        for number, row in ways.items()
        if window.has(row["began_on"]) and not row["came_live"] and window.of(number)
    ]
    if len(came) < FEWEST:
        return
    first, counts = month(min(row["began_on"] for row in came)), []
    while first <= window.until:
        mine = [row["stores"] for row in came if month(row["began_on"]) == first]
        counts.append((len(mine), sum(mine)))
        first = after(first)
    found.numbers["new_accounts"], found.numbers["growth"] = _projected([one for one, _stores in counts])
    found.numbers["new_stores"] = _projected([stores for _one, stores in counts])[0]


def _projected(counts: list[int]) -> tuple[Number, Number]:
    size = len(counts)
    flat = (fmean(counts), size, float(np.std(counts, ddof=1)) if size > 1 else 0.0), (0.0, None, 0.0)
    if size < 6:
        return flat
    line = stats.linregress(range(size), counts)
    level = float(line.intercept + line.slope * size)
    if level <= 0 or abs(line.slope) <= stats.t.ppf(0.975, min(size - 2, 10)) * line.stderr or not line.slope:
        return flat
    rest = np.array(counts) - (line.intercept + line.slope * np.arange(size))
    spread = float(np.sqrt((rest**2).sum() / (size - 2)))
    return (level, size, spread), (float(line.slope) / level, size, float(line.stderr) / level)


def _standing(found: Plan, year: Year) -> None:
    people = [row["team"] for row in year.staff.values() if row["active"]]
    for stage in STAGES:
        found.numbers[f"people.{stage}"] = (people.count(stage), people.count(stage), 0)


def _limit_to(found: Plan, year: Year, view: View) -> None:
    """Count the accounts that somebody looks after now, and their stores."""
    mine = {
        number: row["stage"]
        for number, row in year.accounts.items()
        if view.of(number)
        and not row["undecided"]
        and (row["cancelled_on"] is None or row["cancelled_on"] > view.until)
    }
    stores = [mine.get(row["account_id"]) for row in year.rows("stores") if row["scope"] == "in"]
    for stage in STAGES:
        accounts = list(mine.values()).count(stage)
        found.numbers[f"accounts.{stage}"] = (accounts, accounts, 0)
        found.numbers[f"stores.{stage}"] = (stores.count(stage), stores.count(stage), 0)


def _stays(found: Plan, year: Year, told: Any, window: View) -> None:
    """Follow accounts through their stages; who is still there has stayed so long at least."""
    end = window.until + timedelta(days=1)
    spans: dict[tuple[int, str], list[tuple[date, date | None]]] = {}
    for account_id, stage, _owner, _stores, since, until in told.spans:
        if year.accounts[account_id]["cancelled_on"] is None and window.of(account_id) and since < end:
            spans.setdefault((account_id, stage), []).append((since, until))
    seen: dict[str, list[tuple[int, bool]]] = {}
    for (_account, stage), some in spans.items():
        last = None if any(until is None for _since, until in some) else max(until for _since, until in some if until)
        gone = last is not None and last < end
        stay = ((last if gone and last else end) - min(since for since, _until in some)).days
        seen.setdefault(stage, []).append((max(0, stay), gone))
    came = sum(
        window.has(row["began_on"]) and not row["came_live"] and window.of(number) for number, row in told.ways.items()
    )
    for stage in ("onboarding", "success"):
        curve = Curve(seen.get(stage, ()))
        left = [days for days, gone in seen.get(stage, ()) if gone]
        if len(left) >= FEWEST:
            longest = curve.steps[-1].day
            if (curve.share(longest) or 0) >= 0.5:
                found.numbers[f"months.{stage}"] = (curve.mean(longest) / MONTH, len(left), pstdev(left) / MONTH)
    if came >= FEWEST:
        left = [days for days, gone in seen.get("sales", ()) if gone]
        found.numbers["months.sales"] = (min(1.0, len(left) / came) * (fmean(left) if left else 0.0) / MONTH, came, 0)


def _work(found: Plan, year: Year, told: Any, window: View, count: int) -> None:
    """Measure lectures, their seats, and tasks."""
    quarter = min(count, 3)
    lately = View(month(window.until) if quarter < 2 else _back(window.until, quarter - 1), window.until, window.ids)
    seats = [row for row in told.seats.values() if lately.has(row["day"]) and window.of(row["account_id"])]
    came = [row for row in seats if row["verdict"] in ("attended", "partial")]
    visits = {(row["account_id"], row["lecture_id"]) for row in came}
    visitors = {account_id for account_id, _lecture in visits}
    held: dict[str, list[Row]] = {"basic": [], "advanced": [], "own": []}
    for row in year.rows("lectures"):
        mine = row["account_id"] is None or window.of(row["account_id"])
        over = local(row["starts_at"]) >= window.since and local(row["ends_at"]) <= window.until
        if row["status"] == "scheduled" and mine and over:
            first = year.courses[row["course_id"]]["prerequisite_id"] is None
            held["own" if row["account_id"] else "basic" if first else "advanced"].append(row)
    acts = {act.key: act for act in found.acts}
    for key in ("basic", "advanced"):
        _measured(acts[f"{key}_lecture"], [_minutes(row) for row in held[key]], _groups(held[key], visits))
    months = _account_months(told, window)
    alone = [_minutes(row) for row in held["own"]]
    if len(alone) >= FEWEST:
        acts["own_lectures"].minutes = (sum(alone) / months["onboarding"], len(alone), 0)
    for stage, key in (
        ("onboarding", "onboarding_contacts"),
        ("success", "success_contacts"),
        ("renewal", "renewal_contacts"),
    ):
        done = _tasks(year, window, stage)
        if done >= FEWEST and months.get(stage):
            acts[key].minutes = (done * 15 / months[stage], done, 0)
    if len(visitors) >= FEWEST:
        found.numbers["lectures_per_account"] = (len(visits) / len(visitors), len(visitors), 0)
    if len(held["basic"]) >= FEWEST:
        places = [row["capacity"] for row in held["basic"]]
        found.numbers["queue.lectures"] = (len(places) / count, len(places), 0)
        found.numbers["queue.seats"] = (fmean(places), len(places), pstdev(places))
    known = [row["verdict"] for row in seats if row["verdict"] in KNOWN]
    if len(seats) >= FEWEST:
        found.numbers["queue.arrivals"] = (len(seats) / quarter, len(seats), 0)
    if len(known) >= FEWEST:
        found.numbers["queue.show_rate"] = (known.count("attended") / len(known), len(known), 0)


def _tasks(year: Year, window: View, team: str) -> int:
    """Count the tasks that members of a team did."""
    done = [row for row in year.rows("tasks") if row["done_at"] is not None and row["done_by_id"] is not None]
    mine = [row for row in done if window.has(local(row["done_at"])) and window.of(row["account_id"])]
    return sum(year.staff[row["done_by_id"]]["team"] == team for row in mine)


def _account_months(told: Any, window: View) -> dict[str, float]:
    found = dict.fromkeys(STAGES, 0.0)
    end = window.until + timedelta(days=1)
    for account_id, stage, _owner, _stores, since, until in told.spans:
        if window.of(account_id):
            days = (min(until or end, end) - max(since, window.since)).days
            found[stage] += max(0, days) / MONTH
    return found


def _groups(lectures: list[Row], visits: set[tuple[int, int]]) -> list[int]:
    """Count the accounts that came to each lecture that any came to."""
    ids = {row["id"] for row in lectures}
    counts: dict[int, int] = {}
    for _account, lecture_id in visits:
        if lecture_id in ids:
            counts[lecture_id] = counts.get(lecture_id, 0) + 1
    return list(counts.values())


def _measured(act: Act, minutes: list[float], groups: list[int]) -> None:
    if len(minutes) >= FEWEST:
        act.minutes = (fmean(minutes), len(minutes), pstdev(minutes))
    if len(groups) >= FEWEST:
        act.group = (max(1.0, fmean(groups)), len(groups), pstdev(groups))


def _minutes(row: Row) -> float:
    return float((row["ends_at"] - row["starts_at"]).total_seconds() / 60)


def _back(day: date, count: int) -> date:
    first = month(day)
    for _ in range(count):
        first = month(first - timedelta(days=1))
    return first
