"""Answers what stands in a course's public calendar feed."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache, partial
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import quote

from sqlalchemy import Connection, and_, bindparam, func, or_, select

from scheduler import calendars
from scheduler.models.lectures import Course, Lecture
from scheduler.services.feeds.found import Found
from scheduler.services.feeds.window import BEGINNING, midnight, stamp, window
from scheduler.services.installation import here
from scheduler.services.outbox.offering import text

_ONLINE = {"ja": "オンライン", "en": "Online"}
_MEETING = {
    "ja": "ミーティング形式です（ほかの会社の方もご参加になります）",
    "en": "A meeting in which other companies take part",
}

_OF_COURSE = (
    Lecture.course_id == bindparam("course_id"),
    Lecture.account_id.is_(None),
    # What waits for a decision is shown to no visitor, as on the programme.
    or_(Lecture.stray_since.is_(None), Lecture.status == "cancelled"),
    or_(
        Lecture.starts_at >= bindparam("past"),
        and_(Lecture.status == "cancelled", Lecture.starts_at >= bindparam("cancelled")),
    ),
)
_COURSE = select(func.count(Lecture.id), func.max(Lecture.revised_at), func.sum(Lecture.sequence)).where(*_OF_COURSE)
_PUBLIC_DATES = (
    select(
        Lecture.uid,
        Lecture.sequence,
        Lecture.revised_at,
        Lecture.starts_at,
        Lecture.ends_at,
        Lecture.status,
        (Lecture.kind == "meeting").label("meeting"),
    )
    .where(*_OF_COURSE)
    .order_by(Lecture.starts_at, Lecture.id)
)


class Public(NamedTuple):
    """What a course's public feed says of the course."""

    course_id: int
    key: str
    name: str
    summary: str
    locale: str
    # When name or summary last changed.
    renamed_at: datetime


def find(connection: Connection, key: str, locale: str, now: datetime) -> Found | None:
    """Find a course's public feed; None for an unknown key."""
    query = select(Course.id, Course.name, Course.summary, Course.revised_at).where(Course.key == key)
    course = connection.execute(query).one_or_none()
    if course is None:
        return None
    number, name, summary = course[0], text(course[1], locale), text(course[2], locale)
    count, revised_at, total = connection.execute(_COURSE, {"course_id": number} | window(now)).one()
    words = sha256(f"{name}\n{summary}".encode()).hexdigest()[:12]
    tag = calendars.etag(f"{count}-{total or 0}-{stamp(revised_at)}-{words}-{locale}", now.date())
    renamed_at = course[3] or BEGINNING
    changed_at = max(revised_at or BEGINNING, renamed_at, midnight(now))
    course_feed = Public(number, key, name, summary, locale, renamed_at)
    return Found(tag, changed_at, partial(_write, feed=course_feed, now=now))


def _write(connection: Connection, feed: Public, now: datetime) -> bytes:
    """Write a course's public dates, without links into meetings and without the dates held for one account."""
    rows = connection.execute(_PUBLIC_DATES, {"course_id": feed.course_id} | window(now)).all()
    page = f"{here().base_url}/lectures?course={quote(feed.key)}"
    return calendars.feed(feed.name, (_public_entry(*row, feed, page) for row in rows))


def _public_entry(
    uid: str,
    sequence: int,
    revised_at: datetime,
    starts_at: datetime,
    ends_at: datetime,
    status: str,
    meeting: bool,
    feed: Public,
    page: str,
) -> str:
    return _made_once(
        calendars.LectureEvent(
            uid=uid,
            sequence=sequence,
            revised_at=max(revised_at, feed.renamed_at),
            starts_at=starts_at,
            ends_at=ends_at,
            summary=feed.name,
            description="\n".join(filter(None, (feed.summary, _MEETING[feed.locale] if meeting else ""))),
            location=_ONLINE[feed.locale],
            url=page,
            status=status,
            locale=feed.locale,
        )
    )


_made_once = lru_cache(maxsize=2048)(calendars.vevent)
