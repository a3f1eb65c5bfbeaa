"""Answers what stands in a contact's own calendar feed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect, and_, bindparam, func, literal_column, or_, select
from sqlalchemy.sql.compiler import SQLCompiler

from scheduler import calendars
from scheduler.models.accounts import Contact
from scheduler.models.history import Event
from scheduler.models.lectures import Course, Lecture
from scheduler.models.registrations import Registration
from scheduler.models.settings import Setting
from scheduler.services import addresses
from scheduler.services.feeds.found import Found
from scheduler.services.feeds.window import midnight, stamp, window
from scheduler.services.installation import here
from scheduler.services.outbox.offering import text
from scheduler.services.vendor import Vendor, read

_NAMES = {"ja": "レクチャー日程", "en": "Lectures"}
_JOIN = {"ja": "参加: ", "en": "Join: "}
_MATERIAL = {"ja": "事前にご覧いただく資料: ", "en": "Material to look at beforehand: "}
_QUESTIONS = {"ja": "お問い合わせ: ", "en": "Questions: "}
_REASON = {"ja": "理由: ", "en": "Reason: "}

# Everything a personal feed's bytes depend on, in one statement: the registrations' part is read from
# ix_registrations_contact alone, and there are few courses.
_PERSONAL = (
    select(
        Contact.link_version,
        Contact.locale,
        func.count(Registration.contact_id),
        func.max(Registration.revised_at),
        func.sum(Registration.sequence),
        select(Setting.changed_at).where(Setting.key == literal_column("'vendor'")).scalar_subquery(),
        select(func.max(Course.revised_at)).scalar_subquery(),
    )
    .outerjoin(Registration, Registration.contact_id == Contact.id)
    .where(
        Contact.id == bindparam("contact_id"),
        Contact.feed_version == bindparam("version"),
        Contact.left_on.is_(None),
    )
    .group_by(Contact.id)
)

_OWN_DATES = (
    select(
        Registration.id,
        Registration.uid,
        Registration.sequence,
        Registration.revised_at,
        Registration.status,
        Lecture.id,
        Lecture.starts_at,
        Lecture.ends_at,
        Lecture.status,
        Lecture.reason,
        Lecture.course_id,
    )
    .join(Lecture, Lecture.id == Registration.lecture_id)
    .where(
        Registration.contact_id == bindparam("contact_id"),
        Registration.status != "waitlisted",
        or_(
            Lecture.starts_at >= bindparam("past"),
            and_(
                or_(Registration.status == "cancelled", Lecture.status == "cancelled"),
                Lecture.starts_at >= bindparam("cancelled"),
            ),
        ),
    )
    .order_by(Lecture.starts_at, Registration.id)
)


class Taught(NamedTuple):
    """What an entry says of its course, in the reader's language, and when that last changed."""

    name: str
    material: str
    revised_at: datetime | None


class Reader(NamedTuple):
    """Whose dates a personal feed shows, and in which language."""

    contact_id: int
    link_version: int
    locale: str


def find(connection: Connection, contact_id: int, version: int, locale: str | None, now: datetime) -> Found | None:
    """Find a contact's feed in one statement; None when the link's version is no longer the contact's.

    `locale` None: the contact's own language. The tag changes with every registration that is revised, also when what
    began earlier is committed later (that is what the sum of sequences is for), with the day (UTC) because the window
    moves, and with the links, the courses' names and materials and the vendor's details that stand in the entries.
    """
    row = _first(connection, contact_id=contact_id, version=version)
    if row is None:
        return None
    link_version, own_locale, count, revised, total, *others = row
    revised_at, vendor_at, courses_at = _moment(revised), *map(_moment, others)
    reader = Reader(contact_id, link_version, locale or own_locale)
    stamps = f"{stamp(revised_at)}-{stamp(vendor_at)}-{stamp(courses_at)}"
    revision = f"{count}-{total or 0}-{stamps}-{link_version}-{reader.locale}"
    changed_at = max(moment for moment in (revised_at, vendor_at, courses_at, midnight(now)) if moment is not None)
    return Found(calendars.etag(revision, now.date()), changed_at, partial(_write, reader=reader, now=now))


