"""Answers how each person stands with a lecture: judges the evidence, records what changed and what follows from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import joinedload, selectinload

from scheduler.models.accounts import Contact
from scheduler.models.attendance import Attendance
from scheduler.models.attendance import Presence as PresenceRow
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.registrations import Registration
from scheduler.rules.attendance import Outcome, Presence, Source, Verdict, decide
from scheduler.services import history, readiness
from scheduler.services.actors import Actor
from scheduler.services.attendance import follow_up, missing_reports, staging
from scheduler.services.outbox import facts_attendance

UNKNOWN = Verdict("unknown", 0, ())


@dataclass(frozen=True)
class Standing:
    """One person's attendance of a lecture, as told; booked and not judged yet is unknown."""

    contact: Contact
    verdict: str
    seconds: int
    sources: tuple[str, ...]
    reason: str = ""


def of(lecture_id: int) -> list[Standing]:
    """List how everybody booked, and everybody who came, stands with a lecture; account and stores loaded."""
    person = (joinedload(Contact.account), selectinload(Contact.stores))
    rows = db.session.scalars(
        select(Attendance)
        .where(Attendance.lecture_id == lecture_id)
        .options(joinedload(Attendance.contact).options(*person))
        .execution_options(populate_existing=True)
    )
    judged = {row.contact_id: row for row in rows}
    booked = select(Registration.contact_id).where(
        Registration.lecture_id == lecture_id, Registration.status == "booked"
    )
    open_ones = db.session.scalars(
        select(Contact).where(Contact.id.in_(booked), Contact.id.not_in(judged)).options(*person)
    )
    standings = [
        Standing(row.contact, row.verdict, row.seconds, tuple(row.sources), row.reason) for row in judged.values()
    ]
    standings += [Standing(contact, "unknown", 0, ()) for contact in open_ones]
    return sorted(standings, key=lambda standing: standing.contact.id)


def rows_of(lecture_id: int, contact_ids: Collection[int] | None = None) -> dict[int, Attendance]:
    """Return the verdicts recorded for a lecture, by contact."""
    query = select(Attendance).where(Attendance.lecture_id == lecture_id)
    if contact_ids is not None:
        query = query.where(Attendance.contact_id.in_(contact_ids))
    return {row.contact_id: row for row in db.session.scalars(query.execution_options(populate_existing=True))}


def is_mark(row: Attendance) -> bool:
    """Tell whether a verdict is a person's own mark, which outlives every report."""
    return row.sources == ["manual"]


def evidence(
    lecture_id: int, contact_ids: Collection[int] | None = None, *, report: bool = True
) -> dict[int, list[Presence]]:
    """Return the evidence kept for a lecture, by contact; `report` False leaves the reports' out."""
    query = select(PresenceRow).where(PresenceRow.lecture_id == lecture_id, PresenceRow.contact_id.is_not(None))
    if contact_ids is not None:
        query = query.where(PresenceRow.contact_id.in_(contact_ids))
    if not report:
        query = query.where(PresenceRow.source != "report")
    found: dict[int, list[Presence]] = defaultdict(list)
    for row in db.session.scalars(query.order_by(PresenceRow.id)):
        if row.contact_id is not None:
            found[row.contact_id].append(Presence(cast(Source, row.source), row.from_at, row.to_at, row.seconds))
    return found


def judge(
    lecture: Lecture,
    contact_ids: Iterable[int],
    presences: Mapping[int, Sequence[Presence]],
    rows: Mapping[int, Attendance],
    *,
    booked: Collection[int],
    report_present: bool,
    now: datetime,
) -> dict[int, Verdict]:
    """Judge these contacts by their evidence; a person's own mark among `rows` counts first. `booked` can miss it."""
    verdicts = {}
    absent = told_absent(lecture.id)
    for contact_id in contact_ids:
        found = list(presences.get(contact_id, ()))
        row = rows.get(contact_id)
        if row is not None and is_mark(row):
            found.append(Presence("manual", verdict=cast(Outcome, row.verdict)))
        verdicts[contact_id] = decide(
            found,
            lecture.starts_at,
            lecture.ends_at,
            minimum_minutes=lecture.course.minimum_minutes,
            registered=contact_id in booked,
            told_absent=contact_id in absent,
            report_present=report_present,
            lecture_over=lecture.ends_at <= now,
        )
    return verdicts


def settle(
    lecture: Lecture, verdicts: Mapping[int, Verdict], rows: Mapping[int, Attendance], now: datetime, actor: Actor
) -> set[int]:
    """Record verdicts within the caller's transaction and return the contacts whose verdict changed.

    A verdict that is no longer known is taken away. The history of each contact's account says what changed, and the
    accounts are judged anew.
    """
    changed = {
        contact_id: verdict.verdict
        for contact_id, verdict in verdicts.items()
        if verdict.verdict != _said(rows, contact_id)
    }
    _write(lecture.id, verdicts, rows, now)
    accounts = dict(db.session.execute(select(Contact.id, Contact.account_id).where(Contact.id.in_(changed))).all())
    lines = [
        history.about_one(key, account_id=accounts[contact_id], contact_id=contact_id, lecture_id=lecture.id)
        for contact_id, key in sorted(changed.items())
    ]
    history.record_many(lines, now, actor)
    db.session.flush()
    readiness.refresh_many(set(accounts.values()), now)
    return set(changed)


