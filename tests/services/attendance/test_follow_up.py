"""Thanks and new dates: the next working morning, once, never to contradict, and not while somebody may have been there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from emails import FOLLOW_UP
from emails.transports.setting import transport_from
from scheduler.models.attendance import Presence
from scheduler.models.db import db
from scheduler.models.mails import Mail, Suppression
from scheduler.services import mail_rules, readiness
from scheduler.services.attendance import marks, plan
from scheduler.services.outbox.deliver import deliver_due
from tests.factories import a_course, a_lecture, a_registration
from tests.services.attendance.room import EVENING, MORNING, STAFF, Room
from tests.services.attendance.test_record import line, report

pytestmark = pytest.mark.usefixtures("database")


def due() -> set[datetime]:
    return set(db.session.scalars(select(Mail.due_at).where(Mail.kind.in_(FOLLOW_UP.values()))))


def send(path: Path, now: datetime) -> None:
    deliver_due(now, transport_from(f"folder:{path}/out"), readiness.refresh)


def test_attended_are_thanked_missed_are_offered_dates_and_who_saw_a_part_is_told_how_to_catch_up() -> None:
    room = Room().book()
    found = room.take()
    assert room.mails() == {
        *(("thanks", name) for name in ("hayashi", "hasegawa", "sato", "watanabe", "takahashi")),
        *(("partial", name) for name in ("suzuki", "priya")),
        ("missed", "ono"),
    }
    assert (len(found.follow_up.thanks), len(found.follow_up.missed), found.follow_up.due_at) == (5, 1, MORNING)
    assert due() == {MORNING}


@pytest.mark.parametrize(
    ("recorded", "morning"),
    [
        # Wednesday evening, Thursday before ten, Friday evening, the evening before a run of holidays.
        ("2026-04-15T18:00", "2026-04-16T10:00"),
        ("2026-04-16T08:30", "2026-04-16T10:00"),
        ("2026-04-17T20:00", "2026-04-20T10:00"),
        ("2026-05-01T19:00", "2026-05-07T10:00"),
    ],
)
def test_they_leave_on_the_next_working_morning_of_the_vendor(recorded: str, morning: str) -> None:
    at, wanted = (datetime.fromisoformat(f"{text}+09:00").astimezone(UTC) for text in (recorded, morning))
    room = Room().book("hayashi", "ono")
    assert plan.preview(room.stage(now=at), at).follow_up.due_at == wanted
    room.take(now=at)
    assert due() == {wanted}


def test_what_arrives_offers_the_advanced_course_or_new_dates_in_one_click(tmp_path: Path) -> None:
    room = Room().book("hayashi", "ono")
    basic = room.lecture.course_id
    a_lecture(a_course("advanced", prerequisite_id=basic), starts_at=MORNING + timedelta(days=7))
    a_lecture(starts_at=MORNING + timedelta(days=8))
    room.take()
    send(tmp_path, MORNING - timedelta(minutes=1))
    assert room.mails("sent") == set()
    send(tmp_path, MORNING)
    assert room.mails("sent") == {("thanks", "hayashi"), ("missed", "ono")}
    texts = dict(db.session.execute(select(Mail.kind, Mail.text)).all())
    assert "活用編" in str(texts["thanks"])
    assert "?lecture=" in str(texts["missed"])


def test_a_correction_before_they_leave_replaces_the_mail() -> None:
    room = Room().book("hayashi", "ono")
    room.take(report(line("小野 静")))
    assert room.mails() == {("thanks", "ono"), ("missed", "hayashi")}
    room.take(report(line("林 健太")))
    assert room.mails() == {("thanks", "hayashi"), ("missed", "ono")}
    assert room.mails("dropped") == {("thanks", "ono"), ("missed", "hayashi")}
    room.take(report(line("小野 静", "14:00", "14:59")), MORNING + timedelta(hours=3))
    assert room.mails() == {("thanks", "ono"), ("missed", "hayashi")}
    assert max(due()) == MORNING + timedelta(days=1)


def test_whoever_was_told_already_is_told_nothing_else(tmp_path: Path) -> None:
    room = Room().book("hayashi", "ono")
    room.take(report(line("小野 静")))
    send(tmp_path, MORNING)
    found = room.take(report(line("林 健太")), MORNING + timedelta(hours=1))
    assert room.verdicts() == {"hayashi": "attended", "ono": "missed"}
    assert (found.follow_up.thanks, found.follow_up.missed) == ((), ())
    assert room.mails() == set()
    assert room.mails("sent") == {("thanks", "ono"), ("missed", "hayashi")}


def test_a_missed_mail_waits_while_somebody_of_the_company_may_have_been_there() -> None:
    room = Room().book("hayashi", "hasegawa", "ono")
    upload_id = room.stage(report(line("林 健太"), line("新人 太郎", email="taro@aoba.example.jp")))
    found = room.confirm(upload_id)
    names = {room.name(number) for number in found.follow_up.held}
    assert names == {"hasegawa"}
    assert room.mails() == {("thanks", "hayashi"), ("missed", "ono")}
    # Somebody says that it was nobody of ours.
    room.confirm(upload_id, MORNING, **{"新人 太郎": None})
    assert room.mails() == {("thanks", "hayashi"), ("missed", "ono"), ("missed", "hasegawa")}


def test_a_missed_mail_waits_for_who_pressed_the_join_button_while_nothing_names_somebody_in_the_room() -> None:
    room = Room().book("hayashi", "sato", "ono")
    with db.writing():
        click = {"lecture_id": room.lecture.id, "source": "join_click", "from_at": EVENING, "recorded_at": EVENING}
        db.session.add_all(Presence(contact_id=room.people[name].id, **click) for name in ("hayashi", "ono"))
    upload_id = room.stage(report(line("林 健太"), line("iPhone")))
    room.confirm(upload_id)
    assert room.mails() == {("thanks", "hayashi"), ("missed", "sato")}
    assert room.verdicts()["ono"] == "missed"
    room.confirm(upload_id, MORNING, iPhone="ono")
    assert room.mails() == {("thanks", "hayashi"), ("missed", "sato"), ("thanks", "ono")}


def test_a_missed_mail_on_its_way_is_taken_back_when_somebody_unknown_turns_up() -> None:
    room = Room().book("hayashi", "hasegawa")
    room.take(report(line("林 健太")))
    assert room.mails() == {("thanks", "hayashi"), ("missed", "hasegawa")}
    upload_id = room.stage(report(line("林 健太"), line("新人 太郎", email="taro@aoba.example.jp")))
    room.confirm(upload_id)
    assert (room.mails(), room.mails("dropped")) == ({("thanks", "hayashi")}, {("missed", "hasegawa")})
    room.confirm(upload_id, **{"新人 太郎": "hasegawa"})
    assert room.mails() == {("thanks", "hayashi"), ("thanks", "hasegawa")}


def test_a_mark_by_hand_is_sure_enough_for_the_missed_mail() -> None:
    room = Room().book("hayashi", "hasegawa")
    room.take(report(line("林 健太"), line("新人 太郎", email="taro@aoba.example.jp")))
    marks.mark(room.lecture.id, room.people["hasegawa"].id, "missed", "電話で確認", EVENING, STAFF)
    assert room.mails() == {("thanks", "hayashi"), ("missed", "hasegawa")}


def test_who_wants_no_mails_has_no_address_or_left_the_list_gets_none_and_is_counted() -> None:
    room = Room().book("hayashi", mails=False).book("ono", "hasegawa")
    a_registration(room.add("sato", email=None, phone="03-1111-2222"), room.lecture)
    with db.writing():
        left = {"list": "nudges", "reason": "unsubscribed", "created_at": EVENING}
        db.session.add(Suppression(address=room.people["ono"].email, **left))
        db.session.add(Suppression(address=room.people["hasegawa"].email, **left))
    found = room.take()
    # Thanks are on another list than new dates.
    assert room.mails() == {("thanks", "hasegawa")}
    assert {room.name(number) for number in found.follow_up.unreached} == {"sato", "ono"}


def test_a_lecture_long_ago_is_for_the_books_only() -> None:
    room = Room().book("hayashi", "ono")
    late = EVENING + timedelta(days=31)
    found = room.take(now=late)
    assert room.verdicts() == {"hayashi": "attended", "ono": "missed"}
    assert found.follow_up.due_at is None
    assert room.mails() == set()


def test_the_preview_says_what_will_be_owed_and_owes_nothing() -> None:
    room = Room().book()
    upload_id = room.stage()
    said = plan.preview(upload_id, EVENING).follow_up
    assert room.mails() == set()
    assert room.confirm(upload_id).follow_up == said
    again = plan.preview(upload_id, EVENING).follow_up
    assert (again.thanks, again.missed, len(again.queued)) == ((), (), 8)


def test_each_leaves_at_the_time_operations_chose_and_what_is_switched_off_is_not_owed() -> None:
    mail_rules.save({"thanks.at": "09:15", "missed.at": "16:00"}, EVENING, STAFF)
    room = Room().book("hayashi", "ono")
    found = room.take()
    assert found.follow_up.due_at == MORNING - timedelta(minutes=45)
    assert due() == {MORNING - timedelta(minutes=45), MORNING + timedelta(hours=6)}
    mail_rules.save({"missed.on": "off"}, EVENING, STAFF)
    other = Room().book("hayashi", "ono")
    assert other.take().follow_up.missed == ()


def test_after_a_month_without_a_worker_nobody_is_thanked_any_more(tmp_path: Path) -> None:
    Room().book("hayashi", "ono").take()
    send(tmp_path, MORNING + timedelta(days=40))
    states = db.session.execute(select(Mail.state, Mail.reason).where(Mail.kind.in_(FOLLOW_UP.values()))).all()
    assert set(states) == {("missed", "too_late")}
