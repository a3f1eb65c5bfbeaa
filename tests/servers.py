"""Answers what real servers a test may use: throw-away PostgreSQL and Redis, and the program as a user starts it."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import redis
import requests

ROOT = Path(__file__).resolve().parent.parent


def require(kind: str) -> None:
    """Skip the test for want of `kind`, or fail it where TASUKI_TEST_REQUIRE says that `kind` must be there."""
    words = f"{kind} is not on this machine"
    if kind in os.environ.get("TASUKI_TEST_REQUIRE", "").replace(" ", "").split(","):
        pytest.fail(words, pytrace=False)
    pytest.skip(words)


def free_port() -> int:
    """Return a loopback port that is free now, and that no outgoing connection will take before its server does."""
    while True:
        port = random.randrange(10_000, 30_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def eventually(answers: Callable[[], bool], seconds: float = 60, what: str = "it") -> None:
    """Wait until `answers` is true; fail after `seconds`."""
    end = time.monotonic() + seconds
    while not answers():
        if time.monotonic() > end:
            pytest.fail(f"{what} did not happen within {seconds} s")
        time.sleep(0.05)


def stop(process: subprocess.Popen[bytes], with_signal: int = signal.SIGTERM, seconds: float = 15) -> int:
    """End a process that the tests started, by force where it must be; return its exit code."""
    if process.poll() is None:
        process.send_signal(with_signal)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    return process.returncode


def postgres_programs() -> Path | None:
    """Find the newest PostgreSQL server's programs; None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


class Postgres:
    """A running throw-away PostgreSQL server on a loopback port."""

    def __init__(self, port: int) -> None:
        self.port = port
        # A database's connection is kept: a new one costs as much as emptying all tables.
        self._kept: dict[str, psycopg.Connection] = {}

    def url(self, name: str) -> str:
        """Return the address of a database for TASUKI_DATABASE_URL."""
        return f"postgresql://tasuki@127.0.0.1:{self.port}/{name}"

    def run(self, statement: str) -> None:
        """Run one statement outside any transaction."""
        self._on("postgres").execute(statement)

    def create(self, name: str, template: str = "template0", unless_there: bool = False) -> str:
        """Make a database, a copy of `template`; return its address."""
        if not (unless_there and self._has(name)):
            self._forget(template)
            self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def empty(self, name: str, tables: list[str], like: str) -> None:
        """Take all rows out of `tables`, children first, and number from 1 again; raise psycopg.Error if it cannot be.

        It cannot be when the tables are not those of the database `like` any more, or somebody holds on to a row.
        """
        with self._on(name).transaction():
            if self._shape(name) != self._shape(like):
                raise psycopg.DataError("the tables have changed")
            self._on(name).execute(
                "; ".join(["SET LOCAL lock_timeout = 3000", *(f"DELETE FROM {table}" for table in tables)])
            )
            # Deleted rows stay in the files, and would slow down test after test.
            grown = self._on(name).execute(
                "SELECT string_agg(relname, ', ') FROM pg_class WHERE relnamespace = 'public'::regnamespace"
                " AND relkind = 'r' AND relname <> 'alembic_version' AND pg_relation_size(oid) > 262144"
            )
            if (names := grown.fetchall()[0][0]) is not None:
                self._on(name).execute(f"TRUNCATE {names} CASCADE")
            self._on(name).execute(
                "SELECT setval(format('%I.%I', schemaname, sequencename), 1, false) FROM pg_sequences WHERE last_value > 0"
            )

    def drop(self, name: str) -> None:
        """Remove a database, whoever still holds it open."""
        self._forget(name)
        self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def close(self) -> None:
        """Let go of the server."""
        for name in [*self._kept]:
            self._forget(name)

    def _on(self, name: str) -> psycopg.Connection:
        if name not in self._kept:
            # Never prepared: several statements go at once.
            self._kept[name] = psycopg.connect(self.url(name), autocommit=True, prepare_threshold=None)
        return self._kept[name]

    def _forget(self, name: str) -> None:
        if name in self._kept:
            self._kept.pop(name).close()

    def _has(self, name: str) -> bool:
        found = self._on("postgres").execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
        return found.fetchone() is not None

    def _shape(self, name: str) -> list[tuple[object, ...]]:
        """Describe a database's columns and indexes, and which revision it is."""
        return (
            self._on(name)
            .execute(
                "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_class c"
                " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"
                " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'i')"
                " UNION ALL SELECT 'alembic_version', version_num, '' FROM alembic_version ORDER BY 1, 2"
            )
            .fetchall()
        )


