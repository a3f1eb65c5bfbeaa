"""Answers whether old rows slow today's work down: the same jobs with a million past registrations and without any
(`make bench-large`).

Both programs run at once and are asked in turns, so that a slow moment of the machine hits both. Prints one line a job:
`name value unit ratio=R goal=G`, where the ratio is the time with old rows to the time without; ends with 0 whatever it is.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from flask import Flask
from sqlalchemy import func, insert, select

from emails.transports.setting import transport_from
from scheduler.app import create_app
from scheduler.models.accounts import Account, Contact
from scheduler.models.db import db
from scheduler.models.lectures import Course, Lecture, Series
from scheduler.models.registrations import Registration
from scheduler.services.jobs import JOBS, Context
from tests import servers
from tests.bench import load, mails, readiness
from tests.bench.measure import RUNS, checked, environment, must, posts, repeated, settings_of
from tests.bench.prepare import Ground, ground
from tests.sendgrid.client import running

OLD_LECTURES, SEATS = 20_000, 50
OLD_ACCOUNTS, OLD_PEOPLE = 500, 20_000
# One series a day makes 90 to 91 lectures up to the horizon.
DAILY_SERIES = 111
CHUNK = 50_000
FEW, MANY, OLD_MAILS = 1_000, 100_000, 1_000_000


@dataclass(frozen=True)
class Side:
    """One of the two programs: its application, its address and what is in its database."""

    app: Flask
    port: int
    base: str
    things: Ground


def main() -> None:
    """Run all jobs."""
    with tempfile.TemporaryDirectory(prefix="tasuki-bench-") as name, ExitStack() as stack:
        without = _side(Path(name) / "without", stack, old=False)
        with_old = _side(Path(name) / "with", stack, old=True)
        sides = (without, with_old)
        _compare("feed", [_asking(side, f"/{side.things.feed}", 400) for side in sides])
        _compare("programme", [_asking(side, "/lectures", 150) for side in sides])
        _compare("registration", [_registering(side) for side in sides])
        for side in sides:
            made, seconds = _make_lectures(side.app)
        print(f"making {made} lectures {seconds:.1f} s goal=5", flush=True)
        _compare("horizon", [_filling(side.app) for side in sides])
    _mails()
    with tempfile.TemporaryDirectory(prefix="tasuki-bench-") as name:
        for line in readiness.nights(Path(name) / "nights"):
            print(line, flush=True)


def _mails() -> None:
    """Plan and send reminders, weigh the worker, and claim beside a million mails of long ago."""
    with tempfile.TemporaryDirectory(prefix="tasuki-bench-") as name, running("--remember", "none") as standin:
        folder = Path(name)
        with mails.program(folder / "few") as (_app, env):
            few = mails.Reminders(folder / "few", standin)
            few.book(FEW)
            few.plan()
            _rate, light = few.send(env)
        with mails.program(folder / "many") as (_app, env):
            many = mails.Reminders(folder / "many", standin)
            many.book(MANY)
            planned, seconds = many.plan()
            print(f"planning {planned} reminders {seconds:.1f} s goal=20", flush=True)
            made, posted = many.floors()
            rate, heavy = many.send(env)
            floor, floor_name = min((made, "rendering"), (posted, "raw_posts"))
            ratio = f"ratio={rate / floor:.2f} floor={floor_name} ({floor:.0f} 1/s)"
            print(f"reminders {rate:.0f} 1/s goal=1500 {ratio}", flush=True)
            print(f"worker {(heavy - light) / 1024:.0f} MiB more with {MANY} due than with {FEW} goal=50", flush=True)
        _claims(folder)


def _claims(folder: Path) -> None:
    """Claim fifty of a thousand mails, with a million old ones and without."""
    with ExitStack() as stack:
        apps = [stack.enter_context(mails.program(folder / name))[0] for name in ("without", "with")]
        for app, old in zip(apps, (0, OLD_MAILS), strict=True):
            with app.app_context():
                mails.add_old_mails(old)
                mails.confirmations(FEW, datetime.now(UTC))
        _compare("claim", [_claiming(app) for app in apps])


def _claiming(app: Flask) -> Callable[[], float]:
    def claim() -> float:
        with app.app_context():
            return statistics.median(mails.claiming() for _time in range(20))

    return claim


def _side(folder: Path, stack: ExitStack, *, old: bool) -> Side:
    folder.mkdir()
    env = environment(folder)
    must("migrate", env=env, cwd=folder)
    settings = settings_of(env)
    things = ground(settings)
    app = create_app(settings)
    if old:
        with app.app_context():
            _add_old_rows(datetime.now(UTC).replace(microsecond=0))
    base = stack.enter_context(servers.web(env, folder))
    return Side(app, int(base.rpartition(":")[2]), base, things)


def _compare(name: str, jobs: Sequence[Callable[[], float]]) -> None:
    """Do a job in turns on both sides and print what the median took, in milliseconds, and their ratio."""
    for job in jobs:
        job()
    took: list[list[float]] = [[], []]
    for _run in range(RUNS):
        for seconds, job in zip(took, jobs, strict=True):
            seconds.append(job())
    before, after = (statistics.median(seconds) for seconds in took)
    print(f"{name} {after * 1000:.2f} ms ratio={after / before:.2f} goal=1.2", flush=True)


def _asking(side: Side, path: str, times: int) -> Callable[[], float]:
    batch = repeated(path, side.port, times)
    return lambda: 1 / checked(load.run(side.port, batch), 200)


def _registering(side: Side) -> Callable[[], float]:
    """Each call registers other people, so that each is somebody's first time."""
    people = [request for batch in posts(side.base, side.port, side.things) for request in batch]
    size = len(people) // (RUNS + 1)
    batches = iter([people[start : start + size] for start in range(0, size * (RUNS + 1), size)])
    return lambda: 1 / checked(load.run(side.port, next(batches)), 303)


