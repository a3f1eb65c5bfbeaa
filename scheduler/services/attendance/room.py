"""Answers who is in a lecture's room now, and what evidence there is of each person: for the roster while it runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from scheduler.models.attendance import Feedback, KnownName, Presence
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.readers.reports.display import is_phone, names_behind, names_nobody
from scheduler.readers.reports.shapes import ReportPerson
from scheduler.rules import rooms
from scheduler.rules.matching import known_key, match
from scheduler.services import seating
from scheduler.services.actors import Actor
from scheduler.services.attendance import candidates, codes, evidence, staging, verdicts
from scheduler.services.inserting import add_missing
from scheduler.services.refusals import NotFound

# What the tool and the public form tell of people who are not settled yet.
_UNSETTLED = ("webhook", "code")


@dataclass(frozen=True)
class Seen:
    """What there is of one person beside the report."""

    rows: tuple[Presence, ...]
    feedback: Feedback | None
    # In the room now.
    here: bool

    def first(self, source: str) -> Presence | None:
        """Return the first evidence of a source."""
        return next((row for row in self.rows if row.source == source), None)

    @property
    def named(self) -> Presence | None:
        """Return the row of somebody in the room whom a member said to be this person."""
        return next((row for row in self.rows if row.source in _UNSETTLED and row.staff_id is not None), None)

    @property
    def came_at(self) -> datetime | None:
        """Return when the tool first saw the person come in."""
        return min((row.from_at for row in self.rows if row.source == "webhook" and row.from_at), default=None)

    @property
    def left_at(self) -> datetime | None:
        """Return when the tool last saw the person leave."""
        return max((row.to_at for row in self.rows if row.source == "webhook" and row.to_at), default=None)


@dataclass(frozen=True)
class Stranger:
    """Somebody who came, of whom nobody knows yet who it is."""

    # One of the rows, by which the person is named.
    id: int
    name: str
    email: str
    seen: Seen
    # Contacts it may be, best first.
    offered: tuple[int, ...]


@dataclass(frozen=True)
class Room:
    """A lecture's room: what there is of each contact, and the people not settled."""

    seen: Mapping[int, Seen]
    strangers: tuple[Stranger, ...]
    # The tool told of somebody: it can be said who is in now.
    watched: bool

    @property
    def here(self) -> int:
        """Count the people in the room now."""
        return sum(seen.here for seen in self.seen.values()) + sum(one.seen.here for one in self.strangers)


def of(lecture: Lecture, now: datetime) -> Room:
    """Say who is in a lecture's room at `now` and what was seen of whom."""
    query = select(Presence).where(Presence.lecture_id == lecture.id, Presence.source != "report")
    rows = db.session.scalars(query.order_by(Presence.id).execution_options(populate_existing=True)).all()
    said = {
        row.contact_id: row for row in db.session.scalars(select(Feedback).where(Feedback.lecture_id == lecture.id))
    }
    held = now <= lecture.ends_at + rooms.CLOSE
    known: dict[int, list[Presence]] = defaultdict(list)
    unknown: dict[str, list[Presence]] = defaultdict(list)
    for row in rows:
        if row.contact_id is not None:
            known[row.contact_id].append(row)
        elif row.source in _UNSETTLED:
            unknown[_person(row)].append(row)
    if lecture.ends_at <= now and any(group[0].source == "webhook" for group in unknown.values()):
        unknown = _unreported(lecture, unknown)
    offered = _offered(lecture, [group[0] for group in unknown.values()])
    strangers = [
        Stranger(group[0].id, group[0].display_name, group[0].email, _seen(group, None, held), offered[group[0].id])
        for group in unknown.values()
    ]
    return Room(
        seen={number: _seen(known.get(number, ()), said.get(number), held) for number in {*known, *said}},
        strangers=tuple(strangers),
        watched=any(row.source == "webhook" for row in rows),
    )