def _write(connection: Connection, reader: Reader, now: datetime) -> bytes:
    """Write a contact's feed: an entry per date booked, past 30 days and all to come, and what was cancelled.

    A waiting list is no date yet and is left out. Dates that were cancelled stay as such until 60 days after the start.
    """
    rows = connection.execute(_OWN_DATES, {"contact_id": reader.contact_id} | window(now)).all()
    taught = _taught(connection, reader.locale)
    vendor = _vendor(connection)
    never = _never_held(connection, reader.contact_id, [row[5] for row in rows if row[4] == "cancelled"])
    entries = [
        _entry(
            *row[:4],
            _state(row[4], row[8]),
            *row[6:8],
            text(row[9], reader.locale),
            taught[row[10]],
            reader,
            vendor,
        )
        for row in rows
        if row[4] != "cancelled" or row[5] not in never
    ]
    return calendars.feed(" ".join(filter(None, (vendor.name, _NAMES[reader.locale]))), entries)


def _first(connection: Connection, **values: int) -> Sequence[Any] | None:
    """Run the one statement behind every poll on the driver's own cursor, at a quarter of what a transaction costs."""
    compiled = _compiled(connection.dialect)
    cursor = connection.connection.cursor()
    try:
        named = [values[name] for name in compiled.positiontup] if compiled.positiontup else values
        cursor.execute(compiled.string, named)
        return cursor.fetchone()
    finally:
        cursor.close()


@lru_cache(maxsize=4)
def _compiled(dialect: Dialect) -> SQLCompiler:
    return _PERSONAL.compile(dialect=dialect)


def _moment(value: str | datetime | None) -> datetime | None:
    """Read a moment as the driver gives it: SQLite's as text in UTC, PostgreSQL's aware."""
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value.astimezone(UTC) if value else None


def _vendor(connection: Connection) -> Vendor:
    """Read the vendor's details; where none were entered, mails and entries come from the sender's name."""
    value: dict[str, Any] = connection.scalar(select(Setting.value).where(Setting.key == "vendor")) or {}
    return read(value | {"name": value.get("name") or here().sender[0]})


def _taught(connection: Connection, locale: str) -> dict[int, Taught]:
    courses = connection.execute(select(Course.id, Course.name, Course.materials, Course.revised_at))
    return {
        number: Taught(text(name, locale), materials.get("before", ""), revised_at)
        for number, name, materials, revised_at in courses
    }


def _state(registration: str, lecture: str) -> str:
    if lecture == "cancelled":
        return "cancelled"
    return "left" if registration == "cancelled" else "scheduled"


def _never_held(connection: Connection, contact_id: int, lecture_ids: Iterable[int]) -> set[int | None]:
    """Tell on which of these lectures the contact only ever waited: no calendar has an entry to be taken back."""
    wanted = set(lecture_ids)
    if not wanted:
        return set()
    told = (
        select(Event.lecture_id, Event.key)
        .where(Event.contact_id == contact_id, Event.lecture_id.in_(wanted))
        .where(Event.key.in_(("waitlisted", "registered", "promoted", "changed")))
    )
    seen: dict[int | None, set[str]] = {}
    for lecture_id, key in connection.execute(told):
        seen.setdefault(lecture_id, set()).add(key)
    return {lecture_id for lecture_id, keys in seen.items() if keys == {"waitlisted"}}


@lru_cache(maxsize=8192)
def _entry(
    number: int,
    uid: str,
    sequence: int,
    revised_at: datetime,
    state: str,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    course: Taught,
    reader: Reader,
    vendor: Vendor,
) -> str:
    """Write one date of a contact; made once per revision.

    The link of a calendar opens the calendar: no entry holds the address of the personal page, as the invitation does.
    """
    contact = Contact(id=reader.contact_id, link_version=reader.link_version, locale=reader.locale)
    page = addresses.join(number, contact) if state == "scheduled" else ""
    lines = [_JOIN[reader.locale] + page] if page else []
    lines += [_MATERIAL[reader.locale] + course.material] if page and course.material else []
    lines += [_REASON[reader.locale] + reason] if reason and state == "cancelled" else []
    lines += [_QUESTIONS[reader.locale] + " ".join(filter(None, (vendor.name, vendor.phone)))] if vendor.phone else []
    return calendars.vevent(
        calendars.LectureEvent(
            uid=uid,
            sequence=sequence,
            revised_at=max(revised_at, course.revised_at or revised_at),
            starts_at=starts_at,
            ends_at=ends_at,
            summary=" – ".join(filter(None, (course.name, vendor.name))),
            description="\n".join(lines),
            location=page,
            url=page,
            conference=page,
            status=state,
            locale=reader.locale,
        )
    )
