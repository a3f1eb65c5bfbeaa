"""A report taken back: all that it brought goes, what people said by hand stays, and the report before counts again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from scheduler.models.accounts import Account, Contact
from scheduler.models.attendance import KnownName
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.mails import Mail
from scheduler.models.uploads import Upload
from scheduler.services import contacts
from scheduler.services.attendance import marks, plan, record, staging, undo
from scheduler.services.attendance.staging import WalkIn
from scheduler.services.refusals import NotFound, UploadExpired
from tests.factories import a_registration
from tests.services.attendance.room import EVENING, MORNING, NO_EMAIL, STAFF, Room
from tests.services.attendance.test_record import line, report

pytestmark = pytest.mark.usefixtures("database")

A, P, M, U = "attended", "partial", "missed", "unknown"


def known() -> set[tuple[str, int]]:
    return {(row.name_key, row.contact_id) for row in db.session.scalars(select(KnownName))}


def walk_in(room: Room, account: Account, name: str = "見学 三郎", email: str = "") -> int:
    """Record a report of 林 and of somebody who is added to a company; return the upload."""
    upload_id = room.stage(report(line("林 健太"), line("みがくさん")))
    choices = plan.preview(upload_id, EVENING).confirmed
    record.record(upload_id, choices, EVENING, STAFF, {3: WalkIn(account.id, name, email)})
    room.people["saburo"] = db.session.scalars(select(Contact).where(Contact.name == name)).one()
    return upload_id


def test_the_first_report_taken_back_leaves_nothing_behind() -> None:
    room = Room().book()
    upload_id = room.stage()
    room.confirm(upload_id)
    assert len(room.mails()) == 8
    told = undo.undo(upload_id, MORNING, STAFF)
    assert told is not None
    assert (told.earlier, told.taken_back, told.owed, told.left) == (None, 8, 0, 0)
    assert told.verdicts[room.people["ono"].id] == (M, U)
    assert set(room.verdicts().values()) == {U}
    assert (room.evidence(), known(), room.mails(), room.reported_at()) == ({}, set(), set(), None)
    last = db.session.scalars(select(Event.key).where(Event.contact_id.is_(None)).order_by(Event.id)).all()
    assert last == ["report_recorded", "report_undone"]


def test_a_second_undo_changes_nothing_and_the_file_can_be_handed_in_again() -> None:
    room = Room().book()
    first = room.stage()
    room.confirm(first)
    undo.undo(first, MORNING, STAFF)
    before = room.everything()
    assert undo.undo(first, MORNING, STAFF) is None
    assert room.everything() == before
    with pytest.raises(UploadExpired):
        plan.preview(first, MORNING)
    again = room.stage(now=MORNING)
    assert again != first
    room.confirm(again, MORNING)
    assert room.verdicts()["hayashi"] == A
    assert len(room.mails()) == 8


def test_the_report_before_counts_again_with_all_that_was_settled_about_it() -> None:
    room = Room().book("hayashi", "sato", "ono")
    room.take(report(line("林 健太", "14:00", "14:20"), line("けいたい")), けいたい="sato")
    verdicts, minutes, names = room.verdicts(), room.minutes(), known()
    reported_at, mails = room.reported_at(), room.mails()
    second = room.stage(report(line("林 健太"), line("小野 静")), MORNING)
    room.confirm(second, MORNING)
    assert room.verdicts() == {"hayashi": A, "sato": M, "ono": A}
    told = undo.undo(second, MORNING + timedelta(minutes=1), STAFF)
    assert told is not None
    assert told.earlier == "report.csv"
    assert (room.verdicts(), room.minutes(), known(), room.reported_at()) == (verdicts, minutes, names, reported_at)
    assert room.mails() == mails
    assert {row[2] for row in room.evidence().values()} == {"林 健太", "けいたい"}


def test_only_the_report_that_counts_can_be_taken_back() -> None:
    room = Room().book("hayashi")
    first = room.stage(report(line("佐藤 恵美")))
    waiting = room.stage(report(line("誰か")))
    with pytest.raises(UploadExpired):
        undo.undo(first, EVENING, STAFF)
    room.confirm(first)
    room.take(report(line("林 健太")))
    for number in (first, waiting):
        with pytest.raises(UploadExpired):
            undo.undo(number, EVENING, STAFF)
        with pytest.raises(UploadExpired):
            undo.preview(number, EVENING, STAFF)
    with pytest.raises(NotFound):
        undo.undo(999_999, EVENING, STAFF)
    assert room.verdicts() == {"hayashi": A}


def test_marks_by_hand_stay() -> None:
    room = Room().book("hayashi", "ono")
    room.take()
    marks.mark(room.lecture.id, room.people["ono"].id, A, "同席を確認", EVENING, STAFF)
    last = staging.latest(room.lecture.id)
    assert last is not None
    undo.undo(last.id, MORNING, STAFF)
    assert room.verdicts() == {"hayashi": U, "ono": A}


def test_what_the_report_made_forgotten_is_known_again() -> None:
    room = Room().book("hayashi", "ono")
    room.take(report(line("ハヤシ")), ハヤシ="ono")
    before = known()
    second = room.stage(report(line("ハヤシ"), line("x y")))
    room.confirm(second, ハヤシ="hayashi")
    assert known() == {("ハヤシ", room.people["hayashi"].id)}
    undo.undo(second, MORNING, STAFF)
    assert known() == before


def test_looking_at_what_an_undo_would_do_changes_nothing_and_says_the_same() -> None:
    room = Room().book()
    upload_id = walk_in(room, room.accounts["株式会社あおば"])
    before = (room.everything(), known())
    said = undo.preview(upload_id, MORNING, STAFF)
    assert (room.everything(), known()) == before
    assert said == undo.undo(upload_id, MORNING, STAFF)


def test_somebody_added_by_the_report_goes_with_it() -> None:
    room = Room().book("hayashi")
    upload_id = walk_in(room, room.accounts["株式会社あおば"], email="saburo@aoba.example.jp")
    assert room.verdicts() == {"hayashi": A, "saburo": A}
    assert ("thanks", "saburo") in room.mails()
    number = room.people["saburo"].id
    told = undo.undo(upload_id, MORNING, STAFF)
    assert told is not None
    assert (told.removed, told.kept) == (("株式会社あおば 見学 三郎",), ())
    assert db.session.scalar(select(Contact.id).where(Contact.id == number)) is None
    assert db.session.scalar(select(Mail.id).where(Mail.contact_id == number)) is None
    keys = set(db.session.scalars(select(Event.key).where(Event.contact_id == number)))
    assert {"contact_added", "attended", "unknown", "contact_removed"} <= keys


@pytest.mark.parametrize("built", ["registrations", "edited", "mails"])
def test_somebody_added_by_the_report_stays_when_something_was_built_on_the_person(built: str) -> None:
    room, later = Room().book("hayashi"), Room()
    upload_id = walk_in(room, room.accounts["株式会社あおば"], email="saburo@aoba.example.jp")
    number = room.people["saburo"].id
    if built == "registrations":
        a_registration(room.people["saburo"], later.lecture)
    elif built == "edited":
        contacts.edit(number, {"reading": "ケンガク サブロウ"}, EVENING, STAFF)
    else:
        with db.writing():
            db.session.execute(update(Mail).where(Mail.contact_id == number).values(state="sent"))
    told = undo.undo(upload_id, MORNING, STAFF)
    assert told is not None
    assert told.removed == ()
    assert [(one.contact_id, one.why) for one in told.kept] == [(number, (built,))]
    assert told.left == (1 if built == "mails" else 0)
    assert room.verdicts() == {"hayashi": U}


def test_more_names_settled_later_belong_to_the_same_report() -> None:
    room = Room().book("hayashi", "ono")
    upload_id = walk_in(room, room.accounts["株式会社あおば"])
    room.confirm(upload_id, MORNING)
    record.record(upload_id, plan.preview(upload_id, MORNING).confirmed, MORNING, STAFF)
    upload = db.session.get_one(Upload, upload_id, populate_existing=True)
    assert upload.before == {"reported_at": None, "forgotten": [], "contacts": [room.people["saburo"].id], "heard": []}
    undo.undo(upload_id, MORNING, STAFF)
    assert room.reported_at() is None
    assert known() == set()


def test_a_report_with_everybody_unknown_is_taken_back_too() -> None:
    room = Room()
    upload_id = room.stage(NO_EMAIL)
    room.confirm(upload_id)
    assert room.evidence()
    told = undo.undo(upload_id, MORNING, STAFF)
    assert told is not None
    assert told.verdicts == {}
    assert room.evidence() == {}
