"""Answers how the generated year is written into the database: everything in bulk, drawn from a seed."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any

from sqlalchemy import insert

from scheduler.models.db import Base, db
from tests.proof.year import firms, passing, teaching
from tests.proof.year.firms import FIRST_ID, NOW, Firm, Rows

SEED = 20250301
# In the order in which one refers to the other.
TABLES = (
    "staff", "tags", "staff_tags", "accounts", "account_tags", "stores", "contacts", "contact_stores", "courses",
    "lectures", "registrations", "handovers", "attendances", "presences", "mails", "usage_days", "contracts", "tasks",
    "events", "trials", "trial_groups", "figures", "replies",
)  # fmt: skip
_ACTOR = ("actor_kind", "actor_id", "channel")


def fill(seed: int = SEED) -> None:
    """Write the year."""
    rows = year(seed)
    with db.writing():
        for name in TABLES:
            into = Base.metadata.tables[name]
            if rows[name]:
                db.session.execute(insert(into), rows[name])


@cache
def year(seed: int) -> Rows:
    """Draw the year's rows, by table; nobody may change them."""
    chance = Random(seed)
    members = firms.members()
    by_team: dict[str, list[int]] = {}
    for one in members:
        by_team.setdefault(one["team"], []).append(one["id"])
    everybody = [one["id"] for one in members]
    found = firms.firms(chance, by_team)
    lectures = teaching.lectures(chance, found, by_team["onboarding"] + by_team["success"])
    seats = teaching.seats(chance, found, lectures)
    played = passing.Passing(chance, by_team)
    for firm in found:
        played.play(firm)
        passing.dealt_with(chance, firm, everybody)
    rows: Rows = firms.tags(chance, found, by_team) | seats | played.rows
    rows |= {"staff": members, "courses": teaching.courses(), "lectures": lectures}
    rows["accounts"] = [firm.row for firm in found]
    rows["stores"] = [store for firm in found for store in firm.stores]
    rows["contacts"] = [person for firm in found for person in firm.people]
    rows["contact_stores"] = _places(chance, found)
    rows["tasks"] = passing.tasks(chance, found, everybody)
    rows["events"] = _events(found, members)
    rows |= _trials(chance, found, by_team)
    rows["replies"] = [
        {"id": FIRST_ID + place, "message_id": f"<{place}@year>", "received_at": NOW - timedelta(days=place),
         "sender": "a@b.example", "registration_id": None, "outcome": "kept" if place % 2 else "declined",
         "seen_at": NOW if place % 3 == 0 else None}
        for place in range(9)
    ]  # fmt: skip
    return rows


def _places(chance: Random, found: list[Firm]) -> list[dict[str, Any]]:
    """Let people work in one or two shops of their company, or in none."""
    rows = []
    for firm in found:
        for person in firm.people:
            for store in chance.sample(firm.stores, min(len(firm.stores), chance.choice((0, 1, 1, 2)))):
                rows.append({"contact_id": person["id"], "store_id": store["id"]})
    return rows


def _events(found: list[Firm], members: list[dict[str, Any]]) -> list[dict[str, Any]]:
    told = [(at, firm.id, key, params) for firm in found for at, key, params in firm.events]
    left = [one["id"] for one in members if not one["active"]]
    lines = [(NOW - timedelta(days=40 + number % 200), None, "staff_left", {"staff_id": number}) for number in left]
    rows = []
    for place, (at, account_id, key, params) in enumerate(sorted([*told, *lines], key=lambda one: one[0])):
        who = {"actor_kind": "worker", "actor_id": None, "channel": "page"}
        who |= {name: params[name] for name in _ACTOR if name in params}
        said = {name: value for name, value in params.items() if name not in _ACTOR}
        rows.append({"id": FIRST_ID + place, "at": at, "account_id": account_id, "contact_id": None, "lecture_id": None,
                     "key": key, "params": said, **who})  # fmt: skip
    return rows


def _trials(chance: Random, found: list[Firm], staff: dict[str, list[int]]) -> Rows:
    """Return a trial of accounts that is over and one of members that still runs, with the figures handed in for them."""
    own = ["attendance", "days_to_ready", "returned_handovers", "contacts"]
    trials = [
        _trial(0, "accounts", (date(2025, 6, 1), date(2025, 10, 1), date(2025, 11, 1), date(2026, 2, 1)), [*own, "renewed"]),
        _trial(1, "staff", (date(2025, 7, 1), date(2025, 11, 1), date(2026, 1, 1), date(2026, 4, 1)), [*own, "meetings", "revenue"]),
    ]  # fmt: skip
    groups = [
        {"id": FIRST_ID + place, "trial_id": FIRST_ID + place // 2, "tag_id": FIRST_ID + tag, "tried": place % 2 == 0,
         "position": place}
        for place, tag in enumerate((0, 1, 3, 4))
    ]  # fmt: skip
    figures: list[dict[str, Any]] = []
    months = [date(2025 + (place + 6) // 12, (place + 6) % 12 + 1, 1) for place in range(10)]
    for number in staff["onboarding"] + staff["sales"]:
        level, rise = chance.uniform(15, 30), chance.uniform(0, 3)
        for place, month in enumerate(months):
            if chance.random() < 0.93:
                meetings = round(level + chance.gauss(0, 3) + (5 if place >= 6 and number % 2 else 0), 2)
                _figure(figures, "meetings", month, meetings, staff_id=number)
                _figure(
                    figures, "revenue", month, round(1000 + 50 * place * rise + chance.gauss(0, 20), 2), staff_id=number
                )
    for firm in found:
        if chance.random() < 0.5:
            _figure(figures, "renewed", chance.choice(months[3:]), float(chance.random() < 0.8), account_id=firm.id)
    return {"trials": trials, "trial_groups": groups, "figures": figures}


def _trial(place: int, subjects: str, months: tuple[date, ...], measures: list[str]) -> dict[str, Any]:
    names = ("baseline_from", "baseline_to", "trial_from", "trial_to")
    told = {
        "id": FIRST_ID + place,
        "name": f"試行{place}",
        "subjects": subjects,
        "measures": measures,
        "created_at": NOW,
    }
    return told | dict(zip(names, months, strict=True))


def _figure(
    figures: list[dict[str, Any]], measure: str, month: date, value: float, account_id: int | None = None,
    staff_id: int | None = None,
) -> None:  # fmt: skip
    figures.append(
        {"id": FIRST_ID + len(figures), "month": month, "account_id": account_id, "staff_id": staff_id, "measure": measure,
         "value": value, "upload_id": None}
    )  # fmt: skip
