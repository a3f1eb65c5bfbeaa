"""Answers how pages are looked at in a real browser: signed in, in a language, with a picture and axe's verdict of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests import servers
from tests.conftest import SECRET

# Ignored by git; the pictures of the last run.
PICTURES = servers.ROOT / "var" / "pictures"
EMAIL, PASSWORD = "demo@minamo.example", "tasuki-demo"
LANGUAGES = ("ja", "en")
WIDTHS = (360, 1280)
# Older lectures of the demo company are its history.
RECENT = timedelta(days=80)
# Japanese is pressed and kept in pictures on a phone, English at a desk: so of every page there is a picture at both widths.
WALKS = list(zip(LANGUAGES, WIDTHS, strict=True))


@dataclass(frozen=True)
class Site:
    """The running program: its address, a token for its API, the folder it runs in, and by how many seconds its clock is off."""

    base: str
    token: str
    folder: Path
    clock: str

    @property
    def environment(self) -> dict[str, str]:
        """Return what the program and its commands are started with."""
        return servers.environment(
            database_url=f"sqlite:///{self.folder / 'demo.db'}",
            secret_key=SECRET,
            clock=self.clock,
            mail=f"folder:{self.folder / 'mails'}",
            base_url=self.base,
        )

    def now(self) -> datetime:
        """Read the program's clock."""
        return datetime.now(UTC) + timedelta(seconds=int(self.clock.removesuffix("s")))

    def api(self, path: str) -> Any:
        """Read the API."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return requests.get(f"{self.base}/api/v1{path}", headers=headers, timeout=30).json()

    def put(self, path: str, body: Any) -> None:
        """Write over the API."""
        headers = {"Authorization": f"Bearer {self.token}"}
        requests.put(f"{self.base}/api/v1{path}", json=body, headers=headers, timeout=30).raise_for_status()


def sign_in(page: Page, site: Site, language: str) -> None:
    """Sign the demo's manager in, in a language, at any width."""
    page.goto(f"{site.base}/staff/sign-in")
    page.fill("[name=email]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/staff/today*")
    in_language(page, language)


def in_language(page: Page, language: str) -> None:
    """Choose the page's language by its button, which may be folded away in a menu."""
    if page.locator("html").get_attribute("lang") != language:
        page.locator(f"button[name=locale][value={language}]").first.evaluate("button => button.click()")
        expect(page.locator("html")).to_have_attribute("lang", language)


def accessible(page: Page, name: str) -> None:
    """See that axe finds nothing against WCAG 2.2 AA, and keep its picture."""
    picture(page, name)
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    # Only what is wrong is wanted; writing down all that is right takes axe a third of its time.
    options = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": tags}}
    found = Axe().run(page, options=options)
    assert found.violations_count == 0, f"{name}: {found.generate_report()}"


def picture(page: Page, name: str) -> None:
    """See that a page does not scroll sideways at either width, and keep a picture of all of it; it is left as wide as it was."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    size = page.viewport_size or {"width": WIDTHS[0], "height": 800}
    shown = dict(WALKS)[page.locator("html").get_attribute("lang") or ""]
    for width in sorted(WIDTHS, key=lambda width: width == size["width"]):
        page.set_viewport_size({"width": width, "height": size["height"]})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} scrolls sideways at {width}"
        if width == shown:
            page.screenshot(path=PICTURES / f"{name}-{width}.jpeg", full_page=True, quality=80)


def lectures(site: Site) -> list[dict[str, Any]]:
    """List the demo company's lectures of the last weeks and those to come, by start, as the API gives them."""
    since = (site.now() - RECENT).strftime("%Y-%m-%dT%H:%M:%SZ")
    found: list[dict[str, Any]] = site.api(f"/lectures?from={since}&limit=200")["items"]
    return found


def under_way(site: Site) -> list[dict[str, Any]]:
    """List the accounts in onboarding that go on: neither on hold nor cancelled."""
    accounts: list[dict[str, Any]] = site.api("/accounts?stage=onboarding&limit=200")["items"]
    return [one for one in accounts if one["on_hold_until"] is None and one["cancelled_on"] is None]


def newcomer(site: Site, number: int) -> dict[str, Any]:
    """Find a coordinator who has an address and has not registered for anything yet."""
    for account in under_way(site):
        if any(person["verdict"] for person in account.get("attendance", [])):
            continue
        people = [person for person in account["contacts"] if person["email"] and person["locale"] == "ja"]
        if len(people) > number:
            return dict(people[number])
    raise AssertionError("the demo company has nobody who could register")
