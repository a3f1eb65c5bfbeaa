"""Answers whether every command explains itself, and whether whatever goes wrong is one line and never a traceback."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from flask import Flask

from scheduler.cli.main import commands
from scheduler.models.db import db
from scheduler.services import tokens
from tests import servers
from tests.cli.conftest import Tasuki, started_with
from tests.factories import NOW


def walk(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from walk(command, (*path, name))


@pytest.mark.parametrize(("path", "command"), list(walk(commands)), ids=str)
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
