"""Every number of every report leads to exactly the rows behind it, and every page, file and picture of it can be had."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
from flask import Flask

from scheduler.models.db import db
from scheduler.services.reports import asking
from scheduler.services.reports.catalogue import REPORTS
from scheduler.settings import Settings
from scheduler.web import kept_parts
from scheduler.web.words.figures import cells, registry
from scheduler.web.words.figures.cells import Cell, Sheet
from tests.conftest import Client, Shelf, lay, opened, settings_in, sign_in
from tests.factories import NOW, a_member, a_token
from tests.services.reports import company


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, shelf: Shelf, migrated_sqlite: Path) -> Path:
    """A database in which every report has something to tell; its tests only read."""
    folder = tmp_path_factory.mktemp("company")
    lay(migrated_sqlite, folder / "tasuki.db")
    with opened(shelf.take(settings_in(folder, f"sqlite:///{folder / 'tasuki.db'}"))):
        company.fill()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder / "tasuki.db"


@pytest.fixture
def told(app: Flask, filled: Path, settings: Settings) -> Flask:
    """The application on a copy of that database."""
    db.session.remove()
    db.engine.dispose()
    lay(filled, Path(settings.database_url.removeprefix("sqlite:///")))
    return app


def counted(name: str) -> Iterator[tuple[Sheet, str]]:
    """Count a report; yield its parts in words, each with the mark under which it was kept."""
    found = REPORTS[name].build(asking.read({}, NOW, REPORTS[name].choices), NOW)
    yield from ((cells.sheet(name, part), kept_parts.keep(name, part)) for part in found.parts)


def linked(sheet: Sheet) -> Iterator[tuple[str, Cell]]:
    yield from ((line.key, cell) for line in sheet.lines for cell in line.cells if cell.is_linked)


@pytest.mark.parametrize("name", list(REPORTS))
def test_as_many_rows_stand_behind_each_number_as_it_says(told: Flask, name: str) -> None:
    asked, seen = asking.read({}, NOW, REPORTS[name].choices), 0
    with told.test_request_context():
        for sheet, _mark in counted(name):
            for row, cell in linked(sheet):
                where = (sheet.key, row, cell.column.key)
                found = REPORTS[name].behind(asked, *where, NOW, 2, 0)
                cells.behind(name, sheet.key, found)
                assert cell.base is None or found.total == cell.base, where
                assert len(found.rows) == min(found.total, 2), where
                seen += 1
    assert seen


@pytest.mark.parametrize("name", list(REPORTS))
def test_every_way_out_of_a_report_is_open_in_both_languages(told: Flask, client: Client, name: str) -> None:
    member = a_member(team="operations")
    headers = {"Authorization": f"Bearer {a_token('read')}"}
    assert client.get(f"/api/v1/reports/{name}", headers=headers).json["name"] == name
    sign_in(client, member)
    for language in ("ja", "en"):
        with client.session_transaction() as session:
            session["locale"] = language
        everything(client, name)


@pytest.mark.parametrize("name", list(REPORTS))
def test_a_report_of_nothing_says_so_and_breaks_nowhere(app: Flask, client: Client, name: str) -> None:
    sign_in(client, a_member(team="operations"))
    everything(client, name)


def everything(client: Client, name: str) -> None:
    """Get the page of a report, each of its files and pictures, and the rows behind one of its numbers."""
    page = client.get(f"/staff/reports/{name}")
    assert page.status_code == 200, page.text[-500:]
    number: dict[str, str] = {}
    for sheet, mark in counted(name):
        assert client.get(f"/staff/reports/{name}/{sheet.key}.csv", query_string={"v": mark}).status_code == 200
        for narrow in ("", "1") if sheet.plot else ():
            picture = client.get(f"/staff/reports/{name}/{sheet.key}.svg", query_string={"v": mark, "narrow": narrow})
            assert picture.status_code == 200, sheet.key
            Xml.fromstring(picture.data)
        for row, cell in list(linked(sheet))[:1]:
            number = {"part": sheet.key, "row": row, "column": cell.column.key, "v": mark}
    for path in ("behind", "behind.csv") if number else ():
        assert client.get(f"/staff/reports/{name}/{path}", query_string=number).status_code == 200, number


@pytest.mark.parametrize("name", list(REPORTS))
def test_a_report_has_words_of_its_own(app: Flask, name: str) -> None:
    with app.test_request_context():
        words = registry.of(name)
        assert words.title
        assert words.first
        assert all(title and about for title, about in words.parts.values())
