"""Answers how one command turns a fresh checkout into a running program: database, web server and worker."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click
from sqlalchemy import select

from scheduler.cli.database import bring_up_to_date
from scheduler.cli.demo import fill_up, sign_in
from scheduler.cli.program import in_app_before_migration, settings
from scheduler.cli.wall import NothingDone
from scheduler.cli.web import HOST, need_free_port, port_option
from scheduler.cli.words import _
from scheduler.demo.fill import is_empty
from scheduler.models.db import db
from scheduler.models.staff import Staff

# What the program writes when no setting says otherwise: database, mails, its own secret.
FOLDER = Path("var")
# How long a part may take to end by itself before it is ended by force.
PATIENCE_SECONDS = 20


@click.command("run", help=_("準備からWebサーバーと定期処理の起動までをまとめて行います（試用・小規模向け）。"))
@port_option
def run(port: int) -> None:
    """Prepare the database, then keep web server and worker running until Ctrl-C."""
    need_free_port(HOST, port)
    _set_what_is_missing(port)
    _prepare()
    with _ended_by_signals(), _part("worker") as worker, _part("web", "--port", str(port)) as web:
        parts = {"worker": worker, "web": web}
        _wait_for_page(port, parts)
        _say_where(port)
        while True:
            _all_alive(parts)
            time.sleep(0.5)


def _set_what_is_missing(port: int) -> None:
    """Give the settings that have no default a value of this folder's own; what is set stays."""
    os.environ.setdefault("TASUKI_BASE_URL", f"http://{HOST}:{port}")
    if not os.environ.get("TASUKI_SECRET_KEY"):
        os.environ["TASUKI_SECRET_KEY"] = _own_secret(FOLDER / "secret")


def _own_secret(path: Path) -> str:
    """Read this folder's secret, written on the first start for its owner alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(32) + "\n")
    return path.read_text(encoding="ascii").strip()


@in_app_before_migration
def _prepare() -> None:
    bring_up_to_date()
    if is_empty():
        fill_up()


@in_app_before_migration
def _say_where(port: int) -> None:
    base = settings().base_url
    lines = [
        _("起動しました。終了するには Ctrl-C を押してください。"),
        _("  お客様のページ  %(url)s") % {"url": f"{base}/lectures"},
        _("  社内のページ    %(url)s") % {"url": f"{base}/staff"},
    ]
    if said := sign_in():
        lines.append(f"  {said}")
    elif db.session.scalar(select(Staff.id).where(Staff.password_hash.is_not(None)).limit(1)) is None:
        lines.append(_("  サインインするには、まず社内メンバーを登録してください:"))
        lines.append("  tasuki staff add you@example.com --team operations")
    # At once: the worker writes its log to the same terminal.
    click.echo("\n".join(lines))


@contextmanager
def _part(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run one part of the program beside this process, out of reach of the terminal's Ctrl-C, and end it at the end."""
    process = subprocess.Popen([sys.executable, "-m", "scheduler.cli.main", *words], start_new_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Come to an end quietly on Ctrl-C and when a supervisor asks."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    # Set both: a shell that starts a program in the background has it ignore SIGINT.
    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    try:
        yield
    except KeyboardInterrupt:
        click.echo(_("終了しました。"))


def _wait_for_page(port: int, parts: dict[str, subprocess.Popen[bytes]]) -> None:
    while True:
        _all_alive(parts)
        try:
            with urllib.request.urlopen(f"http://{HOST}:{port}/healthz", timeout=5):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)


def _all_alive(parts: dict[str, subprocess.Popen[bytes]]) -> None:
    for name, process in parts.items():
        if process.poll() is not None:
            raise NothingDone(
                _("%(name)s が終了しました（コード %(code)d）。") % {"name": name, "code": process.returncode}
            )


COMMANDS = (run,)
