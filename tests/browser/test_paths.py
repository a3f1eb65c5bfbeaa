"""The customer's path at 360 pixels and the staff's at 1280, pressed in a real browser, with a picture of each page."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.looking import LANGUAGES, WIDTHS, Site, accessible, lectures, newcomer, sign_in

pytestmark = pytest.mark.chromium


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def phone(chromium: Browser, language: str) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 360, "height": 740}, locale=language, has_touch=True)
    yield context
    context.close()


@pytest.fixture
def desk(chromium: Browser, language: str) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, locale=language)
    yield context
    context.close()


def test_a_customer_registers_changes_and_cancels_on_a_phone(phone: BrowserContext, site: Site, language: str) -> None:
    page = phone.new_page()
    address = newcomer(site, LANGUAGES.index(language))["personal_url"]
    page.goto(address)
    if page.locator("html").get_attribute("lang") != language:
        page.get_by_role("button", name="English").click()
    accessible(page, f"me-{language}-1-dates")
    page.get_by_role("button", name=re.compile("^(申し込む|Register)")).first.click()
    expect(page.get_by_role("status").first).not_to_be_empty()
    accessible(page, f"me-{language}-2-registered")
    page.get_by_role("link", name=re.compile("日程を変更|Change")).first.click()
    accessible(page, f"me-{language}-3-change")
    page.get_by_role("button", name=re.compile("この日程に変更する|Change to this")).first.click()
    accessible(page, f"me-{language}-4-changed")
    page.get_by_role("link", name=re.compile("キャンセル|Cancel")).first.click()
    accessible(page, f"me-{language}-5-cancel")
    page.get_by_role("button", name=re.compile("キャンセルする|Cancel")).first.click()
    accessible(page, f"me-{language}-6-cancelled")
    page.goto(f"{site.base}/lectures")
    accessible(page, f"lectures-{language}")


def test_staff_walk_their_pages(desk: BrowserContext, site: Site, language: str) -> None:
    page = desk.new_page()
    sign_in(page, site, language)
    accessible(page, f"staff-{language}-today")
    for name in ("accounts", "lectures", "series", "series/new", "lectures/new", "handovers", "mails", "imports"):
        page.goto(f"{site.base}/staff/{name}")
        accessible(page, f"staff-{language}-{name.replace('/', '-')}")
    for name in ("settings", "members"):
        page.goto(f"{site.base}/staff/{name}")
        accessible(page, f"staff-{language}-{name}")
    page.goto(f"{site.base}/staff/accounts?ready=1")
    page.locator("table a[href*='/staff/accounts/']").first.click()
    accessible(page, f"staff-{language}-account")
    page.goto(f"{site.base}/staff/mails")
    page.locator("table a[href*='/staff/mails/']").first.click()
    accessible(page, f"staff-{language}-mail")
    page.goto(f"{site.base}/staff/handovers")
    page.locator("a[href*='/staff/handovers/']").first.click()
    accessible(page, f"staff-{language}-handover")


def test_staff_take_a_report_from_today_to_the_verdicts(desk: BrowserContext, site: Site, language: str) -> None:
    page = desk.new_page()
    sign_in(page, site, language)
    open_report = page.locator("a[href$='/report']").first
    if open_report.count() == 0:
        # The other language has taken the only report that was missing.
        lecture = next(row for row in lectures(site) if row["status"] == "scheduled")
        page.goto(f"{site.base}/staff/lectures/{lecture['id']}/report")
    else:
        open_report.click()
    accessible(page, f"staff-{language}-report-1-upload")
    page.locator("input[type=file]").set_input_files(site.folder / "report.csv")
    page.get_by_role("button", name=re.compile("内容を確認する|Check|Look|Preview|Review")).first.click()
    accessible(page, f"staff-{language}-report-2-preview")


LONG = "infoyokohamanishiguchihontentencho0123456789@averylongandunbrokencompanydomainname.example"
# How far down the largest account's page may go: its people and stores fold.
DEEPEST = 5000


def test_an_address_without_a_break_widens_no_page(desk: BrowserContext, site: Site, language: str) -> None:
    handed = next(row for row in site.api("/handovers")["items"] if row["state"] == "accepted")
    account = site.api(f"/accounts/{handed['account']}")
    nameless = {"id": account["contacts"][0]["id"], "name": "", "email": LONG}
    site.put(f"/accounts/{handed['account']}", {"name": account["name"], "contacts": [nameless]})
    page = desk.new_page()
    sign_in(page, site, language)
    page.goto(f"{site.base}/staff/handovers/{handed['id']}")
    accessible(page, f"staff-{language}-long-handover")
    page.locator("h1 a").click()
    accessible(page, f"staff-{language}-long-account")
    # Here the person stands as who did something, too.
    page.goto(f"{page.url}/history")
    assert page.locator(".whole", has_text="infoyokohama").count() > 0
    accessible(page, f"staff-{language}-long-history")
    page.go_back()
    cut_off = (
        "[...document.querySelectorAll('.table-frame')].filter(frame => frame.scrollWidth > frame.clientWidth).length"
    )
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(cut_off) == 0, width


def test_the_largest_account_is_read_without_scrolling_for_ever(
    desk: BrowserContext, site: Site, language: str
) -> None:
    page = desk.new_page()
    sign_in(page, site, language)
    largest = max(site.api("/accounts?limit=200")["items"], key=lambda account: len(account["contacts"]))
    page.goto(f"{site.base}/staff/accounts?q={largest['external_id']}")
    page.locator("table a[href*='/staff/accounts/']").first.click()
    accessible(page, f"staff-{language}-largest-account")
    assert page.evaluate("document.documentElement.scrollHeight") < DEEPEST
    people = page.locator("#people tbody tr")
    assert people.count() == len(largest["contacts"])
    expect(people.nth(10)).to_be_hidden()
    page.locator("#people summary").click()
    expect(people.nth(10)).to_be_visible()


def test_pages_work_without_javascript(chromium: Browser, site: Site) -> None:
    context = chromium.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False, locale="ja")
    page = context.new_page()
    page.goto(newcomer(site, 0)["personal_url"])
    page.get_by_role("button", name=re.compile("^申し込む")).first.click()
    expect(page.get_by_role("status").first).not_to_be_empty()
    context.close()


def test_dark_pages_are_readable(chromium: Browser, site: Site) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, color_scheme="dark", locale="ja")
    page = context.new_page()
    sign_in(page, site, "ja")
    accessible(page, "staff-dark-today")
    page.goto(newcomer(site, 0)["personal_url"])
    accessible(page, "me-dark")
    context.close()
