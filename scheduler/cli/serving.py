"""Answers how the program is kept running: web server, worker, both at once, or one tick by hand."""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from typing import Any

import click
from flask import Flask, current_app
from gunicorn.app.base import BaseApplication

from emails import transport_from
from scheduler import logs
from scheduler.app import create_app
from scheduler.cli.program import NothingDone, in_app, now, settings
from scheduler.cli.words import _
from scheduler.services import jobs
from scheduler.services.installation import here
from scheduler.worker import work

HOST, PORT = "127.0.0.1", 8000
# Two processes; threads, so that a browser that opens a connection and says nothing keeps nobody waiting.
PROCESSES, THREADS = 2, 4

port_option = click.option(
    "--port", default=PORT, show_default=True, type=click.IntRange(1, 65535), help=_("待ち受けるポート")
)


class _Server(BaseApplication):
    """Gunicorn, told everything here: no configuration file, no environment, no command line."""

    def __init__(self, app: Flask, **options: Any) -> None:
        self._app, self._options = app, options
        super().__init__()

    def load_config(self) -> None:
        """Take the options."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Return the application, built before the processes are forked."""
        return self._app


@click.command("web", help=_("Webサーバーを起動します。"))
@click.option("--host", default=HOST, show_default=True, help=_("待ち受けるアドレス"))
@port_option
def web(host: str, port: int) -> None:
    """Serve pages and API until the process is asked to end."""
    logs.set_up()
    app = create_app()
    need_free_port(host, port)
    _Server(
        app,
        bind=f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        workers=PROCESSES,
        threads=THREADS,
        worker_class="gthread",
        preload_app=True,
        loglevel="warning",
        # Whose forwarded headers count is TASUKI_TRUSTED_PROXIES' business.
        forwarded_allow_ips="",
        control_socket_disable=True,
        proc_name="tasuki",
    ).run()


@click.command("worker", help=_("メール送信などの定期処理を実行し続けます。"))
def worker() -> None:
    """Do the periodic jobs until the process is asked to end."""
    logs.set_up()
    work(_checked())


@in_app
def _checked() -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return app


@click.command("tick", help=_("定期処理のうち、いま行うべきものを1回だけ実行します。"))
@click.option("--now", "at", help=_("この日時に行うことをすべて実行します。例: 2026-12-01T09:00+09:00"))
@in_app
def tick(at: str | None) -> None:
    """Do once what the worker would do, and print what each job counted."""
    moment = now() if at is None else _moment(at)
    given = settings()
    transport = transport_from(given.mail, api_key=given.sendgrid_api_key, sendgrid_url=given.sendgrid_url)
    outcomes = jobs.run_due(moment, jobs.Context(transport), everything=at is not None)
    for outcome in outcomes:
        if outcome.state == "done":
            click.echo(f"{outcome.name} {outcome.count}")
    failed = [f"{outcome.name}: {outcome.error}" for outcome in outcomes if outcome.state == "failed"]
    if failed:
        raise NothingDone("\n".join(failed))


def need_free_port(host: str, port: int) -> None:
    """End the command when something else listens on the port already, or the address is not this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            words = _("%(host)s:%(port)d は使えません（%(why)s）。--port で別の番号を指定してください。")
            raise NothingDone(words % {"host": host, "port": port, "why": error.strerror or error}) from error


def _moment(text: str) -> datetime:
    """Read a moment with its offset; without one it is in the installation's zone."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError as error:
        words = _("日時として読めません。例: 2026-12-01T09:00+09:00")
        raise click.BadParameter(words, param_hint="--now") from error
    if value.tzinfo is None:
        value = value.replace(tzinfo=here().tz)
    return value.astimezone(UTC)


COMMANDS = (web, worker, tick)
