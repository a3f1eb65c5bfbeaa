"""Answers how a command is found, and how whatever stops it becomes one clear line."""

from __future__ import annotations

import gc
import sys
import tempfile
import traceback
from importlib import import_module
from types import ModuleType
from typing import Any, NoReturn

import click
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError

from emails import BadTransport
from scheduler.base import is_migrated
from scheduler.cli.words import _
from scheduler.settings import WrongSettings

# Which module of this folder has which command. It is imported when the command is asked for, so that the worker does
# not carry the pages, and no command waits for what it does not need.
MODULES = {
    "run": "run",
    "web": "web",
    "worker": "worker",
    "tick": "tick",
    "snapshots": "snapshots",
    "migrate": "database",
    "demo": "demo",
    "backup": "database",
    "import": "attendance",
    "account": "shows",
    "series": "shows",
    "mail": "planning",
    "report": "reports",
    "staff": "people",
    "token": "people",
}


class NothingDone(click.ClickException):
    """The command did nothing, for the reason told on standard error; exit code 1."""

    exit_code = 1

    def show(self, file: Any = None) -> None:
        """Print the reason as it is, one line each."""
        click.echo(self.format_message(), file=file, err=True)


class Commands(click.Group):
    """Commands that never show a traceback: whatever goes wrong is one clear line and exit code 1."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the commands in the order of their use."""
        return list(MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in MODULES:
            return None
        module = _load(MODULES[cmd_name])
        return next(command for command in module.COMMANDS if command.name == cmd_name)

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


def _load(name: str) -> ModuleType:
    """Import a module of commands, the garbage collector kept off: what is loaded stays, and it would look through it all."""
    path = f"scheduler.cli.{name}"
    if path in sys.modules:
        return sys.modules[path]
    gc.disable()
    try:
        return import_module(path)
    finally:
        gc.freeze()
        gc.enable()


def need_tables() -> None:
    """End the command when the database has not the tables of this version."""
    if not is_migrated():
        raise NothingDone(_("データベースの準備ができていません。先に tasuki migrate を実行してください。"))


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
