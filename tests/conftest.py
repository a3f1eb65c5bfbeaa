"""Answers what every test may ask for: settings, an application on a fresh database, the moment, and clients."""

from __future__ import annotations

import contextvars
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
import structlog
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import event

from scheduler.app import create_app
from scheduler.base import installation_of
from scheduler.migrating import plug_migrations
from scheduler.models.db import Base, db
from scheduler.models.staff import Staff
from scheduler.services import installation
from scheduler.settings import Settings
from scheduler.web import feeds
from tests import servers
from tests.company import Company, company
from tests.factories import a_member

SECRET = "a secret for the tests alone"
# The moment of the tests, a Wednesday: 09:00 in Tokyo.
NOW = datetime(2026, 4, 1, tzinfo=UTC)


# How long an example takes depends on the machine and says nothing about the program: benchmarks measure, tests do not.
hypothesis.settings.register_profile("tasuki", deadline=None)
hypothesis.settings.load_profile("tasuki")


class Client(FlaskClient):
    """A test client whose requests get contexts of their own, as on a server, even inside a pushed application context.

    Afterwards the test's own session sees what the request wrote.
    """

    def open(self, *args: Any, **kwargs: Any) -> Any:
        if self.preserve_context:
            return super().open(*args, **kwargs)
        response = contextvars.Context().run(super().open, *args, **kwargs)
        if has_app_context():
            see_anew()
        return response


def see_anew() -> None:
    """Let the test's own session see what others have written meanwhile."""
    db.session.rollback()
    db.session.expire_all()


