"""A series planned and changed in a real browser: its dates appear while the form is filled, on a phone and at a desk."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import Site, accessible

pytestmark = pytest.mark.chromium


def test_the_dates_of_a_series_appear_while_its_form_is_filled(walk: tuple[Page, str, int], site: Site) -> None:
    tab, name, _number = walk
    faults: list[str] = []
    tab.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    tab.goto(f"{site.base}/staff/series/new")
    expect(tab.locator("[name=rrule]")).to_be_hidden()
    tab.fill("[name=starts_at]", f"{site.now() + timedelta(days=3):%Y-%m-%d}T14:00")
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


def test_a_change_shows_what_it_does_while_it_is_entered(walk: tuple[Page, str, int], site: Site) -> None:
    tab, name, _number = walk
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
    expect(tab.locator("[name=day]")).to_be_visible()
    # The date's own values now stand in the form, but for the time that was typed.
    expect(tab.locator("[name=shown]")).to_have_value("lecture")
    expect(tab.locator("[name=time]")).to_have_value("16:30")
    expect(tab.locator("#plan li")).to_have_count(1)
