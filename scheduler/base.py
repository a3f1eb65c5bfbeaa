"""Answers what every process stands on: settings, installation and database; pages come on top (scheduler/app.py)."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from sqlalchemy import inspect, text

from scheduler.links import Links
from scheduler.models.db import db, prepare_sqlite
from scheduler.services import readiness, tasks
from scheduler.services.installation import Installation, install
from scheduler.settings import Settings

# One file a revision, named by its number.
VERSIONS = Path(__file__).resolve().parent / "migrations" / "versions"


def create_base(settings: Settings, template_folder: str | None = None) -> Flask:
    """Build the application without its pages, which is all the worker needs: it is a third smaller."""
    app = Flask("scheduler", template_folder=template_folder)
    app.config["SQLALCHEMY_DATABASE_URI"] = _database_url(settings.database_url)
    if settings.database_url.startswith("postgresql") and "options=" not in settings.database_url:
        # Compiling a statement takes longer than running it, up to the size of the largest report (PostgreSQL's manual, 32.2).
        app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"connect_args": {"options": "-c jit=off"}}
    app.extensions["tasuki"] = settings
    install(installation_of(settings))
    tasks.judged_by(readiness.tasks_changed)
    db.init_app(app)
    if settings.database_url.startswith("sqlite"):
        with app.app_context():
            prepare_sqlite(db.engine)
    return app


def installation_of(settings: Settings) -> Installation:
    """Take what services need from the settings."""
    return Installation(
        base_url=settings.base_url,
        mail_from=settings.mail_from,
        zone=settings.time_zone,
        locale=settings.locale,
        holidays=settings.holidays,
        links=Links(settings.secret_keys),
        mail_events=settings.mail.startswith("sendgrid:") and bool(settings.sendgrid_event_key),
        reads_answers=bool(settings.sendgrid_inbound_secret),
        is_loopback=settings.is_loopback,
    )


def is_migrated() -> bool:
    """Tell whether the database has the tables of this version; raise OperationalError when it cannot be reached."""
    path = sqlite_path()
    if path is not None and not path.exists():
        return False
    with db.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        at = connection.scalar(text("SELECT version_num FROM alembic_version"))
    # Asked here rather than of Alembic, which the worker would carry for this question alone.
    return at == max(path.name.partition("_")[0] for path in VERSIONS.glob("[0-9]*_*.py"))


def sqlite_path() -> Path | None:
    """Return the file of the SQLite database; None for PostgreSQL."""
    return Path(db.engine.url.database or "") if db.engine.dialect.name == "sqlite" else None


def _database_url(url: str) -> str:
    """Make a relative SQLite path relative to where the program was started, and its folder exist."""
    if not url.startswith("sqlite:///"):
        return url
    path = Path(url.removeprefix("sqlite:///")).absolute()
    path.parent.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{path}"
