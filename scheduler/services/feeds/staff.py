"""Answers what stands in a member's own calendar feed, and in the feed of the member's team.

Neither names a customer: how many are expected is counted, who they are stands on the roster that each entry leads to.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache, partial
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import Connection, Row, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from scheduler import calendars
from scheduler.models.lectures import Course, Lecture
from scheduler.models.registrations import Registration
from scheduler.models.staff import Staff
from scheduler.services import addresses
from scheduler.services.feeds.found import Found
from scheduler.services.feeds.window import midnight, window
from scheduler.services.installation import here
from scheduler.services.outbox.offering import text

_WORDS = {
    "ja": {
        "own": "担当レクチャー",
        "team": "チームのレクチャー",
        "expected": "申込 {seats_taken}/{capacity} 名",
        "waiting": "キャンセル待ち {waiting} 名",
        "host": "ホスト: {host}",
        "one_account": "個社開催",
        "ja": "日本語で開催",
        "en": "英語で開催",
        "join": "会議: {join_url}",
        "meeting_id": "ミーティングID: {meeting_id}",
        "passcode": "パスコード: {passcode}",
        "roster": "名簿: {roster}",
        "online": "オンライン",
        "with": "{course}（{expected}）",
    },
    "en": {
        "own": "My lectures",
        "team": "The team's lectures",
        "expected": "{seats_taken}/{capacity} registered",
        "waiting": "{waiting} waiting",
        "host": "Host: {host}",
        "one_account": "For one account",
        "ja": "Held in Japanese",
        "en": "Held in English",
        "join": "Meeting: {join_url}",
        "meeting_id": "Meeting ID: {meeting_id}",
        "passcode": "Passcode: {passcode}",
        "roster": "Roster: {roster}",
        "online": "Online",
        "with": "{course} ({expected})",
    },
}

_SHOWN = or_(
    Lecture.starts_at >= bindparam("past"),
    and_(Lecture.status == "cancelled", Lecture.starts_at >= bindparam("cancelled")),
)
_ON_IT = Registration.lecture_id == Lecture.id
_HOST = aliased(Staff)


def _dates(member_to_lectures: Select[*tuple[object, ...]]) -> Select[*tuple[object, ...]]:
    return (
        member_to_lectures.add_columns(
            Staff.locale,
            Lecture.id,
            Lecture.uid,
            Lecture.sequence,
            Lecture.revised_at,
            Lecture.starts_at,
            Lecture.ends_at,
            Lecture.status,
            Lecture.seats_taken,
            Lecture.capacity,
            Lecture.join_url,
            Lecture.meeting_id,
            Lecture.passcode,
            Lecture.locale.label("held_in"),
            Lecture.account_id,
            Course.name.label("course"),
            Course.revised_at.label("renamed_at"),
            _HOST.name.label("host"),
            select(func.count()).where(_ON_IT, Registration.status == "waitlisted").scalar_subquery().label("waiting"),
            select(func.max(Registration.revised_at)).where(_ON_IT).scalar_subquery().label("counted_at"),
        )
        .outerjoin(_HOST, _HOST.id == Lecture.host_id)
        .where(Staff.id == bindparam("staff_id"), Staff.feed_version == bindparam("version"), Staff.active)
        .order_by(Lecture.starts_at, Lecture.id)
    )


# Each answers with the member in the first column, also where there is no lecture yet.
_OWN = _dates(
    select()
    .select_from(Staff)
    .outerjoin(Lecture, and_(Lecture.host_id == Staff.id, _SHOWN))
    .outerjoin(Course, Course.id == Lecture.course_id)
)
# Operations (managers) see what every team teaches.
_TEAMS = _dates(
    select()
    .select_from(Staff)
    .outerjoin(Course, or_(Course.team == Staff.team, Staff.team == "operations"))
    .outerjoin(Lecture, and_(Lecture.course_id == Course.id, _SHOWN))
)


class Reader(NamedTuple):
    """In which language a feed of the staff is written, and whether it is the host's own."""

    locale: str
    own: bool


def find_own(connection: Connection, staff_id: int, version: int, locale: str | None, now: datetime) -> Found | None:
    """Find the feed of the lectures a member hosts; None when the link's version is no longer the member's."""
    return _find(connection, _OWN, staff_id, version, locale, now)


def find_teams(connection: Connection, staff_id: int, version: int, locale: str | None, now: datetime) -> Found | None:
    """Find the feed of all lectures of the courses that the member's team teaches; None for a link no longer good."""
    return _find(connection, _TEAMS, staff_id, version, locale, now)


def _find(
    connection: Connection,
    statement: Select[*tuple[object, ...]],
    staff_id: int,
    version: int,
    locale: str | None,
    now: datetime,
) -> Found | None:
    """Read all that the feed is made of in one statement: its counts change with every seat taken anywhere in it."""
    rows = connection.execute(statement, {"staff_id": staff_id, "version": version} | window(now)).all()
    if not rows:
        return None
    reader = Reader(locale or rows[0].locale, statement is _OWN)
    rows = [row for row in rows if row.id is not None]
    moments = [moment for row in rows for moment in _moments(row)]
    revision = sha256(repr((reader, _vendor_name(), [tuple(row) for row in rows])).encode()).hexdigest()[:16]
    return Found(
        calendars.etag(revision, now.date()),
        max([*moments, midnight(now)]),
        partial(_write, rows=rows, reader=reader),
    )


def _write(_connection: Connection, rows: Sequence[Row[*tuple[object, ...]]], reader: Reader) -> bytes:
    """Write an entry per lecture, past 30 days and all to come; cancelled ones stay until 60 days after the start."""
    words = _WORDS[reader.locale]
    name = " ".join(filter(None, (_vendor_name(), words["own" if reader.own else "team"])))
    return calendars.feed(name, (_made_once(_event(row, reader)) for row in rows))


def _event(row: Row[*tuple[object, ...]], reader: Reader) -> calendars.LectureEvent:
    words = _WORDS[reader.locale]
    values = row._asdict() | {"roster": addresses.lecture(row.id), "course": text(row.course, reader.locale)}
    values["expected"] = words["expected"].format_map(values)
    lets_in = reader.own and row.status == "scheduled"
    join_url = row.join_url if lets_in else ""
    told = ["expected"]
    told += ["waiting"] if row.waiting else []
    told += ["host"] if row.host and not reader.own else []
    told += ["one_account"] if row.account_id else []
    told += [row.held_in] if row.held_in != reader.locale else []
    told += ["join"] if join_url else []
    told += [name for name in ("meeting_id", "passcode") if lets_in and values[name]]
    title = words["with"].format_map(values)
    return calendars.LectureEvent(
        uid=row.uid,
        sequence=row.sequence,
        revised_at=max(_moments(row)),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        summary=f"{title} {row.host}" if row.host and not reader.own else title,
        description="\n".join(words[key].format_map(values) for key in (*told, "roster")),
        location=join_url or words["online"],
        url=values["roster"],
        conference=join_url,
        status=row.status,
        locale=reader.locale,
    )


def _moments(row: Row[*tuple[object, ...]]) -> list[datetime]:
    """Return when anything that a lecture's entry shows was changed: the lecture, its people, its course."""
    return [moment for moment in (row.revised_at, row.counted_at, row.renamed_at) if moment is not None]


def _vendor_name() -> str:
    return here().sender[0]


_made_once = lru_cache(maxsize=4096)(calendars.vevent)
