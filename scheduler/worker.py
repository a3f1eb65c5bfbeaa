"""Answers how periodic jobs reach their services: Celery tasks, and the one process that keeps their schedule."""

from __future__ import annotations

import gc
import threading
import warnings
from typing import Any

import celery
from celery.beat import EmbeddedService, Scheduler
from celery.platforms import SecurityWarning
from celery.signals import setup_logging, worker_ready, worker_shutting_down
from flask import Flask

from emails.transports.setting import transport_from
from scheduler import clock
from scheduler.services import jobs
from scheduler.settings import Settings

# How often the broker in memory is looked into, in seconds; as it comes, a job would wait for up to one.
POLLING = 0.2
# Two may be busy with a long delivery, of mails and of signals, and one with the night's work; no job runs twice at a time,
# so the fourth is free.
THREADS = 4
# Set when the worker was asked to end: what is in hand is finished, nothing more is begun.
_stopping = threading.Event()


class Schedule(Scheduler):
    """The schedule, kept in memory: when jobs last ran is in the database, so no file need be written."""

    def setup_schedule(self) -> None:
        """Take the schedule from the configuration."""
        self.merge_inplace(self.app.conf.beat_schedule)


def create_celery(app: Flask) -> celery.Celery:
    """Make the Celery application whose tasks are the periodic jobs; the broker is in memory unless settings name one."""
    settings: Settings = app.extensions["tasuki"]
    tasks = celery.Celery("tasuki", broker=settings.broker_url or "memory://localhost/", set_as_current=False)
    tasks.conf.update(
        broker_transport_options={} if settings.broker_url else {"polling_interval": POLLING},
        task_ignore_result=True,
        task_default_queue="tasuki",
        beat_schedule=_beat_schedule(),
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
    )
    transport = transport_from(
        settings.mail,
        api_key=settings.sendgrid_api_key,
        sendgrid_url=settings.sendgrid_url,
        opens=bool(settings.sendgrid_event_key),
    )
    context = jobs.Context(transport, _stopping.is_set)
    for job in jobs.JOBS.values():
        _add_task(tasks, app, job, context)
    return tasks


def work(app: Flask) -> int:
    """Work until the process is asked to end (SIGTERM, SIGINT); return its exit code.

    With the broker in memory the schedule has to live in a thread of the very process that does the work.
    """
    settings: Settings = app.extensions["tasuki"]
    tasks = create_celery(app)
    # Celery warns root of pickled messages; ours are JSON without arguments.
    warnings.simplefilter("ignore", SecurityWarning)
    worker = tasks.Worker(
        pool="threads",
        concurrency=THREADS,
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    schedule = EmbeddedService(tasks, thread=True, scheduler_cls=Schedule)
    schedule.start()
    if not settings.broker_url:
        threading.Thread(target=_end_the_wait, args=(tasks,), daemon=True).start()
    # What is loaded by now stays: the collector need not go through it each time that jobs make many objects.
    gc.collect()
    gc.freeze()
    worker.start()
    return int(worker.exitcode or 0)


def _beat_schedule() -> dict[str, dict[str, Any]]:
    """Wake each job as often as it is due; a message that was not taken up until the next one is dropped."""
    seconds = {job.name: job.every.total_seconds() for job in jobs.JOBS.values()}
    return {name: {"task": name, "schedule": every, "options": {"expires": every}} for name, every in seconds.items()}


def _add_task(tasks: celery.Celery, app: Flask, job: jobs.Job, context: jobs.Context) -> None:
    one_at_a_time = threading.Lock()

    def task() -> None:
        if _stopping.is_set() or not one_at_a_time.acquire(blocking=False):
            return
        try:
            with app.app_context():
                jobs.run(job, clock.read(app.extensions["tasuki"]), context)
        finally:
            one_at_a_time.release()

    tasks.task(task, name=job.name, shared=False)


def _end_the_wait(tasks: celery.Celery) -> None:
    """Let a worker end when it is asked to: it looks after a message, or two seconds without one, and waits once more then."""
    _stopping.wait()
    for _ in range(2):
        tasks.tasks[next(iter(jobs.JOBS))].apply_async()


@setup_logging.connect
def _keep_our_logging(**_: Any) -> None:
    """Keep Celery from setting up logging: scheduler.logs has done it."""


@worker_ready.connect
def _begin_at_once(sender: Any, **_: Any) -> None:
    """Do everything that is due when the worker starts, without waiting for the first interval to pass."""
    for name in jobs.JOBS:
        sender.app.tasks[name].apply_async()


@worker_shutting_down.connect
def _come_to_an_end(**_: Any) -> None:
    _stopping.set()
