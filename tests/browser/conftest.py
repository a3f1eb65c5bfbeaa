"""Answers how pages are looked at: the program with its demo company, headless Chromium, and who has signed in."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests import servers
from tests.browser.looking import LANGUAGES, WALKS, Site, sign_in
from tests.company import Company
from tests.conftest import NOW
from tests.once import once

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="session")
def chromium_program() -> str:
    """Chromium's program, without which nothing here is even prepared."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        servers.require("chromium")
    assert found is not None
    return found


# For all walks, but no longer: where it runs, nothing else can have an event loop.
@pytest.fixture(scope="package")
def chromium(chromium_program: str) -> Iterator[Browser]:
    """Headless Chromium, as the machine has it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory, chromium_program: str, demo_company: Company) -> Path:
    """A folder with the demo company's database, its attendance report and a program's token."""

    def fill(folder: Path) -> None:
        shutil.copy(demo_company.database, folder)
        shutil.copy(demo_company.report, folder)
        site = Site("http://127.0.0.1:8000", "", folder, "+0s")
        done = servers.run("token", "add", "pictures", env=site.environment, cwd=folder)
        (folder / "token").write_text(done.stdout.split()[-1])

    return once(tmp_path_factory, "browser", fill)


@pytest.fixture(scope="package")
def program(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The program on SQLite, started as a user starts it; its clock runs from the company's moment on."""
    port = servers.free_port()
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(filled, folder, dirs_exist_ok=True)
    clock = f"{(NOW - datetime.now(UTC)) // timedelta(seconds=1)}s"
    site = Site(f"http://127.0.0.1:{port}", (filled / "token").read_text(), folder, clock)
    with servers.web(site.environment, folder, port):
        yield site


@pytest.fixture(scope="module")
def site(program: Site, filled: Path) -> Site:
    """The running program with a demo company of its own: what other modules' walks did to it is undone."""
    with (
        closing(sqlite3.connect(filled / "demo.db")) as fresh,
        closing(sqlite3.connect(program.folder / "demo.db")) as used,
    ):
        fresh.backup(used)
    shutil.rmtree(program.folder / "mails", ignore_errors=True)
    return program


@pytest.fixture(scope="package")
def signed_in(chromium: Browser, program: Site) -> dict[str, Any]:
    """What a browser keeps of somebody who has signed in, by language."""
    kept: dict[str, Any] = {}
    for language in LANGUAGES:
        with closing(chromium.new_context(locale=language)) as context:
            sign_in(context.new_page(), program, language)
            kept[language] = context.storage_state()
    return kept


@pytest.fixture(params=WALKS)
def visit(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[tuple[Page, str, int]]:
    """A page of a visitor who has not signed in, its language, and which walk it is."""
    with _page(chromium, request.param) as page:
        yield page, request.param[0], WALKS.index(request.param)


@pytest.fixture(params=WALKS)
def walk(
    request: pytest.FixtureRequest, chromium: Browser, site: Site, signed_in: dict[str, Any]
) -> Iterator[tuple[Page, str, int]]:
    """A page of somebody signed in, its language, and which walk it is."""
    language = request.param[0]
    with _page(chromium, request.param, storage_state=signed_in[language]) as page:
        yield page, language, WALKS.index(request.param)


@contextmanager
def _page(chromium: Browser, walk: tuple[str, int], **more: Any) -> Iterator[Page]:
    language, width = walk
    page = chromium.new_page(viewport={"width": width, "height": 800}, locale=language, **more)
    yield page
    page.close()
