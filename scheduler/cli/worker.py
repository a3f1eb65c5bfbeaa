"""Answers how the periodic jobs are kept going."""

from __future__ import annotations

import click

from scheduler import logs
from scheduler.base import create_base
from scheduler.cli.wall import need_tables
from scheduler.cli.words import _
from scheduler.models.db import db
from scheduler.settings import load
from scheduler.worker import work


@click.command("worker", help=_("メール送信などの定期処理を実行し続けます。"))
def worker() -> None:
    """Do the periodic jobs until the process is asked to end."""
    logs.set_up()
    app = create_base(load())
    with app.app_context():
        need_tables()
        db.engine.dispose()
    raise SystemExit(work(app))


COMMANDS = (worker,)
