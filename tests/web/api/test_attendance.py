"""Attendance over the API: a report recorded as far as it is certain, the rest confirmed, one verdict by hand."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from scheduler.models.attendance import Attendance, Presence
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.services.attendance import mapping
from tests.conftest import Client
from tests.factories import a_contact, a_lecture, a_registration, a_token, an_account
from tests.services.attendance.room import EVENING, STAFF, START, Room
from tests.web.api.conftest import Program

REPORTS = Path(__file__).parents[2] / "data" / "reports"
JA, NO_EMAIL = "zoom_meeting_ja.csv", "zoom_meeting_ja_noemail.csv"


@pytest.fixture
def evening(database: Flask) -> None:
    """The clock stands in the evening of the samples' lecture."""
    settings = database.extensions["tasuki"]
    database.extensions["tasuki"] = settings.model_copy(update={"clock": EVENING.isoformat()})


@pytest.fixture
def room(evening: None) -> Room:
    """The lecture of the samples with everybody booked."""
    return Room().book()


class Office:
    """A program that hands reports of one lecture in."""

    def __init__(self, client: Client, lecture_id: int) -> None:
        self.path = f"/lectures/{lecture_id}/attendance"
        self.program = Program(client, a_token())

    def upload(self, data: bytes | str, name: str = "", query: str = "", key: str = "", **form: str) -> TestResponse:
        """Hand a file in: a sample by its name, or bytes."""
        content = (REPORTS / data).read_bytes() if isinstance(data, str) else data
        sent: dict[str, Any] = {"file": (BytesIO(content), name or str(data)), **form}
        headers = {"Idempotency-Key": key} if key else {}
        return self.program("POST", self.path + query, data=sent, headers=headers)


@pytest.fixture
def office(room: Room, client: Client) -> Office:
    return Office(client, room.lecture.id)


def verdicts() -> int:
    return db.session.scalar(select(func.count()).select_from(Attendance)) or 0


def test_a_report_with_addresses_records_who_is_certain_and_says_what_follows(room: Room, office: Office) -> None:
    recorded = office.upload(JA)
    assert recorded.status_code == 201, recorded.text
    report = recorded.json
    assert (report["tool"], report["dry_run"]) == ("zoom_meeting", False)
    came = {row["contact"]: row for row in report["matched"]}
    hayashi = came["kenta.hayashi@aoba.example.jp"]
    assert (hayashi["name"], hayashi["verdict"]) == ("林 健太", "attended")
    assert hayashi["seconds"] > 2400
    listed = {row["contact"]: row for row in office.program.get(office.path).json["items"]}
    assert (listed[hayashi["contact"]]["verdict"], listed[hayashi["contact"]]["seconds"]) == (
        "attended",
        hayashi["seconds"],
    )
    assert listed[hayashi["contact"]]["sources"] == ["report"]
    assert report["thanks"] == sum(row["verdict"] == "attended" for row in came.values())
    assert report["due_at"] == "2026-04-16T01:00:00Z"
    assert report["left_out"]


def test_what_is_odd_about_the_file_is_told(office: Office) -> None:
    header = "名前 (元の名前),ユーザーメール,参加時刻,退出時刻,所要時間（分）"
    line = "林 健太,kenta.hayashi@aoba.example.jp,2026/04/15 14:00,2026/04/15 15:00,60"
    answer = office.upload(
        "\n".join((header, line, "小野 静,shizuka.ono@ono.example.jp,2026/04/15 14:00")).encode(), "a.csv"
    )
    (told,) = answer.json["complaints"]
    assert (answer.status_code, told["row"], told["why"]) == (201, 3, "cut_off")
    assert told["detail"].startswith("Line 3: ")


def test_a_report_of_the_lecture_after_records_nothing(office: Office) -> None:
    header = "名前 (元の名前),ユーザーメール,参加時刻,退出時刻,所要時間（分）"
    line = "林 健太,kenta.hayashi@aoba.example.jp,2026/04/15 15:10,2026/04/15 16:00,50"
    answer = office.upload(f"{header}\n{line}".encode(), "a.csv")
    assert (answer.status_code, answer.json["errors"][0]["why"]) == (422, "other_lecture")
    assert db.session.scalar(select(func.count()).select_from(Mail)) == 0


def test_the_same_report_again_changes_nothing(room: Room, office: Office) -> None:
    first = office.upload(JA).json
    mails = db.session.scalar(select(func.count()).select_from(Mail))
    presences = db.session.scalar(select(func.count()).select_from(Presence))
    again = office.upload(JA).json
    assert (again["upload"], again["matched"]) == (first["upload"], first["matched"])
    assert (again["thanks"], again["missed"]) == (0, 0)
    assert db.session.scalar(select(func.count()).select_from(Mail)) == mails
    assert db.session.scalar(select(func.count()).select_from(Presence)) == presences


