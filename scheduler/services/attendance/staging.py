"""Answers how an attendance report waits between being handed in and being recorded, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, undefer

from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.staff import Staff
from scheduler.models.uploads import Upload
from scheduler.readers.reports.read import read_report
from scheduler.readers.reports.shapes import Report, ReportPerson
from scheduler.readers.tables import Unreadable
from scheduler.rules.attendance import Interval, union_seconds
from scheduler.rules.spellings import company_domain
from scheduler.services import vendor
from scheduler.services.actors import Actor
from scheduler.services.attendance import layouts
from scheduler.services.imports.staging import plain_name
from scheduler.services.installation import here
from scheduler.services.refusals import (
    FileTooLarge,
    FileUnreadable,
    LectureCancelled,
    LectureNotBegun,
    NotFound,
    UploadExpired,
)

# How long an upload waits for its confirmation.
WAITS = timedelta(hours=24)
# A report of another hour is taken for this lecture's when somebody says so, but not the export of a whole week.
LONGEST = timedelta(hours=12)


@dataclass(frozen=True)
class WalkIn:
    """Somebody in the room whom nobody knows yet, to be added to a company as a new contact."""

    account_id: int
    name: str
    email: str = ""


@dataclass(frozen=True)
class Choices:
    """What somebody settled about a report."""

    # IANA name of the zone its times are in.
    zone: str
    # The lecture was held at another time than it is down for: only how long people were there counts.
    anyway: bool = False
    # Who people of the report are, by their first row in the file; None: none of the customers' people.
    people: Mapping[int, int | None] = field(default_factory=dict)
    # Who becomes a new contact when the report is recorded, by the first row in the file.
    walk_ins: Mapping[int, WalkIn] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Write the choices as the database keeps them."""
        people = {str(number): contact_id for number, contact_id in sorted(self.people.items())}
        walk_ins = {str(number): asdict(one) for number, one in sorted(self.walk_ins.items())}
        return {"zone": self.zone, "anyway": self.anyway, "people": people, "walk_ins": walk_ins}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Choices:
        """Read the choices back."""
        people = {int(number): contact_id for number, contact_id in value["people"].items()}
        # Uploads of earlier releases have no walk-ins.
        walk_ins = {int(number): WalkIn(**one) for number, one in value.get("walk_ins", {}).items()}
        return cls(value["zone"], value["anyway"], people, walk_ins)


def stage(
    lecture_id: int,
    data: bytes,
    filename: str,
    zone: str | None,
    now: datetime,
    actor: Actor,
    *,
    anyway: bool = False,
    unnamed: bool = False,
) -> int:
    """Keep a report for its preview and return the upload's id; `zone` (IANA, default the lecture's) is its times'.

    The file that was recorded last, or waits already, is found again with all that was settled about it. Raises NotFound,
    LectureCancelled, LectureNotBegun, FileTooLarge and FileUnreadable(why), among them `other_lecture` (with `first_at`
    and `last_at`), which `anyway` overrides. With `unnamed` a table whose columns nobody has named yet is kept too, for
    somebody to name them (`mapping`).
    """
    lecture = the_lecture(lecture_id)
    check_begun(lecture, now)
    choices = Choices(zone or lecture.zone, anyway)
    name = plain_name(filename)
    try:
        read(data, name, lecture, choices)
    except FileUnreadable as error:
        if not (unnamed and error.params["why"] == "unknown_columns" and len(error.params["headers"]) > 1):
            raise
    digest = sha256(data).hexdigest()
    with db.writing():
        for known in (latest(lecture_id), _waiting(lecture_id, digest, now)):
            if known is not None and known.sha256 == digest and _same(Choices.from_json(known.choices), choices):
                return known.id
        upload = Upload(
            kind="attendance",
            lecture_id=lecture_id,
            filename=name,
            content=data,
            sha256=digest,
            choices=choices.to_json(),
            staff_id=actor.staff_id,
            created_at=now,
            expires_at=now + WAITS,
        )
        db.session.add(upload)
        db.session.flush()
        return upload.id


