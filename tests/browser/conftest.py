"""Answers how pages are looked at: the program with its demo company, headless Chromium, and a folder for pictures."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page, sync_playwright

from tests import servers

# Ignored by git; the pictures of the last run.
PICTURES = servers.ROOT / "var" / "pictures"
EMAIL, PASSWORD = "demo@minamo.example", "tasuki-demo"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]


@dataclass(frozen=True)
class Site:
    """The running program: its address, a token for its API, and the folder it runs in."""

    base: str
    token: str
    folder: Path

    def api(self, path: str) -> Any:
        """Read the API."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return requests.get(f"{self.base}/api/v1{path}", headers=headers, timeout=30).json()

    def put(self, path: str, body: Any) -> None:
        """Write over the API."""
        headers = {"Authorization": f"Bearer {self.token}"}
        requests.put(f"{self.base}/api/v1{path}", json=body, headers=headers, timeout=30).raise_for_status()


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


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The program on SQLite with the demo company, started as a user starts it."""
    folder = tmp_path_factory.mktemp("site")
    port = servers.free_port()
    base = f"http://127.0.0.1:{port}"
    env = servers.environment(
        database_url=f"sqlite:///{folder / 'demo.db'}",
        secret_key="a secret for the pictures",
        mail=f"folder:{folder / 'mails'}",
        base_url=base,
    )
    for command in (("migrate",), ("demo",), ("demo", "--report", str(folder / "report.csv"))):
        done = servers.run(*command, env=env, cwd=folder)
        assert done.returncode == 0, done.stderr
    token = servers.run("token", "add", "pictures", env=env, cwd=folder).stdout.split()[-1]
    with servers.web(env, folder, port):
        yield Site(base, token, folder)


def picture(page: Page, name: str) -> None:
    """Keep a picture of the whole page, and see that it does not scroll sideways."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} scrolls sideways"
