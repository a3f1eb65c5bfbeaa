"""Answers whether the real worker does the periodic jobs: alone with the broker in memory, and many sharing Redis."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redis
from flask import Flask
from sqlalchemy import func, select

from emails import list_messages
from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.models.settings import JobRun
from scheduler.services import jobs
from scheduler.services.actors import CLI
from scheduler.services.registrations import booking
from scheduler.settings import Settings
from scheduler.worker import create_celery
from tests import servers
from tests.conftest import SECRET
from tests.factories import NOW, a_contact, a_lecture


def owe_confirmations(number: int) -> None:
    """Book people, each of whom is owed one confirmation."""
    lecture = a_lecture(capacity=number)
    for _ in range(number):
        booking.register(a_contact().id, lecture.id, NOW, CLI)


def sent() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(Mail.id)).where(Mail.state == "sent")) or 0


def environment(app: Flask, **more: object) -> dict[str, str]:
    """Return the environment of a worker for this application, its clock running."""
    settings: Settings = app.extensions["tasuki"]
    given = {"database_url": settings.database_url, "secret_key": SECRET, "mail": settings.mail}
    return servers.environment(**given | {"clock": offset_to(NOW)} | more)


def offset_to(moment: datetime) -> str:
    """Return the TASUKI_CLOCK by which the clock runs from `moment` on."""
    seconds = round((moment - datetime.now(UTC)).total_seconds())
    return f"{seconds:+d}s"


def test_one_process_keeps_the_schedule_and_delivers(app: Flask, tmp_path: Path) -> None:
    owe_confirmations(2)
    with servers.worker(environment(app), tmp_path) as process:
        servers.eventually(lambda: sent() == 2, what="the delivery of what was owed before the start")
        owe_confirmations(1)
        servers.eventually(lambda: sent() == 3, what="the delivery of what was owed meanwhile")
        runs = {row.name: row for row in db.session.scalars(select(JobRun))}
        assert set(runs) == set(jobs.JOBS)
        assert all(row.finished_at is not None and row.error == "" for row in runs.values())
        began = time.monotonic()
        assert servers.stop(process, signal.SIGTERM) == 0
        assert time.monotonic() - began < 10
    assert len(list_messages(tmp_path / "mails", limit=100)) == 3
    # No schedule file, no socket, nothing but its mails, its database and what it said.
    assert {path.name for path in tmp_path.iterdir() if not re.match(r"worker-.*\.log|tasuki\.db", path.name)} == {
        "mails"
    }


@pytest.mark.postgres
@pytest.mark.redis
@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_two_workers_share_the_mails_and_send_each_once(database: Flask, redis_url: str, tmp_path: Path) -> None:
    owe_confirmations(60)
    env = environment(database, broker_url=redis_url)
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(servers.worker(env, tmp_path))
        servers.eventually(lambda: sent() == 60, what="the delivery of 60 mails")
    assert len(list_messages(tmp_path / "mails", limit=100)) == 60
    # What nobody took up in time is dropped, so the queue does not grow.
    assert redis.Redis.from_url(redis_url).llen("tasuki") < 20


def test_every_job_is_a_task_and_is_woken_as_often_as_it_is_due(app: Flask) -> None:
    tasks = create_celery(app)
    schedule = tasks.conf.beat_schedule
    assert {entry["task"] for entry in schedule.values()} == set(jobs.JOBS)
    assert set(jobs.JOBS) <= set(tasks.tasks)
    for name, job in jobs.JOBS.items():
        assert schedule[name]["schedule"] == schedule[name]["options"]["expires"] == job.every.total_seconds()


def test_a_task_reads_the_clock_and_runs_its_job(app: Flask, tmp_path: Path) -> None:
    owe_confirmations(1)
    tasks = create_celery(app)
    tasks.conf.task_always_eager = True
    tasks.tasks["deliver_mails"].delay()
    assert sent() == 1
    assert db.session.get_one(JobRun, "deliver_mails").started_at == NOW


def test_celerys_own_commands_find_the_same_tasks(app: Flask, tmp_path: Path) -> None:
    words = "import wsgi; print(*wsgi.celery.conf.beat_schedule)"
    found = subprocess.run(
        [sys.executable, "-c", words], env=environment(app), cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert set(found.stdout.split()) == set(jobs.JOBS)


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Make the mails' table unusable, and usable again by calling it."""
    with db.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE mails RENAME TO mails_elsewhere")

    def repair() -> None:
        with db.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE mails_elsewhere RENAME TO mails")

    return repair


def test_a_failing_job_is_recorded_and_the_worker_goes_on(app: Flask, tmp_path: Path, request) -> None:  # type: ignore[no-untyped-def]
    owe_confirmations(1)
    repair: Callable[[], None] = request.getfixturevalue("broken")

    def complained() -> bool:
        db.session.rollback()
        row = db.session.get(JobRun, "deliver_mails")
        return row is not None and "OperationalError" in row.error

    with servers.worker(environment(app), tmp_path):
        servers.eventually(complained, what="the complaint")
        repair()
        servers.eventually(lambda: sent() == 1, what="the delivery after the repair")
    db.session.rollback()
    assert db.session.get_one(JobRun, "deliver_mails").error == ""
    log = next(tmp_path.glob("worker-*.log")).read_text()
    assert '"event": "job_failed"' in log
    assert "customer.example" not in log
    assert "queued" not in log, "a statement's parameters were logged"