def _make_lectures(app: Flask) -> tuple[int, float]:
    """Add daily series and fill the horizon; return how many lectures were made, and the seconds it took."""
    now = datetime.now(UTC)
    with app.app_context():
        with db.writing():
            course_id = db.session.scalar(select(Course.id).limit(1))
            rule = {"rrule": "FREQ=DAILY", "zone": "Asia/Tokyo", "holidays": "keep", "minutes": 60, "capacity": 30}
            start = {"starts_at_local": "2026-01-05T14:00", "created_at": now, "course_id": course_id}
            db.session.execute(insert(Series), [rule | start for _number in range(DAILY_SERIES)])
        before = db.session.scalar(select(func.count(Lecture.id))) or 0
        seconds = _fill(now)
        return (db.session.scalar(select(func.count(Lecture.id))) or 0) - before, seconds


def _filling(app: Flask) -> Callable[[], float]:
    def fill() -> float:
        with app.app_context():
            return _fill(datetime.now(UTC))

    return fill


def _fill(now: datetime) -> float:
    began = time.perf_counter()
    JOBS["fill_horizons"].run(now, Context(transport_from("folder:unused")))
    return time.perf_counter() - began


def _add_old_rows(now: datetime) -> None:
    """Add a million registrations of the last years, none in the feeds' window; the busy contact has fifty of them."""
    with db.writing():
        course_id = db.session.scalar(select(Course.id).limit(1))
        accounts = [
            {
                "external_id": f"OLD{number}",
                "name": "株式会社むかし",
                "stage": "success",
                "stage_since": now,
                "created_at": now,
            }
            for number in range(OLD_ACCOUNTS)
        ]
        db.session.execute(insert(Account), accounts)
        old = Account.external_id.like("OLD%")
        ids = list(db.session.scalars(select(Account.id).where(old)))
        people = [
            {
                "account_id": ids[number % OLD_ACCOUNTS],
                "name": f"昔 {number}",
                "name_key": f"昔{number}",
                "created_at": now,
            }
            for number in range(OLD_PEOPLE)
        ]
        db.session.execute(insert(Contact), people)
        busy = db.session.scalars(select(Contact.id).order_by(Contact.id)).first()
        everyone = [busy, *db.session.scalars(select(Contact.id).where(Contact.name.like("昔%")))]
        db.session.execute(insert(Lecture), [_lecture(course_id, now, number) for number in range(OLD_LECTURES)])
        dates = list(db.session.scalars(select(Lecture.id).where(Lecture.starts_at < now - timedelta(days=40))))
    booked = [
        {
            "lecture_id": date,
            "contact_id": everyone[(number * SEATS + seat) % len(everyone)],
            "status": "booked",
            "uid": f"{uuid4()}@bench.example",
            "revised_at": now - timedelta(days=60),
            "registered_at": now - timedelta(days=60),
        }
        for number, date in enumerate(dates)
        for seat in range(SEATS)
    ]
    for start in range(0, len(booked), CHUNK):
        with db.writing():
            db.session.execute(insert(Registration), booked[start : start + CHUNK])


def _lecture(course_id: int | None, now: datetime, number: int) -> dict[str, object]:
    starts_at = now - timedelta(days=41, minutes=50 * number)
    return {
        "uid": f"{uuid4()}@bench.example",
        "revised_at": starts_at,
        "course_id": course_id,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=1),
        "local_start": starts_at.strftime("%Y-%m-%dT%H:%M"),
        "zone": "Asia/Tokyo",
        "capacity": SEATS,
        "seats_taken": SEATS,
    }


if __name__ == "__main__":
    main()
