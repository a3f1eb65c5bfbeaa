"""Answers whether the seats of the next weeks will do, which weekly times to add or drop, and which lectures may stay empty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from scheduler.rules import slots
from scheduler.rules.attendance_rates import SMALL, Prior, Rate, prior, rate, shrunk
from scheduler.rules.reporting import Asked, Column, Named, Note, Part, Plot, Report, Row, Spread
from scheduler.rules.slots import Slot
from scheduler.services import spared
from scheduler.services.installation import here
from scheduler.services.reports.slots import counting, needing
from scheduler.services.reports.slots.counting import AHEAD, LATELY, Coming, Held, Past, Time, Wish
from scheduler.services.reports.slots.needing import Need, Taught
from scheduler.services.snapshots import making

NAME = "slots"
# A lecture is listed that is more likely than not to have fewer than slots.FEW people; so many of them, the first first.
LIKELY, MOST = 0.5, 100
_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class _Shows:
    """The share that attends, drawn towards the mean: of each course, and what is believed of its times."""

    courses: Mapping[int, float]
    times: Mapping[int, Prior]

    def at(self, time: Time, held: Mapping[Time, Held]) -> float:
        one = held[time] if time in held else Held()
        return shrunk(one.attended, one.known, self.times[time.course_id])


def build(asked: Asked, now: datetime) -> Report:
    """Count the lectures of the period and of the next weeks, and reckon what is wanted of them."""
    courses = needing.courses()
    past, coming = counting.past(asked, now), counting.coming(now)
    shows = _shows(courses, past)
    needed = needing.needs(courses, asked, now)
    each = needing.people_each(now)
    seats = [_seats(one, needed[one.id], each.get(one.id, 1.0), past, shows, coming) for one in courses]
    lacking = {int(row.key) for row in seats if row.values[1] == "short"}
    everybody = past
    if asked.narrowed:
        # Who may book a lecture is not narrowed, whoever is asked about.
        everybody = counting.past(Asked(asked.since, asked.until), now)
    parts = (
        _part_of_seats(seats),
        _part_of_weeks(courses, coming, spared.today(now)),
        _part_of_times(asked, now, courses, past, shows, coming, lacking),
        _part_of_empty(courses, coming, everybody, _shows(courses, everybody), now),
    )
    notes = (Note("narrowed"),) if asked.narrowed else ()
    return Report(NAME, asked, here().zone, making.counted_at(), parts, notes)


def _shows(courses: Sequence[Taught], past: Past) -> _Shows:
    counts = {one.id: past.course(one.id) for one in courses}
    of_courses = prior(list(counts.values()))
    shares = {number: shrunk(*count, of_courses) for number, count in counts.items()}
    times = {}
    for one in courses:
        learnt = prior([(held.attended, held.known) for time, held in past.times.items() if time.course_id == one.id])
        # The course's own share, itself drawn towards that of all courses.
        times[one.id] = Prior(shares[one.id], learnt.strength)
    return _Shows(shares, times)


def _seats(
    one: Taught, need: Need, each: float, past: Past, shows: _Shows, coming: Sequence[Coming]
) -> Row:  # fmt: skip
    lectures = [lecture for lecture in coming if lecture.course_id == one.id]
    seated = sum(lecture.seated for lecture in lectures)
    free = sum(lecture.capacity for lecture in lectures) - seated
    came: Rate = rate(*past.course(one.id))
    share = shows.courses[one.id]
    show = Spread(share, min(share, came.low or 0.0), max(share, 1.0 if came.high is None else came.high))
    arriving = slots.arrivals(need.arrived, LATELY.days, AHEAD.days)
    wanted = slots.wanted(need.waiting, arriving, each, seated, show)
    told = (Named(str(one.id), one.name), slots.seats_short(free, wanted), wanted, free, need.waiting, arriving, each)
    return Row(str(one.id), (*told, seated, len(lectures), need.arrived, came), came.base < SMALL)


def _part_of_seats(rows: Sequence[Row]) -> Part:
    # What it comes to first, then what it is reckoned from.
    columns = (
        *(Column("course", "named"), Column("state", "code"), Column("wanted", "spread"), Column("free")),
        *(Column("waiting", rows=True), Column("arriving", "spread"), Column("each", "number")),
        *(Column("seated", rows=True), Column("lectures", rows=True), Column("arrived", rows=True)),
        Column("rate", "rate", rows=True),
    )
    plot = Plot("bars", "course", ("wanted", "free")) if rows else None
    return Part("seats", columns, tuple(rows), "estimate", plot, () if rows else (Note("no_data"),))


def _part_of_weeks(courses: Sequence[Taught], coming: Sequence[Coming], today: date) -> Part:
    columns = (
        *(Column("week", "day"), Column("course", "named"), Column("lectures", rows=True)),
        *(Column("capacity"), Column("seated", rows=True), Column("free")),
    )
    rows = []
    monday = today - timedelta(days=today.weekday())
    last = max((one.day for one in coming), default=today)
    # A week without a lecture is what one looks for: it stands there, too.
    while coming and monday <= last:
        for one in courses:
            ones = [
                lecture
                for lecture in coming
                if lecture.course_id == one.id and monday <= lecture.day < monday + _WEEK
            ]  # fmt: skip
            capacity, seated = sum(each.capacity for each in ones), sum(each.seated for each in ones)
            told = (monday, Named(str(one.id), one.name), len(ones), capacity, seated, capacity - seated)
            rows.append(Row(f"{monday.isoformat()}.{one.id}", told))
        monday += _WEEK
    plot = Plot("lines", "week", ("free",), split="course") if rows else None
    return Part("weeks", columns, tuple(rows), "actual", plot, () if rows else (Note("none_ahead"),))


def _part_of_times(
    asked: Asked,
    now: datetime,
    courses: Sequence[Taught],
    past: Past,
    shows: _Shows,
    coming: Sequence[Coming],
    lacking: set[int],
) -> Part:
    columns = (
        *(Column("course", "named"), Column("weekday", "code"), Column("hour", "code")),
        *(Column("verdict", "code"), Column("reason", "code"), Column("drawn", "share"), Column("fill", "share")),
        *(Column("waitlisted", rows=True), Column("wishes", rows=True), Column("ahead", rows=True)),
        *(Column("lectures", rows=True), Column("rate", "rate", rows=True)),
    )
    ahead: dict[Time, int] = {}
    for lecture in coming:
        ahead[lecture.time] = ahead.get(lecture.time, 0) + 1
    waits = counting.waitlisted(asked, now)
    times = past.times.keys() | ahead.keys() | waits.keys()
    wished, vague = counting.placed(counting.wishes(asked), times, {one.key: one.id for one in courses})
    order = {one.id: place for place, one in enumerate(courses)}
    best = _best(courses, past, shows)
    rows = [
        _time(time, courses[order[time.course_id]], past, shows, waits, wished, ahead, lacking, best)
        for time in sorted(times | wished.keys(), key=lambda time: (order[time.course_id], *time[1:]))
    ]
    notes = (Note("vague_wishes", {"wishes": len(vague)}),) if vague else ()
    return Part("times", columns, tuple(rows), "estimate", None, notes if rows else (Note("no_data"),))


def _time(
    time: Time,
    course: Taught,
    past: Past,
    shows: _Shows,
    waits: Mapping[Time, int],
    wished: Mapping[Time, Mapping[int, Wish]],
    ahead: Mapping[Time, int],
    lacking: set[int],
    best: set[str],
) -> Row:
    held = past.times[time] if time in past.times else Held()
    drawn, wishes = shows.at(time, past.times), len(wished.get(time, ()))
    waitlisted = waits.get(time, 0)
    known = (held.lectures, held.seats, held.booked, held.known, drawn, shows.courses[time.course_id])
    verdict, reason = slots.judge(
        Slot(
            *(*known, waitlisted, wishes),
            lacking=time.course_id in lacking,
            best=time.key in best,
            planned=time in ahead,
        )
    )
    came = rate(held.attended, held.known)
    values = (
        *(Named(str(course.id), course.name), str(time.weekday), time.hour, verdict, reason),
        *(drawn if held.known else None, held.booked / held.seats if held.seats else None),
        *(waitlisted, wishes, ahead.get(time, 0), held.lectures, came),
    )
    return Row(time.key, values, held.known < SMALL)


def _best(courses: Sequence[Taught], past: Past, shows: _Shows) -> set[str]:
    """Return the time of each course at which most come."""
    found = set()
    for one in courses:
        told = [
            (time.key, shows.at(time, past.times), held.known)
            for time, held in past.times.items()
            if time.course_id == one.id
        ]
        found.add(slots.ranked_best(told))
    return found


def _part_of_empty(
    courses: Sequence[Taught], coming: Sequence[Coming], past: Past, shows: _Shows, now: datetime
) -> Part:  # fmt: skip
    columns = (
        *(Column("lecture", "lecture"), Column("day", "day"), Column("time", "text"), Column("booked", rows=True)),
        *(Column("usually", "number"), Column("attending", "spread")),
        *(Column("nobody", "share"), Column("few", "share")),
    )
    names, today = {one.id: one.name for one in courses}, spared.today(now)
    rows: list[Row] = []
    for one in coming:
        days = max((one.day - today).days, 0)
        pace = past.paces.get(one.course_id)
        later = slots.still_to_book(pace, days) if pace else (0.0, 0.0)
        free, show = one.capacity - one.seated, shows.at(one.time, past.times)
        if len(rows) == MOST or slots.chances(one.seated, free, later, show)[1] < LIKELY:
            continue
        usually = pace.sums[-1] / pace.lectures - later[0] if pace else None
        told = slots.forecast(one.seated, free, later, show)
        lecture = Named(str(one.id), names[one.course_id])
        values = (lecture, one.day, one.local_start[11:], one.seated, usually, told.attending, told.nobody, told.few)
        rows.append(Row(str(one.id), values))
    notes = (Note("looked_at", {"lectures": len(coming)}),) if coming else (Note("none_ahead"),)
    return Part("empty", columns, tuple(rows), "estimate", None, notes)
