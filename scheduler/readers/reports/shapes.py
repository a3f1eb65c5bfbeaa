"""What an attendance report says, whichever tool wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Tool = Literal["zoom_meeting", "zoom_webinar", "zoom_events", "teams", "google_meet", "webex", "generic"]
Why = Literal[
    "host",
    "panelist",
    "presenter",
    "own_people",
    "no_show",
    "lobby_only",
    "recording_only",
    "waiting_room",
    "leave_before_join",
    "other_time",
    "no_times",
]


@dataclass(frozen=True)
class Line:
    """One line of a report with its times still as text; `row` counts from 1 as a spreadsheet does."""

    row: int
    name: str
    # The person's own name where the display name hides it, e.g. behind a device or the tool's mark.
    original_name: str = ""
    # What makes two lines without an email the same name.
    identity: str = ""
    email: str = ""
    # The key of a personal join link, where the tool reports it.
    personal_key: str = ""
    joined: str = ""
    left: str = ""
    # Seconds as the tool counts them.
    lasted: int | None = None
    # The times are the first join and the last leave only, so `lasted` is what counts; None: where it is clearly less.
    spans: bool | None = False
    # IANA name or offset from the header; empty: the file's.
    zone: str = ""
    # Why the line, or for a host the whole person, is no customer's attendance.
    why: Why | None = None
    presenter: bool = False


@dataclass(frozen=True)
class ReportPerson:
    """One person in the room, as far as the report can tell."""

    # As the tool shows it.
    name: str
    # The name behind it (Zoom's brackets, Teams without its mark); empty when it is no other.
    original_name: str = ""
    # Lower case; empty when the report gives none.
    email: str = ""
    # The key of a personal join link, empty when the tool reports none.
    personal_key: str = ""
    phone_like: bool = False
    # Joins and leaves in aware UTC, neither united nor clipped to the lecture.
    intervals: tuple[tuple[datetime, datetime], ...] = ()
    # The tool's own total, where there are no intervals or they are a first join and last leave only.
    summed_seconds: int | None = None
    # two_devices, same_name, nobody, no_leave, leave_before_join, presenter.
    flags: frozenset[str] = frozenset()
    is_host: bool = False
    # Row numbers in the file.
    rows: tuple[int, ...] = ()
    # Who it would be if devices at the same time were not one person's: namesakes, when the roster holds several.
    apart: tuple[ReportPerson, ...] = ()


@dataclass(frozen=True)
class LeftOut:
    """Somebody the report lists who is no customer's attendance, and why."""

    name: str
    why: Why
    person: ReportPerson


@dataclass(frozen=True)
class Complaint:
    """Something in the file to look at; `row` is 0 when it concerns the whole report."""

    row: int
    key: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """Everybody a report names, with the first join and the last leave near the lecture (aware UTC)."""

    tool: Tool
    encoding: str
    people: tuple[ReportPerson, ...]
    left_out: tuple[LeftOut, ...]
    first_at: datetime | None
    last_at: datetime | None
    complaints: tuple[Complaint, ...]
