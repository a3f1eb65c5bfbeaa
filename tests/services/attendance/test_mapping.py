"""The columns of a report that no tool we know wrote: named once by somebody, read from then on by every way in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from scheduler.models.attendance import ReportLayout
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.uploads import Upload
from scheduler.services.attendance import layouts, mapping, plan, staging
from scheduler.services.refusals import FileUnreadable, Invalid, UploadExpired
from tests.services.attendance.room import EVENING, STAFF, Room

pytestmark = pytest.mark.usefixtures("database")

HEADER = "お客様,連絡先,入,出,備考"
LAYOUT = {"name": "お客様", "email": "連絡先", "join": "入", "leave": "出"}


def unknown(*lines: str, above: str = "受講者一覧,2026年4月15日\n") -> bytes:
    lines = lines or ("林 健太,kenta.hayashi@aoba.example.jp,14:00,14:50,",)
    return (above + "\n".join((HEADER, *lines))).encode("cp932")


@pytest.fixture
def room() -> Room:
    return Room().book("hayashi")


def test_a_file_with_unknown_columns_waits_until_somebody_names_them(room: Room) -> None:
    upload_id = room.stage(unknown(), unnamed=True)
    with pytest.raises(FileUnreadable, match="file_unreadable") as refused:
        plan.preview(upload_id, EVENING)
    assert refused.value.params["why"] == "unknown_columns"
    asked = mapping.asked(upload_id, None, EVENING)
    assert (asked.line, asked.names) == (2, ["お客様", "連絡先", "入", "出", "備考"])
    assert asked.rows == [["林 健太", "kenta.hayashi@aoba.example.jp", "14:00", "14:50", ""]]
    assert list(asked.lines) == [1, 2, 3]
    mapping.settle(upload_id, 2, LAYOUT, EVENING, STAFF)
    assert [one.contact_id for one in plan.preview(upload_id, EVENING).people] == [room.people["hayashi"].id]
    # The next file with this header line needs nobody, whichever way it comes in and wherever the line stands.
    assert room.stage(unknown("林 健太,,14:00,15:00,", above=""))


def test_another_line_can_be_the_header_and_known_names_are_suggested(room: Room) -> None:
    upload_id = room.stage(b"a,b,c\nmember,Email Address,out\nKenta,k@x.example.jp,14:50\n", unnamed=True)
    asked = mapping.asked(upload_id, 2, EVENING)
    assert (asked.line, asked.layout) == (2, {"email": "Email Address"})
    assert asked.rows == [["Kenta", "k@x.example.jp", "14:50"]]
    assert mapping.asked(upload_id, 99, EVENING).line == 1


def test_what_was_named_before_stands_ready_to_be_changed(room: Room) -> None:
    upload_id = room.stage(unknown(), unnamed=True)
    mapping.settle(upload_id, 2, LAYOUT, EVENING, STAFF)
    assert mapping.asked(upload_id, None, EVENING).layout == LAYOUT
    changed = {"email": "連絡先", "join": "入"}
    mapping.settle(upload_id, 2, changed, EVENING + timedelta(hours=1), STAFF)
    assert list(layouts.known().values()) == [changed]
    mapping.settle(upload_id, 2, changed, EVENING + timedelta(hours=2), STAFF)
    events = db.session.scalars(select(Event).where(Event.key == "report_columns_named")).all()
    assert [event.at for event in events] == [EVENING, EVENING + timedelta(hours=1)]


@pytest.mark.parametrize(
    ("line", "layout", "field", "why"),
    [
        (2, {"name": "お客様"}, "join", "time_missing"),
        (2, {"join": "入"}, "name", "person_missing"),
        (2, LAYOUT | {"leave": "入"}, "leave", "column_twice"),
        (2, LAYOUT | {"name": "だれか"}, "name", "column_unknown"),
        (0, LAYOUT, "line", "not_a_line"),
        (99, LAYOUT, "line", "not_a_line"),
    ],
)
def test_a_layout_by_which_nobody_can_be_read_is_refused(
    room: Room, line: int, layout: dict[str, str], field: str, why: str
) -> None:
    upload_id = room.stage(unknown(), unnamed=True)
    with pytest.raises(Invalid) as refused:
        mapping.settle(upload_id, line, layout, EVENING, STAFF)
    assert (refused.value.params["field"], refused.value.params["why"]) == (field, why)
    assert not layouts.known()


def test_a_report_of_another_day_is_not_remembered_unless_somebody_says_it_is_this_lectures(room: Room) -> None:
    data = unknown("林 健太,,2026/04/08 14:00,2026/04/08 15:00,")
    upload_id = room.stage(data, unnamed=True)
    with pytest.raises(FileUnreadable) as refused:
        mapping.settle(upload_id, 2, LAYOUT, EVENING, STAFF)
    assert refused.value.params["why"] == "other_lecture"
    assert not layouts.known()
    mapping.settle(upload_id, 2, LAYOUT, EVENING, STAFF, anyway=True)
    assert [one.seconds for one in plan.preview(upload_id, EVENING).people] == [3600]


def test_what_is_no_table_of_several_columns_is_refused_at_once(room: Room) -> None:
    for data in (b"just a line of text", b"a\nb\nc\n", b"", b"%PDF-1.7"):
        with pytest.raises(FileUnreadable):
            room.stage(data, unnamed=True)
    assert db.session.scalar(select(func.count()).select_from(Upload)) == 0


def test_a_file_that_waited_too_long_is_asked_about_no_more(room: Room) -> None:
    upload_id = room.stage(unknown(), unnamed=True)
    later = EVENING + staging.WAITS
    with pytest.raises(UploadExpired):
        mapping.asked(upload_id, None, later)
    with pytest.raises(UploadExpired):
        mapping.settle(upload_id, 2, LAYOUT, later, STAFF)
    assert db.session.scalar(select(func.count()).select_from(ReportLayout)) == 0
