"""Answers what a report changes beside the one that counted before: who is new, who is gone, whose verdict differs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from scheduler.models.attendance import Attendance, Presence
from scheduler.models.db import db
from scheduler.rules.attendance import Verdict
from scheduler.rules.names import name_key
from scheduler.rules.roster import Candidate


@dataclass(frozen=True)
class Change:
    """A contact whose verdict, or time in the room, becomes another one."""

    contact: Candidate
    before: str
    after: str
    seconds_before: int
    seconds_after: int


@dataclass(frozen=True)
class Seen:
    """Whom the report that counts has in the room: contacts, and the names of those who are nobody's yet."""

    contacts: frozenset[int]
    names: Mapping[str, str]


@dataclass(frozen=True)
class Comparison:
    """Who is in one report and not in the other; names are those of whom nobody knows who they are."""

    came: tuple[int, ...] = ()
    gone: tuple[int, ...] = ()
    names_came: tuple[str, ...] = ()
    names_gone: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Tell whether both have the same people."""
        return not (self.came or self.gone or self.names_came or self.names_gone)


def seen(lecture_id: int) -> Seen | None:
    """Return whom the report that counts has in the room; None: there is no report yet."""
    query = select(Presence.contact_id, Presence.display_name).where(
        Presence.lecture_id == lecture_id, Presence.source == "report"
    )
    rows = db.session.execute(query.distinct()).all()
    if not rows:
        return None
    known = frozenset(contact_id for contact_id, _name in rows if contact_id is not None)
    return Seen(known, {name_key(name): name for contact_id, name in rows if contact_id is None})


def compare(before: Seen, contacts: Collection[int], names: Iterable[str]) -> Comparison:
    """Compare whom the report that counts has in the room with the contacts and the other names of another one."""
    others = {name_key(name): name for name in names}
    return Comparison(
        came=tuple(sorted(set(contacts) - before.contacts)),
        gone=tuple(sorted(before.contacts - set(contacts))),
        names_came=tuple(name for key, name in others.items() if key not in before.names),
        names_gone=tuple(name for key, name in before.names.items() if key not in others),
    )


def changes(
    verdicts: Mapping[int, Verdict], rows: Mapping[int, Attendance], people: Mapping[int, Candidate]
) -> list[Change]:
    """List whose verdict becomes another one, or whose time was recorded and is another now."""
    found = []
    for number, verdict in verdicts.items():
        row = rows.get(number)
        before, seconds = (row.verdict, row.seconds) if row is not None else ("unknown", 0)
        if before != verdict.verdict or (row is not None and seconds != verdict.seconds):
            found.append(Change(people[number], before, verdict.verdict, seconds, verdict.seconds))
    return found
