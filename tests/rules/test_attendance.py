from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.rules.attendance import (
    Presence,
    Verdict,
    decide,
    report_presences,
    seconds_present,
    union_seconds,
    verdict,
)

START = datetime(2026, 4, 15, 5, 0, tzinfo=UTC)
END = START + timedelta(minutes=60)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def present(source: str, begins: float, ends: float) -> Presence:
    return Presence(source, at(begins), at(ends))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("intervals", "minutes"),
    [
        ([], 0),
        ([(0, 60)], 60),
        ([(-15, 75)], 60),
        ([(-30, -5)], 0),
        ([(60, 70)], 0),
        ([(0, 22), (24, 60)], 58),
        ([(0, 60), (10, 40)], 60),
        ([(10, 40), (0, 60)], 60),
        ([(0, 30), (30, 60)], 60),
        ([(20, 17)], 0),
        ([(20, 17), (30, 40)], 10),
    ],
)
def test_time_present_is_the_union_of_intervals_within_the_lecture(
    intervals: list[tuple[int, int]], minutes: int
) -> None:
    assert union_seconds([(at(a), at(b)) for a, b in intervals], START, END) == minutes * 60


second = st.integers(-300, 600)


@given(st.lists(st.tuples(second, second), max_size=8), st.integers(0, 300))
def test_union_equals_counting_every_second(spans: list[tuple[int, int]], length: int) -> None:
    end = START + timedelta(seconds=length)
    moments = [(START + timedelta(seconds=a), START + timedelta(seconds=b)) for a, b in spans]
    counted = sum(any(a <= tick < b for a, b in spans) for tick in range(length))
    assert union_seconds(moments, START, end) == counted


@given(st.lists(st.tuples(second, second), min_size=1, max_size=6), st.one_of(st.none(), st.integers(0, 9000)))
def test_a_report_never_shows_more_than_its_intervals_its_total_or_the_lecture(
    spans: list[tuple[int, int]], total: int | None
) -> None:
    moments = [(START + timedelta(seconds=a), START + timedelta(seconds=b)) for a, b in spans]
    seconds = seconds_present(report_presences(moments, total), START, END)
    assert 0 <= seconds <= 3600
    if total is None:
        assert seconds == union_seconds(moments, START, END)
    else:
        assert seconds <= total


@pytest.mark.parametrize(
    ("presences", "minutes"),
    [
        ([Presence("report", seconds=45 * 60)], 45),
        ([Presence("report", seconds=30 * 60), Presence("report", seconds=20 * 60)], 50),
        ([Presence("report", seconds=80 * 60)], 60),
        # Google Meet: from 0 to 61 minutes, of which 59 in the room.
        ([Presence("report", at(0), at(61), 59 * 60)], 59),
        ([Presence("report", at(-14), at(60), 74 * 60)], 60),
        ([present("report", 0, 30), present("webhook", 20, 50)], 50),
        ([Presence("checkin", at(0), at(60)), Presence("join_click", at(0), at(60))], 0),
        ([Presence("webhook", at(10), None)], 0),
        # The same half hour told twice is half an hour; beside the report's total the webhook's times add nothing.
        ([Presence("report", at(0), at(60), 30 * 60), present("webhook", 0, 30)], 30),
        ([Presence("report", seconds=20 * 60), present("webhook", 0, 30)], 30),
        ([Presence("recording", at(0), at(60)), Presence("code", at(40), at(60))], 0),
    ],
)
def test_a_tools_total_is_capped_by_its_span_and_by_the_lecture(presences: list[Presence], minutes: int) -> None:
    assert seconds_present(presences, START, END) == minutes * 60


@pytest.mark.parametrize(
    ("seconds", "minimum", "outcome"),
    [
        (0, 45, "missed"),
        (1, 45, "partial"),
        (45 * 60 - 1, 45, "partial"),
        (45 * 60, 45, "attended"),
        (0, 0, "missed"),
        (1, 0, "attended"),
    ],
)
def test_attended_begins_at_the_courses_minimum(seconds: int, minimum: int, outcome: str) -> None:
    assert verdict(seconds, minimum) == outcome


CLICK = Presence("join_click", at(-1))
CHECKIN = Presence("checkin", at(5))
CODE = Presence("code", at(40))
RECORDING = Presence("recording", at(3000))
BY_HAND = Presence("manual", verdict="missed")


