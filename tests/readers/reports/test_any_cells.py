"""Whatever stands in the cells under a header that is known, a report is read or refused, and never breaks the reader."""

from __future__ import annotations

import csv
import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.readers.reports.mapped import column_names, header_key
from scheduler.readers.tables import Unreadable
from tests.readers.reports.reading import read, seconds

HEADERS = (
    "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest,In Waiting Room",
    "Attended,User Name (Original Name),First Name,Last Name,Email,Approval Status,Join Time,Leave Time,Time in Session (minutes)",
    "First name,Last name,Email,Participation,Total time spent(Minutes),First join time,Last exit time",
    "Name,First Join,Last Leave,In-Meeting Duration,Email,Participant ID (UPN),Role",
    "Full Name,User Action,Timestamp",
    "First name,Last name,Email,Duration,Time joined,Time exited",
    "Display Name,First Name,Last Name,Role,Attendee Email,Join Time,Leave Time,Attendance Duration,Session Name",
    "お客様,連絡先,入,出,長さ,印",
)
CELL = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["--", "2026/04/15 14:00", "4/15/26, 2:00:00\u202fPM", "14:00", "99:99", "0", "-178", "1e9", "Yes", "No", "Left",
         "Organizer", "a@x.example", "12/31/9999 11:59 PM", "01/01/0001 00:00", "1:2:3:4", "99999999999999", "46127.5", "田中"]
    ),
)  # fmt: skip


@pytest.mark.parametrize("header", HEADERS)
@given(st.lists(st.lists(CELL, max_size=8), max_size=8))
def test_no_cells_break_the_reader(header: str, lines: list[list[str]]) -> None:
    named = header.split(",")
    written = io.StringIO()
    csv.writer(written).writerows([named, *lines])
    fields = ("name", "email", "join", "leave", "duration", "attended")
    layouts = {header_key(named): dict(zip(fields, column_names(named), strict=False))} if "お客様" in named else {}
    with suppress(Unreadable):
        report = read(written.getvalue().encode("utf-8", "surrogatepass"), layouts=layouts)
        for person in (*report.people, *(out.person for out in report.left_out)):
            assert seconds(person) >= 0
            assert all(begins <= ends for begins, ends in person.intervals)
            assert person.rows
