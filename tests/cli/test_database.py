"""Answers whether the database is brought up to date and saved, and whether a wrong one is told in one line."""

from __future__ import annotations

import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.lectures import Course
from tests import servers
from tests.cli.conftest import Tasuki, refused
from tests.factories import a_member


def test_a_command_on_a_database_that_is_not_there_names_migrate(tasuki: Tasuki, tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    refused(tasuki("mail", "list", TASUKI_DATABASE_URL=f"sqlite:///{path}"), "tasuki migrate")
    assert not path.exists()


def test_a_command_on_an_older_database_names_migrate(tasuki: Tasuki) -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM alembic_version")
    refused(tasuki("mail", "list"), "tasuki migrate")


@pytest.mark.parametrize("command", [["migrate"], ["mail", "list"], ["tick"], ["backup", "copy"]])
def test_a_server_that_does_not_answer_is_told_in_one_line(tasuki: Tasuki, command: list[str]) -> None:
    url = f"postgresql://tasuki:topsecret@127.0.0.1:{servers.free_port()}/tasuki"
    result = tasuki(*command, TASUKI_DATABASE_URL=url)
    refused(result, "TASUKI_DATABASE_URL")
    assert "topsecret" not in result.output


def test_a_file_that_is_no_database_is_told_in_one_line(tasuki: Tasuki, tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_text("Dear Sir or Madam, " * 100)
    refused(tasuki("mail", "list", TASUKI_DATABASE_URL=f"sqlite:///{path}"), "TASUKI_DATABASE_URL")


def test_a_folder_that_cannot_be_made_is_told_in_one_line(tasuki: Tasuki, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    refused(tasuki("migrate", TASUKI_DATABASE_URL=f"sqlite:///{tmp_path}/file/tasuki.db"), "file")


def test_migrating_a_new_database_adds_what_an_installation_begins_with(tasuki: Tasuki, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'sub' / 'new.db'}"
    assert tasuki("migrate", TASUKI_DATABASE_URL=url).exit_code == 0
    with closing(sqlite3.connect(tmp_path / "sub" / "new.db")) as connection:
        assert {row[0] for row in connection.execute("SELECT key FROM courses")} == {"basic", "advanced"}
    again = tasuki("migrate", TASUKI_DATABASE_URL=url)
    assert (again.exit_code, again.stdout) == (0, "データベースは最新の状態です。\n")


def test_migrating_leaves_what_operations_changed(tasuki: Tasuki) -> None:
    tasuki("migrate")
    with db.writing():
        course = db.session.scalars(select(Course).where(Course.key == "basic")).one()
        course.minutes = 45
    tasuki("migrate")
    assert db.session.scalars(select(Course.minutes).where(Course.key == "basic")).one() == 45


def test_a_backup_of_sqlite_is_a_whole_database_in_one_file(tasuki: Tasuki, tmp_path: Path) -> None:
    member = a_member()
    assert tasuki("backup", "copy.db").exit_code == 0
    assert [path.name for path in tmp_path.glob("*copy*")] == ["copy.db"]
    assert (tmp_path / "copy.db").stat().st_mode & 0o077 == 0
    with closing(sqlite3.connect(tmp_path / "copy.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT email FROM staff").fetchall() == [(member.email,)]


@pytest.mark.postgres
@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_a_backup_of_postgresql_can_be_restored(
    database: Flask, tasuki: Tasuki, tmp_path: Path, postgres: servers.Postgres
) -> None:
    a_member()
    assert tasuki("backup", "copy.dump").exit_code == 0
    url = postgres.create("restored")
    subprocess.run(["pg_restore", "--no-owner", "-d", url, tmp_path / "copy.dump"], check=True)
    assert tasuki("backup", "again.dump", TASUKI_DATABASE_URL=url).exit_code == 0


@pytest.mark.postgres
@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_without_pg_dump_the_backup_says_what_is_missing(database: Flask, tasuki: Tasuki, tmp_path: Path) -> None:
    refused(tasuki("backup", "copy.dump", PATH=str(tmp_path)), "pg_dump")


def test_a_backup_never_writes_over_a_file(tasuki: Tasuki, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("precious")
    refused(tasuki("backup", "copy.db"), "copy.db")
    assert (tmp_path / "copy.db").read_text() == "precious"


def test_a_backup_that_cannot_be_written_leaves_nothing(tasuki: Tasuki, tmp_path: Path) -> None:
    refused(tasuki("backup", "nowhere/copy.db"), "nowhere/copy.db")
    assert not (tmp_path / "nowhere").exists()