@pytest.mark.parametrize(
    ("what", "presences", "said", "expected"),
    [
        ("the report shows enough", [present("report", 0, 50)], {}, Verdict("attended", 3000, ("report",))),
        ("the report shows too little", [present("report", 0, 20)], {}, Verdict("partial", 1200, ("report",))),
        (
            "both tool's sources add up",
            [present("webhook", 0, 30), present("report", 25, 50)],
            {},
            Verdict("attended", 3000, ("report", "webhook")),
        ),
        ("a person's mark wins", [present("report", 0, 60), BY_HAND], {}, Verdict("missed", 3600, ("manual",))),
        (
            "the later mark wins",
            [BY_HAND, Presence("manual", verdict="attended")],
            {},
            Verdict("attended", 0, ("manual",)),
        ),
        (
            "the report wins over a check-in",
            [present("report", 0, 10), CHECKIN],
            {},
            Verdict("partial", 600, ("report",)),
        ),
        ("a check-in stands where the report lacks the name", [CHECKIN], {}, Verdict("attended", 0, ("checkin",))),
        (
            "a click alone is not attendance",
            [CLICK],
            {"report_present": False},
            Verdict("unknown", 0, ()),
        ),
        ("a click does not outweigh the report", [CLICK], {}, Verdict("missed", 0, ("report",))),
        ("booked and not in the report", [], {}, Verdict("missed", 0, ("report",))),
        ("booked, no report yet", [], {"report_present": False}, Verdict("unknown", 0, ())),
        ("booked, lecture to come", [], {"lecture_over": False}, Verdict("unknown", 0, ())),
        ("a walk-in", [present("report", 0, 60)], {"registered": False}, Verdict("attended", 3600, ("report",))),
        ("never booked", [], {"registered": False}, Verdict("unknown", 0, ())),
        (
            "enough while it runs",
            [present("webhook", 0, 46)],
            {"lecture_over": False, "report_present": False},
            Verdict("attended", 2760, ("webhook",)),
        ),
        (
            "not enough while it runs",
            [present("webhook", 0, 10)],
            {"lecture_over": False, "report_present": False},
            Verdict("unknown", 600, ()),
        ),
        ("only before the lecture", [present("report", -60, -10)], {}, Verdict("missed", 0, ("report",))),
        ("the code typed stands where the report lacks the name", [CODE], {}, Verdict("attended", 0, ("code",))),
        ("our own eyes before the code", [CODE, CHECKIN], {}, Verdict("attended", 0, ("checkin",))),
        ("the report before the code", [CODE, present("report", 0, 10)], {}, Verdict("partial", 600, ("report",))),
        ("the recording is not the lecture", [RECORDING], {}, Verdict("missed", 0, ("report",))),
        (
            "the recording leaves what was seen as it is",
            [RECORDING, present("report", 0, 10)],
            {},
            Verdict("partial", 600, ("report",)),
        ),
        ("told beforehand", [], {"told_absent": True}, Verdict("excused", 0, ("absence",))),
        (
            "told beforehand, no report needed",
            [CLICK],
            {"told_absent": True, "report_present": False},
            Verdict("excused", 0, ("absence",)),
        ),
        ("told beforehand, still to come", [], {"told_absent": True, "lecture_over": False}, Verdict("unknown", 0, ())),
        (
            "told beforehand and there all the same",
            [present("report", 0, 50)],
            {"told_absent": True},
            Verdict("attended", 3000, ("report",)),
        ),
        (
            "told beforehand and there for a part",
            [present("report", 0, 20)],
            {"told_absent": True},
            Verdict("partial", 1200, ("report",)),
        ),
        (
            "came in, and nobody knows for how long",
            [Presence("webhook", at(2), None)],
            {},
            Verdict("unknown", 0, ()),
        ),
    ],
)
def test_the_best_evidence_decides(
    what: str, presences: list[Presence], said: dict[str, bool], expected: Verdict
) -> None:
    circumstances = {"registered": True, "told_absent": False, "report_present": True, "lecture_over": True} | said
    assert decide(presences, START, END, minimum_minutes=45, **circumstances) == expected, what


evidence = st.builds(
    Presence,
    st.sampled_from(["report", "webhook", "checkin", "code", "join_click", "recording"]),
    st.one_of(st.none(), second.map(lambda number: START + timedelta(seconds=number))),
    st.one_of(st.none(), second.map(lambda number: START + timedelta(seconds=number))),
    st.one_of(st.none(), st.integers(0, 5000)),
)
yes_or_no = st.booleans()


@given(st.lists(evidence, max_size=6), st.randoms(use_true_random=False), yes_or_no, yes_or_no, yes_or_no, yes_or_no)
def test_the_order_of_evidence_does_not_matter_nor_does_the_same_told_twice(
    found: list[Presence], dice: Random, registered: bool, told_absent: bool, report_present: bool, lecture_over: bool
) -> None:
    circumstances = {
        "registered": registered,
        "told_absent": told_absent,
        "report_present": report_present,
        "lecture_over": lecture_over,
    }
    judged = decide(found, START, END, minimum_minutes=45, **circumstances)
    shuffled = list(found)
    dice.shuffle(shuffled)
    assert decide(shuffled, START, END, minimum_minutes=45, **circumstances) == judged
    timed = [one for one in found if one.seconds is None]
    once = decide(timed, START, END, minimum_minutes=45, **circumstances)
    assert decide([*timed, *timed], START, END, minimum_minutes=45, **circumstances) == once


@given(st.lists(evidence, max_size=6), yes_or_no, yes_or_no)
def test_a_recording_watched_afterwards_never_changes_what_the_lecture_itself_showed(
    found: list[Presence], told_absent: bool, report_present: bool
) -> None:
    live = [one for one in found if one.source != "recording"]
    circumstances = {"registered": True, "told_absent": told_absent, "report_present": report_present}
    with_it, without = (
        decide(some, START, END, minimum_minutes=45, lecture_over=True, **circumstances) for some in (found, live)
    )
    assert with_it == without
