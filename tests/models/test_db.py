"""Writers on SQLite wait for each other, and give up in words."""

from __future__ import annotations

import sqlite3
import threading

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from scheduler.base import sqlite_path
from scheduler.models import db as module
from scheduler.models.db import db
from scheduler.models.settings import Setting
from tests.conftest import NOW


@pytest.fixture
def other(app: Flask) -> sqlite3.Connection:
    """Another program's connection to the same database."""
    path = sqlite_path()
    if path is None:
        pytest.skip("SQLite's matter alone")
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False)


def write() -> None:
    with db.writing():
        db.session.merge(Setting(key="one", value={}, changed_at=NOW))


def test_a_writer_waits_until_the_other_has_ended(other: sqlite3.Connection) -> None:
    other.execute("BEGIN IMMEDIATE")
    ended: list[bool] = []

    def end() -> None:
        ended.append(True)
        other.execute("COMMIT")

    timer = threading.Timer(0.3, end)
    timer.start()
    write()
    assert ended
    timer.join()


def test_a_writer_gives_up_after_the_longest_wait_and_can_write_later(
    other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LONGEST_WAIT", 0.05)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked"):
        write()
    other.execute("COMMIT")
    write()
    assert db.session.get(Setting, "one") is not None
