"""Answers how many signs of use a second reach PostgreSQL: over the API and by the service, against plain inserts of as many rows.

Every sign is of another day, store or event, so that each is a row of its own: the dearest that can come. The floor writes
the same values into a table without anything beside its key, a thousand rows to a statement and a transaction.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from scheduler.app import create_app
from scheduler.models.accounts import Account, Store
from scheduler.models.db import db
from scheduler.services import defaults, tokens, usage
from scheduler.services.actors import CLI, Actor
from scheduler.services.usage import UsageSignal
from tests import servers
from tests.bench import load
from tests.bench.mails import rate
from tests.bench.measure import RUNS, environment, must, settings_of

ACCOUNTS, STORES, EVENTS = 15, 20, 5
A_CALL = 1000
GOAL = 5000


def lines(folder: Path) -> Iterator[str]:
    """Measure and return the lines to print; one that says so where there is no PostgreSQL."""
    if servers.postgres_programs() is None:
        yield "usage not measured: no PostgreSQL on this machine"
        return
    folder.mkdir()
    with servers.postgres() as server:
        env = environment(folder) | {"TASUKI_DATABASE_URL": server.create("usage")}
        must("migrate", env=env, cwd=folder)
        now = datetime.now(UTC).replace(microsecond=0)
        with create_app(settings_of(env)).app_context():
            token, ids = _ground(now)
            floor = _plain(server.url("usage"), now)
            batches = iter(range(4 * RUNS))
            recorded = rate(lambda: _record(ids, next(batches), now))
        with servers.web(env, folder) as base:
            port = int(base.rpartition(":")[2])
            posted = sorted(_posted(port, token, RUNS + run, now) for run in range(RUNS))[RUNS // 2]
    for name, value in (("usage_api", posted), ("usage_service", recorded)):
        yield f"{name} {value:.0f} events/s ratio={value / floor:.2f} floor=plain_inserts ({floor:.0f} 1/s) goal={GOAL}"


def _ground(now: datetime) -> tuple[str, list[int]]:
    """Add accounts with stores and a program's token; return the token and the accounts' ids."""
    defaults.ensure(now)
    with db.writing():
        moments = {"stage": "onboarding", "stage_since": now, "created_at": now}
        accounts = [Account(external_id=f"B{number}", name="株式会社みほん", **moments) for number in range(ACCOUNTS)]
        db.session.add_all(accounts)
        db.session.flush()
        codes = [(account.id, f"S{number}") for account in accounts for number in range(STORES)]
        db.session.add_all([Store(account_id=number, code=code, name=code) for number, code in codes])
    return tokens.add("bench", ("read", "write"), now, CLI), [account.id for account in accounts]


def _signs(batch: int, now: datetime) -> list[tuple[datetime, str, str]]:
    """Return a call's signs: moment, event and store code; each batch has days of its own."""
    days = A_CALL // (STORES * EVENTS)
    return [
        (now - timedelta(days=1 + batch * days + day), f"event_{event}", f"S{store}")
        for day in range(days)
        for event in range(EVENTS)
        for store in range(STORES)
    ]


def _record(ids: list[int], batch: int, now: datetime) -> int:
    actor = Actor("api", 1, "api")
    signals = [UsageSignal(at, event, store) for at, event, store in _signs(batch, now)]
    new = sum(usage.record(number, signals, now, actor) for number in ids)
    assert new == len(ids) * A_CALL, new
    return new


def _posted(port: int, token: str, batch: int, now: datetime) -> float:
    """Post a list of a thousand for each account; return the signs a second."""
    signs = [{"at": at.isoformat(), "event": event, "store": store} for at, event, store in _signs(100 + batch, now)]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    body = json.dumps(signs).encode()
    calls = [
        load.request("POST", f"/api/v1/accounts/B{number}/usage", port, headers, body) for number in range(ACCOUNTS)
    ]
    result = load.run(port, calls)
    assert set(result.statuses) == {201}, result.statuses
    return result.rate * A_CALL


def _plain(url: str, now: datetime) -> float:
    """Return how many rows a second plain inserts write."""
    with psycopg.connect(url) as connection:
        connection.execute(
            "CREATE TABLE bench_usage (id serial PRIMARY KEY, account integer, day date, event text, store text)"
        )
        rows = [(1, at.date(), event, store) for at, event, store in _signs(0, now)]
        places = ", ".join(["(%s, %s, %s, %s)"] * len(rows))
        statement = f"INSERT INTO bench_usage (account, day, event, store) VALUES {places}"
        values = [value for row in rows for value in row]
        connection.commit()

        def insert() -> int:
            for _call in range(ACCOUNTS):
                connection.execute(statement, values)
                connection.commit()
            return ACCOUNTS * len(rows)

        return rate(insert)
