"""The roster says what each verdict rests on, lets the correction be sent, and notes absences and companions."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.services.actors import Actor
from scheduler.services.attendance import absences, checkins, marks
from tests.conftest import Client
from tests.factories import NOW, a_contact, a_lecture, a_member, a_registration
from tests.services.attendance.test_follow_up import send

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def test_every_verdict_says_what_it_rests_on(staff_client: Client, app: Flask) -> None:
    lecture = a_lecture(starts_at=NOW - 3 * HOUR)
    member = a_member(name="小林 美咲")
    by = Actor("staff", member.id, "page")
    marked, seen, told = a_contact(), a_contact(), a_contact()
    for contact in (marked, seen):
        a_registration(contact, lecture)
    row = a_registration(told, lecture)
    absences.tell(row.id, NOW - 4 * HOUR, by)
    absences.settle(NOW)
    checkins.check_in(lecture.id, [seen.id], NOW - 2 * HOUR, by)
    marks.mark(lecture.id, marked.id, "attended", "隣の席にいた", NOW, by)
    text = staff_client.get(f"/staff/lectures/{lecture.id}").text
    assert "手動（小林 美咲 4月1日(水) 09:00）: 隣の席にいた" in text
    assert "チェックイン（小林 美咲 4月1日(水) 07:00）" in text
    assert "電話などでの欠席連絡（4月1日(水) 05:00）" in text
    person = staff_client.get(f"/staff/accounts/{marked.account_id}/people/{marked.id}").text
    assert "手動（小林 美咲 4月1日(水) 09:00）: 隣の席にいた" in person


def test_the_correction_is_one_press_and_the_second_finds_nothing(
    staff_client: Client, app: Flask, tmp_path: Path
) -> None:
    lecture, contact = a_lecture(starts_at=NOW - 2 * DAY), a_contact()
    a_registration(contact, lecture)
    by = Actor("staff", a_member().id, "page")
    marks.mark(lecture.id, contact.id, "missed", "名簿にいない", NOW - 2 * DAY + 2 * HOUR, by)
    send(tmp_path, NOW + 2 * HOUR)
    page = f"/staff/lectures/{lecture.id}"
    assert "訂正のメールを送る" not in staff_client.get(page).text
    marks.mark(lecture.id, contact.id, "attended", "同席", NOW, by)
    text = staff_client.get(page).text
    assert "「欠席された方への再案内」を送信済みです。" in text
    door = f"/staff/lectures/{lecture.id}/people/{contact.id}/correction"
    assert staff_client.post(door).status_code == 302
    assert "訂正のメールを送ります。" in staff_client.get(page).text
    staff_client.post(door)
    assert "訂正するメールがありません" in staff_client.get(page).text
    assert db.session.scalars(select(Mail.kind).order_by(Mail.id)).all() == ["missed", "thanks"]


def test_an_absence_is_noted_on_the_roster_while_it_can_be(staff_client: Client, app: Flask) -> None:
    lecture, contact = a_lecture(starts_at=NOW - timedelta(minutes=10)), a_contact()
    row = a_registration(contact, lecture)
    page = f"/staff/lectures/{lecture.id}"
    assert "欠席連絡を記録する" in staff_client.get(page).text
    staff_client.post(f"/staff/roster/{row.id}/absence", data={"next": page})
    text = staff_client.get(page).text
    assert "欠席連絡を取り消す" in text
    assert "欠席連絡あり" in text
    staff_client.post(f"/staff/roster/{row.id}/absence/undo", data={"next": page})
    assert db.session.get_one(Registration, row.id, populate_existing=True).absence_told_at is None


def test_companions_are_noted_on_the_roster_after_the_lecture_as_well(staff_client: Client, app: Flask) -> None:
    lecture, contact = a_lecture(starts_at=NOW - 30 * DAY), a_contact()
    row = a_registration(contact, lecture)
    page = f"/staff/lectures/{lecture.id}"
    assert "同席者を保存する" in staff_client.get(page).text
    staff_client.post(f"/staff/roster/{row.id}/companions", data={"companions": "鈴木 花、森 空", "next": page})
    assert db.session.get_one(Registration, row.id, populate_existing=True).companions == ["鈴木 花", "森 空"]
    assert "欠席連絡を記録する" not in staff_client.get(page).text
