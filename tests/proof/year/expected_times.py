"""Answers how lectures at each weekly time went, which share comes there, and which times deserve another lecture or none."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from tests.proof.year.comparing import SMALL
from tests.proof.year.expected_snapshots import Row
from tests.proof.year.tables import KNOWN, View, Year, local, wilson

ENDS = {"same_day": 0, "1_3": 3, "4_7": 7, "8_14": 14, "15_plus": 28}
PARTS = {"morning": range(12), "noon": range(12, 13), "afternoon": range(13, 17), "evening": range(17, 24)}

Entry = tuple[str, dict[str, Any]]
# A weekly time: course, weekday, hour.
Time = tuple[int, int, str]


@dataclass
class Past:
    """How lectures of a period went: all of them, and of the seats those of the accounts asked for."""

    lectures: list[Row]
    seats: list[Row]
    year: Year

    def rate(self, course: int, time: Time | None = None) -> tuple[int, int]:
        """Return who attended, of how many of whom it is known, at a course or one time of it."""
        some = [
            row["verdict"] for row in self.seats if row["course_id"] == course and (not time or self.at(row) == time)
        ]
        return some.count("attended"), sum(one in KNOWN for one in some)

    def at(self, seat: Row) -> Time:
        """Return the weekly time of a seat."""
        return time_of(self.year.lectures[seat["lecture_id"]])

    def booked_by(self, course: int) -> tuple[int, list[tuple[float, float]]]:
        """Return how many lectures a course had, and mean and variance of those booked by each band's end, by lecture."""
        ids = [row["id"] for row in self.lectures if row["course_id"] == course]
        leads: dict[int, list[int]] = defaultdict(list)
        for row in self.seats:
            leads[row["lecture_id"]].append(ENDS[row["lead"]])
        counts = [[sum(one <= end for one in leads[number]) for number in ids] for end in ENDS.values()]
        return len(ids), [(float(np.mean(some)), float(np.var(some))) for some in counts] if ids else []


def time_of(lecture: Row) -> Time:
    """Return the weekly time of a lecture."""
    day = date.fromisoformat(lecture["local_start"][:10])
    return lecture["course_id"], day.weekday(), lecture["local_start"][11:13]


def _strength(pairs: list[tuple[int, int]]) -> tuple[float, float]:
    """Learn how far groups lie apart (beta-binomial by moments): the mean, and for how many people it stands."""
    hits, bases = (np.array([pair[place] for pair in pairs if pair[1]], float) for place in (0, 1))
    if not bases.sum():
        return 0.5, 10.0
    mean, size = float(hits.sum() / bases.sum()), len(bases)
    if size < 2:
        return mean, 10.0
    chance = mean * (1 - mean)
    spread = float((bases * (hits / bases - mean) ** 2).sum())
    room = chance * float(bases.sum() - (bases**2).sum() / bases.sum() - (size - 1))
    if spread <= chance * (size - 1) or room <= 0:
        return mean, 1000.0
    return mean, min(1000.0, max(10.0, room / (spread - chance * (size - 1)) - 1))


def _drawn(pair: tuple[int, int], mean: float, strength: float) -> float:
    return (pair[0] + mean * strength) / (pair[1] + strength)


def share_of(past: Past, order: list[Row], course: int) -> float:
    """Return the share that comes to a course, drawn towards that of all."""
    return _drawn(past.rate(course), *_strength([past.rate(one["id"]) for one in order]))


def share_at(past: Past, order: list[Row], time: Time) -> float:
    """Return the share that comes at a time, drawn towards that of its course."""
    times = {time_of(row) for row in past.lectures if row["course_id"] == time[0]}
    _mean, strength = _strength([past.rate(time[0], one) for one in times])
    return _drawn(past.rate(time[0], time), share_of(past, order, time[0]), strength)


