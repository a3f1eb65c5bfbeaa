"""A corrected verdict sends nothing by itself; staff send the correction, once for each."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.mails import Mail
from scheduler.services.attendance import corrections, marks
from scheduler.services.refusals import NothingToCorrect
from tests.services.attendance.room import EVENING, MORNING, STAFF, Room
from tests.services.attendance.test_follow_up import send
from tests.services.attendance.test_record import line, report

pytestmark = pytest.mark.usefixtures("app")

HOUR = timedelta(hours=1)


def told(path: Path) -> Room:
    """Thank somebody who was not there, and miss somebody who was."""
    room = Room().book("hayashi", "ono")
    room.take(report(line("小野 静")))
    send(path, MORNING)
    return room


def wanted(room: Room) -> dict[str, str]:
    return {room.name(number): kind for number, kind in corrections.wanted(room.lecture.id).items()}


def press(room: Room, name: str, hours: int = 2) -> None:
    corrections.send(room.lecture.id, room.people[name].id, MORNING + hours * HOUR, STAFF)


def test_a_correction_is_offered_and_one_press_sends_it_once(tmp_path: Path) -> None:
    room = told(tmp_path)
    assert wanted(room) == {}
    room.take(report(line("林 健太")), MORNING + HOUR)
    assert (room.mails(), wanted(room)) == (set(), {"hayashi": "missed", "ono": "thanks"})
    press(room, "hayashi")
    assert (room.mails(), wanted(room)) == ({("thanks", "hayashi")}, {"ono": "thanks"})
    with pytest.raises(NothingToCorrect):
        press(room, "hayashi")
    send(tmp_path, MORNING + 3 * HOUR)
    assert wanted(room) == {"ono": "thanks"}
    with pytest.raises(NothingToCorrect):
        press(room, "hayashi")
    said = db.session.scalars(select(Mail).where(Mail.kind == "thanks").order_by(Mail.id.desc())).first()
    assert said is not None
    assert "当方の記録に誤りがありました" in (said.text or "")
    assert db.session.scalars(select(Event.key).where(Event.key == "correction_sent")).all() == ["correction_sent"]


def test_a_verdict_changed_back_before_the_correction_left_takes_it_back_and_asks_for_nothing(tmp_path: Path) -> None:
    room = told(tmp_path)
    hayashi = room.people["hayashi"].id
    marks.mark(room.lecture.id, hayashi, "attended", "同席", MORNING + HOUR, STAFF)
    press(room, "hayashi")
    marks.unmark(room.lecture.id, hayashi, MORNING + 2 * HOUR, STAFF)
    assert (room.mails(), room.mails("dropped"), wanted(room)) == (set(), {("thanks", "hayashi")}, {})
    # And once more: the press brings the same correction back.
    marks.mark(room.lecture.id, hayashi, "attended", "同席", MORNING + 3 * HOUR, STAFF)
    assert (room.mails(), wanted(room)) == (set(), {"hayashi": "missed"})
    press(room, "hayashi", 4)
    assert room.mails() == {("thanks", "hayashi")}


def test_each_correction_can_itself_be_corrected(tmp_path: Path) -> None:
    room = told(tmp_path)
    hayashi = room.people["hayashi"].id
    marks.mark(room.lecture.id, hayashi, "attended", "同席", MORNING + HOUR, STAFF)
    press(room, "hayashi")
    send(tmp_path, MORNING + 2 * HOUR)
    marks.mark(room.lecture.id, hayashi, "missed", "人違い", MORNING + 3 * HOUR, STAFF)
    assert wanted(room) == {"hayashi": "thanks"}
    press(room, "hayashi", 4)
    assert room.mails() == {("missed", "hayashi")}


def test_who_wants_no_mails_was_told_nothing_yet_or_has_no_verdict_is_not_corrected(tmp_path: Path) -> None:
    room = Room().book("hayashi", mails=False).book("ono")
    room.take(report(line("小野 静")))
    assert wanted(room) == {}
    send(tmp_path, MORNING)
    marks.mark(room.lecture.id, room.people["hayashi"].id, "attended", "同席", EVENING, STAFF)
    assert wanted(room) == {}
    with pytest.raises(NothingToCorrect):
        press(room, "hayashi")
