"""What staff see of mails and do with them: why, once more, called back, paused, held, and passed on by hand."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import Site, accessible, lectures

pytestmark = pytest.mark.chromium


def test_mails_are_called_back_paused_and_sent_once_more(walk: tuple[Page, str, int], site: Site) -> None:
    page, name, _number = walk
    page.goto(f"{site.base}/staff/courses/advanced/newcomers?audience=everyone")
    page.get_by_role("button", name=re.compile("人に案内を送る|Invite")).click()
    page.goto(f"{site.base}/staff/mails")
    accessible(page, f"mails-waiting-{name}")
    page.get_by_role("button", name=re.compile("^(送信を取り消す|Call back)")).first.click()
    accessible(page, f"mails-called-back-{name}")
    page.get_by_role("link", name=re.compile("全送信を一時停止する|Pause all mails")).click()
    accessible(page, f"mails-pause-{name}")
    page.get_by_role("button", name=re.compile("一時停止する|Pause")).click()
    accessible(page, f"mails-paused-{name}")
    page.get_by_role("button", name=re.compile("送信を再開する|Resume sending")).click()
    page.goto(f"{site.base}/staff/mails?state=delivered&kind=confirmation")
    page.locator("tbody th a").first.click()
    accessible(page, f"mail-{name}")


def test_a_persons_mails_say_why_and_their_words_are_passed_on(walk: tuple[Page, str, int], site: Site) -> None:
    page, name, _number = walk
    mail = site.api("/mails?state=delivered&kind=confirmation")["items"][0]
    page.goto(f"{site.base}/staff/mails/{mail['id']}")
    page.get_by_role("link", name=re.compile("案内文をコピーする|Copy the words")).click()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("[data-copy=sms-text]").click()
    expect(page.locator("#sms [role=status]")).to_have_text(re.compile("コピーしました|Copied"))
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#sms-text").inner_text()
    expect(page.locator("img.qr")).to_have_js_property("complete", True)
    assert page.locator("img.qr").evaluate("image => image.naturalWidth") > 100
    accessible(page, f"words-{name}")
    page.locator(".crumb a").last.click()
    accessible(page, f"person-mails-{name}")


def test_the_thanks_after_a_lecture_are_held(walk: tuple[Page, str, int], site: Site) -> None:
    page, name, number = walk
    over = [row for row in lectures(site) if row["seats_taken"] > 3]
    page.goto(f"{site.base}/staff/lectures/{over[number]['id']}")
    page.get_by_role("button", name=re.compile("お礼・再案内を保留する|Hold them back")).click()
    accessible(page, f"follow-up-held-{name}")
    page.get_by_role("button", name=re.compile("お礼・再案内を送る|Send them")).click()
    expect(page.locator("#follow-up form button")).to_have_text(re.compile("保留する|Hold them back"))
