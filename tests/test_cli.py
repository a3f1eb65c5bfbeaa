"""Answers whether `tasuki` does what it says, and says in one line why it did nothing."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import click
import pytest
import requests
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from emails import list_messages
from scheduler.cli.main import commands
from scheduler.models.db import db
from scheduler.models.lectures import Course
from scheduler.models.mails import Mail
from scheduler.models.staff import Staff
from scheduler.services import registrations, staff, tokens
from scheduler.services.actors import CLI
from scheduler.services.installation import here
from scheduler.settings import Settings
from tests import servers
from tests.conftest import SECRET, see_anew
from tests.factories import NOW, PASSWORD, a_contact, a_lecture, a_member, a_store, an_account

Tasuki = Callable[..., Result]


def started_with(app: Flask) -> dict[str, str]:
    settings: Settings = app.extensions["tasuki"]
    return {
        "TASUKI_DATABASE_URL": settings.database_url,
        "TASUKI_SECRET_KEY": SECRET,
        "TASUKI_MAIL": settings.mail,
        "TASUKI_CLOCK": settings.clock,
    }


@pytest.fixture
def tasuki(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tasuki:
    """Run a command in this process on the application's database; afterwards the test sees what it wrote."""
    app: Flask = request.getfixturevalue("database" if "database" in request.fixturenames else "app")
    monkeypatch.chdir(tmp_path)

    def run(*words: str, stdin: str = "", **more: str) -> Result:
        db.session.rollback()
        result = CliRunner().invoke(commands, words, input=stdin, env=started_with(app) | more)
        assert "Traceback" not in result.output
        see_anew()
        return result

    return run


def refused(result: Result, *words: str) -> None:
    """Check that nothing was done, and that the reason is one line on standard error."""
    assert result.exit_code == 1, result.output
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert all(word in line for word in words), line


