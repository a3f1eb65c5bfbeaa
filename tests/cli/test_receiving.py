"""Answers whether a mail server can hand over what came back, and what it is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from scheduler.cli.main import commands
from scheduler.models.db import db
from scheduler.models.registrations import Registration
from scheduler.models.replies import Reply
from tests.cli.conftest import refused, started_with
from tests.conftest import see_anew
from tests.emails.replies import SENDER, UID, raw
from tests.factories import a_contact, a_registration

Pipe = Callable[[bytes], Result]


@pytest.fixture
def pipe(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pipe:
    monkeypatch.chdir(tmp_path)

    def run(data: bytes) -> Result:
        see_anew()
        result = CliRunner().invoke(commands, ["mail", "receive"], input=data, env=started_with(app))
        see_anew()
        return result

    return run


def test_a_no_that_is_piped_in_frees_the_seat_once(pipe: Pipe) -> None:
    row = a_registration(a_contact(email=SENDER), uid=UID)
    for _retry in range(2):
        result = pipe(raw("outlook_declined.eml"))
        assert (result.exit_code, result.stdout, result.stderr) == (0, "declined\n", "")
    assert db.session.get_one(Registration, row.id).status == "cancelled"


def test_what_is_no_answer_is_kept_and_that_is_well(pipe: Pipe) -> None:
    for name, outcome in (("person_iso2022jp.eml", "kept"), ("bounce.eml", "automatic")):
        result = pipe(raw(name))
        assert (result.exit_code, result.stdout) == (0, f"{outcome}\n")
    assert len(list(db.session.scalars(select(Reply)))) == 2


@pytest.mark.parametrize(
    ("data", "word"),
    [(b"", "空"), (b"\n\n", "空"), (b"no header", "ヘッダー"), (b"x" * (20 * 1024 * 1024 + 1), "20 MB")],
)
def test_what_is_no_mail_is_refused_in_one_line(pipe: Pipe, data: bytes, word: str) -> None:
    refused(pipe(data), word)
    assert list(db.session.scalars(select(Reply))) == []
