"""Which lines of a report are the same person's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from scheduler.readers.reports.display import is_full_name, is_phone, names_nobody
from scheduler.readers.reports.shapes import LeftOut, Line, ReportPerson, Why
from scheduler.rules.names import clean_name, name_key

# A dropped connection stays in the room for a while beside the one that replaced it.
_GHOST = timedelta(minutes=2)
# What makes the whole person no customer, whatever other lines say; the first found counts.
SPEAKERS: tuple[Why, ...] = ("host", "panelist", "presenter")
_WHOLE_PERSON: tuple[Why, ...] = (*SPEAKERS, "own_people")
_NEVER = datetime.max.replace(tzinfo=UTC) - _GHOST
_NO_MAIL = ("#ext#", ".localhost")


@dataclass(frozen=True)
class Row:
    """A line with its times read (aware UTC), what was odd about them, and why it does not count."""

    line: Line
    interval: tuple[datetime, datetime] | None = None
    flags: frozenset[str] = frozenset()
    why: Why | None = None


def usable_email(text: str) -> str:
    """Take an address in lower case; empty for placeholders and for names that a tool makes up for guests."""
    email = text.strip().lower()
    if email.count("@") != 1 or " " in email or any(part in email for part in _NO_MAIL):
        return ""
    return email


def gather(rows: Sequence[Row]) -> tuple[list[ReportPerson], list[LeftOut]]:
    """Group lines into people, in the order of the report, and set aside who is no customer's attendance."""
    people: list[ReportPerson] = []
    left_out: list[LeftOut] = []
    for group, same_name in _groups(rows):
        whole = next((why for why in _WHOLE_PERSON if any(row.why == why for row in group)), None)
        counted = group if whole else [row for row in group if row.why is None]
        reason = whole or (None if counted else group[0].why)
        person = _person(group, counted, same_name)
        if not reason and not person.email and not person.personal_key and "two_devices" in person.flags:
            person = replace(person, apart=tuple(_person(seat, seat, True) for seat in _seats(counted)))
        if reason:
            left_out.append(LeftOut(person.name, reason, replace(person, is_host=reason == "host")))
        else:
            people.append(person)
    return people, left_out


def _groups(rows: Sequence[Row]) -> list[tuple[list[Row], bool]]:
    """Group by personal key, else email, else name; the second value says that another group bears the same name."""
    known: dict[str, list[Row]] = {}
    named: dict[tuple[str, bool], list[Row]] = {}
    for row in rows:
        key = row.line.personal_key or usable_email(row.line.email)
        if key:
            known.setdefault(key, []).append(row)
        else:
            own = row.why in _WHOLE_PERSON
            named.setdefault((name_key(row.line.identity) or f"row {row.line.row}", own), []).append(row)
    groups = [(group, False) for group in known.values()]
    for same in named.values():
        parts = _same_name(same)
        groups.extend((part, len(parts) > 1) for part in parts)
    return sorted(groups, key=lambda group: group[0][0].line.row)


def _same_name(rows: list[Row]) -> list[list[Row]]:
    """Split the lines without an email that bear one name into people.

    A name alone is weak evidence, and people once merged cannot be told apart again, while two halves of one person
    are confirmed with one more press. So: lines that say only a device or a role are each somebody. Lines one after
    the other are one person who came back. Lines at the same time are one person with two devices when the name is a
    full one (高橋 大樹, also behind ﾀｶﾊｼ ﾀﾞｲｷ), which two people in one room hardly share, and two people when it is not
    (田中). Lines without times are totals, one a person.
    """
    if len(rows) == 1 or names_nobody(rows[0].line.identity):
        return [[row] for row in rows]
    if is_full_name(rows[0].line.identity) and all(row.interval or row.why for row in rows):
        return [rows]
    return _seats(rows)


def _seats(rows: list[Row]) -> list[list[Row]]:
    """Lay lines one after the other, on as few seats as people at the same time need."""
    seats: list[list[Row]] = []
    for row in sorted(rows, key=_begins):
        free = [seat for seat in seats if row.interval and _ends(seat) <= _begins(row) + _GHOST]
        if free:
            max(free, key=_ends).append(row)
        else:
            seats.append([row])
    return seats


def _begins(row: Row) -> datetime:
    return row.interval[0] if row.interval else _NEVER


def _ends(rows: list[Row]) -> datetime:
    return max(row.interval[1] if row.interval else _NEVER for row in rows)


def _person(rows: list[Row], counted: list[Row], same_name: bool) -> ReportPerson:
    """Make one person of his rows, of which only some count as time in the room."""
    lines = [row.line for row in rows]
    first = lines[0]
    original = next((line.original_name for line in lines if line.original_name), "")
    if clean_name(original) == clean_name(first.name):
        original = ""
    best = original or first.name
    intervals = tuple(sorted(row.interval for row in counted if row.interval))
    spans = any(row.line.spans for row in counted)
    totals = [lasted for row in counted if (lasted := _lasted(row)) is not None] if spans or not intervals else []
    flags = frozenset().union(*(row.flags for row in rows)) | _flags(
        two_devices=_overlap(intervals),
        same_name=same_name,
        nobody=names_nobody(best),
        presenter=any(line.presenter for line in lines),
    )
    return ReportPerson(
        name=first.name.strip(),
        original_name=original,
        email=next((email for line in lines if (email := usable_email(line.email))), ""),
        personal_key=first.personal_key,
        phone_like=is_phone(best),
        intervals=intervals,
        summed_seconds=max(0, sum(totals)) if totals else None,
        flags=flags,
        rows=tuple(line.row for line in lines),
    )


def _lasted(row: Row) -> int | None:
    """Take how long the tool says a line lasted, else the time between its join and leave."""
    if row.line.lasted is None and row.interval:
        return round((row.interval[1] - row.interval[0]).total_seconds())
    return row.line.lasted


def _flags(**said: bool) -> frozenset[str]:
    return frozenset(flag for flag, true in said.items() if true)


def _overlap(intervals: Iterable[tuple[datetime, datetime]]) -> bool:
    end: datetime | None = None
    for begins, ends in intervals:
        if end is not None and begins + _GHOST < end:
            return True
        end = max(end, ends) if end else ends
    return False
