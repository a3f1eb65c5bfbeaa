"""Answers whether web server, worker and tick serve, say why they do not, and end when asked."""

from __future__ import annotations

import signal
import socket
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from flask import Flask

from emails import list_messages
from scheduler.models.db import db
from scheduler.services.actors import CLI
from scheduler.services.registrations import booking
from tests import servers
from tests.cli.conftest import Tasuki, booked, refused, started_with
from tests.conftest import SECRET
from tests.factories import NOW, a_contact, a_lecture, a_token


def test_a_tick_delivers_what_is_due_at_once_and_once(tasuki: Tasuki, tmp_path: Path) -> None:
    booked()
    assert "deliver_mails 1\n" in tasuki("tick").stdout
    booked()
    assert "deliver_mails 1\n" in tasuki("tick").stdout
    assert "deliver_mails 0\n" in tasuki("tick").stdout
    assert len(list_messages(tmp_path / "mails", limit=10)) == 2


def test_a_tick_may_be_made_for_a_moment(tasuki: Tasuki, tmp_path: Path) -> None:
    contact, lecture = a_contact(), a_lecture()
    booking.register(contact.id, lecture.id, NOW, CLI)
    before = lecture.starts_at - timedelta(minutes=59)
    done = dict(line.split() for line in tasuki("tick", "--now", before.isoformat()).stdout.splitlines())
    assert done["plan_reminders"] == "1"
    assert done["deliver_mails"] == "2"
    again = dict(line.split() for line in tasuki("tick", "--now", before.isoformat()).stdout.splitlines())
    assert again["plan_reminders"] == again["deliver_mails"] == "0"
    assert len(list_messages(tmp_path / "mails", limit=10)) == 2


def test_a_job_that_fails_is_told_in_one_line(tasuki: Tasuki, tmp_path: Path) -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE series RENAME TO elsewhere")
    result = tasuki("tick")
    assert result.exit_code == 1
    assert result.stderr.startswith("fill_horizons: ")
    assert "deliver_mails 0\n" in result.stdout


@pytest.mark.parametrize("command", ["web", "run"])
def test_a_port_in_use_is_told_in_one_line(command: str, tasuki: Tasuki, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused(tasuki(command, "--port", str(port)), str(port), "--port")
    assert not (tmp_path / "var").exists()


def test_the_worker_does_not_start_on_a_database_that_is_not_migrated(tmp_path: Path) -> None:
    done = servers.run("worker", env=servers.environment(secret_key=SECRET), cwd=tmp_path)
    assert done.returncode == 1
    assert "tasuki migrate" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_web_server_answers_and_ends_when_asked(app: Flask, tmp_path: Path) -> None:
    env = servers.environment() | started_with(app)
    with servers.web(env, tmp_path) as base:
        assert requests.get(f"{base}/healthz", timeout=5).text == "ok\n"
        assert requests.get(f"{base}/readyz", timeout=5).json()["migrated"] is True
    assert [path.read_text() for path in tmp_path.glob("web-*.log")] == [""]


def test_the_web_server_tells_a_slash_in_a_name_from_the_end_of_it(app: Flask, tmp_path: Path) -> None:
    asked = {"Authorization": f"Bearer {a_token()}"}
    with servers.web(servers.environment() | started_with(app), tmp_path) as base:
        address = f"{base}/api/v1/accounts/KK%2FA%25-%E5%BA%97"
        made = requests.put(address, json={"name": "株式会社みほん"}, headers=asked, timeout=5)
        assert (made.status_code, made.json()["external_id"]) == (201, "KK/A%-店")
        assert requests.get(address, headers=asked, timeout=5).json()["name"] == "株式会社みほん"
        assert requests.get(f"{address}/events", headers=asked, timeout=5).json()["items"] != []
        assert requests.get(f"{base}/api/v1/accounts/KK/A", headers=asked, timeout=5).status_code == 404


def test_run_turns_an_empty_folder_into_a_running_program(tmp_path: Path) -> None:
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
