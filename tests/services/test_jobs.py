"""Answers when a job is due, that it runs once, and what is kept of a run."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from flask import Flask

from emails.transports.setting import transport_from
from scheduler.models.db import db
from scheduler.models.settings import JobRun
from scheduler.services import jobs
from scheduler.services.jobs import Context, Job, Outcome
from tests.factories import NOW

HOURLY = timedelta(hours=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.fixture
def context(tmp_path: Path) -> Context:
    return Context(transport_from(f"folder:{tmp_path / 'mails'}"))


class Counting:
    """A job that counts its runs, and fails when told to."""

    def __init__(self, **kind: object) -> None:
        self.runs: list[datetime] = []
        self.fails = False
        self.job = Job("counting", self._run, **kind)  # type: ignore[arg-type]

    def _run(self, now: datetime, _context: Context) -> int:
        self.runs.append(now)
        if self.fails:
            raise ValueError("no paper left")
        return 7


@pytest.mark.parametrize(
    ("minutes_ago", "due"),
    [(None, True), (1, False), (30, False), (53, False), (54, True), (60, True), (600, True), (0, True), (-5, True)],
)
def test_an_hourly_job_is_due_after_an_hour_or_when_the_clock_did_not_move(minutes_ago: int | None, due: bool) -> None:
    last = None if minutes_ago is None else NOW - timedelta(minutes=minutes_ago)
    assert Counting(every=HOURLY).job.is_due(last, NOW) is due


@pytest.mark.parametrize(
    ("last", "now", "due"),
    [
        ("2026-04-01T03:00+09:00", "2026-04-02T02:59+09:00", False),
        ("2026-04-01T03:00+09:00", "2026-04-02T03:00+09:00", True),
        ("2026-04-01T23:50+09:00", "2026-04-02T02:00+09:00", False),
        ("2026-04-01T23:50+09:00", "2026-04-02T03:05+09:00", True),
        ("2026-04-02T03:05+09:00", "2026-04-02T03:15+09:00", False),
        ("2026-03-20T03:05+09:00", "2026-04-02T01:00+09:00", True),
    ],
)
def test_a_daily_job_is_due_once_a_day_from_its_local_time_on(app: Flask, last: str, now: str, due: bool) -> None:
    assert Counting(daily_at=time(3)).job.is_due(at(last), at(now)) is due


@pytest.mark.parametrize(
    ("kind", "minutes_ago", "due"),
    [
        ({"daily_at": time(3)}, 5, False),
        ({"daily_at": time(3)}, 10, True),
        ({"every": HOURLY}, 5, False),
        ({"every": HOURLY}, 10, True),
        ({"every": timedelta(minutes=1)}, 1, True),
    ],
)
def test_what_did_not_come_to_a_good_end_is_due_again_soon(
    app: Flask, kind: dict[str, object], minutes_ago: int, due: bool
) -> None:
    last = NOW - timedelta(minutes=minutes_ago)
    assert Counting(**kind).job.is_due(last, NOW, done=False) is due


def test_a_nightly_job_whose_process_died_is_done_the_same_night(database: Flask, context: Context) -> None:
    nightly, night = Counting(daily_at=time(3)), at("2026-04-02T03:00:05+09:00")
    with db.writing():
        before = night - timedelta(days=1)
        db.session.add(JobRun(name="counting", started_at=night, finished_at=before))
    assert jobs.run(nightly.job, night + timedelta(minutes=2), context).state == "not_due"
    assert jobs.run(nightly.job, night + timedelta(minutes=10), context).state == "done"
    assert jobs.run(nightly.job, night + timedelta(minutes=20), context).state == "not_due"


def test_a_nightly_job_that_failed_is_tried_again_the_same_night(app: Flask, context: Context) -> None:
    nightly, night = Counting(daily_at=time(3)), at("2026-04-02T03:00:05+09:00")
    nightly.fails = True
    assert jobs.run(nightly.job, night, context).state == "failed"
    nightly.fails = False
    assert jobs.run(nightly.job, night + timedelta(minutes=1), context).state == "not_due"
    assert jobs.run(nightly.job, night + timedelta(minutes=10), context).state == "done"


def test_a_database_without_its_tables_is_told_not_raised(
    app: Flask, context: Context, caplog: pytest.LogCaptureFixture
) -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE job_runs")
    outcome = jobs.run(Counting().job, NOW, context)
    assert (outcome.state, "no such table" in outcome.error) == ("failed", True)
    assert "job_unrecorded" in caplog.text


def test_a_job_runs_once_in_its_interval_whoever_asks(database: Flask, context: Context) -> None:
    counting = Counting(every=HOURLY)
    assert jobs.run(counting.job, NOW, context) == Outcome("counting", "done", 7)
    assert jobs.run(counting.job, NOW + timedelta(minutes=30), context) == Outcome("counting", "not_due")
    assert jobs.run(counting.job, NOW + timedelta(minutes=30), context, at_once=True).state == "done"
    assert jobs.run(counting.job, NOW + timedelta(minutes=90), context).state == "done"
    assert len(counting.runs) == 3


def test_a_run_is_recorded_with_its_start_and_end(app: Flask, context: Context) -> None:
    jobs.run(Counting().job, NOW, context)
    row = db.session.get_one(JobRun, "counting")
    assert row.started_at == NOW
    assert row.finished_at is not None
    assert NOW <= row.finished_at < NOW + timedelta(seconds=5)
    assert row.error == ""


def test_a_failure_is_recorded_and_forgotten_after_the_next_good_run(
    app: Flask, context: Context, caplog: pytest.LogCaptureFixture
) -> None:
    counting = Counting(every=HOURLY)
    counting.fails = True
    assert jobs.run(counting.job, NOW, context) == Outcome("counting", "failed", 0, "ValueError: no paper left")
    assert db.session.get_one(JobRun, "counting").error == "ValueError: no paper left"
    assert db.session.get_one(JobRun, "counting").finished_at is None
    assert "job_failed" in caplog.text
    counting.fails = False
    jobs.run(counting.job, NOW + HOURLY, context)
    assert db.session.get_one(JobRun, "counting").error == ""


def test_a_failing_job_keeps_no_other_from_running(
    app: Flask, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = Counting(), Counting()
    first.fails = True
    second.job = Job("second", second._run)
    monkeypatch.setattr(jobs, "JOBS", {"counting": first.job, "second": second.job})
    assert [outcome.state for outcome in jobs.run_due(NOW, context)] == ["failed", "done"]


def test_ticking_does_often_what_is_often_done_and_rarely_what_is_rare(app: Flask, context: Context) -> None:
    assert {outcome.state for outcome in jobs.run_due(NOW, context)} == {"done"}
    soon = {outcome.name: outcome.state for outcome in jobs.run_due(NOW + timedelta(seconds=1), context)}
    assert soon["deliver_mails"] == soon["plan_reminders"] == "done"
    assert soon["fill_horizons"] == soon["refresh_readiness"] == soon["expire_uploads"] == "not_due"
    again = jobs.run_due(NOW + timedelta(seconds=2), context, everything=True)
    assert {outcome.state for outcome in again} == {"done"}
