"""Answers who and what stands behind each number of seats, weekly times and lectures to come: accounts, people, lectures, wishes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import InstrumentedAttribute

from scheduler.models.accounts import STAGES, Account, Contact
from scheduler.models.db import db
from scheduler.models.lectures import Course, Lecture
from scheduler.models.registrations import Registration
from scheduler.models.snapshots import Milestone, Turnout
from scheduler.models.staff import Staff
from scheduler.models.tasks import Task
from scheduler.rules.reporting import Asked, Behind, Column, Kind, Named, Row
from scheduler.services.facts import local_day
from scheduler.services.refusals import NotFound
from scheduler.services.reports import asking, row_keys
from scheduler.services.reports.slots import counting, needing
from scheduler.services.reports.slots.counting import Time

Conditions = list[ColumnElement[bool]]

_WEEK = timedelta(days=7)
_DAY = func.substr(Lecture.local_start, 1, 10)
_HOUR = func.substr(Lecture.local_start, 12, 2)


class _Asking(NamedTuple):
    """Which number is asked about, and when; `limit` and `offset` cut the page."""

    asked: Asked
    row: str
    column: str
    now: datetime
    limit: int | None
    offset: int


def behind(
    asked: Asked, part: str, row: str, column: str, now: datetime, limit: int | None = None, offset: int = 0
) -> Behind:
    """List the rows behind a number, so many from so far on; raise NotFound where there is no such number."""
    one = _Asking(asked, row, column, now, limit, offset)
    if (part, column) not in _NUMBERS:
        raise NotFound(what="report")
    return _NUMBERS[part, column](one)


def _waiting(one: _Asking) -> Behind:
    return _accounts(one, needing.waiting)


def _arrived(one: _Asking) -> Behind:
    return _accounts(one, needing.arrived)


def _accounts(one: _Asking, which: Callable[[needing.Taught, Asked, datetime], Conditions]) -> Behind:
    """List accounts, those that need the course longest first."""
    taught = {str(course.id): course for course in needing.courses()}
    if one.row not in taught:
        raise NotFound(what="report")
    course = taught[one.row]
    owner = case(*((Account.stage == stage, getattr(Account, f"{stage}_owner_id")) for stage in STAGES))
    query: Select[*tuple[Any, ...]] = (
        select(Account.id, Account.name, course.needed_since, Account.stage, Staff.id, Staff.name)
        .join(Milestone, Milestone.account_id == Account.id)
        .outerjoin(Staff, Staff.id == owner)
        .where(*which(course, one.asked, one.now))
    )
    columns = _columns(account="account", since="day", stage="code", owner="member")

    def row(number: int, name: str, since: date, stage: str, owner_id: int | None, owner_name: str | None) -> Row:
        return Row(str(number), (Named(str(number), name), since, stage, _member(owner_id, owner_name)))

    return _page(one, query, (course.needed_since, Account.id), columns, row)


def _seated(one: _Asking) -> Behind:
    """List who is booked on a course's lectures of the next weeks."""
    return _booked(one, [*counting.ahead(one.now), Lecture.course_id == row_keys.number(one.row)])


def _seated_in_week(one: _Asking) -> Behind:
    return _booked(one, [*counting.ahead(one.now), *_week_of_course(one.row)])


def _on_lecture(one: _Asking) -> Behind:
    return _booked(one, [*counting.ahead(one.now), Lecture.id == row_keys.number(one.row)])


def _waitlisted(one: _Asking) -> Behind:
    which = [counting.looked_at(one.asked, one.now), *_at(one), *asking.whose(one.asked, Contact.account_id)]
    return _booked(one, which, status="waitlisted")


