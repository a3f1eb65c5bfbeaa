"""A report recorded: verdicts by the course's minimum, one press for the lot, once however often, and what it makes ready."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, event, select

from scheduler.models.accounts import Account, Contact
from scheduler.models.attendance import KnownName, Presence
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.signals import Destination, Signal
from scheduler.models.uploads import Upload
from scheduler.services import setup, usage
from scheduler.services.attendance import plan, staging
from scheduler.services.attendance.record import confirm, record
from scheduler.services.attendance.staging import WalkIn
from scheduler.services.refusals import Invalid, NotFound, UploadExpired
from tests.factories import a_contact, a_course, a_registration, a_series, a_setup_step, an_account
from tests.services.attendance.room import EVENING, MORNING, NO_EMAIL, PEOPLE, STAFF, Room
from tests.services.together import at_once
from tests.statements import noted

pytestmark = pytest.mark.usefixtures("database")

A, P, M, U = "attended", "partial", "missed", "unknown"
NAMES = ("hayashi", "hasegawa", "sato", "suzuki", "watanabe", "takahashi", "priya", "ono")


def known() -> set[tuple[str, int]]:
    return {(row.name_key, row.contact_id) for row in db.session.scalars(select(KnownName))}


def report(*lines: str) -> bytes:
    head = "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest"
    return "\n".join((head, *lines)).encode()


def line(name: str, begins: str = "14:00", ends: str = "15:00", email: str = "") -> str:
    return f"{name},{email},2026/04/15 {begins}:00,2026/04/15 {ends}:00,60,Yes"


@pytest.mark.parametrize(
    ("sample", "verdicts"),
    [
        ("zoom_meeting_ja.csv", (A, A, A, P, A, A, P, M)),
        ("zoom_meeting_en.csv", (A, A, A, P, A, A, P, M)),
        (NO_EMAIL, (A, A, A, P, A, A, P, M)),
        # Not among the webinar's attendees, or registered there and not seen: missed.
        ("zoom_webinar_en.csv", (A, A, A, M, M, A, P, M)),
        # 渡邊 was there for 8 seconds; whether two guests called 高橋 are the one booked is for a person to say.
        ("teams_en.csv", (A, A, A, M, P, U, P, M)),
        # One 高橋 came with the address for 30 minutes; the other, without, and Rina are for a person to decide.
        ("meet.csv", (A, A, A, M, U, P, P, M)),
    ],
)
def test_one_press_gives_everybody_booked_a_verdict_by_the_minimum_minutes(sample: str, verdicts: tuple[str]) -> None:
    room = Room().book()
    room.take(sample)
    assert room.verdicts() == dict(zip(NAMES, verdicts, strict=True))
    assert room.reported_at() == EVENING


def test_minutes_are_those_within_the_lecture() -> None:
    room = Room().book()
    room.take()
    assert room.minutes() == {
        "hayashi": 60,
        "hasegawa": 60,
        "sato": 58,
        "suzuki": 4,
        "watanabe": 56,
        "takahashi": 60,
        "priya": 2,
        "ono": 0,
    }


def test_the_courses_minimum_decides() -> None:
    room = Room(course=a_course("short", minimum_minutes=3)).book("suzuki", "priya")
    room.take()
    assert room.verdicts() == {"suzuki": "attended", "priya": "partial"}


def test_the_history_of_each_account_says_so_and_that_it_was_a_report() -> None:
    room = Room().book("hayashi", "ono")
    room.take()
    assert room.events() == [("attended", "hayashi"), ("missed", "ono")]
    rows = db.session.execute(select(Event.channel, Event.account_id).where(Event.key.in_((A, M)))).all()
    assert [(channel, number) for channel, number in rows] == [
        ("report", room.people["hayashi"].account_id),
        ("report", room.people["ono"].account_id),
    ]


@pytest.mark.parametrize("sample", [NO_EMAIL, "zoom_meeting_en.csv", "teams_en.csv", "meet.csv"])
def test_the_same_report_again_changes_nothing(sample: str) -> None:
    room = Room().book()
    first = room.stage(sample)
    room.confirm(first)
    before = room.everything()
    assert room.stage(sample, MORNING) == first
    room.confirm(first, MORNING)
    room.take(sample, MORNING + timedelta(days=40))
    assert room.everything() == before


def test_a_second_press_at_the_same_moment_records_once(database: Flask) -> None:
    room = Room().book()
    upload_id = room.stage()
    choices = plan.preview(upload_id, EVENING).confirmed
    assert at_once(database, *[lambda: record(upload_id, choices, EVENING, STAFF)] * 2) == []
    assert len(room.events()) == len(PEOPLE)
    assert len(room.mails()) == 8
    assert len(room.evidence()) == 13


def test_a_corrected_report_replaces_the_earlier_one_and_never_adds_to_it() -> None:
    room = Room().book("hayashi", "sato", "ono")
    room.take(report(line("林 健太", "14:00", "14:20"), line("佐藤 恵美")))
    assert room.verdicts() == {"hayashi": P, "sato": A, "ono": M}
    room.take(report(line("林 健太", "14:20", "15:00"), line("小野 静")), MORNING)
    assert room.verdicts() == {"hayashi": A, "sato": M, "ono": A}
    assert room.minutes()["hayashi"] == 40
    assert {row[2] for row in room.evidence().values()} == {"林 健太", "小野 静"}
    assert room.events()[3:] == [("attended", "hayashi"), ("missed", "sato"), ("attended", "ono")]
    assert room.reported_at() == MORNING


def test_an_older_report_cannot_be_recorded_over_a_newer_one() -> None:
    room = Room().book("hayashi")
    old = room.stage(report(line("佐藤 恵美")))
    room.take(report(line("林 健太")))
    with pytest.raises(UploadExpired):
        record(old, {}, EVENING, STAFF)
    assert room.verdicts() == {"hayashi": "attended"}


def test_a_report_that_nobody_confirmed_for_a_day_is_handed_in_anew() -> None:
    room = Room().book("hayashi")
    upload_id = room.stage()
    with pytest.raises(UploadExpired):
        plan.preview(upload_id, EVENING + staging.WAITS)
    with pytest.raises(UploadExpired):
        record(upload_id, {}, EVENING + staging.WAITS, STAFF)
    assert room.stage(now=EVENING + staging.WAITS) != upload_id


def test_only_what_is_certain_is_recorded_until_somebody_confirms_the_names() -> None:
    room = Room().book()
    found = room.confirm(room.stage(), certain=True)
    assert found.matched == []
    # Whom somebody in the room may be is not said to have missed it.
    assert room.verdicts() == dict.fromkeys(NAMES, U) | {"ono": M}
    names = [(person.name, person.number) for person in found.proposed]
    assert names[0] == ("仙台支店　林健太", 6)
    people = {name: contact.id for name, contact in room.people.items()}
    confirm(room.lecture.id, [("仙台支店 林健太", people["hayashi"]), (7, people["sato"])], MORNING, STAFF)
    assert room.verdicts() == dict.fromkeys(NAMES, U) | {"ono": M, "hayashi": A, "sato": A}
    confirm(room.lecture.id, [("鈴木 一郎", None)], MORNING, STAFF)
    assert room.verdicts()["suzuki"] == M
    assert room.verdicts()["hayashi"] == A


def test_a_name_is_confirmed_only_where_the_report_has_it_once() -> None:
    room = Room().book("hayashi")
    with pytest.raises(NotFound):
        confirm(room.lecture.id, [("田中", None)], EVENING, STAFF)
    room.take()
    with pytest.raises(Invalid, match="name_not_in_report"):
        confirm(room.lecture.id, [("山本", None)], EVENING, STAFF)
    with pytest.raises(Invalid, match="name_several_times") as refusal:
        confirm(room.lecture.id, [("田中", None)], EVENING, STAFF)
    assert refusal.value.params["rows"] == [16, 17]
    with pytest.raises(NotFound):
        confirm(room.lecture.id, [(16, 999_999)], EVENING, STAFF)
    confirm(room.lecture.id, [(16, None)], EVENING, STAFF)
    # Only one of that name is open now.
    confirm(room.lecture.id, [("田中", room.people["hayashi"].id)], EVENING, STAFF)
    assert room.minutes() == {"hayashi": 60}


def test_a_confirmed_name_is_remembered_and_certain_the_next_time() -> None:
    room, later = Room().book("hayashi"), Room()
    room.take(**{"81300000000": "hayashi"})
    assert {key for key, _contact in known()} == {"仙台支店林健太", "81300000000"}
    a_registration(room.people["hayashi"], later.lecture)
    found = later.confirm(later.stage(), certain=True)
    assert [(came.names, came.verdict) for came in found.matched] == [(("仙台支店　林健太", "81300000000"), "attended")]


def test_a_name_that_was_confirmed_wrongly_is_forgotten_when_somebody_says_otherwise() -> None:
    room = Room().book("hayashi", "ono")
    upload_id = room.stage(report(line("ハヤシ")))
    room.confirm(upload_id, ハヤシ="ono")
    assert known() == {("ハヤシ", room.people["ono"].id)}
    room.confirm(upload_id, ハヤシ="hayashi")
    assert known() == {("ハヤシ", room.people["hayashi"].id)}
    assert room.verdicts() == {"hayashi": A, "ono": M}
    room.confirm(upload_id, ハヤシ=None)
    assert known() == set()
    assert room.verdicts() == {"hayashi": M, "ono": M}


def test_namesakes_may_both_be_known_by_the_name_they_share() -> None:
    account = an_account()
    room = Room().book("ono")
    room.people |= {f"tanaka{n}": a_contact(account, name=f"田中 {n}", email=None, phone=f"090{n}") for n in "一二"}
    for name in ("tanaka一", "tanaka二"):
        a_registration(room.people[name], room.lecture)
    upload_id = room.stage()
    record(upload_id, {16: room.people["tanaka一"].id, 17: room.people["tanaka二"].id}, EVENING, STAFF)
    assert known() == {("田中", room.people[name].id) for name in ("tanaka一", "tanaka二")}
    assert room.verdicts() == {"tanaka一": A, "tanaka二": A, "ono": M}


def test_people_of_one_shared_mailbox_are_remembered_by_name() -> None:
    room = Room()
    shop = {"email": "omiya@kanade.example.com"}
    a_registration(room.add("sato", **shop), room.lecture)
    a_registration(room.add("suzuki", **shop), room.lecture)
    data = report(line("佐藤 恵美", email=shop["email"]))
    assert [person.settled for person in plan.preview(room.stage(data), EVENING).people] == ["ticked"]
    room.take(data)
    assert known() == {("佐藤恵美", room.people["sato"].id)}
    assert room.verdicts() == {"sato": A, "suzuki": M}
    assert room.confirm(room.stage(data + b"\n"), certain=True).matched[0].verdict == A


def test_a_known_contact_who_comes_without_booking_counts() -> None:
    room = Room().book("hayashi")
    room.add("sato")
    found = room.take("zoom_meeting_en.csv")
    assert room.verdicts() == {"hayashi": A, "sato": A}
    assert ("thanks", "sato") in room.mails()
    assert not found.contact(room.people["sato"].id).booked
    room.take(report(line("林 健太")), MORNING)
    # Nobody misses what he was not booked on: the verdict is gone with its evidence.
    assert room.verdicts() == {"hayashi": A}
    assert room.events()[-1] == ("unknown", "sato")


def test_people_of_other_companies_are_never_proposed_by_their_name() -> None:
    room = Room().book("ono")
    for name in ("hayashi", "suzuki", "watanabe"):
        room.add(name)
    found = plan.preview(room.stage(), EVENING)
    assert found.proposed == []
    assert room.people["hayashi"].id not in found.candidates.by_id
    colleague = a_contact(db.session.get(Account, room.people["ono"].account_id), name="鈴木 一郎")
    offered = {offer.contact_id for person in plan.preview(room.stage(), EVENING).proposed for offer in person.offered}
    assert offered == {colleague.id}


def test_a_company_of_its_own_lecture_is_known_before_anybody_books() -> None:
    account = an_account()
    room = Room(account_id=account.id)
    room.people["tanaka"] = a_contact(account, name="田中 次郎", reading="タナカ ジロウ", email=None)
    room.take(report(line("田中 次郎")), **{"田中 次郎": "tanaka"})
    assert room.verdicts() == {"tanaka": A}


def test_hosts_and_our_own_people_are_left_out_but_not_a_customer_at_our_address() -> None:
    room = Room().book("hayashi")
    room.people["tester"] = a_contact(room.accounts["株式会社あおば"], name="試験 太郎", email="tester@vendor.example")
    a_registration(room.people["tester"], room.lecture)
    # Staff of the tests have addresses of vendor.example.
    from_us = line("担当 次郎", email="jiro@vendor.example")
    found = room.take(report(from_us, line("林 健太"), line("試験 太郎", email="tester@vendor.example")))
    assert [(out.name, out.why) for out in found.left_out] in ([], [("担当 次郎", "own_people")])
    assert room.verdicts() == {"hayashi": A, "tester": A}


def test_the_account_is_ready_in_the_same_transaction_when_attendance_was_the_last_clause() -> None:
    room = Room().book("hayashi", "ono")
    account = room.accounts["株式会社あおば"]
    a_setup_step("menu")
    setup.complete(account.id, "menu", EVENING, STAFF)
    usage.confirm(account.id, date(2026, 4, 14), "電話で確認", EVENING, STAFF)
    upload_id = room.stage()
    choices = plan.preview(upload_id, EVENING).confirmed
    commits: list[Any] = []
    event.listen(db.session(), "after_commit", lambda session: commits.append(session))
    record(upload_id, choices, EVENING, STAFF)
    assert len(commits) == 1
    ready = db.session.get_one(Account, account.id, populate_existing=True)
    assert ready.ready_since == EVENING
    assert {clause["key"]: clause["met"] for clause in ready.clauses}["attended"] is True
    # A corrected report without the person opens the clause again.
    room.take(report(line("誰か")), MORNING)
    assert db.session.get_one(Account, account.id, populate_existing=True).ready_since is None


def test_companions_of_who_attended_count_for_their_own() -> None:
    room = Room().book("hayashi", companions=["長谷川 美咲"])
    hasegawa = room.add("hasegawa")
    room.take(report(line("林 健太")))
    clauses = db.session.get_one(Account, hasegawa.account_id, populate_existing=True).clauses
    evidence = next(clause["evidence"] for clause in clauses if clause["key"] == "attended")
    assert {item["contact"] for item in evidence} == {room.people["hayashi"].id, hasegawa.id}


def test_a_click_on_the_join_button_alone_is_no_attendance_but_is_shown() -> None:
    room = Room().book("hayashi", "ono")
    with db.writing():
        click = {"lecture_id": room.lecture.id, "contact_id": room.people["ono"].id, "source": "join_click"}
        db.session.add(Presence(**click, from_at=EVENING, recorded_at=EVENING))
    found = room.take()
    assert room.verdicts() == {"hayashi": A, "ono": M}
    assert found.candidates.hints == {room.people["ono"].id: {"join_click"}}


def test_a_report_taken_while_the_lecture_runs_says_of_nobody_that_he_missed_it() -> None:
    room = Room().book("hayashi", "priya", "ono")
    during = room.lecture.starts_at + timedelta(minutes=50)
    room.take(now=during)
    assert room.verdicts() == {"hayashi": A, "priya": U, "ono": U}
    assert room.reported_at() is None
    room.take()
    assert room.verdicts() == {"hayashi": A, "priya": P, "ono": M}
    assert room.reported_at() == EVENING


def test_what_came_of_a_report_is_kept_with_it() -> None:
    room = Room().book()
    upload_id = room.stage()
    room.confirm(upload_id, **{"ゲスト": None})
    upload = db.session.get_one(Upload, upload_id)
    kept = {key: (upload.result or {})[key] for key in ("people", "open", "left_out", A, P, M, U)}
    assert kept == {"people": 11, "open": 3, "left_out": 1, A: 5, P: 2, M: 1, U: 0}
    # What was settled is there when somebody comes back to go on.
    assert [person.settled for person in plan.preview(upload_id, MORNING).people][-1] == "dismissed"


def test_names_that_look_like_formulas_are_names() -> None:
    room = Room().book("hayashi")
    found = room.take("zoom_meeting_en.csv", **{"=SUM(1,1)": "hayashi"})
    assert "=SUM(1,1)" in found.matched[0].names


def test_a_report_of_many_takes_a_number_of_statements_that_does_not_grow() -> None:
    def statements(room: Room, data: bytes) -> int:
        upload_id = room.stage(data)
        with noted() as counted:
            record(upload_id, plan.preview(upload_id, EVENING).confirmed, EVENING, STAFF)
        # The history adds its lines one by one on SQLite.
        return sum("INTO events" not in statement for statement in counted)

    small = Room().book("hayashi", "sato")
    few = statements(small, report(line("林 健太")))
    large = Room()
    contacts = [a_contact(name=f"試験 {chr(0x4E00 + n)}{chr(0x4F00 + n)}") for n in range(30)]
    for contact in contacts:
        a_registration(contact, large.lecture)
    assert statements(large, report(*(line(contact.name) for contact in contacts[:20]))) <= few + 5


def test_a_registrants_id_is_known_again_at_the_same_meeting_and_nowhere_else() -> None:
    head = "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest,Registrant ID"
    data = "\n".join((head, f"{line('健太')},R-7")).encode()
    series = a_series()
    first, second, other = Room(series_id=series.id), Room(series_id=series.id), Room()
    first.book("hayashi", "ono")
    assert plan.preview(first.stage(data), EVENING).people[0].settled == "open"
    first.take(data, 健太="hayashi")
    with db.writing():
        db.session.execute(delete(KnownName))
    hayashi = first.people["hayashi"]
    for room in (second, other):
        a_registration(hayashi, room.lecture)
    assert [(one.contact_id, one.match.reason) for one in plan.preview(second.stage(data), EVENING).people] == [
        (hayashi.id, "personal_link")
    ]
    assert [one.contact_id for one in plan.preview(other.stage(data), EVENING).people] == [None]
    # Under another's name it was forwarded: that is for a person to say, and then it is nobody's own any more.
    again = data.replace("健太".encode(), "小野 静".encode())
    a_registration(first.people["ono"], second.lecture)
    person = plan.preview(second.stage(again), EVENING).people[0]
    assert (person.settled, person.match.reason) == ("ticked", "forwarded_link")


def test_who_had_left_by_then_is_offered_only_where_booked() -> None:
    room = Room().book("hayashi")
    room.add("hasegawa", left_on=date(2026, 4, 1))
    data = report(line("長谷川 美咲"))
    assert plan.preview(room.stage(data), EVENING).people[0].offered == ()
    a_registration(room.people["hasegawa"], room.lecture)
    assert plan.preview(room.stage(data), EVENING).people[0].settled == "ticked"


def test_a_walk_in_whose_name_somebody_of_the_company_bears_is_never_merged_with_her() -> None:
    room = Room().book("hayashi")
    room.add("hasegawa", email=None)
    upload_id = room.stage(
        report(line("長谷川 美咲"), line("長谷川 美咲", "14:00", "14:10", "misaki@other.example.jp"))
    )
    number = room.people["hasegawa"].account_id
    with pytest.raises(Invalid, match="walk_in_known"):
        record(upload_id, {}, EVENING, STAFF, {2: WalkIn(number, "長谷川　美咲")})
    assert room.verdicts() == {"hayashi": U}
    with pytest.raises(Invalid, match="walk_in_unnamed"):
        record(upload_id, {}, EVENING, STAFF, {2: WalkIn(number, "・")})
    with pytest.raises(NotFound):
        record(upload_id, {}, EVENING, STAFF, {2: WalkIn(999_999, "誰か")})
    record(upload_id, {}, EVENING, STAFF, {3: WalkIn(number, "長谷川 美咲", "misaki@other.example.jp")})
    people = db.session.scalars(select(Contact).where(Contact.name == "長谷川 美咲")).all()
    assert len(people) == 2


def test_the_history_and_other_programs_are_told_of_a_report_once() -> None:
    with db.writing():
        db.session.add(
            Destination(
                kind="webhook",
                name="x",
                url="https://hooks.example/x",
                signals=["attendance.recorded"],
                created_at=EVENING,
            )
        )
    room = Room().book("hayashi", "ono")
    upload_id = room.stage()
    room.confirm(upload_id)
    room.confirm(upload_id, **{"ゲスト": None})
    events = db.session.scalars(select(Event.params).where(Event.key == "report_recorded")).all()
    assert events == [{"upload_id": upload_id, A: 1, P: 0, M: 1, "excused": 0, U: 0}]
    told = db.session.scalars(select(Signal)).all()
    assert [(one.kind, one.data) for one in told] == [
        (
            "attendance.recorded",
            {"lecture": room.lecture.id, "course": "basic", "upload": upload_id}
            | {A: 1, P: 0, M: 1, "excused": 0, U: 0},
        )
    ]
