"""Answers how long managers wait for their reports: over the demo company, and over a hundred thousand accounts with a
million seats; and what the reports weigh in the web server."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import requests
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from scheduler.app import create_app
from scheduler.demo import fill, house
from scheduler.models.db import db
from scheduler.models.snapshots import Turnout
from scheduler.models.staff import Staff
from scheduler.rules.staffing.plans import Plan
from scheduler.rules.staffing.simulating import simulate
from scheduler.services.reports.catalogue import REPORTS
from scheduler.services.snapshots import making
from tests import servers
from tests.bench import weight, year
from tests.bench.measure import RUNS, environment, must, settings_of
from tests.browsing import Browser

# What a report is asked for that shows one thing of several.
ASKED = {"trial": "?trial=1"}


def lines(folder: Path) -> Iterator[str]:
    """Measure every report's page on both sides, the simulation, and the web server's memory."""
    folder.mkdir()
    yield from _of_demo(folder / "demo")
    played = _median(lambda: simulate(Plan(), 1000))
    yield f"staffing_1000_years {played:.3f} s goal=2"
    if servers.postgres_programs() is None:
        yield "reports_of_a_year not measured: no PostgreSQL on this machine"
        return
    # As a server comes out of the box, but for the disk.
    with servers.postgres(shared_buffers="128MB", autovacuum="on", jit="on") as server:
        yield from _of_year(folder / "year", server.create("year"))


def _of_demo(folder: Path) -> Iterator[str]:
    folder.mkdir()
    env = environment(folder)
    must("migrate", env=env, cwd=folder)
    app = create_app(settings_of(env))
    with app.app_context():
        fill.fill(datetime.now(UTC).replace(microsecond=0))
    yield from _pages("demo", app, 0.3)
    yield _weighed(env, folder)


def _of_year(folder: Path, database_url: str) -> Iterator[str]:
    folder.mkdir()
    env = environment(folder) | {"TASUKI_DATABASE_URL": database_url}
    must("migrate", env=env, cwd=folder)
    now = datetime.now(UTC).replace(microsecond=0)
    app = create_app(settings_of(env))
    with app.app_context():
        year.add(now)
        made = _once(lambda: making.make(now))
        seats = db.session.scalar(select(func.count()).select_from(Turnout))
        db.session.rollback()
    yield f"snapshots_made {made:.0f} s seats={seats} accounts={year.ACCOUNTS}"
    yield from _pages("year", app, 2)


def _pages(name: str, app: Flask, goal: float) -> Iterator[str]:
    """Ask for each report's page as a member of operations does; the floor counts the seats by verdict, no more."""
    with app.app_context():
        member = db.session.scalars(select(Staff).where(Staff.team == "operations", Staff.active)).first() or _member()
        key = f"{member.id}.{member.password_version}"
        query = select(Turnout.verdict, func.count()).group_by(Turnout.verdict)
        floor = _median(lambda: db.session.execute(query).all())
        db.session.rollback()
    client = app.test_client()
    with client.session_transaction() as session:
        session.update(_user_id=key, _fresh=True)
    for report in REPORTS:
        took = _median(lambda report=report: _asked(client, f"/staff/reports/{report}{ASKED.get(report, '')}"))  # type: ignore[misc]
        ratio = f"ratio={took / floor:.1f} floor=counting_seats ({floor:.3f} s)"
        yield f"report_{name}_{report} {took:.3f} s {ratio} goal={goal}"


def _member() -> Staff:
    with db.writing():
        member = Staff(name="運営", name_key="運営", team="operations", email="ops@vendor.example")
        member.created_at = datetime.now(UTC)
        db.session.add(member)
    return member


def _asked(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)


def _weighed(env: dict[str, str], folder: Path) -> str:
    """Weigh the web server before and after every report was asked for with all its plots."""
    with servers.web(env, folder) as base:
        browser = Browser(base)
        browser.press("/staff/sign-in", "サインイン", {"email": house.EMAIL, "password": house.PASSWORD})
        for _time in range(10):
            requests.get(f"{base}/healthz", timeout=10).raise_for_status()
        idle = weight.of_web(base)
        # Twice, so that both processes of the server have had their turn.
        for _time in range(4):
            for report in REPORTS:
                page = browser.get(f"/staff/reports/{report}{ASKED.get(report, '')}")
                for address in weight.plots(page):
                    browser.get(address)
        return f"report_memory {(weight.of_web(base) - idle) / 1024:.0f} MiB more than idle ({idle / 1024:.0f} MiB) goal=100"


def _median(act: Callable[[], object]) -> float:
    act()
    return statistics.median(_once(act) for _run in range(RUNS))


def _once(act: Callable[[], object]) -> float:
    gc.collect()
    started = time.perf_counter()
    act()
    return time.perf_counter() - started