def _booked(one: _Asking, which: Conditions, status: str = "booked") -> Behind:
    query: Select[*tuple[Any, ...]] = (
        select(*_PERSON, Registration.registered_at, Registration.id)
        .select_from(Registration)
        .join(Lecture, Lecture.id == Registration.lecture_id)
        .join(Contact, Contact.id == Registration.contact_id)
        .join(Account, Account.id == Contact.account_id)
        .join(Course, Course.id == Lecture.course_id)
        .where(Registration.status == status, *which)
    )
    columns = _columns(person="person", account="account", lecture="lecture", day="day", time="text", booked_on="day")

    def row(*found: Any) -> Row:
        *person, at, number = found
        # The vendor's day, as every day of a report but a lecture's own.
        return Row(str(number), (*_person(*person), local_day(at)))

    return _page(one, query, (Lecture.starts_at, Registration.id), columns, row)


def _came(one: _Asking) -> Behind:
    """List of whom it is known whether they came to a course."""
    return _turnouts(one, [Lecture.course_id == row_keys.number(one.row)])


def _came_at(one: _Asking) -> Behind:
    return _turnouts(one, _at(one))


def _turnouts(one: _Asking, which: Conditions) -> Behind:
    query: Select[*tuple[Any, ...]] = (
        select(*_PERSON, Turnout.verdict, Turnout.registration_id)
        .select_from(Turnout)
        .join(Lecture, Lecture.id == Turnout.lecture_id)
        .join(Contact, Contact.id == Turnout.contact_id)
        .join(Account, Account.id == Turnout.account_id)
        .join(Course, Course.id == Lecture.course_id)
        .where(
            Turnout.day.between(one.asked.since, one.asked.until),
            Turnout.verdict.in_(counting.KNOWN),
            *counting.held(one.asked, one.now),
            *asking.whose(one.asked, Turnout.account_id),
            *which,
        )
    )
    columns = _columns(person="person", account="account", lecture="lecture", day="day", time="text", verdict="code")

    def row(*found: Any) -> Row:
        *person, verdict, number = found
        return Row(str(number), (*_person(*person), verdict))

    return _page(one, query, (Lecture.starts_at.desc(), Turnout.registration_id), columns, row)


def _coming(one: _Asking) -> Behind:
    return _lectures(one, [*counting.ahead(one.now), Lecture.course_id == row_keys.number(one.row)])


def _coming_in_week(one: _Asking) -> Behind:
    return _lectures(one, [*counting.ahead(one.now), *_week_of_course(one.row)])


def _coming_at(one: _Asking) -> Behind:
    return _lectures(one, [*counting.ahead(one.now), *_at(one)])


def _held_at(one: _Asking) -> Behind:
    return _lectures(one, [*counting.held(one.asked, one.now), *_at(one)])


def _lectures(one: _Asking, which: Conditions) -> Behind:
    query: Select[*tuple[Any, ...]] = (
        select(
            *(Lecture.id, Course.name, Lecture.local_start, Staff.id, Staff.name),
            *(Lecture.seats_taken, Lecture.capacity),
        )
        .join(Course, Course.id == Lecture.course_id)
        .outerjoin(Staff, Staff.id == Lecture.host_id)
        .where(*which)
    )
    columns = _columns(lecture="lecture", day="day", time="text", host="member", seated="count", capacity="count")

    def row(number: int, name: Any, start: str, host_id: int | None, host: str | None, taken: int, seats: int) -> Row:
        values = (Named(str(number), name), date.fromisoformat(start[:10]), start[11:], _member(host_id, host))
        return Row(str(number), (*values, taken, seats))

    return _page(one, query, (Lecture.starts_at, Lecture.id), columns, row)


