"""The public form on a phone and at a desk, and what the staff see of it, in a real browser with a picture of each page."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests import servers
from tests.browser.looking import Site, accessible, sign_in

pytestmark = pytest.mark.chromium

_numbers = count(1)


def mail_to(site: Site, address: str) -> str:
    """Send what is due and return the address of the link in the mail to somebody."""
    assert servers.run("tick", env=site.environment, cwd=site.folder).returncode == 0
    text = next(text for path in sorted((site.folder / "mails").rglob("*.eml")) if (text := _text_to(path, address)))
    return next(word for word in text.split() if "/apply/" in word)


def _text_to(path: Path, address: str) -> str:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    part = message.get_body(("plain",))
    return str(part.get_content()) if address in str(message["To"]) and part is not None else ""


def fill(page: Page, address: str) -> None:
    page.fill("#field-company", "株式会社〇〇〇〇〇〇ホールディングス首都圏統括本部")
    page.fill("#field-store", "横浜みなとみらいクイーンズスクエア店")
    page.fill("#field-name", "山田 花子")
    page.fill("#field-email", address)
    page.check("#field-consent")


def test_a_visitor_applies_and_somebody_decides(visit: tuple[Page, str, int], site: Site) -> None:
    page, language, _number = visit
    page.goto(f"{site.base}/lectures")
    accessible(page, f"programme-{language}")
    page.get_by_role("link", name=re.compile("^(申し込む|Register)")).first.click()
    accessible(page, f"apply-{language}-1-form")
    page.locator("main form button").click()
    expect(page.locator(".error-summary")).to_be_visible()
    accessible(page, f"apply-{language}-2-faults")
    address = f"visitor.with.a.long.address{next(_numbers)}@department.newcustomer.example"
    fill(page, address)
    page.locator("main form button").click()
    expect(page.locator("main")).to_contain_text(address)
    accessible(page, f"apply-{language}-3-sent")
    page.goto(mail_to(site, address))
    accessible(page, f"apply-{language}-4-confirm")
    page.locator("main form button").click()
    expect(page.locator("main")).to_contain_text(address)
    accessible(page, f"apply-{language}-5-received")
    decide(page, site, language, address)


def decide(page: Page, site: Site, language: str, address: str) -> None:
    """Give the application to an account and accept it, as somebody signed in on the same machine."""
    sign_in(page, site, language)
    page.goto(f"{site.base}/staff/applications?state=decided")
    accessible(page, f"staff-applications-{language}-1-decided")
    page.goto(f"{site.base}/staff/applications")
    accessible(page, f"staff-applications-{language}-2-waiting")
    page.locator("tr", has_text=address).locator("td.end a").click()
    page.fill("#field-q", "株式会社")
    page.get_by_role("button", name=re.compile("^(検索する|Search)$")).click()
    accessible(page, f"staff-applications-{language}-3-one")
    page.locator("input[name=account]").first.check()
    page.get_by_role("button", name=re.compile("追加して受け付ける|Add and accept")).click()
    expect(page.get_by_role("status").first).not_to_be_empty()
    page.goto(f"{site.base}/staff/applications?state=decided")
    expect(page.locator("table")).to_contain_text(address)
    accessible(page, f"staff-applications-{language}-4-settled")
