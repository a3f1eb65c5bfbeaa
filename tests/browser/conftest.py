"""Answers how pages are looked at: the program with its demo company, headless Chromium, and a folder for pictures."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests import servers
from tests.browser.looking import SECRET, WALKS, Site, sign_in

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Headless Chromium, as the machine has it."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        servers.require("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder with the demo company's database and its attendance report, filled once, and a program's token."""
    folder = tmp_path_factory.mktemp("filled")
    env = _environment(folder, "http://127.0.0.1:8000")
    for command in (("migrate",), ("demo",), ("demo", "--report", str(folder / "report.csv"))):
        done = servers.run(*command, env=env, cwd=folder)
        assert done.returncode == 0, done.stderr
    return folder, servers.run("token", "add", "pictures", env=env, cwd=folder).stdout.split()[-1]


@pytest.fixture(scope="module")
def site(filled: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The program on SQLite with a demo company of its own, started as a user starts it."""
    port = servers.free_port()
    base = f"http://127.0.0.1:{port}"
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(filled[0], folder, dirs_exist_ok=True)
    with servers.web(_environment(folder, base), folder, port):
        yield Site(base, filled[1], folder)


@pytest.fixture(params=WALKS)
def visit(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[tuple[Page, str, int]]:
    """A page of a visitor who has not signed in, its language, and which walk it is."""
    language, width = request.param
    page = chromium.new_page(viewport={"width": width, "height": 800}, locale=language)
    yield page, language, WALKS.index(request.param)
    page.close()


@pytest.fixture
def walk(visit: tuple[Page, str, int], site: Site) -> tuple[Page, str, int]:
    """A page of somebody signed in, its language, and which walk it is."""
    sign_in(visit[0], site, visit[1])
    return visit


def _environment(folder: Path, base: str) -> dict[str, str]:
    return servers.environment(
        database_url=f"sqlite:///{folder / 'demo.db'}",
        secret_key=SECRET,
        mail=f"folder:{folder / 'mails'}",
        base_url=base,
    )