def _wished(one: _Asking) -> Behind:
    """List the wishes that mean a weekly time."""
    time = _time(one.row)
    past, coming = counting.past(one.asked, one.now), counting.coming(one.now)
    times = past.times.keys() | {each.time for each in coming} | counting.waitlisted(one.asked, one.now).keys()
    courses = {course.key: course.id for course in needing.courses()}
    laid, _vague = counting.placed(counting.wishes(one.asked), times, courses)
    wishes = laid.get(time, {})
    query: Select[*tuple[Any, ...]] = (
        select(Task.id, Contact.id, Contact.name, Contact.email, Contact.phone, Account.id, Account.name)
        .join(Contact, Contact.id == Task.contact_id)
        .join(Account, Account.id == Task.account_id)
        .where(Task.id.in_(wishes))
    )
    columns = _columns(person="person", account="account", wished_on="day", part="code", words="text")

    def row(
        task: int, number: int, name: str, email: str | None, phone: str, account: int, account_name: str
    ) -> Row:  # fmt: skip
        wish = wishes[task]
        who = (Named(str(number), name or email or phone), Named(str(account), account_name))
        return Row(str(task), (*who, wish.on, wish.part, wish.words))

    return _page(one, query, (Task.id,), columns, row)


# By part and column: who lists the rows.
_NUMBERS: dict[tuple[str, str], Callable[[_Asking], Behind]] = {
    ("seats", "waiting"): _waiting,
    ("seats", "arrived"): _arrived,
    ("seats", "seated"): _seated,
    ("seats", "rate"): _came,
    ("seats", "lectures"): _coming,
    ("weeks", "lectures"): _coming_in_week,
    ("weeks", "seated"): _seated_in_week,
    ("times", "lectures"): _held_at,
    ("times", "rate"): _came_at,
    ("times", "waitlisted"): _waitlisted,
    ("times", "wishes"): _wished,
    ("times", "ahead"): _coming_at,
    ("empty", "booked"): _on_lecture,
}
_PERSON = (
    *(Contact.id, Contact.name, Contact.email, Contact.phone, Account.id, Account.name),
    *(Lecture.id, Course.name, Lecture.local_start),
)


def _person(
    number: int,
    name: str,
    email: str | None,
    phone: str,
    account_id: int,
    account: str,
    lecture_id: int,
    course: Any,
    start: str,
) -> tuple[Any, ...]:
    who = (Named(str(number), name or email or phone), Named(str(account_id), account))
    return (*who, Named(str(lecture_id), course), date.fromisoformat(start[:10]), start[11:])


def _member(number: int | None, name: str | None) -> Named:
    return Named("") if number is None else Named(str(number), name or "")


def _columns(**kinds: Kind) -> tuple[Column, ...]:
    return tuple(Column(key, kind) for key, kind in kinds.items())


def _page(
    one: _Asking,
    query: Select[*tuple[Any, ...]],
    order: Sequence[ColumnElement[Any] | InstrumentedAttribute[Any]],
    columns: tuple[Column, ...],
    row: Callable[..., Row],
) -> Behind:
    total = db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    found = db.session.execute(query.order_by(*order).limit(one.limit).offset(one.offset))
    return Behind(columns, tuple(row(*values) for values in found), total)


def _at(one: _Asking) -> Conditions:
    """Match the lectures of a weekly time: the databases count weekdays each in its own way, so the days are named."""
    time = _time(one.row)
    if not time.hour.isdecimal():
        raise NotFound(what="report")
    days = select(_DAY).where(counting.looked_at(one.asked, one.now), Lecture.course_id == time.course_id).distinct()
    wanted = [day for day in db.session.scalars(days) if date.fromisoformat(day).weekday() == time.weekday]
    return [Lecture.course_id == time.course_id, _HOUR.in_([time.hour]), _DAY.in_(wanted)]


def _week_of_course(row: str) -> Conditions:
    monday, _, course = row.partition(".")
    try:
        first = date.fromisoformat(monday)
        after = first + _WEEK
    except (ValueError, OverflowError) as error:
        raise NotFound(what="report") from error
    in_week = and_(Lecture.local_start >= first.isoformat(), Lecture.local_start < after.isoformat())
    return [Lecture.course_id == row_keys.number(course), in_week]


def _time(row: str) -> Time:
    course, weekday, hour = (*row.split("-", 2), "", "")[:3]
    if weekday not in "0123456" or len(weekday) != 1 or not hour.isalnum():
        raise NotFound(what="report")
    return Time(row_keys.number(course), int(weekday), hour)
