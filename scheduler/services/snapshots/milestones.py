"""Answers on which days accounts reached the knots of their way: gathered for many accounts at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Executable, String, and_, cast, exists, func, select

from scheduler.models.accounts import Account, Contact, Store, contact_stores
from scheduler.models.among import Among
from scheduler.models.attendance import Attendance
from scheduler.models.db import db, table
from scheduler.models.handovers import Handover
from scheduler.models.history import Event
from scheduler.models.lectures import Course, Lecture
from scheduler.models.registrations import Registration
from scheduler.models.setup import UsageDay
from scheduler.models.snapshots import Milestone
from scheduler.rules.tenures import Present, Story, came_live
from scheduler.services import facts
from scheduler.services.facts import local_day
from scheduler.services.snapshots.keeping import put

_accounts = table(Account)
_COLUMNS = ("id", "signed_on", "created_at", "introduced_at", "cancelled_on", "knots", "undecided")
_ACCOUNTS = select(*(_accounts.c[name] for name in _COLUMNS)).where(Among(_accounts.c.id))
# The first of each kind of event; `ready` counts as long as it is onboarding that is over.
_REGISTERED = (
    select(Event.account_id, func.min(Event.at))
    .where(Among(Event.account_id), Event.key == "registered")
    .group_by(Event.account_id)
)
_BOOKED = (
    select(Contact.account_id, func.min(Registration.registered_at))
    .join(Contact, Contact.id == Registration.contact_id)
    .where(Among(Contact.account_id), Registration.status != "cancelled")
    .group_by(Contact.account_id)
)
_READY = (
    select(Event.account_id, func.min(Event.at))
    .where(Among(Event.account_id), Event.key == "ready", Event.params["stage"].as_string() == "onboarding")
    .group_by(Event.account_id)
)
_HANDED_OVER = (
    select(Handover.account_id, func.min(Handover.decided_at))
    .where(
        Among(Handover.account_id),
        Handover.state == "accepted",
        Handover.from_stage == "onboarding",
        Handover.to_stage == "success",
    )
    .group_by(Handover.account_id)
)
_USED = (
    select(UsageDay.account_id, func.max(UsageDay.day)).where(Among(UsageDay.account_id)).group_by(UsageDay.account_id)
)
# Lectures that another course must precede, by the lecture's own local day.
_ADVANCED = (
    select(Contact.account_id, func.min(func.substr(Lecture.local_start, 1, 10)))
    .select_from(Attendance)
    .join(Contact, Contact.id == Attendance.contact_id)
    .join(Lecture, Lecture.id == Attendance.lecture_id)
    .join(Course, Course.id == Lecture.course_id)
    .where(Among(Contact.account_id), Attendance.verdict == "attended", Course.prerequisite_id.is_not(None))
    .group_by(Contact.account_id)
)
_STORES = (
    select(Store.account_id, func.count())
    .where(Among(Store.account_id), Store.scope == "in")
    .group_by(Store.account_id)
)
_STORES_ATTENDED = (
    select(Store.account_id, func.count())
    .where(
        Among(Store.account_id),
        Store.scope == "in",
        exists()
        .where(contact_stores.c.store_id == Store.id, Attendance.contact_id == contact_stores.c.contact_id)
        .where(Attendance.verdict == "attended"),
    )
    .group_by(Store.account_id)
)
# Whoever came with companions may have attended for their shops, too.
_ACCOMPANIED = (
    select(Contact.account_id)
    .join(Registration, Registration.contact_id == Contact.id)
    .join(
        Attendance,
        and_(Attendance.lecture_id == Registration.lecture_id, Attendance.contact_id == Registration.contact_id),
    )
    .where(
        Among(Contact.account_id),
        Registration.status == "booked",
        Attendance.verdict == "attended",
        cast(Registration.companions, String) != "[]",
    )
    .distinct()
)


def write(stories: Mapping[int, tuple[Story, Present] | None]) -> int:
    """Write the milestones of accounts within the open transaction; return how many rows changed."""
    ids = list(stories)
    found = _gathered(stories)
    into = table(Milestone)
    before = {
        row.account_id: row._asdict() for row in db.core(select(into).where(Among(into.c.account_id)), {"ids": ids})
    }
    changed = [row for row in found if before.get(row["account_id"]) != row]
    put(Milestone, changed)
    return len(changed)


def _gathered(stories: Mapping[int, tuple[Story, Present] | None]) -> list[dict[str, Any]]:
    ids = list(stories)
    registered, booked, ready, handed = (_days(query, ids) for query in (_REGISTERED, _BOOKED, _READY, _HANDED_OVER))
    used, advanced, stores, attended = (_values(query, ids) for query in (_USED, _ADVANCED, _STORES, _STORES_ATTENDED))
    accompanied = [number for (number,) in db.core(_ACCOMPANIED, {"ids": ids})]
    attended |= {number: len(found) for number, found in facts.stores_attended(accompanied).items()}
    rows = []
    for row in db.core(_ACCOUNTS, {"ids": ids}):
        met = {knot["key"]: _day(knot["on"]) for knot in row.knots if knot["state"] == "met"}
        told = stories[row.id]
        first = [day for day in (registered.get(row.id), booked.get(row.id), met.get("registered")) if day is not None]
        rows.append(
            {
                "account_id": row.id,
                "began_on": row.signed_on or local_day(row.created_at),
                "came_live": row.undecided or (told is not None and came_live(told[0])),
                "signed_on": row.signed_on,
                "invited_on": local_day(row.introduced_at) if row.introduced_at else met.get("invited"),
                "registered_on": min(first, default=None),
                "attended_on": met.get("attended"),
                "set_up_on": met.get("set_up"),
                "in_use_on": met.get("in_use"),
                "ready_on": ready.get(row.id),
                "handed_over_on": handed.get(row.id),
                "last_used_on": used.get(row.id),
                "advanced_on": _day(advanced.get(row.id)),
                "cancelled_on": row.cancelled_on,
                "stores": stores.get(row.id, 0),
                "stores_attended": attended.get(row.id, 0),
            }
        )
    return rows


def _values(query: Executable, ids: list[int]) -> dict[int, Any]:
    return {row[0]: row[1] for row in db.core(query, {"ids": ids})}


def _days(query: Executable, ids: list[int]) -> dict[int, date]:
    return {number: local_day(moment) for number, moment in _values(query, ids).items()}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
