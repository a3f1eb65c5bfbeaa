"""Answers how long one account takes to be judged, and how long the nightly look at a hundred thousand accounts takes."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select

from scheduler.app import create_app
from scheduler.models.among import Among
from scheduler.models.db import db
from scheduler.rules.facts import Attendance, Facts, Person, SetupItem, UsageDay
from scheduler.rules.readiness import DEFAULT, evaluate
from scheduler.services import proving, readiness
from tests import servers
from tests.bench import crowd
from tests.bench.measure import RUNS, environment, must, settings_of

Found = TypeVar("Found")
FEW, MANY, CHAIN = 200, 100_000, 1000
RULE = DEFAULT["onboarding"]
# What the floor reads: the accounts' rows, table by table.
READS = [
    select(one).where(Among(one.c.id if one is crowd.TABLES[0] else one.c.account_id))
    for one in crowd.TABLES
    if one is crowd.TABLES[0] or "account_id" in one.c
]


def lines(folder: Path) -> Iterator[str]:
    """Measure one account's `evaluate`, of the usual mixture and of a chain, and a service's whole `refresh` of one."""
    folder.mkdir()
    env = environment(folder)
    must("migrate", env=env, cwd=folder)
    now = datetime.now(UTC).replace(microsecond=0)
    with create_app(settings_of(env)).app_context():
        ids = crowd.add(FEW, now)
        proving.refresh_all(now)
        known = [readiness.facts(number) for number in ids]
        judged = _each(lambda: [evaluate(facts, RULE, now) for facts in known], FEW)
        floor = _each(lambda: [_read(number) for number in ids], FEW)
        refreshed = _each(lambda: [readiness.refresh_many([number], now) for number in ids], FEW)
        db.session.rollback()
    chain = _chain(CHAIN, now.date())
    of_chain = _each(lambda: [evaluate(chain, RULE, now) for _time in range(20)], 20)
    yield f"evaluate {judged:.3f} ms ratio={judged / floor:.3f} floor=reading_its_rows ({floor:.2f} ms) goal=2ms"
    yield f"evaluate_chain {of_chain:.2f} ms stores={CHAIN} ratio={of_chain / floor:.2f} floor=reading_its_rows"
    yield f"refresh {refreshed:.2f} ms ratio={refreshed / floor:.2f} floor=reading_its_rows ({floor:.2f} ms) goal=5"


def nights(folder: Path) -> Iterator[str]:
    """Measure the nightly look at a hundred thousand accounts of which nothing differs, on both databases."""
    folder.mkdir()
    yield _night("sqlite", folder / "sqlite", None)
    if servers.postgres_programs() is None:
        yield "night_postgres not measured: no PostgreSQL on this machine"
        return
    with servers.postgres() as server:
        yield _night("postgres", folder / "postgres", server.create("night"))


def _night(name: str, folder: Path, database_url: str | None) -> str:
    folder.mkdir()
    env = environment(folder) | ({"TASUKI_DATABASE_URL": database_url} if database_url else {})
    must("migrate", env=env, cwd=folder)
    now = datetime.now(UTC).replace(microsecond=0)
    with create_app(settings_of(env)).app_context():
        ids = crowd.add(MANY, now)
        # As the worker does before it begins.
        gc.collect()
        gc.freeze()
        first, changed = _timed(lambda: proving.refresh_all(now))
        took = [_timed(lambda: proving.refresh_all(now)) for _run in range(2)]
        seconds, differing = min(took)
        floor = min(_timed(lambda: _read_all(ids))[0] for _run in range(2))
    return (
        f"night_{name} {seconds:.1f} s accounts={len(ids)} differing={differing} ratio={seconds / floor:.1f}"
        f" floor=reading_their_rows ({floor:.1f} s) first={first:.0f}s changed={changed} goal=60"
    )


def _read(account_id: int) -> int:
    """Read an account's rows by plain statements, one a table, as little as a refresh can do."""
    return sum(len(db.core(statement, {"ids": [account_id]}).all()) for statement in READS)


def _read_all(ids: list[int]) -> int:
    """Read the rows of all accounts by plain statements, as many accounts at a time as the nightly look does."""
    starts = range(0, len(ids), proving.BATCH)
    return sum(
        len(db.core(one, {"ids": ids[start : start + proving.BATCH]}).all()) for start in starts for one in READS
    )


def _chain(stores: int, today: date) -> Facts:
    """Lay out a chain: a manager of every second store attended, each store has eight steps, used on a year's days."""
    places = range(1, stores + 1)
    return Facts(
        stores=frozenset(places),
        people=tuple(Person(number, "manager" if number > 1 else "coordinator") for number in places),
        attended=tuple(Attendance(today, "basic", number, (number,)) for number in places[::2]),
        setup=tuple(SetupItem(f"step{step}", True, place, "done", today) for place in places for step in range(8)),
        usage=tuple(UsageDay(date.fromordinal(today.toordinal() - day), None, "order") for day in range(365)),
    )


def _each(act: Callable[[], object], times: int) -> float:
    """Return the milliseconds that one of so many takes, the median of three runs."""
    act()
    return statistics.median(_timed(act)[0] for _run in range(RUNS)) * 1000 / times


def _timed(act: Callable[[], Found]) -> tuple[float, Found]:
    gc.collect()
    started = time.perf_counter()
    found = act()
    return time.perf_counter() - started, found
