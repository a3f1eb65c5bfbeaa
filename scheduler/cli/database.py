"""Answers how the database is brought up to date and saved."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import click
from flask import current_app
from flask_migrate import upgrade
from sqlalchemy import URL

from scheduler.base import is_migrated, sqlite_path
from scheduler.cli.program import in_app, in_app_before_migration, now
from scheduler.cli.wall import NothingDone
from scheduler.cli.words import _
from scheduler.migrating import plug_migrations
from scheduler.models.db import db
from scheduler.services import defaults


@click.command("migrate", help=_("データベースを作成し、最新の状態にします。何度実行しても安全です。"))
@in_app_before_migration
def migrate() -> None:
    """Bring the database up to date."""
    click.echo(_("データベースを最新の状態にしました。") if bring_up_to_date() else _("データベースは最新の状態です。"))


def bring_up_to_date() -> bool:
    """Migrate and add what an empty installation begins with; tell whether there was anything to migrate.

    Two machines may do it at the same moment: the second waits for the first (scheduler/migrations/env.py).
    """
    before = is_migrated()
    plug_migrations(current_app)
    upgrade()
    defaults.ensure(now())
    return not before


@click.command("backup", help=_("データベースをファイルに保存します。稼働中でも実行できます。"))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@in_app
def backup(file: Path) -> None:
    """Save the database to a file that does not exist yet; a half-written file is never left under that name."""
    if file.exists():
        raise NothingDone(_("%(file)s はすでにあります。別の名前を指定してください。") % {"file": file})
    part = file.with_name(f".{file.name}.part")
    try:
        path = sqlite_path()
        if path is not None:
            _copy_sqlite(path, part)
        else:
            _dump_postgres(db.engine.url, part)
        part.rename(file)
    except OSError as error:
        raise NothingDone(
            _("%(file)s に保存できません。（%(why)s）") % {"file": file, "why": error.strerror}
        ) from error
    finally:
        part.unlink(missing_ok=True)
    click.echo(_("%(file)s に保存しました。") % {"file": file})


def _copy_sqlite(path: Path, part: Path) -> None:
    # Opened here first, because SQLite's own complaint does not say why.
    part.touch(mode=0o600)
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(part)) as target:
        source.backup(target)
        # The copy is one file, without a write-ahead log beside it.
        target.execute("PRAGMA journal_mode=DELETE")


def _dump_postgres(url: URL, part: Path) -> None:
    program = shutil.which("pg_dump")
    if program is None:
        raise NothingDone(
            _("pg_dump が見つかりません。PostgreSQL のクライアントを入れてから、もう一度お試しください。")
        )
    part.touch(mode=0o600)
    # The password goes by the environment: a command line can be read by everybody on the machine.
    address = url.set(drivername="postgresql", password=None).render_as_string()
    done = subprocess.run(
        [program, "--format=custom", "--no-password", f"--file={part}", f"--dbname={address}"],
        env=os.environ | {"PGPASSWORD": str(url.password or "")},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.strip().splitlines()[-1:] or [str(done.returncode)]
        raise NothingDone(_("pg_dump が失敗しました。（%(said)s）") % {"said": said[0]})


COMMANDS = (migrate, backup)