def rows(year: Year, view: View, order: list[Row], past: Past, coming: list[Row], lacking: set[int]) -> list[Entry]:
    """Judge every weekly time."""
    ids = {row["id"] for row in [*past.lectures, *coming]}
    waits: dict[Time, int] = defaultdict(int)
    for row in year.rows("registrations"):
        mine = view.of(year.contacts[row["contact_id"]]["account_id"])
        if row["status"] == "waitlisted" and row["lecture_id"] in ids and mine:
            waits[time_of(year.lectures[row["lecture_id"]])] += 1
    known = {time_of(row) for row in [*past.lectures, *coming]}
    wished = _wished(year, view, known)
    place = {row["id"]: at for at, row in enumerate(order)}
    best = set()
    for course in order:
        times = [time for time in known if time[0] == course["id"] and past.rate(time[0], time)[1] >= 10]
        best |= (
            {max(times, key=lambda one: (share_at(past, order, one), past.rate(one[0], one)[1], _key(one)))}
            if times
            else set()
        )
    found = []
    for time in sorted(known | wished.keys(), key=lambda one: (place[one[0]], *one[1:])):
        held = [row for row in past.lectures if time_of(row) == time]
        seats, booked = sum(row["capacity"] for row in held), sum(row["seats_taken"] for row in held)
        rate = wilson(*past.rate(time[0], time))
        drawn, wishes = share_at(past, order, time), len(wished.get(time, ()))
        fill = booked / seats if seats else None
        verdict, reason = _judged(
            len(held), fill or 0.0, booked, rate[1], drawn, share_of(past, order, time[0]), waits[time], wishes,
            time[0] in lacking, time in best, any(time_of(row) == time for row in coming),
        )  # fmt: skip
        told: dict[str, Any] = {
            "course": str(time[0]),
            "weekday": str(time[1]),
            "hour": time[2],
            "verdict": verdict,
            "reason": reason,
        }
        told |= {
            "lectures": len(held),
            "fill": fill,
            "rate": rate,
            "drawn": drawn if rate[1] else None,
            SMALL: rate[1] < 10,
        }
        told |= {"waitlisted": waits[time], "wishes": wishes, "ahead": sum(time_of(row) == time for row in coming)}
        found.append((_key(time), told))
    return found


def _key(time: Time) -> str:
    return f"{time[0]}-{time[1]}-{time[2]}"


def _wished(year: Year, view: View, known: set[Time]) -> dict[Time, set[int]]:
    """Lay what people wished for beside the times that meet it, each person once; what none meets stands by itself."""
    courses = {row["key"]: row["id"] for row in year.courses.values()}
    found: dict[Time, set[int]] = defaultdict(set)
    for row in year.rows("tasks"):
        if row["kind"] != "wish" or not view.has(local(row["created_at"])) or not view.of(row["account_id"]):
            continue
        course = courses.get(row["params"]["course"])
        for wish in row["params"]["wishes"]:
            if course is None or not wish["on"]:
                continue
            day, part = date.fromisoformat(wish["on"]).weekday(), wish["part"] or "any"
            met = [one for one in known if one[:2] == (course, day) and int(one[2]) in PARTS.get(part, range(24))]
            for one in met or [(course, day, part)]:
                found[one].add(row["id"])
    return found


def _judged(
    lectures: int, fill: float, booked: int, known: int, drawn: float, usual: float, waits: int, wishes: int,
    lacking: bool, best: bool, planned: bool,
) -> tuple[str, str]:  # fmt: skip
    asked = [
        (waits >= 3, "add", "waited_for"), (wishes >= 3, "add", "wished"), (lectures >= 3 and fill >= 0.9, "add", "full"),
        (lacking and best and known >= 10, "add", "best_time"),
        (not planned, "none", "none_ahead"),
        (lectures >= 3 and fill < 0.2 and booked < 3 * lectures, "drop", "empty"), (known < 10, "keep", "too_few"),
        (drawn <= usual - 0.1 and lacking, "keep", "stay_away_but_needed"), (drawn <= usual - 0.1, "drop", "stay_away"),
    ]  # fmt: skip
    return next(((verdict, reason) for holds, verdict, reason in asked if holds), ("keep", "as_usual"))