def _unreported(lecture: Lecture, unknown: Mapping[str, list[Presence]]) -> dict[str, list[Presence]]:
    """Leave out whom the tool told of once its report counts: it knows of them as well, and is settled on its own page."""
    if staging.latest(lecture.id) is None:
        return dict(unknown)
    return {key: group for key, group in unknown.items() if group[0].source != "webhook"}


def name(presence_id: int, lecture_id: int, contact_id: int, now: datetime, actor: Actor) -> None:
    """Say who somebody in the room is; it is remembered of the name or address. Raises NotFound."""
    with db.writing():
        lecture = seating.lock(lecture_id)
        rows = _same_person(lecture_id, presence_id)
        accounts = evidence.people(lecture, [contact_id])
        before = {row.contact_id for row in rows if row.contact_id is not None}
        for row in rows:
            row.contact_id, row.staff_id = contact_id, actor.staff_id
            if row.source == "code":
                codes.settle_task(row, contact_id, now, actor)
        key = known_key(_shown(rows[0]))
        if key:
            add_missing(KnownName, [{"name_key": key, "contact_id": contact_id, "confirmed_at": now}])
        evidence.tell("attendee_named", lecture_id, [contact_id], accounts, now, actor)
        verdicts.rejudge(lecture, before | {contact_id}, now, actor)


def unname(presence_id: int, lecture_id: int, now: datetime, actor: Actor) -> None:
    """Take back who somebody in the room was said to be, and forget it. Raises NotFound."""
    with db.writing():
        lecture = seating.lock(lecture_id)
        rows = _same_person(lecture_id, presence_id)
        before = {row.contact_id for row in rows if row.contact_id is not None}
        key = known_key(_shown(rows[0]))
        for row in rows:
            row.contact_id, row.staff_id = None, None
        for known in db.session.scalars(
            select(KnownName).where(KnownName.name_key == key, KnownName.contact_id.in_(before))
        ):
            db.session.delete(known)
        evidence.tell("attendee_unnamed", lecture_id, sorted(before), evidence.people(lecture, before), now, actor)
        verdicts.rejudge(lecture, before, now, actor)


def _same_person(lecture_id: int, presence_id: int) -> list[Presence]:
    """Return all that was told of the person of a row; raise NotFound."""
    query = select(Presence).where(Presence.lecture_id == lecture_id, Presence.source.in_(_UNSETTLED))
    rows = db.session.scalars(query.order_by(Presence.id).execution_options(populate_existing=True)).all()
    this = next((row for row in rows if row.id == presence_id), None)
    if this is None:
        raise NotFound(what="presence")
    return [row for row in rows if _person(row) == _person(this)]


def _person(row: Presence) -> str:
    """Name whom a row is about: the tool's connection, or one form. Two of one name, or at one address, may be two people."""
    return (row.key or "").rpartition(":")[0] if row.source == "webhook" else row.key or ""


def _seen(rows: Sequence[Presence], feedback: Feedback | None, held: bool) -> Seen:
    here = held and any(row.source == "webhook" and row.from_at is not None and row.to_at is None for row in rows)
    return Seen(tuple(rows), feedback, here)


def _offered(lecture: Lecture, rows: Collection[Presence]) -> dict[int, tuple[int, ...]]:
    """Say who each of these may be, all at once, as with a report."""
    if not rows:
        return {}
    known = candidates.load(lecture, {row.email for row in rows if row.email})
    found = match([_shown(row) for row in rows], known.by_id.values(), known.known_names).matches
    return {
        row.id: (one.contact_id,) if one.contact_id is not None else tuple(offer.contact_id for offer in one.proposals)
        for row, one in zip(rows, found, strict=True)
    }


def _shown(row: Presence) -> ReportPerson:
    shown, original = names_behind(row.display_name)
    best = original or shown
    return ReportPerson(
        name=shown,
        original_name=original,
        email=row.email,
        personal_key=row.personal_key,
        phone_like=is_phone(best),
        flags=frozenset({"nobody"}) if names_nobody(best) else frozenset(),
    )
