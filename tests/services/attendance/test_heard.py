"""What the meeting tool told is confirmed like a report: the same matching, the same press, the same way back."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from scheduler.models.accounts import Contact
from scheduler.models.attendance import Presence
from scheduler.models.db import db
from scheduler.services.attendance import heard, plan, undo
from scheduler.services.attendance.record import record
from scheduler.services.refusals import NotFound
from tests.services.attendance.room import EVENING, STAFF, START, Room
from tests.services.attendance.test_record import line, report

pytestmark = pytest.mark.usefixtures("database")


def told(
    room: Room, name: str, begins: int = 0, ends: int | None = 60, contact: Contact | None = None, **fields: str
) -> None:
    """Note that the tool saw somebody come and go, minutes from the start; `ends` None: still there."""

    def at(minutes: int) -> datetime:
        return START + timedelta(minutes=minutes)

    with db.writing():
        db.session.add(
            Presence(
                lecture_id=room.lecture.id,
                contact_id=contact.id if contact else None,
                source="webhook",
                display_name=name,
                from_at=at(begins),
                to_at=at(ends) if ends is not None else None,
                recorded_at=at(begins),
                **fields,
            )
        )


def test_people_of_the_tools_messages_are_matched_like_those_of_a_report() -> None:
    room = Room().book("hayashi", "sato", "watanabe", "ono")
    told(room, "仙台支店　林健太", 0, 20)
    told(room, "仙台支店　林健太", 30, 60)
    told(room, "Emi", email=room.people["sato"].email or "")
    told(room, "iPhone (渡辺 里奈)", 50, None)
    told(room, "田中")
    assert heard.is_any(room.lecture.id)
    upload_id = heard.stage(room.lecture.id, EVENING, STAFF)
    found = plan.preview(upload_id, EVENING)
    assert [(one.name, one.settled, one.match.reason) for one in found.people] == [
        ("仙台支店　林健太", "ticked", "store_and_name"),
        ("Emi", "certain", "email"),
        ("田中", "open", "unknown_name"),
        ("iPhone (渡辺 里奈)", "ticked", "name"),
    ]
    room.confirm(upload_id)
    assert room.verdicts() == {"hayashi": "attended", "sato": "attended", "watanabe": "partial", "ono": "missed"}
    assert room.minutes() == {"hayashi": 50, "sato": 60, "watanabe": 10, "ono": 0}
    undo.undo(upload_id, EVENING, STAFF)
    assert room.verdicts()["ono"] == "unknown"


def test_who_was_settled_on_the_roster_is_settled_on_the_preview_and_the_same_again_is_the_same_upload() -> None:
    room = Room().book("hayashi", "ono")
    told(room, "けんちゃん", contact=room.people["hayashi"])
    upload_id = heard.stage(room.lecture.id, EVENING, STAFF)
    assert [one.contact_id for one in plan.preview(upload_id, EVENING).people] == [room.people["hayashi"].id]
    assert heard.stage(room.lecture.id, EVENING, STAFF) == upload_id


def whose(room: Room) -> dict[str, int | None]:
    rows = db.session.scalars(
        select(Presence).where(Presence.lecture_id == room.lecture.id, Presence.source == "webhook")
    )
    return {row.display_name: row.contact_id for row in rows.all()}


def test_whom_a_report_settles_is_settled_in_what_the_tool_told_and_unsettled_when_it_is_taken_back() -> None:
    room = Room().book("hayashi", "sato", "ono")
    told(room, "けんちゃん")
    told(room, "田中")
    told(room, "誰か")
    upload_id = room.stage(report(line("けんちゃん"), line("田中"), line("田中", email="x@y.example.jp")))
    people = {one.number: one for one in plan.preview(upload_id, EVENING).people}
    first, second = sorted(number for number, one in people.items() if one.name == "田中")
    choices = {2: room.people["hayashi"].id, first: room.people["sato"].id, second: room.people["ono"].id}
    record(upload_id, choices, EVENING, STAFF)
    # Two who are shown as 田中 are not told apart by their name.
    assert whose(room) == {"けんちゃん": room.people["hayashi"].id, "田中": None, "誰か": None}
    undo.undo(upload_id, EVENING, STAFF)
    assert set(whose(room).values()) == {None}
    assert set(room.verdicts().values()) == {"unknown"}


def test_a_lecture_of_which_nothing_was_told_has_no_such_report() -> None:
    room = Room()
    assert not heard.is_any(room.lecture.id)
    with pytest.raises(NotFound):
        heard.stage(room.lecture.id, EVENING, STAFF)
