"""Evidence beside the tool's report: check-ins, the code, the recording, and who somebody in the room is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler.models.attendance import Attendance, Feedback, KnownName, Presence
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.lectures import Lecture
from scheduler.models.tasks import Task
from scheduler.readers.zoom_hooks import Passage
from scheduler.services import readiness
from scheduler.services.actors import Actor
from scheduler.services.attendance import checkins, codes, recordings, room, webhooks
from scheduler.services.attendance.codes import Said, Who
from scheduler.services.refusals import CodeUnknown, Invalid, LectureCancelled, LectureNotBegun, NotFound
from tests.factories import a_contact, a_lecture, a_member, a_registration, a_store, an_account

START = datetime(2026, 4, 15, 5, tzinfo=UTC)
END = START + timedelta(hours=1)
DURING = START + timedelta(minutes=10)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def lecture(request: pytest.FixtureRequest) -> Lecture:
    request.getfixturevalue("database" if "database" in request.fixturenames else "app")
    return a_lecture(starts_at=START, meeting_id="81234567890")


@pytest.fixture
def staff(lecture: Lecture) -> Actor:
    return Actor("staff", a_member().id, "page")


def verdicts() -> dict[int, tuple[str, list[str]]]:
    rows = db.session.scalars(select(Attendance).execution_options(populate_existing=True))
    return {row.contact_id: (row.verdict, row.sources) for row in rows}


def sources() -> list[tuple[str, int | None, int | None]]:
    rows = select(Presence.source, Presence.contact_id, Presence.staff_id).order_by(Presence.contact_id, Presence.id)
    return [tuple(row) for row in db.session.execute(rows)]


def told() -> list[str]:
    return list(db.session.scalars(select(Event.key).order_by(Event.id)))


def test_several_are_checked_in_at_once_and_once_only(database: Flask, lecture: Lecture, staff: Actor) -> None:
    ann, ben = (a_registration(lecture=lecture).contact for _ in range(2))
    walk_in = a_contact()
    assert checkins.check_in(lecture.id, [ann.id, ben.id, walk_in.id, ann.id], DURING, staff) == 3
    assert checkins.check_in(lecture.id, [ann.id], DURING + MINUTE, staff) == 0
    assert verdicts() == dict.fromkeys((ann.id, ben.id, walk_in.id), ("attended", ["checkin"]))
    assert sources() == [("checkin", one.id, staff.id) for one in (ann, ben, walk_in)]
    assert told().count("checked_in") == 3
    assert checkins.undo(lecture.id, [ann.id, ben.id], DURING, staff) == 2
    assert checkins.undo(lecture.id, [ann.id], DURING, staff) == 0
    assert verdicts() == {walk_in.id: ("attended", ["checkin"])}
    assert told().count("checkin_undone") == 2


def test_nobody_is_checked_in_before_the_room_opens_nor_to_what_was_cancelled(lecture: Lecture, staff: Actor) -> None:
    contact = a_registration(lecture=lecture).contact
    with pytest.raises(LectureNotBegun):
        checkins.check_in(lecture.id, [contact.id], START - 16 * MINUTE, staff)
    assert checkins.check_in(lecture.id, [contact.id], START - 15 * MINUTE, staff) == 1
    off = a_lecture(starts_at=START, status="cancelled")
    with pytest.raises(LectureCancelled):
        checkins.check_in(off.id, [contact.id], DURING, staff)


def test_another_companys_lecture_takes_nobody_else_in(lecture: Lecture, staff: Actor) -> None:
    own = a_lecture(starts_at=START, account_id=an_account().id)
    stranger = a_contact()
    for act in (checkins.check_in, checkins.undo, recordings.record, recordings.undo):
        with pytest.raises(NotFound):
            act(own.id, [stranger.id], DURING, staff)
        with pytest.raises(NotFound):
            act(own.id, [987654], DURING, staff)
    assert sources() == []


def test_the_recording_is_kept_beside_the_verdict_which_it_leaves_alone(
    database: Flask, lecture: Lecture, staff: Actor
) -> None:
    contact = a_registration(lecture=lecture).contact
    readiness.refresh(contact.account_id, START)
    assert recordings.record(lecture.id, [contact.id], END, staff) == 1
    assert recordings.record(lecture.id, [contact.id], END + MINUTE, staff) == 0
    assert verdicts() == {}
    assert recordings.of_contact(contact.id) == {lecture.id: END}
    assert recordings.undo(lecture.id, [contact.id], END, staff) == 1
    assert recordings.of_contact(contact.id) == {}
    assert [key for key in told() if key.startswith("recording")] == ["recording_watched", "recording_undone"]
    with pytest.raises(LectureNotBegun):
        recordings.record(lecture.id, [contact.id], START - MINUTE, staff)


def test_the_latest_lecture_of_each_course_can_have_been_watched(lecture: Lecture, staff: Actor) -> None:
    contact = a_contact()
    before = a_lecture(starts_at=START - timedelta(days=7))
    a_lecture(starts_at=START + timedelta(hours=2))
    a_lecture(starts_at=START + timedelta(minutes=1), account_id=an_account().id)
    assert [one.id for one in recordings.elsewhere(contact, [], END)] == [lecture.id]
    # Who has a date of that course watched its recording, or none.
    assert recordings.elsewhere(contact, [lecture], END) == []
    recordings.record(before.id, [contact.id], END, staff)
    assert [one.id for one in recordings.elsewhere(contact, [], END)] == [before.id]


def test_the_code_is_made_once(database: Flask, lecture: Lecture, staff: Actor) -> None:
    code = codes.show(lecture.id, DURING, staff)
    assert len(code) == codes.DIGITS
    assert codes.show(lecture.id, DURING, staff) == code
    assert told().count("code_shown") == 1
    assert codes.show(a_lecture(starts_at=START).id, DURING, staff) != code


def test_who_types_the_code_was_there_and_may_say_more_later(database: Flask, lecture: Lecture, staff: Actor) -> None:
    contact = a_registration(lecture=lecture).contact
    code = codes.show(lecture.id, DURING, staff)
    me = Actor("contact", contact.id, "page")
    assert [(one.id, said) for one, said in codes.open_for(contact.id, DURING)] == [(lecture.id, None)]
    assert codes.take(contact.id, f" {code[:3]} {code[3:]}".translate(WIDE), Said(), DURING, me) == lecture.id
    assert verdicts() == {contact.id: ("attended", ["code"])}
    codes.take(contact.id, code, Said("unsure", "在庫の画面がわかりません"), DURING, me)
    codes.take(contact.id, code, Said(), DURING, me)
    said = codes.said_by(contact.id, lecture.id)
    assert said is not None
    assert (said.understanding, said.comment) == ("unsure", "在庫の画面がわかりません")
    assert db.session.scalars(select(Task)).all() == []
    assert told().count("code_typed") == 1


WIDE = {ord(str(number)): chr(0xFF10 + number) for number in range(10)}


def test_who_wants_to_talk_becomes_a_task_of_the_owner_once(lecture: Lecture, staff: Actor) -> None:
    owner = a_member()
    contact = a_registration(a_contact(an_account(onboarding_owner_id=owner.id)), lecture).contact
    code = codes.show(lecture.id, DURING, staff)
    for words in ("お電話ください", "明日でも大丈夫です"):
        codes.take(contact.id, code, Said("talk", words), DURING, Actor("contact", contact.id, "page"))
    task = db.session.scalars(select(Task)).one()
    assert (task.kind, task.owner_id, task.contact_id, task.lecture_id) == ("talk", owner.id, contact.id, lecture.id)
    # A lecture of their own is offered from the task, on the same course.
    assert (task.words, task.params) == ("お電話ください", {"course": "basic"})


@pytest.mark.parametrize(
    ("moment", "taken"),
    [
        (START - 16 * MINUTE, False),
        (START - 15 * MINUTE, True),
        (END + timedelta(hours=3) - MINUTE, True),
        (END + timedelta(hours=3), False),
    ],
)
def test_the_code_is_taken_from_when_the_room_opens_until_three_hours_after(
    lecture: Lecture, staff: Actor, moment: datetime, taken: bool
) -> None:
    contact = a_registration(lecture=lecture).contact
    code = codes.show(lecture.id, DURING, staff)
    assert bool(codes.open_for(contact.id, moment)) is taken
    if taken:
        codes.take(contact.id, code, Said(), moment, Actor("contact", contact.id, "page"))
    else:
        with pytest.raises(CodeUnknown):
            codes.take(contact.id, code, Said(), moment, Actor("contact", contact.id, "page"))


def test_a_wrong_code_and_another_companys_code_are_unknown_alike(lecture: Lecture, staff: Actor) -> None:
    own = a_lecture(starts_at=START, account_id=an_account().id)
    contact = a_contact()
    for code in ("", "abc", "12345", codes.show(own.id, DURING, staff)):
        with pytest.raises(CodeUnknown):
            codes.take(contact.id, code, Said(), DURING, Actor("contact", contact.id, "page"))
    assert sources() == []


@pytest.mark.parametrize(
    ("who", "known"),
    [
        (Who("誰か", email="HANAKO@aoba.example"), True),
        (Who("青葉 花子", "株式会社アオバ"), True),
        (Who("青葉花子", "ｱｵﾊﾞ"), True),
        (Who("青葉 花子", "仙台店"), True),
        (Who("青葉 花子"), False),
        (Who("青葉 花子", "ほかの会社"), False),
        (Who("別の 方", "株式会社アオバ"), False),
    ],
)
def test_on_the_public_form_only_who_is_certain_counts(lecture: Lecture, staff: Actor, who: Who, known: bool) -> None:
    account = an_account(name="株式会社アオバ")
    store = a_store(account, name="仙台店")
    contact = a_registration(
        a_contact(account, (store,), name="青葉 花子", email="hanako@aoba.example"), lecture
    ).contact
    code = codes.show(lecture.id, DURING, staff)
    for _twice in range(2):
        assert codes.take_of(who, code, Said("understood"), DURING) == lecture.id
    assert [one[:2] for one in sources()] == [("code", contact.id if known else None)]
    assert (contact.id in verdicts()) is known
    assert (codes.said_by(contact.id, lecture.id) is not None) is known


def test_at_one_companys_lecture_another_companys_person_is_answered_as_anybody_else(
    database: Flask, lecture: Lecture, staff: Actor
) -> None:
    own = a_lecture(starts_at=START, account_id=an_account().id)
    code = codes.show(own.id, DURING, staff)
    known = a_contact(email="known@elsewhere.example")
    for email in ("known@elsewhere.example", "nobody@elsewhere.example"):
        assert codes.take_of(Who("だれか", "", email), code, Said("understood"), DURING) == own.id
    assert [one[:2] for one in sources()] == [("code", None), ("code", None)]
    assert known.id not in verdicts()


def test_somebody_unknown_who_wants_to_talk_is_a_task_until_somebody_says_who_it_is(
    database: Flask, lecture: Lecture, staff: Actor
) -> None:
    code = codes.show(lecture.id, DURING, staff)
    contact = a_registration(lecture=lecture).contact
    codes.take_of(Who("ハナコ", "駅前"), code, Said("talk", "相談したいです"), DURING)
    task = db.session.scalars(select(Task)).one()
    assert (task.kind, task.account_id, task.words) == ("attendee", None, "相談したいです")
    (stranger,) = room.of(lecture, DURING).strangers
    assert stranger.name == "駅前 ハナコ"
    room.name(stranger.id, lecture.id, contact.id, DURING, staff)
    assert verdicts() == {contact.id: ("attended", ["code"])}
    assert db.session.scalars(select(Feedback.understanding)).one() == "talk"
    kinds = {
        row.kind: row.done_at for row in db.session.scalars(select(Task).execution_options(populate_existing=True))
    }
    assert kinds == {"attendee": DURING, "talk": None}


@pytest.mark.parametrize(
    ("who", "said", "field"),
    [
        (Who(" "), Said(), "name"),
        (Who("x" * 101), Said(), "name"),
        (Who("x", "y" * 101), Said(), "company"),
        (Who("x", email="no address"), Said(), "email"),
        (Who("x"), Said("so-so"), "understanding"),
        (Who("x"), Said(comment="x" * 501), "comment"),
    ],
)
def test_what_cannot_be_kept_is_asked_for_again(
    lecture: Lecture, staff: Actor, who: Who, said: Said, field: str
) -> None:
    code = codes.show(lecture.id, DURING, staff)
    with pytest.raises(Invalid) as refused:
        codes.take_of(who, code, said, DURING)
    assert refused.value.params["field"] == field
    assert sources() == []


def come(way: str, at: datetime, person: str = "u", name: str = "たなか") -> None:
    passage = Passage(way, "81234567890", "o", START, person, at, name, "", "", False)  # type: ignore[arg-type]
    webhooks.take(passage, at)


def test_the_room_says_who_is_in_now_and_who_each_may_be(database: Flask, lecture: Lecture, staff: Actor) -> None:
    contact = a_registration(a_contact(name="田中 美咲", reading="たなか みさき"), lecture).contact
    come("joined", START, "a")
    come("joined", START, "b", "iPhone")
    seen = room.of(lecture, DURING)
    assert (seen.here, seen.watched, [one.name for one in seen.strangers]) == (2, True, ["たなか", "iPhone"])
    assert [one.offered for one in seen.strangers] == [(contact.id,), ()]
    room.name(seen.strangers[0].id, lecture.id, contact.id, DURING, staff)
    come("left", START + 50 * MINUTE, "a")
    seen = room.of(lecture, DURING)
    assert (seen.here, [one.name for one in seen.strangers]) == (1, ["iPhone"])
    assert seen.seen[contact.id].came_at == START
    assert verdicts() == {contact.id: ("attended", ["webhook"])}
    # Whoever comes back under that name is known by now.
    come("joined", START + 51 * MINUTE, "c")
    assert room.of(lecture, DURING).seen[contact.id].here


def test_who_somebody_was_said_to_be_is_taken_back_and_forgotten(lecture: Lecture, staff: Actor) -> None:
    contact = a_registration(lecture=lecture).contact
    come("joined", START)
    come("left", END)
    (stranger,) = room.of(lecture, DURING).strangers
    room.name(stranger.id, lecture.id, contact.id, END, staff)
    assert verdicts() == {contact.id: ("attended", ["webhook"])}
    room.unname(stranger.id, lecture.id, END, staff)
    assert verdicts() == {}
    assert db.session.scalars(select(KnownName)).all() == []
    assert [one.id for one in room.of(lecture, END).strangers] == [stranger.id]
    for act in (
        lambda: room.name(98765, lecture.id, contact.id, END, staff),
        lambda: room.unname(98765, lecture.id, END, staff),
    ):
        with pytest.raises(NotFound):
            act()


def test_nobody_is_in_the_room_long_after_the_lecture(lecture: Lecture) -> None:
    come("joined", START)
    assert room.of(lecture, END + 30 * MINUTE).here == 1
    assert room.of(lecture, END + 31 * MINUTE).here == 0


def test_two_of_one_name_are_named_one_by_one(lecture: Lecture, staff: Actor) -> None:
    ann, ben = (a_registration(a_contact(name="田中"), lecture).contact for _ in range(2))
    come("joined", START, "a", "田中")
    come("joined", START, "b", "田中")
    first, second = room.of(lecture, DURING).strangers
    room.name(first.id, lecture.id, ann.id, DURING, staff)
    assert [one.id for one in room.of(lecture, DURING).strangers] == [second.id]
    room.name(second.id, lecture.id, ben.id, DURING, staff)
    assert set(room.of(lecture, DURING).seen) == {ann.id, ben.id}
