"""Answers what taking a recorded report back comes to: the report before counts again, or none."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload, undefer

from emails import FOLLOW_UP
from scheduler.models.accounts import Contact
from scheduler.models.attendance import KnownName, Presence
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.lectures import Lecture
from scheduler.models.mails import LEFT, Mail
from scheduler.models.uploads import Upload
from scheduler.services import history, readiness, references, seating
from scheduler.services.actors import Actor
from scheduler.services.attendance import recognised, record, staging, verdicts
from scheduler.services.attendance.staging import Choices
from scheduler.services.inserting import add_missing
from scheduler.services.refusals import UploadExpired

# What goes with a contact whom a report added: what the report itself brought, and mails that never left.
_WITH_IT = ("contact_stores", "known_names", "mails")
_EDITED = ("contact_changed", "contact_checked")


@dataclass(frozen=True)
class Kept:
    """A contact whom the report added and who stays, since something was built on the person: tables, or `edited`."""

    contact_id: int
    why: tuple[str, ...]


@dataclass(frozen=True)
class Undone:
    """What taking a report back did, or would do."""

    upload_id: int
    lecture_id: int
    # The report that counts again: its file's name; None: none.
    earlier: str | None
    # Verdicts before and after, by contact, where they differ.
    verdicts: Mapping[int, tuple[str, str]]
    # Mails that had not left and do not leave, mails that leave after all, and mails that cannot be called back.
    taken_back: int
    owed: int
    left: int
    # Contacts whom the report added and who go with it, by name; and those who stay.
    removed: tuple[str, ...]
    kept: tuple[Kept, ...]


class _Rehearsed(Exception):
    """The end of a rehearsal: everything is rolled back."""


def preview(upload_id: int, now: datetime, actor: Actor) -> Undone:
    """Say what taking a report back would do, by doing it in a transaction that is never committed.

    Raises NotFound, and UploadExpired when it was not recorded, was undone, or a later report counts.
    """
    told: list[Undone] = []
    try:
        with db.writing():
            told.append(_undo(_the(upload_id), now, actor))
            raise _Rehearsed
    except _Rehearsed:
        return told[0]


def undo(upload_id: int, now: datetime, actor: Actor) -> Undone | None:
    """Take a recorded report back with all that it brought; None, and no change, when that was done already.

    Gone are its evidence, the names it taught, the contacts it added (unless something was built on them) and the mails
    that have not left; marks by hand stay, and the report before it counts again. Raises NotFound, and UploadExpired when
    it was not recorded or a later report counts.
    """
    with db.writing():
        seating.lock(staging.the_lecture_of(upload_id))
        upload = db.session.get_one(Upload, upload_id, populate_existing=True)
        if upload.undone_at is not None:
            return None
        return _undo(_the(upload_id), now, actor)


def _the(upload_id: int) -> Upload:
    lecture_id = staging.the_lecture_of(upload_id)
    seating.lock(lecture_id)
    last = staging.latest(lecture_id)
    if last is None or last.id != upload_id:
        raise UploadExpired()
    return last


def _undo(upload: Upload, now: datetime, actor: Actor) -> Undone:
    lecture = staging.the_lecture(upload.lecture_id or 0)
    before: Mapping[str, Any] = upload.before or {"reported_at": None, "forgotten": [], "contacts": [], "heard": []}
    said = {number: row.verdict for number, row in verdicts.rows_of(lecture.id).items()}
    queued = _mails(lecture.id, ("queued",))
    left = _mails(lecture.id, ("sending", *LEFT)) & _mails(lecture.id, None, upload.confirmed_at)
    upload.undone_at, upload.undone_by_id = now, actor.staff_id
    _unlearn(upload, before["forgotten"])
    recognised.forget(before["heard"])
    db.session.flush()
    history.record("report_undone", now=now, actor=actor, lecture_id=lecture.id, upload_id=upload.id)
    earlier = _earlier(lecture.id)
    if earlier is not None:
        record.apply(earlier, Choices.from_json(earlier.choices), now, actor)
    else:
        _without_report(lecture, said, now, actor)
    if lecture.reported_at is not None:
        since = before["reported_at"]
        lecture.reported_at = datetime.fromisoformat(since) if since is not None else lecture.reported_at
    removed, kept = _remove(before["contacts"], now, actor)
    now_said = {number: row.verdict for number, row in verdicts.rows_of(lecture.id).items()}
    still = _mails(lecture.id, ("queued",))
    return Undone(
        upload_id=upload.id,
        lecture_id=lecture.id,
        earlier=earlier.filename if earlier is not None else None,
        verdicts={
            number: (said.get(number, "unknown"), now_said.get(number, "unknown"))
            for number in sorted(said.keys() | now_said.keys())
            if said.get(number, "unknown") != now_said.get(number, "unknown")
        },
        taken_back=len(queued - still),
        owed=len(still - queued),
        left=len(left),
        removed=removed,
        kept=kept,
    )


def _mails(lecture_id: int, states: Collection[str] | None, since: datetime | None = None) -> set[int]:
    query = select(Mail.id).where(Mail.lecture_id == lecture_id, Mail.kind.in_(FOLLOW_UP.values()))
    if states is not None:
        query = query.where(Mail.state.in_(states))
    if since is not None:
        query = query.where(Mail.created_at >= since)
    return set(db.session.scalars(query))


def _unlearn(upload: Upload, forgotten: Collection[Mapping[str, Any]]) -> None:
    """Forget the names that the report taught, and know again those it made forgotten, of contacts that are still there."""
    gone = delete(KnownName).where(KnownName.upload_id == upload.id)
    db.session.execute(gone.execution_options(synchronize_session=False))
    there = set(db.session.scalars(select(Contact.id).where(Contact.id.in_([row["contact_id"] for row in forgotten]))))
    rows = [row | {"confirmed_at": datetime.fromisoformat(row["confirmed_at"])} for row in map(dict, forgotten)]
    add_missing(KnownName, [row for row in rows if row["contact_id"] in there])


def _earlier(lecture_id: int) -> Upload | None:
    last = staging.latest(lecture_id)
    if last is None:
        return None
    query = select(Upload).where(Upload.id == last.id).options(undefer(Upload.content))
    return db.session.scalar(query.execution_options(populate_existing=True))


def _without_report(lecture: Lecture, said: Collection[int], now: datetime, actor: Actor) -> None:
    """Judge everybody by what else is known, as before the first report."""
    mine = (Presence.lecture_id == lecture.id, Presence.source == "report")
    db.session.execute(delete(Presence).where(*mine).execution_options(synchronize_session=False))
    verdicts.rejudge(lecture, {*said, *verdicts.evidence(lecture.id)}, now, actor)


def _remove(contact_ids: Collection[int], now: datetime, actor: Actor) -> tuple[tuple[str, ...], tuple[Kept, ...]]:
    """Remove the contacts whom the report added, but those on whom something was built since."""
    query = select(Contact).where(Contact.id.in_(contact_ids)).options(joinedload(Contact.account))
    people = list(db.session.scalars(query.order_by(Contact.id)))
    reasons = references.of(Contact, [one.id for one in people], _WITH_IT)
    for number in _written_to(contact_ids):
        reasons.setdefault(number, set()).add("mails")
    for number in _edited(contact_ids):
        reasons.setdefault(number, set()).add("edited")
    free = [one for one in people if one.id not in reasons]
    gone = [one.id for one in free]
    for statement in (delete(Mail).where(Mail.contact_id.in_(gone)), delete(Contact).where(Contact.id.in_(gone))):
        db.session.execute(statement.execution_options(synchronize_session="fetch"))
    for one in free:
        history.record("contact_removed", now=now, actor=actor, account_id=one.account_id, contact_id=one.id)
    readiness.refresh_many({one.account_id for one in free}, now)
    kept = tuple(Kept(one.id, tuple(sorted(reasons[one.id]))) for one in people if one.id in reasons)
    return tuple(f"{one.account.name} {one.name}" for one in free), kept


def _written_to(contact_ids: Collection[int]) -> set[int]:
    query = select(Mail.contact_id).where(Mail.contact_id.in_(contact_ids), Mail.state.in_(("sending", *LEFT)))
    return {number for number in db.session.scalars(query) if number is not None}


def _edited(contact_ids: Collection[int]) -> set[int]:
    query = select(Event.contact_id).where(Event.contact_id.in_(contact_ids), Event.key.in_(_EDITED))
    return {number for number in db.session.scalars(query) if number is not None}
