"""Answers whether migrations make the tables the models speak of, up and down, with rows in them, on both databases."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import CheckConstraint, Table, func, insert, inspect, select, text
from sqlalchemy.exc import IntegrityError

from scheduler.models.accounts import Account, Store
from scheduler.models.db import Base, db
from scheduler.models.lectures import Lecture
from tests import servers
from tests.conftest import SECRET
from tests.factories import a_lecture, a_store
from tests.migrations.rows import TABLES, fill

MIGRATIONS = servers.ROOT / "scheduler" / "migrations"


def counts() -> dict[str, int]:
    with db.engine.connect() as connection:
        there = set(inspect(connection).get_table_names())
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in TABLES
            if table.name in there
        }


def test_every_revision_goes_down_and_up_again_with_rows_in_every_table(database: Flask) -> None:
    with db.engine.begin() as connection:
        fill(connection)
    assert set(counts().values()) == {1}
    revisions = [script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()]
    for revision in revisions:
        before = counts()
        downgrade(revision="-1")
        below = counts()
        upgrade(revision=revision)
        after = counts()
        assert set(after) == set(before)
        assert all(after[name] == before[name] for name in below)
        downgrade(revision="-1")
    assert counts() == {}
    upgrade()
    assert set(counts()) == {table.name for table in TABLES}


@pytest.mark.filterwarnings("ignore:.*expression-based index")
def test_there_is_nothing_left_to_migrate_from_the_models(database: Flask) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_database_holds_the_models_check_constraints(app: Flask, table: Table) -> None:
    wanted = {str(one.name) for one in table.constraints if isinstance(one, CheckConstraint)}
    assert {one["name"] for one in inspect(db.engine).get_check_constraints(table.name)} == wanted


def test_the_database_holds_the_models_indexes_also_those_of_expressions(database: Flask) -> None:
    wanted = {index.name for table in TABLES for index in table.indexes}
    there = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'index'",
        "postgresql": "SELECT indexname FROM pg_indexes WHERE schemaname = 'public'",
    }[db.engine.dialect.name]
    with db.engine.connect() as connection:
        assert wanted <= set(connection.scalars(text(there)))


def test_the_database_itself_refuses_a_seat_too_many(database: Flask) -> None:
    lecture = a_lecture(capacity=1, seats_taken=1)
    with pytest.raises(IntegrityError), db.writing():
        db.session.get_one(Lecture, lecture.id).seats_taken = 2


# A migration that makes a parent table anew, as batch operations on SQLite do.
PARENT = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "9999", "{head}", None, None


def upgrade() -> None:
    with op.batch_alter_table("accounts", recreate="always") as batch:
        batch.add_column(sa.Column("nickname", sa.String(), nullable=True))
    {more}


def downgrade() -> None:
    with op.batch_alter_table("accounts") as batch:
        batch.drop_column("nickname")
"""


def with_migration(folder: Path, more: str = "pass") -> str:
    """Copy the migrations and add one after the last."""
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    (folder / "versions" / "9999_parent.py").write_text(PARENT.format(head=head, more=more))
    return str(folder)


def test_making_a_parent_table_anew_keeps_its_children(app: Flask, tmp_path: Path) -> None:
    store = a_store()
    upgrade(directory=with_migration(tmp_path / "migrations"))
    assert db.session.get_one(Store, store.id, populate_existing=True).account_id == store.account_id
    with pytest.raises(IntegrityError), db.engine.begin() as connection:
        connection.execute(insert(Store).values(account_id=store.account_id + 1, code="x", name="x"))


def test_a_migration_that_breaks_a_reference_changes_nothing(app: Flask, tmp_path: Path) -> None:
    a_store()
    with pytest.raises(SystemExit):
        upgrade(directory=with_migration(tmp_path / "migrations", more='op.execute("DELETE FROM accounts")'))
    db.session.rollback()
    assert db.session.scalar(select(func.count(Account.id))) == 1
    assert "nickname" not in {column["name"] for column in inspect(db.engine).get_columns("accounts")}


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_two_machines_may_migrate_at_the_same_moment(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    url = "sqlite:///twice.db"
    if kind == "postgres":
        url = request.getfixturevalue("postgres").create("twice")
    env = servers.environment(database_url=url, secret_key=SECRET)
    both = [
        subprocess.Popen(
            servers.tasuki("migrate"), env=env, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    told = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], told
