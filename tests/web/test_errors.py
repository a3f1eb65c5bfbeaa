"""Whatever breaks, the reader gets a page that says what to do, in a language that can be read without a database."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask_babel import gettext
from sqlalchemy import text

from scheduler.app import create_app
from scheduler.links import Links
from scheduler.models.db import db
from scheduler.settings import Settings
from tests import servers
from tests.conftest import SECRET, Client, sign_in
from tests.factories import a_member
from tests.statements import noted

LANGUAGES = [("ja", "ただいまご利用いただけません"), ("en-GB,en;q=0.8", "Not available at the moment")]
LINK = Links((SECRET,)).sign("me", 1, 1)


@pytest.fixture
def unreachable() -> Flask:
    """The program before a PostgreSQL server that is not there."""
    return create_app(Settings(secret_key=SECRET, database_url=f"postgresql://x@127.0.0.1:{servers.free_port()}/x"))


def signed_in(app: Flask) -> Client:
    """Return a browser that signed in while the database was still there."""
    app.test_client_class = Client
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = "1.1", True
    assert isinstance(client, Client)
    return client


@pytest.mark.parametrize(("wish", "words"), LANGUAGES)
@pytest.mark.parametrize("path", ["/staff/today", "/staff/accounts/1", "/lectures", f"/me/{LINK}", "/nothing/here"])
def test_without_its_database_every_page_says_so_in_the_browsers_language(
    unreachable: Flask, path: str, wish: str, words: str
) -> None:
    answer = signed_in(unreachable).get(path, headers={"Accept-Language": wish})
    assert answer.status_code == 503
    assert words in answer.text
    assert f'<html lang="{wish[:2]}">' in answer.text


def test_without_its_database_a_form_is_answered_too(unreachable: Flask) -> None:
    unreachable.config["WTF_CSRF_ENABLED"] = False
    client = signed_in(unreachable)
    client.post("/language", data={"locale": "en"})
    answer = client.post("/staff/sign-in", data={"email": "a@x.example", "password": "x"})
    assert (answer.status_code, "Not available at the moment" in answer.text) == (503, True)


@pytest.mark.parametrize(("wish", "words"), LANGUAGES)
@pytest.mark.parametrize("path", ["accounts", "accounts/A%2F1", "lectures", "openapi.json", "nothing/here"])
def test_without_its_database_a_program_is_told_when_to_ask_again_in_its_language(
    unreachable: Flask, path: str, wish: str, words: str
) -> None:
    asked = {"Authorization": "Bearer x", "Accept-Language": wish}
    answer = signed_in(unreachable).get(f"/api/v1/{path}", headers=asked)
    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
    told = answer.get_json()
    assert (told["status"], told["reason"], told["title"]) == (503, "unavailable", words)
    assert "Retry-After" in told["detail"]
    assert answer.headers["Retry-After"] == "30"
    assert answer.headers["Content-Language"] == wish[:2]


def test_without_its_database_the_documentation_of_the_api_is_a_page_that_says_so(unreachable: Flask) -> None:
    answer = signed_in(unreachable).get("/api/docs")
    assert (answer.status_code, answer.mimetype) == (503, "text/html")


def test_a_database_that_goes_away_meanwhile_is_told_and_comes_back(app: Flask, staff_client: Client) -> None:
    app.config.update(TESTING=False)
    path = Path(db.engine.url.database or "")
    aside = path.with_name("aside.db")
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    db.session.remove()
    db.engine.dispose()
    path.rename(aside)
    path.mkdir()
    try:
        answer = staff_client.get("/staff/today")
        assert (answer.status_code, "ただいまご利用いただけません" in answer.text) == (503, True)
    finally:
        path.rmdir()
        aside.rename(path)
    assert staff_client.get("/staff/today").status_code == 200


@pytest.fixture
def faulty(database: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The program with a page that breaks in the middle of a transaction."""

    def breaks() -> str:
        assert gettext("店舗") == "Stores"
        db.session.execute(text("SELECT * FROM nowhere"))
        return ""

    database.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    monkeypatch.setitem(database.view_functions, "public.lectures", breaks)
    return database


def test_a_fault_is_told_without_another_statement(faulty: Flask, client: Client) -> None:
    sign_in(client, a_member(locale="en"))
    with noted() as seen:
        answer = client.get("/lectures", headers={"Accept-Language": "ja"})
    # SQLite says of a table that is missing what it says of a file that is: OperationalError.
    assert answer.status_code in (500, 503)
    assert '<html lang="ja">' in answer.text
    assert "変更は保存されていません。" in answer.text
    assert seen[-1] == "SELECT * FROM nowhere"
