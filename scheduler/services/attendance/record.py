"""Answers what becomes of a report once it is confirmed: who was there, what that means, and what follows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select

from scheduler.models.attendance import KnownName, Presence
from scheduler.models.db import db, table
from scheduler.models.uploads import Upload
from scheduler.rules.attendance import report_presences
from scheduler.rules.matching import known_key
from scheduler.rules.names import name_key
from scheduler.services import history, seating
from scheduler.services.actors import Actor
from scheduler.services.attendance import follow_up, missing_reports, plan, recognised, staging, verdicts
from scheduler.services.attendance import walk_ins as adding
from scheduler.services.attendance.plan import AttendancePlan, Person
from scheduler.services.attendance.staging import Choices, WalkIn
from scheduler.services.inserting import add_missing
from scheduler.services.refusals import Invalid, NotFound
from scheduler.services.signals.tell import tell

# What makes two lines of a report's evidence the same.
_EVIDENCE = ("contact_id", "display_name", "email", "personal_key", "from_at", "to_at", "seconds")
OUTCOMES = ("attended", "partial", "missed", "excused", "unknown")


def record(
    upload_id: int,
    choices: Mapping[int, int | None] | None,
    now: datetime,
    actor: Actor,
    walk_ins: Mapping[int, WalkIn] | None = None,
) -> AttendancePlan:
    """Record a report and return what was recorded; the same again changes nothing.

    `choices` say who people of the report are (first row in the file → contact, or None: none of ours), and `walk_ins` who
    becomes a new contact, instead of what was chosen before; whoever they do not name is recorded when certain. The report
    replaces what an earlier one said of this lecture; marks by hand stay. Raises NotFound, Invalid for somebody to be added,
    LectureCancelled, and UploadExpired when its time is over, it was undone, or a later report was recorded.
    """
    with db.writing():
        staging.check_begun(seating.lock(staging.the_lecture_of(upload_id)), now)
        upload = staging.the(upload_id, now)
        told = replace(actor, channel="report")
        settled = _chosen(Choices.from_json(upload.choices), choices, walk_ins)
        made = adding.add(settled.walk_ins, now, told)
        settled = replace(settled, people={**settled.people, **made}, walk_ins={})
        first = upload.confirmed_at is None
        found = apply(upload, settled, now, told, made.values())
        if first:
            _tell(found, now, told)
        return found


def apply(upload: Upload, settled: Choices, now: datetime, actor: Actor, made: Iterable[int] = ()) -> AttendancePlan:
    """Within the caller's transaction, which holds the lecture's lock, let a report count; `made` are contacts it added."""
    found = plan.make(upload, settled, now)
    reported_at = found.lecture.reported_at
    news = _replace_presences(found, now)
    forgotten = _remember(found, now)
    heard = recognised.settle(found.lecture.id, found.people, actor.staff_id)
    news = bool(verdicts.settle(found.lecture, found.verdicts, found.rows, now, actor)) or news
    follow_up.owe(found.lecture, found.follow_up, now)
    upload.choices = settled.to_json()
    upload.before = _before(upload, reported_at, forgotten, made, heard)
    upload.confirmed_at = upload.confirmed_at or now
    upload.result = _result(found)
    # A report taken while the lecture still runs is not its last.
    if found.lecture.ends_at <= now and (news or found.lecture.reported_at is None):
        found.lecture.reported_at = now
    if found.lecture.reported_at is not None:
        missing_reports.end(found.lecture.id, now)
    return found


def choose(
    upload_id: int,
    choices: Mapping[int, int | None],
    now: datetime,
    walk_ins: Mapping[int, WalkIn] | None = None,
) -> None:
    """Keep who people of a report are for its preview, without recording it; raise NotFound or UploadExpired."""
    with db.writing():
        seating.lock(staging.the_lecture_of(upload_id))
        upload = staging.the(upload_id, now)
        settled = _chosen(Choices.from_json(upload.choices), choices, walk_ins)
        plan.make(upload, settled, now)
        upload.choices = settled.to_json()


def confirm(
    lecture_id: int, chosen: Sequence[tuple[str | int, int | None]], now: datetime, actor: Actor
) -> AttendancePlan:
    """Say who people of the report recorded last are: each by the name it shows, or by the first row, and a contact.

    Raises NotFound without a report, Invalid for a name that nobody has, or that several have who are not settled.
    """
    with db.writing():
        seating.lock(lecture_id)
        upload = staging.latest(lecture_id)
        if upload is None:
            raise NotFound(what="upload")
        found = plan.preview(upload.id, now, ticked=False)
        named = {_number(found.people, who): contact for who, contact in chosen}
        return record(upload.id, {**found.choices.people, **named}, now, actor)


def _chosen(before: Choices, people: Mapping[int, int | None] | None, walk_ins: Mapping[int, WalkIn] | None) -> Choices:
    """Put what somebody chose now in the place of what was chosen before; whoever is named is not added as well."""
    settled = before if people is None else replace(before, people=people)
    settled = settled if walk_ins is None else replace(settled, walk_ins=walk_ins)
    return replace(settled, walk_ins={row: one for row, one in settled.walk_ins.items() if row not in settled.people})


def _tell(found: AttendancePlan, now: datetime, actor: Actor) -> None:
    """Say in the history that a report was recorded, and tell the programs that want to know, once for each report."""
    lecture, upload_id = found.lecture, found.upload.id
    counted = {key: (found.upload.result or {})[key] for key in OUTCOMES}
    history.record("report_recorded", now=now, actor=actor, lecture_id=lecture.id, upload_id=upload_id, **counted)
    tell(
        "attendance.recorded",
        f"attendance.recorded:{upload_id}",
        now,
        lecture=lecture.id,
        course=lecture.course.key,
        upload=upload_id,
        **counted,
    )


def _number(people: Iterable[Person], who: str | int) -> int:
    if isinstance(who, int):
        named = [person for person in people if person.number == who]
    else:
        key = name_key(who)
        named = [one for one in people if key in (name_key(one.name), name_key(one.match.person.original_name))]
        named = [person for person in named if person.settled == "open"] or named
    if not named:
        raise Invalid(field="name", why="name_not_in_report", value=who)
    if len(named) > 1:
        raise Invalid(field="name", why="name_several_times", value=who, rows=[person.number for person in named])
    return named[0].number


def _replace_presences(found: AttendancePlan, now: datetime) -> bool:
    """Let this report's evidence stand for the lecture instead of an earlier report's; tell whether it differs."""
    rows = [
        dict(zip(_EVIDENCE, (person.contact_id, *_shown(person), one.from_at, one.to_at, one.seconds), strict=True))
        for person in found.people
        for one in report_presences(person.match.person.intervals, person.match.person.summed_seconds)
    ]
    earlier = (Presence.lecture_id == found.lecture.id, Presence.source == "report")
    known = db.session.execute(select(*(getattr(Presence, name) for name in _EVIDENCE)).where(*earlier))
    if sorted(map(repr, map(tuple, known))) == sorted(repr(tuple(row.values())) for row in rows):
        return False
    db.session.execute(delete(Presence).where(*earlier).execution_options(synchronize_session=False))
    about = {"lecture_id": found.lecture.id, "source": "report", "upload_id": found.upload.id, "recorded_at": now}
    if rows:
        # As rows of the table: the ORM would send a statement of its own wherever nobody knows who somebody is.
        db.core(insert(table(Presence)), [row | about for row in rows])
    return True


def _shown(person: Person) -> tuple[str, str, str]:
    shown = person.match.person
    return shown.name, shown.email, shown.personal_key


def _remember(found: AttendancePlan, now: datetime) -> list[dict[str, Any]]:
    """Remember who somebody was said to be under this name or address; forget, and return, what was said before.

    What is known of a name is forgotten only when everybody of that name in the room is settled: there are namesakes.
    """
    named: dict[str, list[Person]] = defaultdict(list)
    for person in found.people:
        named[_key(person)].append(person)
    named.pop("", None)
    about = {"confirmed_at": now, "upload_id": found.upload.id}
    new: list[dict[str, Any]] = []
    forgotten: list[dict[str, Any]] = []
    for key, namesakes in named.items():
        known = found.candidates.known_names.get(key, frozenset())
        chosen = {one.contact_id for one in namesakes if one.settled == "chosen" and one.contact_id is not None}
        new += [{"name_key": key, "contact_id": number, **about} for number in chosen - known]
        gone = known - {person.contact_id for person in namesakes}
        if gone and all(person.settled in ("chosen", "dismissed") for person in namesakes):
            forgotten += _forget(key, gone)
    if new:
        add_missing(KnownName, new)
    return forgotten


def _forget(key: str, contact_ids: Collection[int]) -> list[dict[str, Any]]:
    names = (KnownName.name_key == key, KnownName.contact_id.in_(contact_ids))
    rows = db.session.execute(
        select(KnownName.name_key, KnownName.contact_id, KnownName.confirmed_at, KnownName.upload_id).where(*names)
    ).all()
    db.session.execute(delete(KnownName).where(*names).execution_options(synchronize_session=False))
    return [dict(row._mapping) | {"confirmed_at": row.confirmed_at.isoformat()} for row in rows]


def _before(
    upload: Upload,
    reported_at: datetime | None,
    forgotten: Iterable[dict[str, Any]],
    made: Iterable[int],
    heard: Iterable[int],
) -> dict[str, Any]:
    """Add what this press changes to what earlier presses of the same report did, as far as undoing it needs that."""
    since = reported_at.isoformat() if reported_at is not None else None
    before = upload.before or {"reported_at": since, "forgotten": [], "contacts": [], "heard": []}
    # What this very report taught is gone with it anyway.
    others = [name for name in forgotten if name["upload_id"] != upload.id]
    return before | {
        "forgotten": before["forgotten"] + others,
        "contacts": sorted({*before["contacts"], *made}),
        "heard": sorted({*before["heard"], *heard}),
    }


def _key(person: Person) -> str:
    """Give the key a person is remembered by: under an address that several share it is the name."""
    shown = person.match.person
    if person.match.reason == "shared_email":
        return "" if "nobody" in shown.flags else name_key(shown.original_name or shown.name)
    return known_key(shown)


def _result(found: AttendancePlan) -> dict[str, Any]:
    counted: list[str] = [verdict.verdict for verdict in found.verdicts.values()]
    return {
        "people": len(found.people),
        "open": sum(person.settled == "open" for person in found.people),
        "left_out": len(found.left_out),
        **{outcome: counted.count(outcome) for outcome in OUTCOMES},
        "contested": sorted(found.contested),
        "held_accounts": sorted(found.held_accounts),
    }
