"""Answers what the report on slots must say: who needs a seat, how times went, and the chances that nobody comes, by SciPy."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from math import ceil, sqrt
from typing import Any

import numpy as np
from scipy import stats

from tests.proof.year import expected_times
from tests.proof.year.comparing import SMALL
from tests.proof.year.expected_snapshots import Row
from tests.proof.year.expected_times import ENDS, Entry, Past, share_at, share_of, time_of
from tests.proof.year.firms import NOW, TODAY
from tests.proof.year.tables import STAGES, Told, View, Year, gone, wilson

AHEAD, LATELY = timedelta(weeks=4), timedelta(weeks=13)


def report(year: Year, told: Any, view: View) -> Told:
    """Count the report."""
    order = sorted(year.courses.values(), key=lambda row: (row["position"], row["id"]))
    everybody = _past(year, told.seats, View(view.since, view.until))
    past = _past(year, told.seats, view)
    coming = sorted(
        (row for row in year.lectures.values() if _open(row) and NOW < row["starts_at"] <= NOW + AHEAD),
        key=lambda row: (row["starts_at"], row["id"]),
    )
    seats = [_seats(year, told, view, course, past, coming, order) for course in order]
    lacking = {int(key) for key, row in seats if row["state"] == "short"}
    return {
        "seats": seats,
        "weeks": _weeks(order, coming),
        "times": expected_times.rows(year, view, order, past, coming, lacking),
        "empty": _empty(order, everybody, coming),
    }


def _open(row: Row) -> bool:
    return row["status"] == "scheduled" and row["account_id"] is None


def _past(year: Year, seats: dict[int, Row], view: View) -> Past:
    held = [
        row
        for row in year.lectures.values()
        if _open(row) and row["ends_at"] <= NOW and view.has(date.fromisoformat(row["local_start"][:10]))
    ]
    ids = {row["id"] for row in held}
    return Past(held, [row for row in seats.values() if row["lecture_id"] in ids and view.of(row["account_id"])], year)


def _seats(year: Year, told: Any, view: View, course: Row, past: Past, coming: list[Row], order: list[Row]) -> Entry:
    waiting = sum(_waits(year, told, view, course, row) for row in year.accounts.values())
    lately = View(TODAY - LATELY, TODAY - timedelta(days=1), view.ids)
    arrived = sum(
        lately.has(_since(year, course, row)) and not row["came_live"] and view.of(number)
        for number, row in told.ways.items()
    )
    middle, ratio = arrived * 28 / 91, 28 / 91
    reach = 1.96 * sqrt(arrived * ratio * ratio + middle)
    people: dict[int, set[int]] = defaultdict(set)
    for row in told.seats.values():
        if row["course_id"] == course["id"] and lately.has(row["day"]):
            people[row["account_id"]].add(row["contact_id"])
    each = sum(map(len, people.values())) / len(people) if people else 1.0
    mine = [row for row in coming if row["course_id"] == course["id"]]
    seated, capacity = sum(row["seats_taken"] for row in mine), sum(row["capacity"] for row in mine)
    rate, share = wilson(*past.rate(course["id"])), share_of(past, order, course["id"])
    low, high = min(share, rate[3] or 0.0), max(share, 1.0 if rate[4] is None else rate[4])

    def wanted(accounts: float, show: float) -> float:
        tries = sum((1 - show) ** time for time in range(4))
        return (waiting + accounts) * each * tries + seated * (tries - 1)

    want = (wanted(middle, share), wanted(max(0.0, middle - reach), high), wanted(middle + reach, low))
    free = capacity - seated
    state = "short" if free < ceil(want[0]) else "tight" if free < ceil(want[2]) else "enough"
    return str(course["id"]), {
        "course": str(course["id"]), "waiting": waiting, "arrived": arrived, "each": each, "seated": seated, "rate": rate,
        "arriving": (middle, max(0.0, middle - reach), middle + reach), "wanted": want, "lectures": len(mine), "free": free,
        "state": state, SMALL: rate[1] < 10,
    }  # fmt: skip


def _since(year: Year, course: Row, way: Row) -> date | None:
    """Return since when an account needs a course: its beginning, or the day it attended what goes before."""
    before = course["prerequisite_id"]
    if before is None:
        found: date | None = way["began_on"]
    elif year.courses[before]["prerequisite_id"] is None:
        found = way["attended_on"]
    else:
        found = way["advanced_on"]
    return found


def _waits(year: Year, told: Any, view: View, course: Row, account: Row) -> bool:
    first = course["prerequisite_id"] is None
    stages = (course["team"],) if first else STAGES[STAGES.index(course["team"]) :]
    held = account["on_hold_until"] is not None and account["on_hold_until"] > TODAY
    if not view.of(account["id"]) or account["undecided"] or gone(account) or held or account["stage"] not in stages:
        return False
    if not view.has(_since(year, course, told.ways[account["id"]])):
        return False
    people = {number for number, row in year.contacts.items() if row["account_id"] == account["id"]}
    taught = {number for number, row in year.lectures.items() if row["course_id"] == course["id"]}
    # Who came without a booking is no seat: the report does not know of it.
    seen = (
        row for row in told.seats.values() if row["account_id"] == account["id"] and row["course_id"] == course["id"]
    )
    attended = any(row["verdict"] == "attended" for row in seen)
    soon = {
        number
        for number in taught
        if year.lectures[number]["status"] == "scheduled" and NOW < year.lectures[number]["starts_at"] <= NOW + AHEAD
    }
    seat = any(
        row["status"] == "booked" and row["contact_id"] in people and row["lecture_id"] in soon
        for row in year.rows("registrations")
    )
    return not attended and not seat


def _weeks(order: list[Row], coming: list[Row]) -> list[Entry]:
    rows: list[Entry] = []
    monday = TODAY - timedelta(days=TODAY.weekday())
    while coming and monday <= max(date.fromisoformat(row["local_start"][:10]) for row in coming):
        week = View(monday, monday + timedelta(days=6))
        for course in order:
            mine = [
                row
                for row in coming
                if row["course_id"] == course["id"] and week.has(date.fromisoformat(row["local_start"][:10]))
            ]
            capacity, seated = sum(row["capacity"] for row in mine), sum(row["seats_taken"] for row in mine)
            told: dict[str, Any] = {
                "week": monday,
                "course": str(course["id"]),
                "lectures": len(mine),
                "capacity": capacity,
            }
            rows.append((f"{monday}.{course['id']}", told | {"seated": seated, "free": capacity - seated}))
        monday += timedelta(days=7)
    return rows


def _empty(order: list[Row], past: Past, coming: list[Row]) -> list[Entry]:
    """Tell which lectures may stay empty: those booked come by chance, and some book later, scattering as they did."""
    rows = []
    for row in coming:
        day = date.fromisoformat(row["local_start"][:10])
        count, bands = past.booked_by(row["course_id"])
        days = max(0, (day - TODAY).days)
        mean, variance = (
            (float(np.interp(days, list(ENDS.values()), [one[at] for one in bands])) for at in (0, 1))
            if count
            else (0.0, 0.0)
        )
        booked, free = row["seats_taken"], row["capacity"] - row["seats_taken"]
        show = share_at(past, order, time_of(row))
        later = min(mean, free) * show
        if variance > mean > 0.001:
            size = mean * mean / (variance - mean)
            more = stats.nbinom.pmf(range(free + 1), size, size / (size + later))
        else:
            more = stats.poisson.pmf(range(free + 1), later)
        chances = np.convolve(stats.binom.pmf(range(booked + 1), booked, show), more)
        if chances[:3].sum() < 0.5:
            continue
        total, middle = chances.cumsum(), (booked + min(mean, free)) * show
        low, high = (
            int(np.argmax(total >= tail)) if (total >= tail).any() else len(total) - 1 for tail in (0.025, 0.975)
        )
        told: dict[str, Any] = {
            "lecture": str(row["id"]),
            "day": day,
            "time": row["local_start"][11:],
            "booked": booked,
        }
        told |= {
            "usually": bands[-1][0] - mean if count else None,
            "nobody": chances[0],
            "few": min(1.0, chances[:3].sum()),
        }
        rows.append((str(row["id"]), told | {"attending": (middle, min(low, middle), max(high, middle))}))
    return rows
