"""外部連携 at 360 and 1280 pixels, in both languages: set up, tried, watched, given a new key and stopped."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import Site, accessible

pytestmark = pytest.mark.chromium

WEBHOOK = re.compile("^(Webhook を追加する|Add a webhook)$")
ADD = re.compile("^(追加する|Add)$")
TEST = re.compile("^(テスト送信する|Send a test message)$")
KEY = re.compile("^(鍵を変更する|Change the key)$")
STOP = re.compile("^(通知を停止する|Stop this integration)$")
AGAIN = re.compile("^(再送する|Send again)( |$)")


def execute(site: Site, *statements: str) -> None:
    """Change rows in the running program's database."""
    with closing(sqlite3.connect(site.folder / "demo.db", timeout=20)) as database, database:
        for statement in statements:
            database.execute(statement)


def sent(site: Site, count: int) -> None:
    """Let so many accounts have become ready, each told with another outcome."""
    execute(
        site,
        "INSERT INTO signals (uid, key, kind, account_id, data, at)"
        " SELECT 'msg_' || id, 'look:' || id, 'account.ready', id,"
        " json_object('account', external_id, 'stage', stage), '2026-03-01 00:00:00'"
        f" FROM accounts ORDER BY id LIMIT {count}",
        "INSERT INTO deliveries (signal_id, destination_id, replay, state, attempts, next_try_at, status, error, created_at,"
        " delivered_at) SELECT id, (SELECT max(id) FROM destinations), 0,"
        " CASE id % 4 WHEN 0 THEN 'delivered' WHEN 1 THEN 'queued' WHEN 2 THEN 'failed' ELSE 'dropped' END, id % 4 + 1,"
        " '2026-03-02 00:00:00', CASE id % 4 WHEN 0 THEN 204 WHEN 2 THEN 503 END,"
        " CASE id % 4 WHEN 1 THEN 'too_slow' ELSE '' END, '2026-03-01 00:00:00',"
        " CASE id % 4 WHEN 0 THEN '2026-03-01 00:00:01' END FROM signals WHERE key LIKE 'look:%'",
    )


def test_operations_tell_another_program_what_happens(walk: tuple[Page, str, int], site: Site) -> None:
    page, language, _number = walk
    execute(site, "DELETE FROM deliveries", "DELETE FROM signals", "DELETE FROM destinations")
    page.goto(f"{site.base}/staff/settings/signals")
    accessible(page, f"signals-none-{language}")
    page.get_by_role("link", name=WEBHOOK).click()
    page.fill("[name=url]", "https://192.168.0.1/hook")
    page.fill("[name=name]", "株式会社〇〇〇〇〇〇ホールディングス首都圏統括本部 CRM連携")
    page.get_by_role("button", name=ADD).click()
    expect(page.locator(".form-error")).to_have_count(1)
    accessible(page, f"signals-form-{language}")
    page.fill("[name=url]", f"{site.base}/hooks/of-a-crm-with-a-very-long-path/{'x' * 60}")
    page.get_by_role("button", name=ADD).click()
    expect(page.locator("code.secret")).to_contain_text("whsec_")
    accessible(page, f"signals-new-{language}")
    page.get_by_role("button", name=TEST).click()
    expect(page.locator("tbody tr")).to_have_count(1)
    sent(site, 8)
    page.reload()
    page.locator("details.disclose summary").nth(1).click()
    accessible(page, f"signals-log-{language}")
    page.get_by_role("button", name=AGAIN).first.click()
    page.get_by_role("button", name=KEY).click()
    expect(page.locator("code.secret")).to_contain_text("whsec_")
    accessible(page, f"signals-key-{language}")
    page.get_by_role("button", name=STOP).click()
    accessible(page, f"signals-stopped-{language}")
    page.goto(f"{site.base}/staff/settings/signals/new?kind=chat")
    accessible(page, f"signals-room-{language}")
    page.goto(f"{site.base}/staff/settings/signals")
    accessible(page, f"signals-{language}")
