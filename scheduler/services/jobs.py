"""Answers what happens by itself, how often, and that each gets done."""

from __future__ import annotations

import time as stopwatch
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal

import structlog
from sqlalchemy.exc import IntegrityError

from emails import Transport
from scheduler.models.db import db
from scheduler.models.settings import JobRun
from scheduler.services import (
    digests,
    invited_again,
    late_joiners,
    nudges,
    packs,
    proving,
    readiness,
    replies,
    unanswered,
    unreachable,
    uploads,
    weekly,
)
from scheduler.services.applications import deciding
from scheduler.services.attendance import absences, missing_reports, webhooks
from scheduler.services.installation import here
from scheduler.services.outbox import deliver, reminders
from scheduler.services.registrations import waiting
from scheduler.services.series import horizon
from scheduler.services.signals import deliver as signals
from scheduler.services.snapshots import making

log = structlog.get_logger()

# How often a daily job looks whether its time has come; how soon one that failed or never ended is due again.
LOOK = timedelta(minutes=10)
LONGEST_COMPLAINT = 500


@dataclass(frozen=True)
class Context:
    """What jobs need beside the moment: the way out for mails, and whether they are asked to come to an end."""

    transport: Transport
    stopping: Callable[[], bool] = lambda: False


@dataclass(frozen=True)
class Job:
    """One thing that happens by itself: every so often, or once a day from a local time on."""

    name: str
    run: Callable[[datetime, Context], int]
    every: timedelta = LOOK
    daily_at: time | None = None

    def is_due(self, last: datetime | None, now: datetime, *, done: bool = True) -> bool:
        """Tell whether the job is due at `now` when it last began at `last`, and whether that was `done` well.

        A tenth of the interval is allowed for, so that a schedule that wakes a little early skips nothing. A `last` that
        is not in the past (the clock was set back, or stands still for trying out) does not keep a job from running.
        What failed, or died with its process, is due again soon, but leaves a run that is still under way its time.
        """
        if last is None or last >= now:
            return True
        if not done:
            return now - last >= min(self.every, LOOK) * 0.9
        if self.daily_at is None:
            return now - last >= self.every * 0.9
        local = now.astimezone(here().tz)
        today = local.replace(hour=self.daily_at.hour, minute=self.daily_at.minute, second=0, microsecond=0)
        return last < (today if today <= local else today - timedelta(days=1))


@dataclass(frozen=True)
class Outcome:
    """What came of a job: done (with what it counts), not_due, or failed (with what it complained of)."""

    name: str
    state: Literal["done", "not_due", "failed"]
    count: int = 0
    error: str = ""


def _deliver(now: datetime, context: Context) -> int:
    """Deliver batch after batch until nothing is due; what falls due meanwhile goes along."""
    began, settled = stopwatch.monotonic(), 0
    while not context.stopping():
        moment = now + timedelta(seconds=stopwatch.monotonic() - began)
        batch = deliver.deliver_due(moment, context.transport, readiness.refresh, lost=unreachable.note_failed)
        if not batch:
            break
        settled += batch
    return settled


def _deliver_signals(now: datetime, context: Context) -> int:
    """Deliver signals batch after batch until none is due; what falls due meanwhile goes along."""
    began, tried = stopwatch.monotonic(), 0
    while not context.stopping():
        batch = signals.deliver_due(now + timedelta(seconds=stopwatch.monotonic() - began), context.stopping)
        if not batch:
            break
        tried += batch
    return tried


