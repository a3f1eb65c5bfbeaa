"""A series planned and changed in a real browser: its dates appear while the form is filled, on a phone and at a desk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import EMAIL, PASSWORD, Site
from tests.browser.test_paths import LANGUAGES, accessible

pytestmark = pytest.mark.chromium


@pytest.fixture(params=[(language, width) for language in LANGUAGES for width in (360, 1280)])
def page(request: pytest.FixtureRequest, chromium: Browser, site: Site) -> Iterator[tuple[Page, str]]:
    """A page of somebody signed in, and the name of its language and width."""
    language, width = request.param
    context = chromium.new_context(viewport={"width": width, "height": 800}, locale=language)
    page = context.new_page()
    page.goto(f"{site.base}/staff/sign-in")
    page.fill("[name=email]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/staff/**")
    if language == "en":
        page.locator(f"button[name=locale][value={language}]").first.evaluate("button => button.click()")
        expect(page.locator("html")).to_have_attribute("lang", language)
    yield page, f"{language}-{width}"
    context.close()


def test_the_dates_of_a_series_appear_while_its_form_is_filled(page: tuple[Page, str], site: Site) -> None:
    tab, name = page
    faults: list[str] = []
    tab.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    tab.goto(f"{site.base}/staff/series/new")
    expect(tab.locator("[name=rrule]")).to_be_hidden()
    start = tab.evaluate("new Date(Date.now() + 3 * 864e5).toISOString().slice(0, 10)")
    tab.fill("[name=starts_at]", f"{start}T14:00")
    tab.check("[name=days][value='0']")
    tab.check("[name=days][value='2']")
    tab.select_option("[name=host]", index=3)
    expect(tab.locator("#dates li").first).to_be_visible()
    accessible(tab, f"series-new-{name}")
    tab.check("[name=kind][value=monthly_on_weekday]")
    expect(tab.locator("[name=nth]")).to_be_visible()
    expect(tab.locator("[name=days]").first).to_be_hidden()
    tab.check("[name=kind][value=raw]")
    tab.fill("[name=rrule]", "FREQ=HOURLY")
    expect(tab.locator("#dates .note-warning")).to_be_visible()
    assert faults == []


def test_a_change_shows_what_it_does_while_it_is_entered(page: tuple[Page, str], site: Site) -> None:
    tab, name = page
    tab.goto(f"{site.base}/staff/series")
    accessible(tab, f"series-index-{name}")
    tab.locator("main tbody th a").first.click()
    accessible(tab, f"series-show-{name}")
    tab.locator("main td.end a").nth(1).click()
    tab.fill("[name=time]", "16:30")
    expect(tab.locator("#plan li").first).to_be_visible()
    accessible(tab, f"series-change-{name}")
    tab.check("[name=scope][value=this]")
    expect(tab.locator("[name=holidays]")).to_be_hidden()
    expect(tab.locator("#plan li")).to_have_count(1)
