"""Answers how pages and API are served."""

from __future__ import annotations

import gc
import socket
from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication
from sqlalchemy.orm import configure_mappers

from scheduler import logs
from scheduler.app import create_app
from scheduler.cli.wall import NothingDone
from scheduler.cli.words import _
from scheduler.models.db import db

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
    _warm_up(app)
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


def _warm_up(app: Flask) -> None:
    """Do the first requests' work before the processes are forked, and keep the garbage collector off its results.

    What is loaded now is shared by all processes; what each loads for itself, or the collector touches, each pays for.
    """
    configure_mappers()
    base = app.extensions["tasuki"].base_url
    client = app.test_client()
    # Only a database that is there and migrated can be asked for more.
    pages = ("/readyz", "/staff/sign-in", "/lectures")
    if client.get(pages[0], base_url=base).status_code == 200:
        for page in pages[1:]:
            client.get(page, base_url=base)
    with app.app_context():
        # No connection may be shared by processes.
        db.engine.dispose()
    gc.collect()
    gc.freeze()


COMMANDS = (web,)
