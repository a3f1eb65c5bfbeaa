"""管理 > 初期設定項目: operations keep the list of what customers set up."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask

from scheduler.services import setup, steps
from scheduler.services.actors import Actor
from scheduler.services.registrations.booking import register
from tests.conftest import Client, sign_in
from tests.factories import a_contact, a_course, a_lecture, a_member, a_setup_step, an_account

PAGE = "/staff/settings/steps"
FILLED = {
    "key": "first_sign_in",
    "name_ja": "はじめてのログイン",
    "name_en": "First sign-in",
    "help_ja": "届いたメールからログインしてください。",
    "help_en": "",
    "per": "store",
    "required": "1",
    "doer": "customer",
    "tickers": ["customer", "api"],
    "due_days": "7",
    "guide_url": "https://help.example/login",
    "asked": "all",
}


@pytest.fixture
def operations(client: Client, app: Flask) -> Client:
    sign_in(client, a_member(team="operations"))
    return client


def test_a_step_is_added_with_all_that_is_said_of_it_and_changed(operations: Client) -> None:
    assert operations.post(f"{PAGE}/new", data=FILLED).status_code == 302
    step = steps.by_key("first_sign_in")
    assert (step.per, step.required, step.doer, step.due_days, step.asked_from) == ("store", True, "customer", 7, None)
    assert (step.name, step.tickers) == ({"ja": "はじめてのログイン", "en": "First sign-in"}, ["customer", "api"])
    text = operations.get(PAGE).text
    assert "開始予定日の 7 日前" in text
    assert "お客様、製品（API）" in text
    changed = {name: value for name, value in FILLED.items() if name != "required"} | {"due_days": "", "asked": "new"}
    operations.post(f"{PAGE}/first_sign_in/edit", data=changed)
    step = steps.by_key("first_sign_in")
    assert (step.required, step.due_days, step.asked_from is None) == (False, None, False)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"key": ""}, "半角の英数字"),
        ({"name_ja": "", "name_en": ""}, "名称を日本語か英語で"),
        ({"tickers": []}, "一つ以上選んでください"),
        ({"due_days": "soon"}, "数ではありません"),
        ({"guide_url": "help"}, "https:// から始まる形"),
        ({"asked": ""}, "選べません"),
    ],
)
def test_what_is_no_step_comes_back_with_its_reason(
    operations: Client, changed: dict[str, object], sentence: str
) -> None:
    answer = operations.post(f"{PAGE}/new", data=FILLED | changed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert steps.in_order() == []


def test_steps_are_moved_retired_brought_back_and_deleted(operations: Client) -> None:
    for position, key in enumerate(("a", "b"), start=1):
        a_setup_step(key, position=position)
    operations.post(f"{PAGE}/b/move", data={"to": "up"})
    assert [step.key for step in steps.in_order()] == ["b", "a"]
    operations.post(f"{PAGE}/a/delete")
    assert steps.by_key("a")
    assert "使用をやめた項目" not in operations.get(PAGE).text
    operations.post(f"{PAGE}/a/retire")
    assert "使用をやめた項目" in operations.get(PAGE).text
    operations.post(f"{PAGE}/a/bring-back")
    assert [step.key for step in steps.in_order()] == ["b", "a"]
    operations.post(f"{PAGE}/a/retire")
    operations.post(f"{PAGE}/a/delete")
    assert operations.get(f"{PAGE}/a/edit").status_code == 404


def test_before_a_step_is_retired_it_is_said_whom_that_concerns(operations: Client, now: datetime) -> None:
    a_setup_step("menu")
    done, _other = an_account(), an_account()
    setup.complete(done.id, "menu", now, Actor("staff", None, "page"))
    text = operations.get(f"{PAGE}/menu/edit").text
    assert "導入中の 2 社に求めており、うち 1 社がまだ済んでいません。" in text
    assert "引き継ぎ条件に数えられている項目です" in text
    assert "すでに記録があるため変えられません" in text
    assert "この項目は使われているため削除できません（顧客企業の記録、引き継ぎ条件）" in text


def test_a_course_names_a_step_wanted_first_and_the_roster_shows_who_lacks_it(
    operations: Client, now: datetime
) -> None:
    a_setup_step("login", name={"ja": "はじめてのログイン"})
    a_course()
    form = {"name_ja": "基本操作編", "minutes": "60", "minimum_minutes": "40", "team": "onboarding"}
    operations.post("/staff/courses/basic/edit", data=form | {"wanted_step": "login"})
    assert 'value="login" selected' in operations.get("/staff/courses/basic/edit").text
    assert (
        "初期設定項目「none」はありません。"
        in operations.post("/staff/courses/basic/edit", data=form | {"wanted_step": "none"}).text
    )
    lecture, has, lacks = a_lecture(), a_contact(), a_contact()
    setup.complete(has.account_id, "login", now, Actor("staff", None, "page"))
    for contact in (has, lacks):
        register(contact.id, lecture.id, now, Actor("staff", None, "page"))
    assert operations.get(f"/staff/lectures/{lecture.id}").text.count("未完了: はじめてのログイン") == 1
    text = operations.get("/staff/tasks?whose=all").text
    assert "「基本操作編」の前に求めている「はじめてのログイン」が済んでいません" in text
