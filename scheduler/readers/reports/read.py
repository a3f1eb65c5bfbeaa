"""Who was in the room and when, read from any meeting tool's report of one lecture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

from scheduler.readers.reports import events, generic, meet, teams, webex, webinar, zoom
from scheduler.readers.reports.columns import About, Block, about, find_blocks, header_line
from scheduler.readers.reports.mapped import Layout, column_names, header_key
from scheduler.readers.reports.people import SPEAKERS, Row, gather, usable_email
from scheduler.readers.reports.shapes import Complaint, Line, Report, ReportPerson, Tool
from scheduler.readers.reports.times import Window, placed, span_near, timed
from scheduler.readers.tables import Table, Unreadable, read_table

# A lecture has no more lines than this; a file that has more is the export of many meetings.
MAX_ROWS = 30_000
# The host of the lecture after opens the room early; who hosts this one is there for most of it.
_HELD = 0.5


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
    layouts: Mapping[str, Layout] = MappingProxyType({}),
) -> Report:
    """Read a report of the lecture from `starts_at` to `ends_at` (aware UTC) whose times are in `zone` (IANA name).

    A zone that the file names in a header wins. `own_domains` and `own_emails` (lower case) are the vendor's people.
    `layouts` says by header line's key which column is which, where somebody settled that; it wins over what is known.
    Raises Unreadable: `unknown_columns` (with the likeliest header line's number, headers and key), `no_rows`,
    `too_many_rows`, `unknown_zone`, `other_lecture` (with `first_at` and `last_at`, aware UTC), or what `read_table` says.
    """
    table, blocks = _tables(data, filename, layouts)
    reader = generic if blocks[0].mapped else next(reader for reader in _READERS if reader.recognises(blocks))
    top = about(table.rows[: blocks[0].line - 1])
    everybody = reader.lines(blocks, top)
    lines = [line for line in everybody if line.name or line.email]
    if not lines:
        raise Unreadable("no_rows", {"filename": filename})
    window = Window(starts_at, ends_at, zone)
    rows, complaints = timed([_own(line, own_domains, own_emails) for line in lines], top.started, window)
    complaints += [Complaint(line.row, "nobody_named") for line in everybody if _nameless(line)]
    complaints += _cut_off(table, blocks)
    span = span_near(rows, top.started, window, filename)
    people, left_out = gather(placed(rows, window))
    complaints += _nobody_during(people, rows, span, window, filename)
    return Report(
        tool=reader.TOOL,
        encoding=table.encoding,
        people=tuple(people),
        left_out=tuple(left_out),
        first_at=span[0] if span else None,
        last_at=span[1] if span else None,
        complaints=tuple(complaints),
    )


def _tables(data: bytes, filename: str, layouts: Mapping[str, Layout]) -> tuple[Table, list[Block]]:
    """Find the tables of people, in whichever sheet they are and whatever separates their columns."""
    blocks: list[Block] = []

    def wanted(rows: list[list[str]]) -> bool:
        blocks[:] = find_blocks(rows, layouts)
        return bool(blocks)

    table = read_table(data, filename, wanted)
    if not blocks:
        line = header_line(table.rows)
        names, key = list(column_names(table.rows[line - 1])), header_key(table.rows[line - 1])
        raise Unreadable("unknown_columns", {"filename": filename, "line": line, "headers": names, "header_key": key})
    if sum(len(block.rows) for block in blocks) > MAX_ROWS:
        raise Unreadable("too_many_rows", {"filename": filename, "limit": MAX_ROWS})
    return table, blocks


def _nobody_during(
    people: Sequence[ReportPerson],
    rows: Sequence[Row],
    span: tuple[datetime, datetime] | None,
    window: Window,
    filename: str,
) -> list[Complaint]:
    """Complain when no customer was there during the lecture itself; what another lecture held beside it left is refused.

    It is this lecture's report where the host was in the room: most of the time, when customers came only before or
    after, and at all, when none came.
    """
    everybody = [row.interval for row in rows if row.interval]
    intervals = [interval for person in people for interval in person.intervals]
    if span is None or not everybody or any(window.overlaps(interval) for interval in intervals):
        return []
    about = {"first_at": span[0], "last_at": span[1]}
    held = window.share(everybody)
    if held < _HELD if intervals else not held:
        raise Unreadable("other_lecture", {"filename": filename, **about})
    return [Complaint(0, "nobody_during_lecture", about)] if intervals else []


def _nameless(line: Line) -> bool:
    return not line.name and not line.email and bool(line.joined or line.left or line.lasted)


def _cut_off(table: Table, blocks: Sequence[Block]) -> list[Complaint]:
    """Complain of a last line that lacks cells which its header and all lines before it have."""
    *before, last = ((len(table.rows[block.line - 1]), number, row) for block in blocks for number, row in block.rows)
    if table.kind != "csv" or not before or any(len(row) < width for width, _, row in before):
        return []
    width, number, row = last
    return [Complaint(number, "cut_off")] if len(row) < width else []


def _own(line: Line, domains: frozenset[str], emails: frozenset[str]) -> Line:
    email = usable_email(line.email)
    if line.why in SPEAKERS or not (email in emails or email.partition("@")[2] in domains):
        return line
    return replace(line, why="own_people")