def test_a_dry_run_tells_the_same_and_records_nothing(room: Room, office: Office) -> None:
    tried = office.upload(JA, query="?dry_run=1")
    assert (tried.status_code, tried.json["dry_run"], verdicts()) == (200, True, 0)
    recorded = office.upload(JA).json
    assert tried.json["matched"] == recorded["matched"]


def test_names_alone_only_propose_and_one_call_confirms_them(room: Room, office: Office) -> None:
    report = office.upload(NO_EMAIL).json
    assert report["matched"] == []
    proposed = {person["name"]: person for person in report["proposed"]}
    assert all(len(person["candidates"]) == len(person["offered"]) for person in proposed.values())
    chosen = [
        {"row": person["row"], "contact": offer["contact"]}
        for person in proposed.values()
        for offer in person["offered"]
        if offer["ticked"]
    ]
    assert chosen
    confirmed = office.program.put(f"{office.path}/matches", chosen)
    assert confirmed.status_code == 200, confirmed.text
    assert {row["contact"] for row in confirmed.json["matched"]} == {one["contact"] for one in chosen}
    attended = [row for row in office.program.get(office.path).json["items"] if row["verdict"] != "unknown"]
    assert len(attended) >= len(chosen)


def test_somebody_is_named_by_the_name_shown_or_said_to_be_none_of_the_customers(room: Room, office: Office) -> None:
    report = office.upload(NO_EMAIL).json
    person = next(one for one in report["proposed"] if any(offer["ticked"] for offer in one["offered"]))
    matches = f"{office.path}/matches"
    confirmed = office.program.put(matches, {"name": person["name"], "contact": person["candidates"][0]}).json
    assert [row["contact"] for row in confirmed["matched"]] == [person["candidates"][0]]
    dismissed = office.program.put(matches, {"matches": [{"row": person["row"], "contact": None}]}).json
    assert dismissed["matched"] == []
    assert person["name"] in [one["name"] for one in dismissed["unmatched"]]


@pytest.mark.parametrize(
    ("sent", "status", "field"),
    [
        ([{"name": "nobody of this name", "contact": None}], 422, "name"),
        ([{"contact": None}], 422, "0.name"),
        ([{"name": "x", "row": 1, "contact": None}], 422, "0.name"),
        ([{"name": "x"}], 422, "0.contact"),
        ([{"name": "x", "contact": "nobody@customer.example"}], 404, "contact"),
        ({"matches": "all"}, 422, None),
        ([{"name": "x", "contact": None}] * 1001, 422, None),
    ],
)
def test_a_match_that_cannot_be_is_refused(office: Office, sent: Any, status: int, field: str | None) -> None:
    office.upload(NO_EMAIL)
    refused = office.program.put(f"{office.path}/matches", sent)
    assert (refused.status_code, refused.json.get("field")) == (status, field), refused.text


def test_there_is_nothing_to_confirm_before_a_report(office: Office) -> None:
    refused = office.program.put(f"{office.path}/matches", [{"name": "x", "contact": None}])
    assert (refused.status_code, refused.json["params"]["what"]) == (404, "upload")


def test_a_verdict_by_hand_outlives_the_report_and_can_be_taken_back(room: Room, office: Office) -> None:
    office.upload(JA)
    contact = "kenta.hayashi@aoba.example.jp"
    marked = office.program.put(office.path, {"contact": contact, "verdict": "missed", "reason": "別の方でした"}).json
    assert (marked["verdict"], marked["sources"], marked["reason"]) == ("missed", ["manual"], "別の方でした")
    office.upload(JA)
    after = {row["contact"]: row["verdict"] for row in office.program.get(office.path).json["items"]}
    assert after[contact] == "missed"
    back = office.program.put(office.path, {"contact": contact, "verdict": "unknown"}).json
    assert (back["verdict"], back["sources"]) == ("attended", ["report"])


@pytest.mark.parametrize(
    ("sent", "status", "field"),
    [
        ({"verdict": "attended"}, 422, "contact"),
        ({"contact": "nobody@customer.example", "verdict": "attended"}, 404, "contact"),
        ({"contact": "kenta.hayashi@aoba.example.jp", "verdict": "present"}, 422, "verdict"),
        ({"contact": "kenta.hayashi@aoba.example.jp", "verdict": "missed", "reason": "長" * 501}, 422, "reason"),
    ],
)
def test_a_verdict_that_cannot_be_is_refused(office: Office, sent: dict[str, Any], status: int, field: str) -> None:
    refused = office.program.put(office.path, sent)
    assert (refused.status_code, refused.json["field"], verdicts()) == (status, field, 0)


