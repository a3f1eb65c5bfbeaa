"""What an account needs next is one press away, on the board, on today's page and on the account's."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.models.tasks import Task
from scheduler.services import introductions
from scheduler.services.actors import Actor
from tests.conftest import NOW, Client
from tests.factories import a_contact, a_course, a_setup_step, an_account

REASON: dict[str, Any] = {"key": "unreachable", "params": {}}
STAFF = Actor("staff", None, "page")


def stuck(**fields: Any) -> Account:
    return an_account(**{"level": "stuck", "level_reasons": [REASON], "next_step": "call"} | fields)


def late() -> Account:
    """Add an account that is stuck whenever it is judged: it was invited, and its planned start is past."""
    return stuck(introduced_at=NOW, planned_start_on=date(2026, 3, 2))


def the_task() -> Task:
    db.session.rollback()
    return db.session.scalars(select(Task).execution_options(populate_existing=True)).one()


@pytest.mark.parametrize("path", ["/staff/board?whose=all", "/staff/today?whose=all"])
def test_a_call_is_pressed_then_answered(staff_client: Client, path: str) -> None:
    account = late()
    a_contact(account, phone="03-1111-2222")
    assert f"/staff/accounts/{account.id}/follow-up/call" in staff_client.get(path).text
    answer = staff_client.post(f"/staff/accounts/{account.id}/follow-up/call", data={"next": path})
    assert answer.location == path
    shown = staff_client.get(path).text
    assert "電話した" in shown
    assert 'href="tel:0311112222"' in shown
    staff_client.post(f"/staff/tasks/{the_task().id}/not-reached", data={"next": path})
    assert "電話が 1 回つながっていません" in staff_client.get(path).text
    staff_client.post(f"/staff/tasks/{the_task().id}/done", data={"next": path})
    assert "に電話しました" in staff_client.get(path).text


def test_one_person_is_invited_again_at_once_and_several_after_a_look(staff_client: Client) -> None:
    a_course()
    account = stuck(level="behind")
    first = a_contact(account)
    introductions.start([account.id], "everyone", NOW.replace(month=3), STAFF)
    page = f"/staff/accounts/{account.id}"
    assert staff_client.post(f"{page}/follow-up/invite").location == page
    assert "1 人にもう一度案内を送ります" in staff_client.get(page).text
    a_contact(account, name="二人目 花子")
    introductions.start([account.id], "everyone", NOW.replace(month=3, day=2), STAFF)
    answer = staff_client.post(f"{page}/follow-up/invite", data={"next": "/staff/board"})
    assert "follow-up/invite?back" in (answer.location or "")
    assert "二人目 花子" in staff_client.get(answer.location).text
    staff_client.post(f"{page}/follow-up/invite", data={"next": "/staff/board", "seen": "1"})
    db.session.rollback()
    kept = db.session.scalars(select(Mail.contact_id).where(Mail.created_at == NOW)).all()
    assert kept.count(first.id) == 1
    assert len(kept) == 2


def test_what_cannot_be_sent_is_said(staff_client: Client) -> None:
    account = stuck()
    page = f"/staff/accounts/{account.id}"
    a_setup_step("menu")
    for action in ("invite", "setup"):
        staff_client.post(f"{page}/follow-up/{action}")
        assert "メールを送れる方がいません" in staff_client.get(page).text
    person = a_contact(account)
    staff_client.post(f"{page}/follow-up/setup")
    assert f"{person.name} 様に、初期設定の残りのご案内を送ります" in staff_client.get(page).text


def test_help_is_asked_for(staff_client: Client) -> None:
    account = stuck()
    page = f"/staff/accounts/{account.id}"
    staff_client.post(f"{page}/follow-up/help", data={"next": "/staff/board?whose=all"})
    shown = staff_client.get("/staff/board?whose=all").text
    assert "相談" in shown
    assert the_task().kind == "escalated"


def test_the_board_shows_stages_or_one_and_leaves_those_that_stand_still_alone(staff_client: Client) -> None:
    held, moving = stuck(level="on_track", on_hold_until=date(2026, 6, 1)), stuck(stage="success")
    shown = staff_client.get("/staff/board?whose=all").text
    assert "保留中" in shown
    assert f"/accounts/{held.id}/follow-up" not in shown
    assert f"/accounts/{moving.id}/follow-up/call" in shown
    only = staff_client.get("/staff/board?whose=all&stage=success").text
    assert (moving.name in only, held.name in only) == (True, False)


def test_lists_are_narrowed_to_what_stands_still(staff_client: Client) -> None:
    held, cancelled = an_account(on_hold_until=date(2026, 6, 1)), an_account(cancelled_on=date(2026, 4, 1))
    an_account(on_hold_until=date(2026, 3, 1))
    for state, account in (("on_hold", held), ("cancelled", cancelled)):
        text = staff_client.get(f"/staff/accounts?state={state}").text
        assert (account.name in text, "1 社" in text) == (True, True)
