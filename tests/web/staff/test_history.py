"""The history of one account and of all, narrowed by the address; nothing edits it."""

from __future__ import annotations

import ast
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.services import history
from scheduler.services.actors import Actor
from tests.conftest import Client, sign_in
from tests.factories import a_member, an_account

SCHEDULER = Path(history.__file__).parents[1]


@pytest.fixture
def staff(client: Client, app: Flask, now: datetime) -> Client:
    member = a_member(team="success", name="小林 美咲")
    sign_in(client, member)
    account, other = an_account(external_id="A-1", name="あおば"), an_account(external_id="A-2", name="かなで")
    by = Actor("staff", member.id, "phone")
    with db.writing():
        history.record("ready", now=now, actor=Actor("worker", None, "worker"), account_id=account.id)
        history.record("usage_unconfirmed", now=now - timedelta(days=10), actor=by, account_id=other.id)
        history.record("vendor_changed", now=now, actor=by)
    return client


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ({}, {"引き継ぎ可になりました", "利用開始の確認を取り消しました", "会社情報を変更しました"}),
        ({"account": "A-1"}, {"引き継ぎ可になりました"}),
        ({"account": "A-9"}, set()),
        ({"about": "house"}, {"会社情報を変更しました"}),
        ({"by": "worker"}, {"引き継ぎ可になりました"}),
        ({"by": "staff-1"}, {"利用開始の確認を取り消しました", "会社情報を変更しました"}),
        ({"channel": "phone", "until": "2026-03-25"}, {"利用開始の確認を取り消しました"}),
        ({"since": "2026-04-01"}, {"引き継ぎ可になりました", "会社情報を変更しました"}),
        ({"before": "2"}, {"引き継ぎ可になりました"}),
        ({"before": "x", "by": "staff-x", "since": "soon", "about": "moods"}, None),
    ],
)
def test_the_history_of_all_is_narrowed_by_its_address(
    staff: Client, query: dict[str, str], seen: set[str] | None
) -> None:
    answer = staff.get("/staff/history", query_string=query)
    assert answer.status_code == 200
    every = {"引き継ぎ可になりました", "利用開始の確認を取り消しました", "会社情報を変更しました"}
    if seen is not None:
        assert {words for words in every if words in answer.text} == seen


def test_an_accounts_own_history_holds_nothing_of_another(staff: Client) -> None:
    number = db.session.scalars(select(Account.id).where(Account.external_id == "A-1")).one()
    page = staff.get(f"/staff/accounts/{number}/history", query_string={"about": "progress"}).text
    assert "引き継ぎ可になりました" in page
    assert "利用開始の確認を取り消しました" not in page


def test_no_code_changes_or_removes_a_line_of_the_history() -> None:
    for file in SCHEDULER.glob("**/*.py"):
        if "migrations" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            called = isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("update", "delete")
            names = [arg.id for arg in node.args if isinstance(arg, ast.Name)] if isinstance(node, ast.Call) else []
            assert not (called and "Event" in names), file
