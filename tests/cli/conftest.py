"""Answers how the command line is tried: a command in this process, on the application's database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from scheduler.cli.main import commands
from scheduler.services.actors import CLI
from scheduler.services.registrations import booking
from scheduler.settings import Settings
from tests.conftest import SECRET, see_anew
from tests.factories import NOW, a_contact, a_lecture

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
        see_anew()
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


def booked() -> str:
    """Book somebody, who is owed a confirmation; return the address."""
    contact = a_contact()
    booking.register(contact.id, a_lecture().id, NOW, CLI)
    assert contact.email is not None
    return contact.email