@pytest.fixture(autouse=True, scope="session")
def _own_environment() -> Iterator[None]:
    """Keep the settings of whoever runs the tests out of them."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("TASUKI_") and name != "TASUKI_TEST_REQUIRE"]:
            patch.delenv(name)
        yield


@pytest.fixture(autouse=True, scope="session")
def _logs_to_pytest() -> None:
    """Send log lines where pytest catches them."""
    structlog.configure(
        processors=[structlog.stdlib.render_to_log_kwargs],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


@pytest.fixture(autouse=True)
def _own_installation() -> Iterator[None]:
    """Leave no installation behind for the next test."""
    yield
    installation._installed.clear()


@pytest.fixture
def now() -> datetime:
    """The moment of the tests; the clock of the applications stands still there."""
    return NOW


def settings_in(folder: Path, database_url: str) -> Settings:
    """Settings of a program that writes its mails to `mails` in a folder, and whose clock stands still."""
    return Settings(
        database_url=database_url,
        secret_key=SECRET,
        mail=f"folder:{folder / 'mails'}",
        clock=NOW.isoformat(),
    )


@pytest.fixture
def settings(tmp_path: Path, _sqlite_path: Path) -> Settings:
    """Settings of the program: SQLite, mails to `mails` in a temporary folder, the clock at `now`."""
    return settings_in(tmp_path, f"sqlite:///{_sqlite_path}")


@pytest.fixture(scope="session")
def _sqlite_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("database") / "tasuki.db"


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sqlite")
    path = folder / "tasuki.db"
    app = create_app(settings_in(folder, f"sqlite:///{path}"))
    plug_migrations(app)
    with app.app_context():
        upgrade()
        # Fold the write-ahead log into the file, which alone is copied.
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
    return path


@pytest.fixture(scope="session")
def demo_company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """The demo company as it stands at the moment of the tests, to be copied."""
    return company(tmp_path_factory, NOW, SECRET)


@pytest.fixture(scope="session")
def postgres() -> Iterator[servers.Postgres]:
    """A throw-away PostgreSQL server for the whole run."""
    with servers.postgres() as server:
        yield server


@pytest.fixture(scope="session")
def _migrated_postgres(postgres: servers.Postgres, tmp_path_factory: pytest.TempPathFactory) -> str:
    app = create_app(settings_in(tmp_path_factory.mktemp("postgres"), postgres.create("migrated")))
    plug_migrations(app)
    with app.app_context():
        upgrade()
        db.engine.dispose()
    return "migrated"


@pytest.fixture
def postgres_url(postgres: servers.Postgres, _migrated_postgres: str, shelf: Shelf) -> Iterator[str]:
    """The address of a migrated, empty PostgreSQL database."""
    yield postgres.create("test", template=_migrated_postgres, unless_there=True)
    # Emptying it is much cheaper than another copy; whatever hinders that makes the next test get one.
    try:
        postgres.empty("test", [table.name for table in reversed(Base.metadata.sorted_tables)], like=_migrated_postgres)
    except psycopg.Error:
        shelf.let_go()
        postgres.drop("test")


@pytest.fixture
def redis_url() -> Iterator[str]:
    """The address of a throw-away Redis server."""
    with servers.redis_server() as url:
        yield url


class Shelf:
    """The applications that are kept from test to test: building 200 routes takes longer than most tests.

    One that differs in more than its folder and its clock is another one. What a test did to it is undone before the next.
    """

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Flask, dict[str, Any]]] = {}

    def take(self, settings: Settings) -> Flask:
        """Return an application with these settings, as if it had just been built."""
        shape = repr(settings.model_copy(update={"mail": "", "clock": ""}))
        if shape not in self._kept:
            app = built(settings)
            self._kept[shape] = app, dict(app.config)
        app, config = self._kept[shape]
        app.config.clear()
        app.config.update(config)
        for name in Settings.model_fields:
            setattr(app.extensions["tasuki"], name, getattr(settings, name))
        app.extensions["limits"].storage.reset()
        installation.install(installation_of(settings))
        # It keeps what it wrote, by address and revision; on another database these say something else.
        app.wsgi_app.mounts["/calendar"] = feeds.create(app)  # type: ignore[attr-defined]
        return app

    def let_go(self) -> None:
        """Close the connections that are kept: their database goes."""
        for app, _config in self._kept.values():
            with app.app_context():
                db.engine.dispose()


@pytest.fixture(scope="session")
def shelf() -> Shelf:
    """The applications kept for the whole run."""
    return Shelf()


def built(settings: Settings) -> Flask:
    """Build an application for tests."""
    app = create_app(settings.model_copy())
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    app.test_client_class = Client
    plug_migrations(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", _without_waiting_for_the_disk)
    return app


def lay(filled: Path, path: Path) -> None:
    """Put a copy of an SQLite database in place of what lies there: another file, whoever may still have the old one open."""
    for old in path.parent.glob(f"{path.name}*"):
        old.unlink()
    shutil.copy(filled, path)


@contextmanager
def opened(app: Flask) -> Iterator[Flask]:
    """Push an application's context; afterwards nothing of it holds on to the database."""
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def _without_waiting_for_the_disk(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture
def app(settings: Settings, shelf: Shelf, migrated_sqlite: Path) -> Iterator[Flask]:
    """The application on a migrated, empty SQLite database, its context pushed."""
    lay(migrated_sqlite, Path(settings.database_url.removeprefix("sqlite:///")))
    with opened(shelf.take(settings)) as app:
        yield app


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path, shelf: Shelf) -> Iterator[Flask]:
    """The application as `app`, once on each database; `client` and the others then use it too."""
    if request.param == "sqlite":
        yield request.getfixturevalue("app")
        return
    app = shelf.take(settings_in(tmp_path, request.getfixturevalue("postgres_url")))
    # Its connections stay open: the next test has the same database, emptied.
    with app.app_context():
        yield app
        db.session.remove()


@pytest.fixture
def client(request: pytest.FixtureRequest) -> Client:
    """A browser that nobody has signed in; forms need no CSRF token (switch WTF_CSRF_ENABLED on to test that)."""
    app: Flask = request.getfixturevalue("database" if "database" in request.fixturenames else "app")
    client = app.test_client()
    assert isinstance(client, Client)
    return client


@pytest.fixture
def member(request: pytest.FixtureRequest) -> Staff:
    """A member of the onboarding team."""
    request.getfixturevalue("database" if "database" in request.fixturenames else "app")
    return a_member(team="onboarding")


@pytest.fixture
def staff_client(client: Client, member: Staff) -> Client:
    """A browser signed in as `member`."""
    sign_in(client, member)
    return client


def sign_in(client: FlaskClient, member: Staff) -> None:
    """Sign a member of staff in without the sign-in page."""
    with client.session_transaction() as session:
        session["_user_id"] = f"{member.id}.{member.password_version}"
        session["_fresh"] = True
