"""Courses on the staff's pages: added, changed, deleted when unused, and newcomers invited with one button."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.lectures import Course
from scheduler.models.mails import Mail
from scheduler.services import courses
from tests.conftest import Client, sign_in
from tests.factories import a_contact, a_course, a_lecture, a_member, an_account

FORM = {
    "name_ja": "はじめの一歩", "name_en": "First steps", "summary_ja": "全体像", "summary_en": "", "minutes": "45",
    "minimum_minutes": "30", "prerequisite": "", "team": "success", "materials_before": "https://vendor.example/資料.pdf",
}  # fmt: skip


@pytest.fixture
def operations(client: Client) -> Client:
    sign_in(client, a_member(team="operations"))
    return client


def test_a_course_is_changed_with_its_team_and_material(operations: Client) -> None:
    a_course("basic")
    assert "基本操作編" in operations.get("/staff/courses").text
    assert operations.get("/staff/courses/basic/edit").status_code == 200
    operations.post("/staff/courses/basic/edit", data=FORM)
    course = courses.by_key("basic")
    assert (course.name, course.summary) == ({"ja": "はじめの一歩", "en": "First steps"}, {"ja": "全体像"})
    assert (course.minutes, course.minimum_minutes, course.team) == (45, 30, "success")
    assert course.materials == {"before": "https://vendor.example/%E8%B3%87%E6%96%99.pdf"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"minimum_minutes": "60"}, "レクチャーの長さ以下"),
        ({"materials_recording": "javascript:alert(1)"}, "リンクは https:// から"),
        ({"team": "operations"}, "チームをお選びください"),
        ({"name_ja": "", "name_en": ""}, "名称を日本語か英語で"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_written(operations: Client, change: dict[str, str], words: str) -> None:
    a_course("basic")
    wrong = operations.post("/staff/courses/basic/edit", data=FORM | change)
    assert wrong.status_code == 422
    assert words in wrong.text
    assert courses.by_key("basic").minutes == 60
    assert operations.get("/staff/courses/unknown/edit").status_code == 404


def test_a_course_is_added_under_a_key_of_its_own(operations: Client) -> None:
    a_course("basic")
    assert operations.get("/staff/courses/new").status_code == 200
    taken = operations.post("/staff/courses/new", data=FORM | {"key": "basic"})
    assert (taken.status_code, "すでにあります" in taken.text) == (422, True)
    assert operations.post("/staff/courses/new", data=FORM | {"key": "活用"}).status_code == 422
    operations.post("/staff/courses/new", data=FORM | {"key": "expert", "prerequisite": "basic"})
    assert courses.by_key("expert").prerequisite_id == courses.by_key("basic").id


def test_only_a_course_that_was_never_used_is_deleted(operations: Client) -> None:
    a_lecture(a_course("expert"))
    a_course("spare")
    operations.post("/staff/courses/expert/delete")
    assert "使われているため削除できません（開催日程）" in operations.get("/staff/courses/expert/edit").text
    assert "レクチャーを削除する" in operations.get("/staff/courses/spare/edit").text
    operations.post("/staff/courses/spare/delete")
    assert db.session.scalars(select(Course.key)).all() == ["expert"]


def test_newcomers_are_counted_shown_and_invited_with_one_button(operations: Client, now: datetime) -> None:
    basic = a_course("basic")
    a_course("advanced", prerequisite_id=basic.id)
    contact = a_contact(an_account(stage="success"), name="山田 花子")
    lecture = a_lecture(basic)
    with db.writing():
        db.session.add(Attendance(lecture_id=lecture.id, contact_id=contact.id, verdict="attended", decided_at=now))
    page = operations.get("/staff/courses/advanced/newcomers").text
    assert "1 人に案内メールが届きます" in page
    assert "山田 花子" in page
    assert db.session.scalars(select(Mail)).all() == []
    operations.post("/staff/courses/advanced/newcomers", data={"audience": "everyone"})
    assert db.session.scalars(select(Mail.contact_id)).all() == [contact.id]
    assert "新しく案内する方はいません" in operations.get("/staff/courses/advanced/newcomers").text
    assert operations.get("/staff/courses/advanced/newcomers?audience=all").status_code == 404


def test_a_team_invites_to_its_own_course_and_may_only_look_at_the_others(client: Client) -> None:
    a_course("basic")
    a_course("advanced", team="success")
    sign_in(client, a_member(team="success"))
    assert client.get("/staff/courses").status_code == 200
    assert client.get("/staff/courses/advanced/newcomers").status_code == 200
    for method in (client.get, client.post):
        assert method("/staff/courses/basic/newcomers").status_code == 403
        assert method("/staff/courses/advanced/edit").status_code == 403
    assert client.post("/staff/courses/advanced/delete").status_code == 403
