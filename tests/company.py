"""Answers where the demo company is that tests begin with: filled by the command, once in a run, at the moment of the tests."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg
import pytest

from tests import servers
from tests.once import once


@dataclass(frozen=True)
class Company:
    """A folder with the company's SQLite database and its report of attendance; tests work on copies."""

    folder: Path

    @property
    def database(self) -> Path:
        """The database, all of it in one file."""
        return self.folder / "demo.db"

    @property
    def report(self) -> Path:
        """The report that the lecture without one waits for."""
        return self.folder / "report.csv"

    @property
    def said(self) -> str:
        """What the command printed."""
        return (self.folder / "said").read_text()


def company(factory: pytest.TempPathFactory, now: datetime, secret: str) -> Company:
    """Return the company as it stands at `now`, the same one for the whole run."""

    def fill(folder: Path) -> None:
        made = Company(folder)
        env = servers.environment(
            database_url=f"sqlite:///{made.database}",
            secret_key=secret,
            clock=now.isoformat(),
            mail=f"folder:{folder / 'mails'}",
        )
        for command in (("migrate",), ("demo",), ("demo", "--report", str(made.report))):
            done = servers.run(*command, env=env, cwd=folder)
            assert done.returncode == 0, done.stderr
            if command == ("demo",):
                (folder / "said").write_text(done.stdout)
        with closing(sqlite3.connect(made.database)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    return Company(once(factory, "company", fill))


def copy_rows(source: Path, target: str) -> None:
    """Put the rows of an SQLite database in place of those of a PostgreSQL database with the same tables."""
    with closing(sqlite3.connect(source)) as lite, psycopg.connect(target, options="-c timezone=UTC") as connection:
        # Rows may come before those that they refer to.
        connection.execute("SET LOCAL session_replication_role = replica")
        named = (
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('alembic_version', 'sqlite_sequence')"
        )
        for (table,) in lite.execute(named).fetchall():
            rows = lite.execute(f"SELECT * FROM {table}")
            columns = [str(column[0]) for column in rows.description]
            connection.execute(f"DELETE FROM {table}")
            with connection.cursor().copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copying:
                for row in rows:
                    copying.write_row(row)
            if "id" in columns:
                connection.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table} HAVING max(id) > 0"
                )
