"""Whether somebody attended a lecture, by the evidence there is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Source = Literal["manual", "report", "webhook", "checkin", "code", "join_click", "recording"]
# What a verdict may rest on: evidence, or that we were told beforehand (欠席連絡あり).
Basis = Literal["manual", "report", "webhook", "checkin", "code", "absence"]
Outcome = Literal["attended", "partial", "missed", "excused", "unknown"]
Interval = tuple[datetime, datetime]

# What the meeting tool itself saw.
_TOOL: tuple[Literal["report", "webhook"], ...] = ("report", "webhook")
# What says that somebody was there without saying how long, best first: our own eyes before the code typed.
_SEEN: tuple[Literal["checkin", "code"], ...] = ("checkin", "code")


@dataclass(frozen=True)
class Presence:
    """One piece of evidence that somebody was there, in aware UTC.

    `seconds` is the tool's own total: alone where it gives no times, or beside a first join and a last leave, between
    which the person was away. `verdict` is what a person's own mark says.
    """

    source: Source
    from_at: datetime | None = None
    to_at: datetime | None = None
    seconds: int | None = None
    verdict: Outcome | None = None


@dataclass(frozen=True)
class Verdict:
    """What the evidence comes to, the seconds in the lecture, and the sources that decided it."""

    verdict: Outcome
    seconds: int
    sources: tuple[Basis, ...]


def union_seconds(intervals: Iterable[Interval], starts_at: datetime, ends_at: datetime) -> int:
    """Count the seconds of the lecture covered by at least one interval; one that ends before it begins covers none."""
    total = 0.0
    reached = starts_at
    for begins, ends in sorted(intervals):
        begins, ends = max(begins, reached), min(ends, ends_at)
        if ends > begins:
            total += (ends - begins).total_seconds()
            reached = ends
    return int(total)


def report_presences(intervals: Sequence[Interval], summed_seconds: int | None) -> list[Presence]:
    """Write down what a report says of one person: its intervals, or from first to last with the tool's own total."""
    if summed_seconds is None:
        return [Presence("report", begins, ends) for begins, ends in intervals]
    if not intervals:
        return [Presence("report", seconds=summed_seconds)]
    first, last = min(begins for begins, _ in intervals), max(ends for _, ends in intervals)
    return [Presence("report", first, last, summed_seconds)]


def seconds_present(presences: Iterable[Presence], starts_at: datetime, ends_at: datetime) -> int:
    """Count the seconds that a report or webhook shows somebody in the lecture, never more than its length.

    Report and webhook tell of the same minutes: the one that knows of more counts, and the times of both together. Who
    came in and has not been seen to leave counts no seconds yet.
    """
    told: dict[Source, list[Presence]] = {source: [] for source in _TOOL}
    for presence in presences:
        if presence.source in _TOOL and (presence.to_at is not None or presence.seconds is not None):
            told[presence.source].append(presence)
    exact = [
        (one.from_at, one.to_at)
        for found in told.values()
        for one in found
        if one.from_at is not None and one.to_at is not None and one.seconds is None
    ]
    together = union_seconds(exact, starts_at, ends_at)
    return max(0, together, *(_seconds_told(found, starts_at, ends_at) for found in told.values()))


def _seconds_told(presences: Iterable[Presence], starts_at: datetime, ends_at: datetime) -> int:
    """Count the seconds in the lecture that one source tells of."""
    exact: list[Interval] = []
    spans: list[Interval] = []
    totals = 0
    untimed = False
    for presence in presences:
        if presence.from_at is None or presence.to_at is None:
            totals += presence.seconds or 0
            untimed = True
        elif presence.seconds is None:
            exact.append((presence.from_at, presence.to_at))
        else:
            span = (presence.from_at, presence.to_at)
            spans.append(span)
            totals += min(presence.seconds, union_seconds([span], starts_at, ends_at))
    length = int((ends_at - starts_at).total_seconds())
    most = length if untimed else union_seconds([*exact, *spans], starts_at, ends_at)
    return min(union_seconds(exact, starts_at, ends_at) + totals, most)


def verdict(seconds: int, minimum_minutes: int) -> Outcome:
    """Judge the seconds in the lecture by the course's minimum: less than that is partial, nothing is missed."""
    if seconds <= 0:
        return "missed"
    return "attended" if seconds >= minimum_minutes * 60 else "partial"


def decide(
    presences: Sequence[Presence],
    starts_at: datetime,
    ends_at: datetime,
    *,
    minimum_minutes: int,
    registered: bool,
    told_absent: bool,
    report_present: bool,
    lecture_over: bool,
) -> Verdict:
    """Decide one contact's attendance of the lecture from `starts_at` to `ends_at` (aware UTC) by the best evidence.

    A person's own mark counts before the tool's report or webhook, that before a check-in, that before the code typed; a
    click on the join link is never attendance, nor is the recording watched afterwards. Nobody missed a lecture that is
    not over, that has no report yet, or that he was not booked on; whoever told us beforehand is excused instead.
    """
    seconds = seconds_present(presences, starts_at, ends_at)
    marks = [presence.verdict for presence in presences if presence.source == "manual" and presence.verdict]
    if marks:
        return Verdict(marks[-1], seconds, ("manual",))
    seen = {presence.source for presence in presences}
    if seconds:
        outcome = verdict(seconds, minimum_minutes)
        if outcome == "attended" or lecture_over:
            return Verdict(outcome, seconds, tuple(source for source in _TOOL if source in seen))
        return Verdict("unknown", seconds, ())
    for source in _SEEN:
        if source in seen:
            # Also when the report lacks the name: several people may sit before one screen.
            return Verdict("attended", 0, (source,))
    if registered and lecture_over and not _came_in(presences, ends_at):
        if told_absent:
            return Verdict("excused", 0, ("absence",))
        if report_present:
            return Verdict("missed", 0, ("report",))
    return Verdict("unknown", 0, ())


def _came_in(presences: Iterable[Presence], ends_at: datetime) -> bool:
    """Tell whether the tool saw somebody come in before the end, but not how long the person stayed."""
    return any(
        presence.source in _TOOL
        and presence.from_at is not None
        and presence.from_at < ends_at
        and presence.to_at is None
        and presence.seconds is None
        for presence in presences
    )
