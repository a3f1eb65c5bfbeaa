"""Answers what becomes of a report once it is confirmed: who was there, what that means, and what follows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select

from scheduler.models.attendance import KnownName, Presence
from scheduler.models.db import db
from scheduler.rules.attendance import report_presences
from scheduler.rules.matching import known_key
from scheduler.rules.names import name_key
from scheduler.services import seating
from scheduler.services.actors import Actor
from scheduler.services.attendance import follow_up, plan, staging, verdicts
from scheduler.services.attendance.plan import AttendancePlan, Person
from scheduler.services.attendance.staging import Choices
from scheduler.services.inserting import add_missing
from scheduler.services.refusals import Invalid, NotFound

# What makes two lines of a report's evidence the same.
_EVIDENCE = ("contact_id", "display_name", "from_at", "to_at", "seconds")


def record(upload_id: int, choices: Mapping[int, int | None] | None, now: datetime, actor: Actor) -> AttendancePlan:
    """Record a report and return what was recorded; the same again changes nothing.

    `choices` say who people of the report are (first row in the file → contact, or None: none of ours), instead of what
    was chosen before; whoever they do not name is recorded when certain. The report replaces what an earlier one said of
    this lecture; marks by hand stay. Raises NotFound, LectureCancelled, and UploadExpired when its time is over or a
    later report was recorded.
    """
    with db.writing():
        staging.check_begun(seating.lock(staging.the_lecture_of(upload_id)), now)
        upload = staging.the(upload_id, now)
        settled = Choices.from_json(upload.choices)
        settled = settled if choices is None else replace(settled, people=choices)
        found = plan.make(upload, settled, now)
        told = replace(actor, channel="report")
        news = _replace_presences(found, now)
        _remember(found.people, found.candidates.known_names, now)
        news = bool(verdicts.settle(found.lecture, found.verdicts, found.rows, now, told)) or news
        follow_up.owe(found.lecture, found.follow_up, now)
        upload.choices = settled.to_json()
        upload.confirmed_at = upload.confirmed_at or now
        upload.result = _result(found)
        # A report taken while the lecture still runs is not its last.
        if found.lecture.ends_at <= now and (news or found.lecture.reported_at is None):
            found.lecture.reported_at = now
        return found


def choose(upload_id: int, choices: Mapping[int, int | None], now: datetime) -> None:
    """Keep who people of a report are for its preview, without recording it; raise NotFound or UploadExpired."""
    with db.writing():
        seating.lock(staging.the_lecture_of(upload_id))
        upload = staging.the(upload_id, now)
        settled = replace(Choices.from_json(upload.choices), people=choices)
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
        dict(zip(_EVIDENCE, (person.contact_id, person.name, one.from_at, one.to_at, one.seconds), strict=True))
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
        db.session.execute(insert(Presence), [row | about for row in rows])
    return True


def _remember(people: Iterable[Person], known: Mapping[str, frozenset[int]], now: datetime) -> None:
    """Remember who somebody was said to be under this name or address, and forget what was said otherwise before.

    What is known of a name is forgotten only when everybody of that name in the room is settled: there are namesakes.
    """
    named: dict[str, list[Person]] = defaultdict(list)
    for person in people:
        named[_key(person)].append(person)
    named.pop("", None)
    new: list[dict[str, Any]] = []
    for key, namesakes in named.items():
        chosen = {one.contact_id for one in namesakes if one.settled == "chosen" and one.contact_id is not None}
        new += [
            {"name_key": key, "contact_id": number, "confirmed_at": now} for number in chosen - known.get(key, set())
        ]
        settled = {person.contact_id for person in namesakes}
        gone = known.get(key, frozenset()) - settled
        if gone and all(person.settled in ("chosen", "dismissed") for person in namesakes):
            db.session.execute(delete(KnownName).where(KnownName.name_key == key, KnownName.contact_id.in_(gone)))
    if new:
        add_missing(KnownName, new)


def _key(person: Person) -> str:
    """Give the key a person is remembered by: under an address that several share it is the name."""
    shown = person.match.person
    if person.match.reason == "shared_email":
        return "" if "nobody" in shown.flags else name_key(shown.original_name or shown.name)
    return known_key(shown)


def _result(found: AttendancePlan) -> dict[str, Any]:
    counted = [verdict.verdict for verdict in found.verdicts.values()]
    return {
        "people": len(found.people),
        "open": sum(person.settled == "open" for person in found.people),
        "left_out": len(found.left_out),
        **{outcome: counted.count(outcome) for outcome in ("attended", "partial", "missed", "unknown")},
        "contested": sorted(found.contested),
        "held_accounts": sorted(found.held_accounts),
    }
