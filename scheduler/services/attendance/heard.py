"""Answers what the meeting tool told about comings and goings, as a report that a person confirms like any other."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select

from scheduler.models.attendance import Presence
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.services.actors import Actor
from scheduler.services.attendance import record, staging
from scheduler.services.refusals import NotFound

# The columns of Zoom's own report, which the readers know.
_HEAD = ("Name (Original Name)", "User Email", "Join Time", "Leave Time", "Registrant ID")
_FILENAME = "zoom.csv"


def is_any(lecture_id: int) -> bool:
    """Tell whether the meeting tool told of anybody in a lecture's room."""
    return db.session.scalar(select(Presence.id).where(*_of(lecture_id)).limit(1)) is not None


def stage(lecture_id: int, now: datetime, actor: Actor) -> int:
    """Keep what the tool told so far as a report for its preview and return the upload's id.

    Whom somebody on the roster already said to be a contact is that contact. Raises what `staging.stage` raises, and
    NotFound when nothing was told.
    """
    lecture = staging.the_lecture(lecture_id)
    rows = list(db.session.scalars(select(Presence).where(*_of(lecture_id)).order_by(Presence.from_at, Presence.id)))
    if not rows:
        raise NotFound(what="presence")
    data, zone = _written(rows, lecture, now), lecture.zone
    # The file's first line is its header.
    known = {row: one.contact_id for row, one in enumerate(rows, start=2) if one.contact_id is not None}
    with db.writing():
        upload_id = staging.stage(lecture_id, data, _FILENAME, zone, now, actor)
        chosen = staging.Choices.from_json(staging.the(upload_id, now).choices)
        record.choose(upload_id, {**known, **chosen.people}, now)
        return upload_id


def _of(lecture_id: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Presence.lecture_id == lecture_id, Presence.source == "webhook"


def _written(rows: list[Presence], lecture: Lecture, now: datetime) -> bytes:
    """Write down who was there from when to when; who is still there, until now at most."""
    zone = ZoneInfo(lecture.zone)
    until = min(now, lecture.ends_at)

    def moment(at: datetime) -> str:
        return at.astimezone(zone).strftime("%Y/%m/%d %H:%M:%S")

    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_HEAD)
    for row in rows:
        joined = row.from_at or min(lecture.starts_at, row.to_at or lecture.starts_at)
        left = row.to_at or max(until, joined)
        writer.writerow((row.display_name, row.email, moment(joined), moment(left), row.personal_key))
    return text.getvalue().encode()
