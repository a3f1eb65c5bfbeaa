"""Answers who is reminded now: reminders are planned late, so that moving a lecture needs no clean-up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    Select,
    String,
    case,
    cast,
    column,
    exists,
    func,
    literal,
    select,
    values,
)
from sqlalchemy.dialects import postgresql, sqlite

from scheduler.models.accounts import Contact, Store, contact_stores
from scheduler.models.db import Json, UTCDateTime, db, table
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.rules.reminders import Due, Kind, When, due_now, useful_until
from scheduler.rules.timing import Reader
from scheduler.services import mail_rules, spared
from scheduler.services.installation import here
from scheduler.services.mail_rules import Rules

KINDS: tuple[Kind, ...] = ("reminder_day", "reminder_hour")
# So many groups of readers go into one statement: each brings eight values, and SQLite takes 32,766 at once.
GROUPS = 500


@dataclass(frozen=True)
class Group:
    """Those booked on lectures that start together, in one zone, with the same weekdays on which all shops are closed."""

    starts_at: datetime
    zone: str
    # The closed weekdays as bits: Monday is 1, Tuesday 2, Wednesday 4, ….
    closed: int

    def reader(self) -> Reader:
        """Return what their moments depend on; a zone that nobody knows counts as the installation's."""
        days = frozenset(day for day in range(7) if self.closed >> day & 1)
        return Reader(self.zone if _is_zone(self.zone) else here().zone, days)


def when_of(rules: Rules) -> When:
    """Return what the rules say about reminders."""
    return When(
        quiet=rules.quiet,
        days_before=rules.days("reminder_day", "days_before"),
        minutes_before=rules.minutes("reminder_hour", "minutes_before"),
        morning_until=rules.at("reminder_hour", "morning_until"),
        evening_at=rules.at("reminder_hour", "evening_at"),
        kinds=frozenset(kind for kind in KINDS if rules.enabled(kind)),
    )


def params_of(due: Due, starts_at: datetime) -> dict[str, Any]:
    """Return what a reminder keeps of its occasion: the start it was about, and whether it is the evening's."""
    return {"starts_at": starts_at.isoformat()} | ({"evening_before": True} if due.evening_before else {})


def plan_reminders(now: datetime) -> int:
    """Owe the reminders that came due, once each; return how many are new.

    One statement for hundreds of groups of readers, and none that writes while nothing is new. The unique key holds the
    start: a moved lecture reminds anew, while a repeated run, other rules or other closed days by then add nothing.
    Whoever registered after the moment, or was told of the date in another way, is not reminded.
    """
    when = when_of(mail_rules.get())
    due = [(group, one) for group in _groups(now, when) for one in due_now(group.starts_at, group.reader(), when, now)]
    planned = 0
    for begin in range(0, len(due), GROUPS):
        owed = _owed(due[begin : begin + GROUPS], now)
        if db.core(select(literal(1)).where(exists(owed))).first() is None:
            continue
        with db.writing():
            dialect = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
            into = dialect(table(Mail)).from_select(list(owed.selected_columns.keys()), owed)
            new = into.on_conflict_do_nothing(index_elements=["key"]).returning(table(Mail).c.id)
            planned += sum(1 for _row in db.core(new))
    return planned


def _groups(now: datetime, when: When) -> list[Group]:
    """List whose moments may have come: those booked on the lectures of the days ahead, by what moments depend on."""
    people = _people(now, Lecture.starts_at > now, Lecture.starts_at <= now + when.ahead).subquery()
    query = select(people.c.starts_at, people.c.zone, people.c.closed).distinct()
    return [Group(*row) for row in db.core(query)]


def _people(now: datetime, *where: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Choose everybody who may be reminded of the lectures chosen."""
    return (
        select(
            Registration.id,
            Registration.contact_id,
            Contact.account_id,
            Registration.lecture_id,
            Registration.revised_at,
            Lecture.starts_at,
            Contact.zone,
            _closed().label("closed"),
        )
        .join(Lecture, Lecture.id == Registration.lecture_id)
        .join(Contact, Contact.id == Registration.contact_id)
        .where(
            *where,
            Lecture.status == "scheduled",
            Registration.status == "booked",
            Registration.mails,
            # Whoever told us not to come is not asked to.
            Registration.absence_told_at.is_(None),
            Contact.email.is_not(None),
            spared.there(),
            spared.not_cancelled(now),
        )
    )


def _closed() -> ColumnElement[int]:
    """Return the weekdays on which all shops of a contact are closed, as bits; the lists are JSON of single figures."""
    listed = cast(Store.closed_days, String)
    days = [func.min(case((listed.contains(str(day)), 1 << day), else_=0)) for day in range(7)]
    bits = sum(days[1:], days[0])
    shops = (
        select(bits)
        .join(contact_stores, contact_stores.c.store_id == Store.id)
        .where(contact_stores.c.contact_id == Contact.id)
    )
    return func.coalesce(shops.correlate(Contact).scalar_subquery(), 0)


@cache
def _is_zone(name: str) -> bool:
    """Tell whether there is such a zone; looking through them all takes milliseconds."""
    return name in available_timezones()


def _owed(due: list[tuple[Group, Due]], now: datetime) -> Select[*tuple[Any, ...]]:
    """Choose the reminders of these groups that are not owed yet, as rows of mails."""
    chosen = _chosen(due)
    starts = [group.starts_at for group, _one in due]
    # Each person is looked up once, not once for every group of the lecture.
    people = _people(now, Lecture.starts_at >= min(starts), Lecture.starts_at <= max(starts)).cte("people")
    people = people.prefix_with("MATERIALIZED")
    key = chosen.c.kind + ":" + cast(people.c.id, String) + ":" + chosen.c.start
    moment = literal(now, UTCDateTime)
    return (
        select(
            key.label("key"),
            chosen.c.kind,
            people.c.contact_id,
            people.c.account_id,
            people.c.id.label("registration_id"),
            people.c.lecture_id,
            chosen.c.params,
            literal("queued").label("state"),
            literal("").label("reason"),
            moment.label("created_at"),
            moment.label("due_at"),
            moment.label("next_try_at"),
            chosen.c.expires_at,
            literal(0).label("attempts"),
        )
        .join_from(
            people,
            chosen,
            (chosen.c.starts_at == people.c.starts_at)
            & (chosen.c.zone == people.c.zone)
            & (chosen.c.closed == people.c.closed),
        )
        # Whoever registered, moved up or was told of a new date after that moment knows.
        .where(people.c.revised_at <= chosen.c.moment, ~exists().where(table(Mail).c.key == key))
    )


def _chosen(due: list[tuple[Group, Due]]) -> CTE:
    """List what is due for whom, for a statement to join."""
    columns: list[ColumnElement[Any]] = [
        *(column("starts_at", UTCDateTime), column("zone", String), column("closed", Integer)),
        *(column("kind", String), column("moment", UTCDateTime), column("expires_at", UTCDateTime)),
        *(column("start", String), column("params", Json)),
    ]
    rows = []
    for group, one in due:
        start = group.starts_at.isoformat()
        about = (group.starts_at, group.zone, group.closed, one.kind, one.moment)
        rows.append((*about, useful_until(one.kind, group.starts_at), start, params_of(one, group.starts_at)))
    return values(*columns, name="chosen").data(rows).cte("chosen")
