"""The weekly pack on its page and on paper: every line leads somewhere, weeks follow each other, long lists are cut."""

from __future__ import annotations

import re

import pytest

from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.tasks import Task
from scheduler.services.meeting.lists import LISTS
from scheduler.web.staff.pack import ROOM
from tests.busy_week import LAST_WEEK, fill
from tests.conftest import Client
from tests.factories import NOW, an_account

PAGE = "/staff/reports/pack"


def page(client: Client, path: str = PAGE) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(response.text.split())


def part(text: str, name: str) -> str:
    return text.partition(f'<section class="pack-list" id="{name}"')[2].partition("</section>")[0]


def test_every_line_leads_to_its_page(staff_client: Client) -> None:
    fill(2)
    with db.writing():
        db.session.add(Task(key="x", kind="stray", created_at=NOW, due_on=LAST_WEEK.date()))
    text = page(staff_client)
    assert "3月23日(月) – 3月29日(日)" in text
    for name in LISTS:
        lines = re.findall(r"<li>(.*?)</li>", part(text, name))
        assert len(lines) >= 2
        assert all(line.lstrip().startswith('<a href="/staff/') for line in lines), name
    assert '<a href="/staff/tasks">顧客企業なし</a> · 定期開催からはずれた日程の判断' in part(text, "tasks")
    assert "オンボーディング → サクセス" in part(text, "returned")
    assert "申込 20/30" in part(text, "coming")


def test_weeks_follow_each_other_up_to_the_present_one(staff_client: Client) -> None:
    account = an_account(name="先々週の会社")
    with db.writing():
        values = {"from_stage": "onboarding", "to_stage": "success", "requested_at": LAST_WEEK, "state": "returned"}
        row = Handover(account_id=account.id, **values, reason="まだ", decided_at=LAST_WEEK.replace(day=18))
        db.session.add(row)
    text = page(staff_client, f"{PAGE}?week=2026-03-18&stage=onboarding")
    assert "先々週の会社" in part(text, "returned")
    assert f"{PAGE}?week=2026-03-09&amp;stage=onboarding" in text
    assert f"{PAGE}?week=2026-03-23&amp;stage=onboarding" in text
    assert ">次の週</a>" in page(staff_client)
    assert ">次の週</a>" not in page(staff_client, f"{PAGE}?week=2026-04-01")
    assert "ありません。" in part(page(staff_client), "returned")


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}/print"])
def test_a_week_that_cannot_be_read_is_said_at_its_field(staff_client: Client, path: str) -> None:
    response = staff_client.get(f"{path}?week=2026-02-30", follow_redirects=True)
    assert response.status_code == 422
    assert 'href="#field-week"' in response.text


def test_on_paper_long_lists_are_cut_alike_and_say_how_much_is_left_out(staff_client: Client) -> None:
    fill(20)
    text = page(staff_client, f"{PAGE}/print")
    lists = text.split("<section>")[1:]
    assert len(lists) == len(LISTS)
    counts = [one.count("<li") for one in lists]
    assert sum(counts) <= ROOM
    assert max(counts) - min(counts) <= 1
    assert f"ほか {20 - counts[0] + 1} 社" in lists[0]
    assert f"ほか {20 - counts[5] + 1} 件" in lists[5]