def rejudge(
    lecture: Lecture, contact_ids: Collection[int], now: datetime, actor: Actor, *, marks: bool = True
) -> set[int]:
    """Judge these contacts anew by all that is kept about them, and let follow what follows; return whose verdict changed.

    For the caller's open transaction, which holds the lecture's lock (`seating.lock`) and has added or taken away the
    evidence. `marks` False takes marks by hand back. Whoever may be somebody not settled in the last report is not missing.
    """
    db.session.flush()
    wanted = sorted(set(contact_ids))
    last = staging.latest(lecture.id)
    contested = set((last.result or {})["contested"]) if last is not None else set()
    rows = rows_of(lecture.id, wanted)
    judged = judge(
        lecture,
        wanted,
        evidence(lecture.id, wanted),
        rows if marks else {},
        booked=_booked(lecture.id, wanted) - contested,
        report_present=last is not None,
        now=now,
    )
    return conclude(lecture, judged, rows, now, actor)


def conclude(
    lecture: Lecture, verdicts: Mapping[int, Verdict], rows: Mapping[int, Attendance], now: datetime, actor: Actor
) -> set[int]:
    """Settle verdicts, owe or take back the mails that follow, and note when the lecture is settled without a report."""
    changed = settle(lecture, verdicts, rows, now, actor)
    last = staging.latest(lecture.id)
    accounts = set((last.result or {})["held_accounts"]) if last is not None else set()
    mails = follow_up.plan(
        lecture,
        {contact_id: verdict.verdict for contact_id, verdict in verdicts.items()},
        now,
        silent=_silent(lecture.id, verdicts),
        held=_of_accounts(accounts, {number for number, found in verdicts.items() if found.sources != ("manual",)}),
    )
    follow_up.owe(lecture, mails, now)
    if last is None and lecture.ends_at <= now:
        # Without a report the lecture is settled once everybody booked has a verdict.
        lecture.reported_at = None if facts_attendance.unsettled(lecture.id) else lecture.reported_at or now
    if lecture.reported_at is not None:
        missing_reports.end(lecture.id, now)
    return changed


def told_absent(lecture_id: int) -> set[int]:
    """Return who is booked on a lecture and told us beforehand that they will not come."""
    query = select(Registration.contact_id).where(
        Registration.lecture_id == lecture_id,
        Registration.status == "booked",
        Registration.absence_told_at.is_not(None),
    )
    return set(db.session.scalars(query))


def _booked(lecture_id: int, contact_ids: Collection[int]) -> set[int]:
    query = select(Registration.contact_id).where(
        Registration.lecture_id == lecture_id,
        Registration.contact_id.in_(contact_ids),
        Registration.status == "booked",
    )
    return set(db.session.scalars(query))


def _silent(lecture_id: int, contact_ids: Collection[int]) -> set[int]:
    """Return who is booked, but wants no mails about it."""
    query = select(Registration.contact_id).where(
        Registration.lecture_id == lecture_id,
        Registration.contact_id.in_(contact_ids),
        Registration.status == "booked",
        ~Registration.mails,
    )
    return set(db.session.scalars(query))


def _of_accounts(account_ids: Collection[int], contact_ids: Collection[int]) -> set[int]:
    if not account_ids or not contact_ids:
        return set()
    query = select(Contact.id).where(Contact.id.in_(contact_ids), Contact.account_id.in_(account_ids))
    return set(db.session.scalars(query))


def _said(rows: Mapping[int, Attendance], contact_id: int) -> str:
    return rows[contact_id].verdict if contact_id in rows else "unknown"


def _write(lecture_id: int, verdicts: Mapping[int, Verdict], rows: Mapping[int, Attendance], now: datetime) -> None:
    new, other, gone = [], [], []
    for contact_id, verdict in verdicts.items():
        row = rows.get(contact_id)
        values: dict[str, Any] = {
            "verdict": verdict.verdict,
            "seconds": verdict.seconds,
            "sources": list(verdict.sources),
            "decided_at": now,
        }
        if verdict.verdict == "unknown":
            gone += [row.id] if row is not None else []
        elif row is None:
            new.append(values | {"lecture_id": lecture_id, "contact_id": contact_id})
        elif (row.verdict, row.seconds, row.sources) != (verdict.verdict, verdict.seconds, list(verdict.sources)):
            mark = {} if verdict.sources == ("manual",) else {"marked_by_id": None, "reason": ""}
            other.append({"marked_by_id": row.marked_by_id, "reason": row.reason} | values | mark | {"id": row.id})
    if new:
        db.session.execute(insert(Attendance), new)
    if other:
        db.session.execute(update(Attendance), other)
    if gone:
        db.session.execute(delete(Attendance).where(Attendance.id.in_(gone)))
