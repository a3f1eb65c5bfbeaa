"""Answers how somebody says which column is what in a report that nobody can read yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.models.db import db
from scheduler.models.uploads import Upload
from scheduler.readers.reports.columns import find_blocks, header_line
from scheduler.readers.reports.labels import field_of, label
from scheduler.readers.reports.mapped import FIELDS, Layout, column_names, faults, header_key
from scheduler.readers.tables import read_table
from scheduler.services.actors import Actor
from scheduler.services.attendance import layouts, staging
from scheduler.services.attendance.staging import Choices
from scheduler.services.refusals import Invalid

# How many lines of the file are shown to choose the header from, and below it to see what the columns hold.
SEARCHED, SHOWN = 40, 5
# What a column of a known name is where somebody names the columns: a layout has one join and one leave.
_FIELD = {field: field for field in FIELDS} | {"display": "name", "first_join": "join", "last_leave": "leave"}


@dataclass(frozen=True)
class Asked:
    """A report whose columns somebody is to name."""

    upload: Upload
    # The lines that may be the header, by number (from 1), as written.
    lines: dict[int, list[str]]
    # Which one is taken for it, and the names of its columns.
    line: int
    names: list[str]
    # The first rows below it, a cell a column.
    rows: list[list[str]]
    # What is remembered, else what the columns' names suggest.
    layout: Layout


def asked(upload_id: int, line: int | None, now: datetime) -> Asked:
    """Show what there is to name in a report, with `line` (from 1) as its header where somebody chose one.

    Raises NotFound and UploadExpired.
    """
    upload = staging.the(upload_id, now)
    remembered = layouts.known()
    rows = _rows(upload, remembered)
    lines = {number: row for number, row in enumerate(rows[:SEARCHED], 1) if sum(map(bool, row)) > 1}
    if line not in lines:
        blocks = find_blocks(rows, remembered)
        line = blocks[0].line if blocks else header_line(rows)
    header = rows[line - 1]
    names = list(column_names(header))
    below = [row for row in rows[line : line + SEARCHED] if row][:SHOWN]
    return Asked(
        upload=upload,
        lines=dict(sorted((lines | {line: header}).items())),
        line=line,
        names=names,
        rows=[(row + [""] * len(names))[: len(names)] for row in below],
        layout=remembered.get(header_key(header)) or _suggested(names),
    )


def settle(upload_id: int, line: int, layout: Layout, now: datetime, actor: Actor, *, anyway: bool = False) -> None:
    """Remember what the columns of a report's header line are, for this file and every later one with that line.

    `anyway` says that the lecture was held at another time than it is down for. Raises NotFound, UploadExpired, Invalid for what
    cannot be (the fields' keys are `mapped.faults`'), and FileUnreadable where nobody can be read that way; then
    nothing is remembered.
    """
    with db.writing():
        upload = staging.the(upload_id, now)
        rows = _rows(upload, layouts.known())
        if not 0 < line <= len(rows):
            raise Invalid(field="line", why="not_a_line")
        header = rows[line - 1]
        chosen = {field: column for field, column in layout.items() if column and field in (*FIELDS, "unit")}
        for field, why in faults(chosen, header).items():
            raise Invalid(field=field, why=why)
        layouts.remember(header_key(header), chosen, now, actor)
        choices = Choices.from_json(upload.choices)
        choices = replace(choices, anyway=choices.anyway or anyway)
        upload.choices = choices.to_json()
        staging.read(upload.content, upload.filename, staging.the_lecture(upload.lecture_id or 0), choices)


def _rows(upload: Upload, remembered: Mapping[str, Layout]) -> list[list[str]]:
    """Read the table that is read when the report is: a sheet with people in it comes before others."""
    return read_table(upload.content, upload.filename, lambda rows: bool(find_blocks(rows, remembered))).rows


def _suggested(names: list[str]) -> Layout:
    found: dict[str, str] = {}
    for name in names:
        field = _FIELD.get(field_of(label(name)) or "")
        if field:
            found.setdefault(field, name)
    return found
