"""Who was in the room and when, read from any meeting tool's report of one lecture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from scheduler.readers.reports import events, generic, meet, teams, webex, webinar, zoom
from scheduler.readers.reports.columns import About, Block, about, find_blocks, headers_seen
from scheduler.readers.reports.people import SPEAKERS, gather, usable_email
from scheduler.readers.reports.shapes import Complaint, Line, Report, Tool
from scheduler.readers.reports.times import Window, placed, span_near, timed
from scheduler.readers.tables import Unreadable, read_table


class _Reader(Protocol):
    TOOL: Tool

    def recognises(self, blocks: Sequence[Block]) -> bool: ...
    def lines(self, blocks: Sequence[Block], top: About) -> list[Line]: ...


# A new format is a module here; the first that recognises the columns reads the file.
_READERS: tuple[_Reader, ...] = (teams, events, webinar, meet, webex, zoom, generic)


def read_report(
    data: bytes,
    filename: str,
    *,
    starts_at: datetime,
    ends_at: datetime,
    zone: str,
    own_domains: frozenset[str] = frozenset(),
    own_emails: frozenset[str] = frozenset(),
) -> Report:
    """Read a report of the lecture from `starts_at` to `ends_at` (aware UTC) whose times are in `zone` (IANA name).

    A zone that the file names in a header wins. `own_domains` and `own_emails` (lower case) are the vendor's people.
    Raises Unreadable: `unknown_columns` (with the headers seen), `no_rows`, `unknown_zone`, `other_lecture` (with
    `first_at` and `last_at`, aware UTC), or what `read_table` says.
    """
    table = read_table(data, filename)
    blocks = find_blocks(table.rows)
    if not blocks:
        raise Unreadable("unknown_columns", {"filename": filename, "headers": headers_seen(table.rows)})
    reader = next(reader for reader in _READERS if reader.recognises(blocks))
    top = about(table.rows)
    lines = [line for line in reader.lines(blocks, top) if line.name or line.email]
    if not lines:
        raise Unreadable("no_rows", {"filename": filename})
    window = Window(starts_at, ends_at, zone)
    rows, complaints = timed([_own(line, own_domains, own_emails) for line in lines], window)
    span = span_near(rows, top.started, window, filename)
    people, left_out = gather(placed(rows, window))
    intervals = [interval for person in people for interval in person.intervals]
    if span and intervals and not any(window.overlaps(interval) for interval in intervals):
        complaints.append(Complaint(0, "nobody_during_lecture", {"first_at": span[0], "last_at": span[1]}))
    return Report(
        tool=reader.TOOL,
        encoding=table.encoding,
        people=tuple(people),
        left_out=tuple(left_out),
        first_at=span[0] if span else None,
        last_at=span[1] if span else None,
        complaints=tuple(complaints),
    )


def _own(line: Line, domains: frozenset[str], emails: frozenset[str]) -> Line:
    email = usable_email(line.email)
    if line.why in SPEAKERS or not (email in emails or email.partition("@")[2] in domains):
        return line
    return replace(line, why="own_people")
