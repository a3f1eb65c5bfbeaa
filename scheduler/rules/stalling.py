"""Whether an account is on track, behind or stuck, why, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from scheduler.rules.readiness import Readiness
from scheduler.rules.workdays import WorkingDays

Level = Literal["on_track", "behind", "stuck"]
# Why: a key and its (JSON-able) parameters, worded at the edge.
Reason = tuple[str, dict[str, object]]

_ORDER: tuple[Level, ...] = ("on_track", "behind", "stuck")


@dataclass(frozen=True)
class Thresholds:
    """From when an account needs someone; all days are working days. None: that is not looked at.

    `invited_times` is how often its people were invited to no avail; `unreachable` whether mail that does not arrive counts.
    """

    start_near_days: int | None = 10
    in_stage_behind_days: int | None = 40
    in_stage_stuck_days: int | None = 60
    no_progress_behind_days: int | None = 15
    no_progress_stuck_days: int | None = 30
    not_registered_days: int | None = 10
    invited_times: int | None = 3
    missed_times: int | None = 2
    unreachable: bool = True

    @property
    def look_at_people(self) -> bool:
        """Tell whether it matters what they missed, how often they were invited and whether mail reaches them."""
        return self.unreachable or self.missed_times is not None or self.invited_times is not None


_OFF = Thresholds(None, None, None, None, None, None, None, None, unreachable=False)
#: From when an account of each stage needs someone, until operations decide otherwise. After onboarding a clock that only
#: counts days would call every quiet customer stuck.
DEFAULT: dict[str, Thresholds] = {
    "sales": replace(_OFF, start_near_days=15, in_stage_behind_days=30, in_stage_stuck_days=60),
    "onboarding": Thresholds(),
    "success": _OFF,
    "renewal": _OFF,
}


@dataclass(frozen=True)
class Signals:
    """What is known of an account beside its readiness; the dates are days in the vendor's zone.

    `last_progress_on` is the day of the last registration, attendance, set-up or use; `registered` tells whether
    anybody ever registered; `invited_times` how often one of them was invited at most; `missed_count` is how many lectures in
    a row were missed; `unreachable` that mail to the people it was meant for does not arrive; `on_hold_until` is the first
    day on which the clock runs again, `cancelled_on` the day from which the contract is cancelled.
    """

    stage_since: date
    planned_start_on: date | None = None
    last_progress_on: date | None = None
    invited_on: date | None = None
    registered: bool = False
    missed_count: int = 0
    unreachable: bool = False
    on_hold_until: date | None = None
    invited_times: int = 0
    cancelled_on: date | None = None


@dataclass(frozen=True)
class State:
    """The verdict: `reasons` with the gravest first, and the step proposed next as a key."""

    level: Level
    reasons: tuple[Reason, ...]
    next_step: str


def level(
    readiness: Readiness,
    signals: Signals,
    today: date,
    calendar: WorkingDays,
    thresholds: Thresholds = DEFAULT["onboarding"],
) -> State:
    """Judge an account on `today`, the day in the vendor's zone.

    A ready account is on track whatever the calendar says, and so is one on hold or cancelled. Otherwise it is first of all the
    planned start: with open clauses and ten or fewer working days to go behind, past it stuck. How long it has been
    waiting counts where no planned start lies ahead: until then there is time by plan. Reasons: past_planned_start and
    planned_start_near (`on`, `working_days`, `open`), no_progress, long_in_stage and not_registered (`since`,
    `working_days`), invited_in_vain (`invitations`), missed_repeatedly (`times`), unreachable, on_hold (`until`), cancelled (`on`).
    """
    if signals.cancelled_on is not None and signals.cancelled_on <= today:
        return State("on_track", (("cancelled", {"on": signals.cancelled_on.isoformat()}),), "wait")
    if readiness.ready:
        return State("on_track", (), "request_handover")
    if signals.on_hold_until is not None and today < signals.on_hold_until:
        return State("on_track", (("on_hold", {"until": signals.on_hold_until.isoformat()}),), "wait")
    found = [
        *_of_the_planned_start(readiness, signals, today, calendar, thresholds),
        *_of_waiting(signals, today, calendar, thresholds),
        *_of_people(signals, today, calendar, thresholds),
    ]
    found.sort(key=lambda one: _ORDER.index(one[0]), reverse=True)  # stable: the planned start stays first
    gravest = found[0][0] if found else "on_track"
    reasons = tuple(reason for _, reason in found)
    return State(gravest, reasons, _next_step(readiness, signals, reasons))


Finding = tuple[Level, Reason]


def _of_the_planned_start(
    readiness: Readiness, signals: Signals, today: date, calendar: WorkingDays, thresholds: Thresholds
) -> list[Finding]:
    start = signals.planned_start_on
    if start is None or thresholds.start_near_days is None:
        return []
    days = calendar.working_days_between(today, start)
    params: dict[str, object] = {"on": start.isoformat(), "working_days": abs(days), "open": len(readiness.open)}
    if today > start:
        return [("stuck", ("past_planned_start", params))]
    return [("behind", ("planned_start_near", params))] if days <= thresholds.start_near_days else []


def _of_waiting(signals: Signals, today: date, calendar: WorkingDays, thresholds: Thresholds) -> list[Finding]:
    if signals.planned_start_on is not None and today <= signals.planned_start_on:
        return []
    last = max(signals.last_progress_on or signals.stage_since, signals.stage_since)
    waits = [
        ("no_progress", last, thresholds.no_progress_behind_days, thresholds.no_progress_stuck_days),
        ("long_in_stage", signals.stage_since, thresholds.in_stage_behind_days, thresholds.in_stage_stuck_days),
    ]
    found: list[Finding] = []
    for key, since, behind, stuck in waits:
        days = calendar.working_days_between(since, today)
        level: Level | None = "stuck" if _reached(days, stuck) else "behind" if _reached(days, behind) else None
        if level is not None:
            found.append((level, (key, {"since": since.isoformat(), "working_days": days})))
    return found


def _reached(number: int, threshold: int | None) -> bool:
    return threshold is not None and number >= threshold


def _of_people(signals: Signals, today: date, calendar: WorkingDays, thresholds: Thresholds) -> list[Finding]:
    found: list[Finding] = []
    if signals.unreachable and thresholds.unreachable:
        found.append(("behind", ("unreachable", {})))
    if _reached(signals.missed_count, thresholds.missed_times):
        found.append(("behind", ("missed_repeatedly", {"times": signals.missed_count})))
    if signals.registered:
        return found
    if _reached(signals.invited_times, thresholds.invited_times):
        found.append(("behind", ("invited_in_vain", {"invitations": signals.invited_times})))
    if signals.invited_on is not None and thresholds.not_registered_days is not None:
        days = calendar.working_days_between(signals.invited_on, today)
        if days >= thresholds.not_registered_days:
            since = signals.invited_on.isoformat()
            found.append(("behind", ("not_registered", {"since": since, "working_days": days})))
    return found


_STEP_OF_REASON = {
    "unreachable": "call",
    "missed_repeatedly": "offer_own_lecture",
    "invited_in_vain": "call",
    "not_registered": "call",
    "past_planned_start": "call",
    "no_progress": "call",
}
_STEP_OF_CLAUSE = {
    "attended": "propose_dates",
    "setup_complete": "remind_setup",
    "usage_started": "confirm_usage",
    "field_filled": "fill_field",
    "no_open_task": "do_tasks",
}


def _next_step(readiness: Readiness, signals: Signals, reasons: tuple[Reason, ...]) -> str:
    """Propose the one thing to do: what people need first, then what the first open clause needs."""
    keys = [key for key, _ in reasons]
    missing = [leaf.key for one in readiness.open for leaf in one.leaves() if not leaf.met]
    if "attended" in missing and signals.invited_on is None and not signals.registered:
        return "invite"
    for key, step in _STEP_OF_REASON.items():
        if key in keys:
            return step
    return _STEP_OF_CLAUSE.get(missing[0], "wait") if missing else "wait"