@pytest.mark.parametrize(
    ("data", "form", "status", "why"),
    [
        (b"", {}, 422, "empty"),
        (b"\xff\xfe\x00\x01\x02", {}, 422, None),
        (b"%PDF-1.7 nothing to see", {}, 422, "not_a_table"),
        (b"a,b\n1,2\n", {}, 422, None),
        (b"x" * (20 * 1024 * 1024 + 1), {}, 413, "too_large"),
    ],
)
def test_a_file_that_is_no_report_is_refused_and_nothing_is_written(
    office: Office, data: bytes, form: dict[str, str], status: int, why: str | None
) -> None:
    refused = office.upload(data, "report.csv", **form)
    assert (refused.status_code, refused.content_type) == (status, "application/problem+json"), refused.text
    assert why in (None, refused.json["errors"][0]["why"])
    assert verdicts() == 0


def test_an_unknown_zone_and_a_missing_file_are_named(office: Office) -> None:
    for zone in ("Mars/Base", "../../etc/passwd", "Asia/Tokyo\x00"):
        assert office.upload(JA, zone=zone).json["field"] == "zone"
    missing = office.program("POST", office.path, data={"zone": "Asia/Tokyo"})
    assert (missing.status_code, missing.json["field"]) == (422, "file")


def test_more_than_a_request_may_carry_is_413(office: Office) -> None:
    refused = office.upload(b"x" * (22 * 1024 * 1024), "report.csv")
    assert (refused.status_code, refused.json["reason"]) == (413, "too_large")


def test_the_report_of_another_day_is_refused(evening: None, client: Client) -> None:
    office = Office(client, a_lecture(starts_at=START.replace(day=8)).id)
    refused = office.upload(JA)
    assert (refused.status_code, refused.json["errors"][0]["why"]) == (422, "other_lecture")


def test_a_lecture_that_has_not_begun_or_is_unknown_takes_no_report(evening: None, client: Client) -> None:
    ahead = Office(client, a_lecture(starts_at=START.replace(day=20)).id).upload(JA)
    assert (ahead.status_code, ahead.json["reason"]) == (409, "lecture_not_begun")
    unknown = Office(client, 999_999)
    assert unknown.upload(JA).status_code == unknown.program.get(unknown.path).status_code == 404


def test_a_report_sent_twice_under_one_key_is_recorded_once_whatever_the_boundary(room: Room, office: Office) -> None:
    first = office.upload(JA, key="report-1")
    again = office.upload(JA, key="report-1")
    assert (again.status_code, again.json) == (201, first.json)
    other = office.upload(NO_EMAIL, key="report-1")
    assert (other.status_code, other.json["reason"]) == (422, "idempotency_key_reused")


def test_everybody_booked_is_listed_as_unknown_before_the_report(evening: None, client: Client) -> None:
    lecture = a_lecture(starts_at=START)
    account = an_account(external_id="A-1")
    first, second = a_contact(account, email="hanako@customer.example"), a_contact(account, email=None, phone="045-1-2")
    for contact in (first, second):
        a_registration(contact, lecture)
    office = Office(client, lecture.id)
    listed = office.program.get(office.path, limit=1).json
    assert listed["items"] == [
        {
            "contact": "hanako@customer.example",
            "name": first.name,
            "account": "A-1",
            "verdict": "unknown",
            "seconds": 0,
            "sources": [],
            "reason": None,
        }
    ]
    rest = office.program.get(office.path, cursor=listed["next"]).json
    assert [row["contact"] for row in rest["items"]] == [str(second.id)]
    assert db.session.scalar(select(Lecture.reported_at)) is None


def test_a_report_whose_columns_were_named_on_the_page_is_read_and_one_that_nobody_named_is_not(
    office: Office, room: Room
) -> None:
    table = "お客様,連絡先,入,出\n林 健太,kenta.hayashi@aoba.example.jp,14:00,14:50\n".encode("cp932")
    answer = office.upload(table, "a.csv")
    assert answer.status_code == 422
    assert ("a.csv" in answer.text, "お客様" in answer.json["errors"][0]["detail"]) == (True, True)
    layout = {"name": "お客様", "email": "連絡先", "join": "入", "leave": "出"}
    mapping.settle(room.stage(table, unnamed=True), 1, layout, EVENING, STAFF)
    answer = office.upload(table, "a.csv")
    assert (answer.status_code, answer.json["tool"]) == (201, "generic")
    assert [one["seconds"] for one in answer.json["matched"]] == [3000]