# In the order in which `tick` runs them: mails and signals last, so that what the others owe leaves at once.
JOBS: dict[str, Job] = {
    job.name: job
    for job in (
        Job("fill_horizons", lambda now, _context: horizon.fill_horizons(now), every=timedelta(hours=1)),
        Job("refresh_readiness", lambda now, _context: proving.refresh_all(now), daily_at=time(3)),
        Job("apply_rules", lambda now, _context: proving.apply_rules(now), every=timedelta(minutes=1)),
        Job(making.MAKE, lambda now, _context: making.make(now), daily_at=time(3, 30)),
        Job(making.RENEW, lambda now, _context: making.renew(now), every=timedelta(minutes=10)),
        Job("forget_replies", lambda now, _context: replies.forget_old(now), daily_at=time(3)),
        Job("expire_uploads", lambda now, _context: uploads.expire(now), every=timedelta(hours=1)),
        Job("expire_applications", lambda now, _context: deciding.expire(now), every=timedelta(hours=1)),
        Job("settle_absences", lambda now, _context: absences.settle(now)),
        Job("remind_of_reports", lambda now, _context: missing_reports.remind(now)),
        Job("invite_late_joiners", lambda now, _context: late_joiners.invite(now), daily_at=time(10)),
        Job("invite_again", lambda now, _context: invited_again.plan(now), every=timedelta(hours=1)),
        Job("plan_nudges", lambda now, _context: nudges.plan(now), every=timedelta(hours=1)),
        Job("plan_weekly_states", lambda now, _context: weekly.plan(now), every=timedelta(hours=1)),
        Job("remind_of_handovers", lambda now, _context: unanswered.plan(now), every=timedelta(hours=1)),
        Job("plan_digests", lambda now, _context: digests.plan(now), every=timedelta(minutes=10)),
        Job("plan_packs", lambda now, _context: packs.plan(now), every=timedelta(minutes=10)),
        Job("expire_offers", lambda now, _context: waiting.expire_offers(now), every=timedelta(minutes=1)),
        Job("settle_rooms", lambda now, _context: webhooks.settle(now), every=timedelta(minutes=10)),
        Job("plan_reminders", lambda now, _context: reminders.plan_reminders(now), every=timedelta(minutes=1)),
        Job("deliver_mails", _deliver, every=timedelta(seconds=2)),
        Job("deliver_signals", _deliver_signals, every=timedelta(seconds=2)),
    )
}


def run(job: Job, now: datetime, context: Context, *, at_once: bool = False) -> Outcome:
    """Run a job if it is due, or `at_once`, and tell what came of it.

    Machines that wake at the same moment run it once. A failure, also of the database itself, is logged and recorded
    where it can be, never raised: the next time is the next chance.
    """
    began = stopwatch.monotonic()
    try:
        if not _begin(job, now, at_once):
            return Outcome(job.name, "not_due")
        count = job.run(now, context)
        spent = stopwatch.monotonic() - began
        _record(job, finished_at=now + timedelta(seconds=spent))
    except Exception as error:
        return _failed(job, error)
    if count:
        log.info("job_done", job=job.name, count=count, seconds=round(spent, 3))
    return Outcome(job.name, "done", count)


def run_due(now: datetime, context: Context, *, everything: bool = False) -> list[Outcome]:
    """Run in order every job that is due, or `everything`; those that a worker does every minute or oftener always run."""
    return [run(job, now, context, at_once=everything or job.every <= timedelta(minutes=1)) for job in JOBS.values()]


def _begin(job: Job, now: datetime, at_once: bool) -> bool:
    try:
        with db.writing():
            row = db.session.get(JobRun, job.name, with_for_update=True, populate_existing=True)
            if row is None:
                db.session.add(JobRun(name=job.name, started_at=now))
            elif at_once or job.is_due(row.started_at, now, done=_is_done(row)):
                row.started_at = now
            else:
                return False
    except IntegrityError:
        # Another machine began it for the very first time at this moment.
        return False
    return True


def _is_done(row: JobRun) -> bool:
    """Tell whether the last run came to a good end: neither failed, nor under way, nor ended with its process."""
    return not row.error and row.finished_at is not None and row.finished_at >= row.started_at


def _failed(job: Job, error: Exception) -> Outcome:
    db.session.rollback()
    log.error("job_failed", job=job.name, exc_info=error)
    complaint = f"{type(error).__name__}: {error}"[:LONGEST_COMPLAINT]
    try:
        _record(job, error=complaint)
    except Exception as unrecorded:
        db.session.rollback()
        log.error("job_unrecorded", job=job.name, exc_info=unrecorded)
    return Outcome(job.name, "failed", error=complaint)


def _record(job: Job, *, finished_at: datetime | None = None, error: str = "") -> None:
    with db.writing():
        row = db.session.get_one(JobRun, job.name)
        row.error = error
        row.finished_at = finished_at or row.finished_at