def the(upload_id: int, now: datetime) -> Upload:
    """Return a report's upload with its content, as it is now.

    Raises NotFound, and UploadExpired when its time is over, it was undone, or a later report of the lecture was recorded.
    """
    query = select(Upload).where(Upload.id == upload_id, Upload.kind == "attendance")
    upload = db.session.scalar(query.options(undefer(Upload.content)).execution_options(populate_existing=True))
    if upload is None or upload.lecture_id is None:
        raise NotFound(what="upload")
    last = latest(upload.lecture_id)
    over = upload.undone_at is not None or (upload.confirmed_at is None and upload.expires_at <= now)
    if over or (last is not None and last.id > upload.id):
        raise UploadExpired()
    return upload


def latest(lecture_id: int) -> Upload | None:
    """Return the report that counts for a lecture, without its content: the last recorded and not undone; None: none."""
    query = select(Upload).where(
        Upload.kind == "attendance",
        Upload.lecture_id == lecture_id,
        Upload.confirmed_at.is_not(None),
        Upload.undone_at.is_(None),
    )
    last = query.order_by(Upload.id.desc()).limit(1)
    return db.session.scalar(last.execution_options(populate_existing=True))


def the_lecture_of(upload_id: int) -> int:
    """Return the id of a report's lecture; raise NotFound."""
    lecture_id = db.session.scalar(select(Upload.lecture_id).where(Upload.id == upload_id, Upload.kind == "attendance"))
    if lecture_id is None:
        raise NotFound(what="upload")
    return lecture_id


def the_lecture(lecture_id: int) -> Lecture:
    """Return a lecture with its course; raise NotFound."""
    lecture = db.session.get(Lecture, lecture_id, options=[joinedload(Lecture.course)])
    if lecture is None:
        raise NotFound(what="lecture")
    return lecture


def check_begun(lecture: Lecture, now: datetime) -> None:
    """Raise LectureCancelled or LectureNotBegun for a lecture that nobody can have attended."""
    if lecture.status == "cancelled":
        raise LectureCancelled()
    if lecture.starts_at > now:
        raise LectureNotBegun()


def read(data: bytes, filename: str, lecture: Lecture, choices: Choices) -> Report:
    """Read the report of a lecture; raise FileTooLarge or FileUnreadable with the reader's key as `why`."""
    try:
        return _read(data, filename, lecture.starts_at, lecture.ends_at, choices)
    except Unreadable as error:
        span: Any = (error.params.get("first_at"), error.params.get("last_at"))
        if error.key != "other_lecture" or not choices.anyway or span[1] - span[0] > LONGEST:
            raise _refusal(error) from error
    report = _read(data, filename, span[0], span[1], choices)
    return replace(report, people=tuple(_untimed(person, span) for person in report.people))


def _read(data: bytes, filename: str, starts_at: datetime, ends_at: datetime, choices: Choices) -> Report:
    own = frozenset(filter(None, db.session.scalars(select(Staff.email))))
    ours = {here().sender[1], vendor.get().reply_to, *own}
    return read_report(
        data,
        filename,
        starts_at=starts_at,
        ends_at=ends_at,
        zone=choices.zone,
        own_emails=own,
        own_domains=frozenset(filter(None, map(company_domain, ours))),
        layouts=layouts.known(),
    )


def _untimed(person: ReportPerson, span: Interval) -> ReportPerson:
    """Keep how long somebody was there, and not when."""
    seconds = union_seconds(person.intervals, *span) if person.summed_seconds is None else person.summed_seconds
    apart = tuple(_untimed(one, span) for one in person.apart)
    return replace(person, intervals=(), summed_seconds=seconds, apart=apart)


def _refusal(error: Unreadable) -> FileUnreadable:
    kind = FileTooLarge if error.key == "too_large" else FileUnreadable
    place = "zone" if error.key == "unknown_zone" else "file"
    return kind(**{**error.params, "field": place, "why": error.key})


def _waiting(lecture_id: int, digest: str, now: datetime) -> Upload | None:
    """Return the report with this content that waits for its confirmation, unless a later one was recorded."""
    last = latest(lecture_id)
    query = select(Upload).where(
        Upload.kind == "attendance",
        Upload.lecture_id == lecture_id,
        Upload.sha256 == digest,
        Upload.confirmed_at.is_(None),
        Upload.expires_at > now,
        Upload.id > (last.id if last is not None else 0),
    )
    return db.session.scalar(query.order_by(Upload.id.desc()).limit(1))


def _same(known: Choices, choices: Choices) -> bool:
    return (known.zone, known.anyway) == (choices.zone, choices.anyway)
