"""What came back by mail at 360 and 1280 pixels, in both languages: piped in as a mail server does, looked at, put aside."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests import servers
from tests.browser.looking import Site, accessible
from tests.emails.replies import raw

pytestmark = pytest.mark.chromium

ASIDE = re.compile("^(確認済みにする|Mark as checked)")


def pipe(site: Site, mail: bytes) -> None:
    """Hand a mail over on the command line of the running program."""
    done = servers.run("mail", "receive", env=site.environment, cwd=site.folder, stdin=mail.decode())
    assert done.returncode == 0, done.stderr


def test_staff_read_what_came_back_and_put_it_aside(walk: tuple[Page, str, int], site: Site) -> None:
    page, language, _number = walk
    for name in ("person_iso2022jp.eml", "gmail_declined.eml", "out_of_office.eml"):
        pipe(site, re.sub(rb"(?im)^(message-id:\s*<)", rf"\g<1>{language}.".encode(), raw(name)))
    page.goto(f"{site.base}/staff/today")
    page.locator("#ends a[href='/staff/replies']").click()
    accessible(page, f"staff-{language}-replies")
    before = page.get_by_role("button", name=ASIDE).count()
    assert before
    page.get_by_role("button", name=ASIDE).first.click()
    expect(page.get_by_role("button", name=ASIDE)).to_have_count(before - 1)
    page.goto(f"{site.base}/staff/replies?show=all")
    accessible(page, f"staff-{language}-replies-all")