@contextmanager
def postgres(**otherwise: object) -> Iterator[Postgres]:
    """Run a throw-away PostgreSQL server, with other settings where they are named; as `postgres` where the tests run as root, which the server refuses."""
    programs = postgres_programs()
    if programs is None:
        require("postgres")
    assert programs is not None
    who = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="tasuki-postgres-"))
    if who:
        shutil.chown(folder, "postgres", "postgres")
    try:
        subprocess.run(
            [programs / "initdb", "-D", folder / "data", "-U", "tasuki", "-A", "trust", "-E", "UTF8", "--locale=C"]
            + ["--no-sync", "--no-instructions"],
            check=True, capture_output=True, cwd=folder, **who,  # type: ignore[call-overload]
        )  # fmt: skip
        port = free_port()
        # No statistics of rows that are gone, no compiling for questions that are asked once.
        options = {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": folder, "fsync": "off",
                   "synchronous_commit": "off", "full_page_writes": "off", "max_connections": 60,
                   "shared_buffers": "32MB", "jit": "off", "autovacuum": "off"} | otherwise  # fmt: skip
        arguments = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        with open(folder / "log", "wb") as log:
            process = subprocess.Popen(
                [programs / "postgres", "-D", folder / "data", *arguments],
                stdout=log, stderr=log, cwd=folder, **who,  # type: ignore[call-overload]
            )  # fmt: skip
        try:
            server = Postgres(port)
            eventually(lambda: _answers(server), what="PostgreSQL's start")
            yield server
            server.close()
        finally:
            # SIGINT is PostgreSQL's fast shutdown: it does not wait for clients.
            stop(process, signal.SIGINT)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _answers(server: Postgres) -> bool:
    try:
        server.run("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def redis_server(port: int | None = None) -> Iterator[str]:
    """Run a throw-away Redis server, on a free port unless told; yield its address for TASUKI_BROKER_URL."""
    program = shutil.which("redis-server")
    if program is None:
        require("redis")
    assert program is not None
    port = port or free_port()
    with tempfile.TemporaryDirectory(prefix="tasuki-redis-") as folder:
        process = subprocess.Popen(
            [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder],
            stdout=subprocess.DEVNULL,
        )
        try:
            client = redis.Redis(port=port)
            eventually(lambda: _pings(client), what="Redis' start")
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            stop(process)


def _pings(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False


def tasuki(*words: str) -> list[str]:
    """Return the command line that starts `tasuki` from this checkout."""
    return [sys.executable, "-m", "scheduler.cli.main", *words]


def environment(**settings: object) -> dict[str, str]:
    """Return this process's environment with only these TASUKI_ settings (`database_url=…` is TASUKI_DATABASE_URL)."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TASUKI_")}
    named = {f"TASUKI_{name.upper()}": str(value) for name, value in settings.items()}
    return kept | {"PYTHONPATH": str(ROOT)} | named


def run(*words: str, env: Mapping[str, str], cwd: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run `tasuki …` to its end as a user would; return exit code and output."""
    return subprocess.run(
        tasuki(*words), env=env, cwd=cwd, input=stdin, capture_output=True, text=True, timeout=300, check=False
    )


@contextmanager
def worker(env: Mapping[str, str], cwd: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run `tasuki worker`; its output goes to `worker-<pid>.log` in `cwd`."""
    with _started(tasuki("worker"), env, cwd, "worker") as process:
        yield process


@contextmanager
def web(env: Mapping[str, str], cwd: Path, port: int | None = None) -> Iterator[str]:
    """Run `tasuki web` on this port, else a free one, until it answers; yield its address.

    TASUKI_BASE_URL is set to that address where `env` has none.
    """
    port = port or free_port()
    base = f"http://127.0.0.1:{port}"
    with _started(tasuki("web", "--port", str(port)), {"TASUKI_BASE_URL": base} | dict(env), cwd, "web") as process:
        eventually(lambda: process.poll() is not None or _healthy(base), what="the first page")
        if process.poll() is not None:
            pytest.fail("tasuki web ended:\n" + "".join(path.read_text() for path in cwd.glob("web-*.log")))
        yield base


@contextmanager
def _started(command: list[str], env: Mapping[str, str], cwd: Path, name: str) -> Iterator[subprocess.Popen[bytes]]:
    path = Path(tempfile.mkstemp(prefix=f"{name}-", suffix=".log", dir=cwd)[1])
    with open(path, "wb") as log:
        process = subprocess.Popen(command, env=dict(env), cwd=cwd, stdout=log, stderr=log)
    try:
        yield process
    finally:
        stop(process)


def _healthy(base: str) -> bool:
    try:
        return requests.get(f"{base}/healthz", timeout=2).ok
    # One that is slow to come up is asked again.
    except (requests.ConnectionError, requests.Timeout):
        return False
