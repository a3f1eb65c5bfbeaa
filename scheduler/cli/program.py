"""Answers what a command stands on: the application, its database, the moment, and how a refusal ends it."""

from __future__ import annotations

import tempfile
import traceback
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError

from emails import BadTransport
from scheduler import clock
from scheduler.app import create_app, sentence
from scheduler.cli.words import _
from scheduler.models.db import db
from scheduler.services.refusals import Refused
from scheduler.settings import Settings, WrongSettings

Command = TypeVar("Command", bound=Callable[..., Any])


class NothingDone(click.ClickException):
    """The command did nothing, for the reason told on standard error; exit code 1."""

    exit_code = 1

    def show(self, file: Any = None) -> None:
        """Print the reason as it is, one line each."""
        click.echo(self.format_message(), file=file, err=True)


class Commands(click.Group):
    """Commands that never show a traceback: whatever goes wrong is one clear line and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command and word what stopped it."""
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.ClickException, click.Abort, BrokenPipeError):
            raise
        except (WrongSettings, BadTransport) as error:
            raise NothingDone(str(error)) from error
        except OSError as error:
            words = _("%(file)s を読み書きできません。（%(why)s）")
            raise NothingDone(words % {"file": error.filename or "?", "why": error.strerror or error}) from error
        except Exception as error:
            if isinstance(error, DBAPIError) and _is_away(error):
                raise NothingDone(_unreachable(error)) from error
            _unexpected(error)


def in_app(command: Command) -> Command:
    """Run a command inside the application's context on a migrated database."""
    return _inside(command, need_tables)


def in_app_before_migration(command: Command) -> Command:
    """Run a command inside the application's context, whatever state the database is in."""
    return _inside(command, lambda: None)


def settings() -> Settings:
    """Return the settings the command was started with."""
    given: Settings = current_app.extensions["tasuki"]
    return given


def now() -> datetime:
    """Read the clock in UTC."""
    return clock.read(settings())


def is_migrated() -> bool:
    """Tell whether the database has the tables of this version; raises OperationalError when it cannot be reached."""
    path = sqlite_path()
    if path is not None and not path.exists():
        return False
    with db.engine.connect() as connection:
        at = MigrationContext.configure(connection).get_current_revision()
    return at == ScriptDirectory(current_app.extensions["migrate"].directory).get_current_head()


def need_tables() -> None:
    """End the command when the database has not the tables of this version."""
    if not is_migrated():
        raise NothingDone(_("データベースの準備ができていません。先に tasuki migrate を実行してください。"))


def sqlite_path() -> Path | None:
    """Return the file of the SQLite database; None for PostgreSQL."""
    return Path(db.engine.url.database or "") if db.engine.dialect.name == "sqlite" else None


def _inside(command: Command, check: Callable[[], None]) -> Command:
    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        with create_app().app_context():
            check()
            try:
                return command(*args, **kwargs)
            except Refused as refusal:
                raise NothingDone(sentence(refusal)) from refusal

    return wrapped  # type: ignore[return-value]


def _is_away(error: DBAPIError) -> bool:
    """Tell whether the database is not there or is none; what SQLite calls "no such …" is a fault of ours."""
    return type(error) in (OperationalError, DatabaseError) and not str(error.orig).startswith("no such")


def _unreachable(error: DBAPIError) -> str:
    """Say what the driver says in one line; it names neither user nor password."""
    said = " ".join(str(error.orig).split())
    return _("データベースに接続できません。TASUKI_DATABASE_URL をご確認ください。（%(said)s）") % {"said": said[:200]}


def _unexpected(error: Exception) -> NoReturn:
    with tempfile.NamedTemporaryFile("w", prefix="tasuki-", suffix=".log", delete=False, encoding="utf-8") as file:
        traceback.print_exception(error, file=file)
    words = _("予期しない問題が起きたため、中止しました。詳しい記録: %(file)s") % {"file": file.name}
    raise NothingDone(words) from error
