"""Answers what a command stands on: the application with its words, and the moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar

from flask import current_app

from scheduler import clock
from scheduler.app import create_app, sentence
from scheduler.cli.wall import NothingDone, need_tables
from scheduler.services.refusals import Refused
from scheduler.settings import Settings

Command = TypeVar("Command", bound=Callable[..., Any])


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
