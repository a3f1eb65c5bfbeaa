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
from scheduler.base import create_base
from scheduler.migrating import plug_migrations
from scheduler.models.db import Base, db
from scheduler.models.staff import Staff
from scheduler.services import installation
from scheduler.settings import Settings
from tests import servers
from tests.factories import a_member

SERVICES = servers.ROOT / "tests" / "services"
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


def _settings(folder: Path, database_url: str) -> Settings:
    return Settings(
        database_url=database_url,
        secret_key=SECRET,
        mail=f"folder:{folder / 'mails'}",
        clock=NOW.isoformat(),
    )


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a program of its own in a temporary folder: SQLite, mails to `mails`, the clock at `now`."""
    return _settings(tmp_path, f"sqlite:///{tmp_path / 'tasuki.db'}")


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sqlite")
    path = folder / "tasuki.db"
    app = create_app(_settings(folder, f"sqlite:///{path}"))
    plug_migrations(app)
    with app.app_context():
        upgrade()
        # Fold the write-ahead log into the file, which alone is copied.
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[servers.Postgres]:
    """A throw-away PostgreSQL server for the whole run."""
    with servers.postgres() as server:
        yield server


@pytest.fixture(scope="session")
def _migrated_postgres(postgres: servers.Postgres, tmp_path_factory: pytest.TempPathFactory) -> str:
    app = create_app(_settings(tmp_path_factory.mktemp("postgres"), postgres.create("migrated")))
    plug_migrations(app)
    with app.app_context():
        upgrade()
        db.engine.dispose()
    return "migrated"


@pytest.fixture
def postgres_url(postgres: servers.Postgres, _migrated_postgres: str) -> Iterator[str]:
    """The address of a migrated, empty PostgreSQL database."""
    yield postgres.create("test", template=_migrated_postgres, unless_there=True)
    # Emptying it is much cheaper than another copy; whatever hinders that makes the next test get one.
    try:
        postgres.empty("test", [table.name for table in reversed(Base.metadata.sorted_tables)], like=_migrated_postgres)
    except psycopg.Error:
        postgres.drop("test")


@pytest.fixture
def redis_url() -> Iterator[str]:
    """The address of a throw-away Redis server."""
    with servers.redis_server() as url:
        yield url


@contextmanager
def _opened(settings: Settings, request: pytest.FixtureRequest) -> Iterator[Flask]:
    # Services have no pages; building 150 routes for each of their tests would take longer than the test.
    only_services = SERVICES in request.path.parents and "client" not in request.fixturenames
    app = create_base(settings) if only_services else create_app(settings)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    app.test_client_class = Client
    plug_migrations(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", _without_waiting_for_the_disk)
        yield app
        db.session.remove()
        db.engine.dispose()


def _without_waiting_for_the_disk(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture
def app(request: pytest.FixtureRequest, settings: Settings, migrated_sqlite: Path) -> Iterator[Flask]:
    """The application on a migrated, empty SQLite database of its own, its context pushed."""
    shutil.copy(migrated_sqlite, settings.database_url.removeprefix("sqlite:///"))
    with _opened(settings, request) as app:
        yield app


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The application as `app`, once on each database; `client` and the others then use it too."""
    if request.param == "sqlite":
        yield request.getfixturevalue("app")
        return
    with _opened(_settings(tmp_path, request.getfixturevalue("postgres_url")), request) as app:
        yield app


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
