"""Which accounts need someone, why, and what to do next."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.rules.clauses.result import ClauseResult
from scheduler.rules.readiness import Readiness
from scheduler.rules.stalling import Signals, level
from scheduler.rules.workdays import WorkingDays

JAPAN = WorkingDays()
TODAY = date(2026, 11, 24)  # a Tuesday; 10 working days later is Tuesday 12-08


def clause(key: str, met: bool) -> ClauseResult:
    return ClauseResult(key, met, "", {}, [], None)


READY = Readiness(True, (clause("attended", True),))
OPEN = Readiness(False, (clause("attended", False), clause("setup_complete", False)))
SET_UP_OPEN = Readiness(False, (clause("attended", True), clause("setup_complete", False)))
UNUSED = Readiness(False, (clause("attended", True), clause("usage_started", False)))
FRESH = Signals(stage_since=TODAY - timedelta(days=3), invited_on=TODAY - timedelta(days=2), registered=True)


@pytest.mark.parametrize(
    ("readiness", "signals", "expected", "reasons", "next_step"),
    [
        (OPEN, FRESH, "on_track", [], "propose_dates"),
        (SET_UP_OPEN, FRESH, "on_track", [], "remind_setup"),
        (UNUSED, FRESH, "on_track", [], "confirm_usage"),
        (OPEN, Signals(stage_since=TODAY), "on_track", [], "invite"),
        # The planned start: 11 working days to go, 10, the day itself, the day after.
        (OPEN, replace(FRESH, planned_start_on=date(2026, 12, 9)), "on_track", [], "propose_dates"),
        (OPEN, replace(FRESH, planned_start_on=date(2026, 12, 8)), "behind", ["planned_start_near"], "propose_dates"),
        (OPEN, replace(FRESH, planned_start_on=TODAY), "behind", ["planned_start_near"], "propose_dates"),
        (OPEN, replace(FRESH, planned_start_on=date(2026, 11, 23)), "stuck", ["past_planned_start"], "call"),
        # Ready is ready, whatever the calendar says.
        (READY, replace(FRESH, planned_start_on=date(2026, 4, 1), missed_count=5), "on_track", [], "request_handover"),
        # Missed once is nothing yet.
        (OPEN, replace(FRESH, missed_count=1), "on_track", [], "propose_dates"),
        (OPEN, replace(FRESH, missed_count=2), "behind", ["missed_repeatedly"], "offer_own_lecture"),
        # Invited on the 10th (9 working days ago) and on the 9th (10), nobody registered.
        (OPEN, replace(FRESH, registered=False, invited_on=date(2026, 11, 10)), "on_track", [], "propose_dates"),
        (OPEN, replace(FRESH, registered=False, invited_on=date(2026, 11, 9)), "behind", ["not_registered"], "call"),
        (OPEN, replace(FRESH, invited_on=date(2026, 11, 9)), "on_track", [], "propose_dates"),
        (OPEN, replace(FRESH, unreachable=True), "behind", ["unreachable"], "call"),
        # Waiting without a planned start ahead.
        (OPEN, replace(FRESH, stage_since=date(2026, 11, 2)), "on_track", [], "propose_dates"),
        (OPEN, replace(FRESH, stage_since=date(2026, 10, 30)), "behind", ["no_progress"], "call"),
        (OPEN, replace(FRESH, stage_since=date(2026, 10, 1)), "stuck", ["no_progress"], "call"),
        (
            SET_UP_OPEN,
            replace(FRESH, stage_since=date(2026, 9, 1), last_progress_on=date(2026, 11, 20)),
            "behind",
            ["long_in_stage"],
            "remind_setup",
        ),
        (
            SET_UP_OPEN,
            replace(FRESH, stage_since=date(2026, 4, 1), last_progress_on=date(2026, 11, 20)),
            "stuck",
            ["long_in_stage"],
            "remind_setup",
        ),
        # Until the planned start there is time by plan.
        (OPEN, replace(FRESH, stage_since=date(2026, 4, 1), planned_start_on=date(2027, 4, 1)), "on_track", [], "propose_dates"),
        # Several reasons: the gravest first.
        (
            OPEN,
            replace(FRESH, planned_start_on=date(2026, 11, 20), missed_count=3, unreachable=True),
            "stuck",
            ["past_planned_start", "unreachable", "missed_repeatedly"],
            "call",
        ),
        # On hold until a busy season is over.
        (
            OPEN,
            replace(FRESH, planned_start_on=date(2026, 11, 20), on_hold_until=date(2026, 11, 25)),
            "on_track",
            ["on_hold"],
            "wait",
        ),
        (OPEN, replace(FRESH, planned_start_on=date(2026, 11, 20), on_hold_until=TODAY), "stuck", ["past_planned_start"], "call"),
    ],
)  # fmt: skip
def test_an_account_is_on_track_behind_or_stuck(
    readiness: Readiness, signals: Signals, expected: str, reasons: list[str], next_step: str
) -> None:
    state = level(readiness, signals, TODAY, JAPAN)
    assert (state.level, [key for key, _ in state.reasons], state.next_step) == (expected, reasons, next_step)


def test_a_reason_says_how_many_working_days() -> None:
    near = level(OPEN, replace(FRESH, planned_start_on=date(2026, 12, 1)), TODAY, JAPAN)
    assert near.reasons == (("planned_start_near", {"on": "2026-12-01", "working_days": 5, "open": 2}),)
    past = level(OPEN, replace(FRESH, planned_start_on=date(2026, 11, 19)), TODAY, JAPAN)
    assert past.reasons == (("past_planned_start", {"on": "2026-11-19", "working_days": 2, "open": 2}),)


SIGNALS = st.builds(
    Signals,
    stage_since=st.dates(date(2026, 1, 1), TODAY),
    planned_start_on=st.none() | st.dates(date(2026, 1, 1), date(2027, 6, 1)),
    last_progress_on=st.none() | st.dates(date(2026, 1, 1), TODAY),
    invited_on=st.none() | st.dates(date(2026, 1, 1), TODAY),
    registered=st.booleans(),
    missed_count=st.integers(0, 5),
    unreachable=st.booleans(),
)


@given(SIGNALS)
def test_whoever_is_not_on_track_is_told_why(signals: Signals) -> None:
    state = level(OPEN, signals, TODAY, JAPAN)
    assert (state.level == "on_track") == (not state.reasons)
    assert state.next_step


@given(SIGNALS, st.integers(0, 60))
def test_an_account_past_its_planned_start_stays_stuck_until_it_is_ready(signals: Signals, days: int) -> None:
    later = TODAY + timedelta(days=days)
    if signals.planned_start_on is not None and signals.planned_start_on < later:
        assert level(OPEN, signals, later, JAPAN).level == "stuck"
    assert level(READY, signals, later, JAPAN).level == "on_track"