def walk(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from walk(command, (*path, name))


@pytest.mark.parametrize(("path", "command"), list(walk(commands)), ids=lambda one: str(one))
def test_every_command_and_option_says_what_it_does(path: tuple[str, ...], command: click.Command) -> None:
    assert command.help
    assert all(option.help or isinstance(option.type, click.Choice) for option in command.params if _is_option(option))
    result = CliRunner().invoke(commands, [*path, "--help"])
    assert result.exit_code == 0


def _is_option(parameter: click.Parameter) -> bool:
    return isinstance(parameter, click.Option)


@pytest.mark.parametrize(
    "words",
    [
        ["fly"],
        ["staff", "add", "sato@vendor.example"],
        ["staff", "add", "sato@vendor.example", "--team", "kitchen"],
        ["web", "--port", "99999"],
        ["mail", "retry", "seven"],
        ["tick", "--now", "tomorrow"],
    ],
)
def test_wrong_usage_is_exit_code_2(tasuki: Tasuki, words: list[str]) -> None:
    assert tasuki(*words).exit_code == 2


class TestDatabase:
    def test_a_command_on_a_database_that_is_not_there_names_migrate(self, tasuki: Tasuki, tmp_path: Path) -> None:
        path = tmp_path / "new.db"
        refused(tasuki("mail", "list", TASUKI_DATABASE_URL=f"sqlite:///{path}"), "tasuki migrate")
        assert not path.exists()

    def test_a_command_on_an_older_database_names_migrate(self, tasuki: Tasuki) -> None:
        with db.engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM alembic_version")
        refused(tasuki("mail", "list"), "tasuki migrate")

    @pytest.mark.parametrize("command", [["migrate"], ["mail", "list"], ["tick"], ["backup", "copy"]])
    def test_a_server_that_does_not_answer_is_told_in_one_line(self, tasuki: Tasuki, command: list[str]) -> None:
        url = f"postgresql://tasuki:topsecret@127.0.0.1:{servers.free_port()}/tasuki"
        result = tasuki(*command, TASUKI_DATABASE_URL=url)
        refused(result, "TASUKI_DATABASE_URL")
        assert "topsecret" not in result.output

    def test_a_file_that_is_no_database_is_told_in_one_line(self, tasuki: Tasuki, tmp_path: Path) -> None:
        path = tmp_path / "letter.db"
        path.write_text("Dear Sir or Madam, " * 100)
        refused(tasuki("mail", "list", TASUKI_DATABASE_URL=f"sqlite:///{path}"), "TASUKI_DATABASE_URL")

    def test_a_folder_that_cannot_be_made_is_told_in_one_line(self, tasuki: Tasuki, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        refused(tasuki("migrate", TASUKI_DATABASE_URL=f"sqlite:///{tmp_path}/file/tasuki.db"), "file")

    def test_migrating_a_new_database_adds_what_an_installation_begins_with(
        self, tasuki: Tasuki, tmp_path: Path
    ) -> None:
        url = f"sqlite:///{tmp_path / 'sub' / 'new.db'}"
        assert tasuki("migrate", TASUKI_DATABASE_URL=url).exit_code == 0
        with closing(sqlite3.connect(tmp_path / "sub" / "new.db")) as connection:
            assert {row[0] for row in connection.execute("SELECT key FROM courses")} == {"basic", "advanced"}
        again = tasuki("migrate", TASUKI_DATABASE_URL=url)
        assert (again.exit_code, again.stdout) == (0, "データベースは最新の状態です。\n")

    def test_migrating_leaves_what_operations_changed(self, tasuki: Tasuki) -> None:
        tasuki("migrate")
        with db.writing():
            course = db.session.scalars(select(Course).where(Course.key == "basic")).one()
            course.minutes = 45
        tasuki("migrate")
        assert db.session.scalars(select(Course.minutes).where(Course.key == "basic")).one() == 45

    def test_a_backup_of_sqlite_is_a_whole_database_in_one_file(self, tasuki: Tasuki, tmp_path: Path) -> None:
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
        self, database: Flask, tasuki: Tasuki, tmp_path: Path, postgres: servers.Postgres
    ) -> None:
        a_member()
        assert tasuki("backup", "copy.dump").exit_code == 0
        url = postgres.create("restored")
        subprocess.run(["pg_restore", "--no-owner", "-d", url, tmp_path / "copy.dump"], check=True)
        assert tasuki("backup", "again.dump", TASUKI_DATABASE_URL=url).exit_code == 0

    @pytest.mark.postgres
    @pytest.mark.parametrize("database", ["postgres"], indirect=True)
    def test_without_pg_dump_the_backup_says_what_is_missing(
        self, database: Flask, tasuki: Tasuki, tmp_path: Path
    ) -> None:
        refused(tasuki("backup", "copy.dump", PATH=str(tmp_path)), "pg_dump")

    def test_a_backup_never_writes_over_a_file(self, tasuki: Tasuki, tmp_path: Path) -> None:
        (tmp_path / "copy.db").write_text("precious")
        refused(tasuki("backup", "copy.db"), "copy.db")
        assert (tmp_path / "copy.db").read_text() == "precious"

    def test_a_backup_that_cannot_be_written_leaves_nothing(self, tasuki: Tasuki, tmp_path: Path) -> None:
        refused(tasuki("backup", "nowhere/copy.db"), "nowhere/copy.db")
        assert not (tmp_path / "nowhere").exists()


class TestPeople:
    def test_a_new_member_gets_a_link_to_choose_a_password(self, app: Flask, tasuki: Tasuki) -> None:
        result = tasuki("staff", "add", "Sato@Vendor.example", "--team", "onboarding", "--name", "佐藤 花")
        member = db.session.scalars(select(Staff)).one()
        assert (member.email, member.team, member.name) == ("sato@vendor.example", "onboarding", "佐藤 花")
        link = urlsplit(result.stdout.split()[-1])
        assert link.path.startswith("/staff/password/")
        signed = here().links.read("password", link.path.rpartition("/")[2])
        assert (signed.subject_id, signed.version) == (member.id, member.password_version)

    def test_a_password_may_come_by_standard_input(self, tasuki: Tasuki) -> None:
        words = ("staff", "add", "sato@vendor.example", "--team", "success", "--password-stdin")
        result = tasuki(*words, stdin=f"{PASSWORD}\n")
        assert result.exit_code == 0
        assert PASSWORD not in result.output
        assert staff.authenticate("sato@vendor.example", PASSWORD) is not None

    def test_a_password_that_is_refused_adds_nobody(self, tasuki: Tasuki) -> None:
        words = ("staff", "add", "sato@vendor.example", "--team", "success", "--password-stdin")
        refused(tasuki(*words, stdin="short\n"))
        assert db.session.scalar(select(Staff)) is None

    def test_a_member_known_by_name_only_is_adopted(self, tasuki: Tasuki) -> None:
        known = staff.by_name("佐藤 花", "onboarding", NOW)
        tasuki("staff", "add", "sato@vendor.example", "--team", "onboarding", "--name", "佐藤花", "--phone", "03-1")
        assert db.session.get_one(Staff, known).email == "sato@vendor.example"

    def test_a_broken_address_adds_nobody(self, tasuki: Tasuki) -> None:
        refused(tasuki("staff", "add", "sato", "--team", "onboarding"))

    def test_the_token_is_the_last_word(self, tasuki: Tasuki) -> None:
        token = tokens.authenticate(tasuki("token", "add", "crm system").stdout.split()[-1], NOW)
        assert token is not None
        assert (token.name, token.scopes) == ("crm system", ["read", "write"])

    def test_a_token_may_be_for_reading_only(self, tasuki: Tasuki) -> None:
        token = tokens.authenticate(tasuki("token", "add", "board", "--read-only").stdout.split()[-1], NOW)
        assert token is not None
        assert token.scopes == ["read"]


class TestShows:
    def test_an_account_is_shown_with_its_people(self, tasuki: Tasuki) -> None:
        account = an_account(external_id="A-7", name="株式会社 七")
        contact = a_contact(account, (a_store(account, code="S1", name="本店"),), name="山田 太郎")
        shown = json.loads(tasuki("account", "show", "A-7", "--json").stdout)
        assert (shown["external_id"], shown["name"], shown["stage"]) == ("A-7", "株式会社 七", "onboarding")
        assert shown["stores"] == [{"code": "S1", "name": "本店", "scope": "in"}]
        assert [(person["id"], person["stores"]) for person in shown["contacts"]] == [(contact.id, "S1")]
        assert shown["readiness"]["ready"] is False
        assert shown["state"]["level"] == "on_track"
        text = tasuki("account", "show", "A-7").stdout
        assert "山田 太郎" in text
        assert "/me/" not in text

    def test_an_unknown_account_is_refused(self, tasuki: Tasuki) -> None:
        refused(tasuki("account", "show", "A-404"), "A-404")

    def test_the_dates_of_a_rule_are_shown_without_being_made(self, tasuki: Tasuki) -> None:
        words = ("series", "preview", "FREQ=WEEKLY;BYDAY=MO,FR", "--starts-at", "2026-04-03T14:00")
        dates = json.loads(tasuki(*words, "--json").stdout)
        assert dates[0] == {
            "slot": "2026-04-03T14:00",
            "local": "2026-04-03T14:00",
            "starts_at": "2026-04-03T05:00:00Z",
        }
        assert "2026-04-03T14:00" in tasuki(*words).stdout

    @pytest.mark.parametrize("rule", ["FREQ=HOURLY", "every monday", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"])
    def test_a_rule_that_cannot_be_used_is_refused(self, tasuki: Tasuki, rule: str) -> None:
        refused(tasuki("series", "preview", rule, "--starts-at", "2026-04-03T14:00"))

    def test_mails_are_listed_newest_first_and_by_state(self, tasuki: Tasuki) -> None:
        first, second = booked(), booked()
        rows = json.loads(tasuki("mail", "list", "--json").stdout)
        assert [row["to"] for row in rows] == [second, first]
        assert set(rows[0]) == {"id", "kind", "to", "state", "due_at", "sent_at", "reason", "subject"}
        assert json.loads(tasuki("mail", "list", "--state", "sent", "--json").stdout) == []
        assert first in tasuki("mail", "list", "--kind", "confirmation").stdout

    def test_a_failed_mail_is_queued_again(self, tasuki: Tasuki) -> None:
        booked()
        mail = db.session.scalars(select(Mail)).one()
        refused(tasuki("mail", "retry", str(mail.id)))
        with db.writing():
            db.session.get_one(Mail, mail.id).state = "failed"
        assert tasuki("mail", "retry", str(mail.id)).exit_code == 0
        assert db.session.get_one(Mail, mail.id).state == "queued"


def booked() -> str:
    """Book somebody, who is owed a confirmation; return the address."""
    contact = a_contact()
    registrations.register(contact.id, a_lecture().id, NOW, CLI)
    assert contact.email is not None
    return contact.email


class TestTick:
    def test_a_tick_delivers_what_is_due_at_once_and_once(self, tasuki: Tasuki, tmp_path: Path) -> None:
        booked()
        assert "deliver_mails 1\n" in tasuki("tick").stdout
        booked()
        assert "deliver_mails 1\n" in tasuki("tick").stdout
        assert "deliver_mails 0\n" in tasuki("tick").stdout
        assert len(list_messages(tmp_path / "mails", limit=10)) == 2

    def test_a_tick_may_be_made_for_a_moment(self, tasuki: Tasuki, tmp_path: Path) -> None:
        contact, lecture = a_contact(), a_lecture()
        registrations.register(contact.id, lecture.id, NOW, CLI)
        before = lecture.starts_at - timedelta(minutes=59)
        done = dict(line.split() for line in tasuki("tick", "--now", before.isoformat()).stdout.splitlines())
        assert done["plan_reminders"] == "1"
        assert done["deliver_mails"] == "2"
        again = dict(line.split() for line in tasuki("tick", "--now", before.isoformat()).stdout.splitlines())
        assert again["plan_reminders"] == again["deliver_mails"] == "0"
        assert len(list_messages(tmp_path / "mails", limit=10)) == 2

    def test_a_job_that_fails_is_told_in_one_line(self, tasuki: Tasuki, tmp_path: Path) -> None:
        with db.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE series RENAME TO elsewhere")
        result = tasuki("tick")
        assert result.exit_code == 1
        assert result.stderr.startswith("fill_horizons: ")
        assert "deliver_mails 0\n" in result.stdout


class TestServing:
    @pytest.mark.parametrize("command", ["web", "run"])
    def test_a_port_in_use_is_told_in_one_line(self, command: str, tasuki: Tasuki, tmp_path: Path) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            refused(tasuki(command, "--port", str(port)), str(port), "--port")
        assert not (tmp_path / "var").exists()

    def test_the_worker_does_not_start_on_a_database_that_is_not_migrated(self, tmp_path: Path) -> None:
        done = servers.run("worker", env=servers.environment(secret_key=SECRET), cwd=tmp_path)
        assert done.returncode == 1
        assert "tasuki migrate" in done.stderr
        assert len(done.stderr.splitlines()) == 1

    def test_the_web_server_answers_and_ends_when_asked(self, app: Flask, tmp_path: Path) -> None:
        env = servers.environment() | started_with(app)
        with servers.web(env, tmp_path) as base:
            assert requests.get(f"{base}/healthz", timeout=5).text == "ok\n"
            assert requests.get(f"{base}/readyz", timeout=5).json()["migrated"] is True
        assert [path.read_text() for path in tmp_path.glob("web-*.log")] == [""]

    def test_run_turns_an_empty_folder_into_a_running_program(self, tmp_path: Path) -> None:
        port, secrets = servers.free_port(), set()
        for _ in range(2):
            with open(tmp_path / "out", "wb") as out:
                process = subprocess.Popen(
                    servers.tasuki("run", "--port", str(port)),
                    env=servers.environment(), cwd=tmp_path, stdout=out, stderr=out,
                )  # fmt: skip
            try:
                servers.eventually(lambda: "Ctrl-C" in (tmp_path / "out").read_text(), seconds=60, what="the start")
                ready = requests.get(f"http://127.0.0.1:{port}/readyz", timeout=5).json()
                assert ready["migrated"] is True
                children = children_of(process.pid)
                assert len(children) == 2
            finally:
                assert servers.stop(process, signal.SIGINT, seconds=30) == 0
            assert not any(Path(f"/proc/{child}").exists() for child in children)
            secret = tmp_path / "var" / "secret"
            assert secret.stat().st_mode & 0o777 == 0o600
            secrets.add(secret.read_text())
        assert len(secrets) == 1, "the second start must keep what the first one made"


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_a_real_process_prints_no_log_lines_and_survives_a_closed_pipe(app: Flask, tmp_path: Path) -> None:
    env = servers.environment() | started_with(app)
    done = servers.run("token", "add", "crm", env=env, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert tokens.authenticate(done.stdout.split()[-1], NOW) is not None
    shell = shutil.which("sh") or "sh"
    words = " ".join(servers.tasuki("series", "preview", "FREQ=DAILY", "--starts-at", "2026-04-03T14:00"))
    piped = subprocess.run([shell, "-c", f"{words} | head -1"], env=env, cwd=tmp_path, capture_output=True, text=True)
    assert (piped.returncode, piped.stderr) == (0, "")


def test_the_unexpected_is_one_line_too_and_the_details_are_kept(
    tasuki: Tasuki, monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE mails RENAME COLUMN kind TO sort")
    monkeypatch.setattr("tempfile.tempdir", os.getcwd())
    result = tasuki("mail", "list")
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert "Traceback" in Path(line.split()[-1]).read_text()
