"""What a form owes: a link to the address, the same for everybody, and not too many of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from scheduler.models.applications import Application
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.services import addresses
from scheduler.services.applications import applying, completing
from scheduler.services.lectures.cancelling import cancel as cancel_lecture
from scheduler.services.refusals import (
    Invalid,
    LectureCancelled,
    LectureOver,
    NotFound,
    Refused,
)
from tests.factories import (
    a_contact,
    a_lecture,
    an_account,
)
from tests.services.applications.asking import DAY, HOUR, MINUTE, links, registrations, send, staff, the_only
from tests.services.outbox.answering import Answering, deliver
from tests.services.together import at_once

pytestmark = pytest.mark.usefixtures("database")


def test_a_form_owes_a_link_to_the_address_and_registers_nobody(now: datetime) -> None:
    lecture = a_lecture()
    send(lecture, now, email="Hanako@Mihon.example ", store="ﾖｺﾊﾏ店")
    row = the_only()
    assert (row.company, row.store, row.name, row.email) == (
        "株式会社みほん",
        "ヨコハマ店",
        "山田 花子",
        "hanako@mihon.example",
    )
    assert (row.state, row.confirmed_at, row.proposed_account_id, row.contact_id) == ("sent", None, None, None)
    (mail,) = links()
    assert (mail.application_id, mail.contact_id, mail.lecture_id, mail.due_at) == (row.id, None, lecture.id, now)
    assert registrations() == []


def test_the_same_is_written_for_whoever_is_known_and_whoever_is_not(now: datetime) -> None:
    a_contact(an_account(name="株式会社みほん"), email="hanako@mihon.example", name="山田 花子")
    lecture = a_lecture()
    send(lecture, now)
    send(lecture, now, email="nobody@nowhere.example")
    known, unknown = db.session.scalars(select(Application).order_by(Application.id)).all()
    hidden = {"id", "email"}
    columns = [column.name for column in Application.__table__.columns if column.name not in hidden]
    assert [getattr(known, name) for name in columns] == [getattr(unknown, name) for name in columns]
    assert [(mail.due_at, mail.expires_at, mail.params) for mail in links()] == [(now, now + 7 * DAY, {})] * 2
    assert db.session.scalar(select(func.count()).select_from(Event)) == 0


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("company", " ", "missing"),
        ("name", "", "missing"),
        ("email", "", "missing"),
        ("email", "hanako", "email_malformed"),
        ("email", "a@b.example, c@d.example", "email_malformed"),
        ("name", "あ" * 201, "too_long"),
        ("store", "店\x00", "not_a_text"),
        ("zone", "Mars/Olympus", "zone_unknown"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_field(now: datetime, field: str, value: str, why: str) -> None:
    with pytest.raises(Invalid) as refused:
        send(a_lecture(), now, **{field: value})
    assert (refused.value.params["field"], refused.value.params["why"]) == (field, why)
    assert db.session.scalar(select(func.count()).select_from(Application)) == 0


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"starts_at": datetime.fromisoformat("2026-04-01T00:00Z")}, LectureOver),
        ({"status": "cancelled"}, LectureCancelled),
        ({"account_id": 0}, NotFound),
        ({"stray_since": datetime.fromisoformat("2026-03-31T00:00Z")}, NotFound),
    ],
)
def test_only_a_date_that_is_ahead_and_open_to_all_can_be_asked_for(
    now: datetime, fields: dict[str, Any], refusal: type[Refused]
) -> None:
    if "account_id" in fields:
        fields = {"account_id": an_account().id}
    with pytest.raises(refusal):
        send(a_lecture(**fields), now)
    assert links() == []


def test_the_same_form_again_is_the_same_application_and_no_other_mail(now: datetime) -> None:
    lecture = a_lecture()
    send(lecture, now)
    send(lecture, now + 9 * MINUTE, name="山田 華子")
    assert the_only().name == "山田 華子"
    assert len(links()) == 1
    send(lecture, now + 10 * MINUTE)
    assert len(links()) == 2


def test_only_the_newest_link_counts(now: datetime) -> None:
    lecture = a_lecture()
    send(lecture, now)
    old = addresses.application_version(the_only())
    send(lecture, now + HOUR)
    row = the_only()
    assert completing.read(row.id, old) is None
    with pytest.raises(NotFound):
        completing.complete(row.id, old, now + HOUR)
    assert completing.read(row.id, addresses.application_version(row)) is not None


def test_links_for_several_dates_reach_an_address_ten_minutes_apart(now: datetime) -> None:
    for day in range(3):
        send(a_lecture(starts_at=now + (day + 2) * DAY), now)
    assert [mail.due_at for mail in links()] == [now, now + 10 * MINUTE, now + 20 * MINUTE]


def test_nobodys_mailbox_is_filled(now: datetime) -> None:
    lecture = a_lecture(starts_at=now + 9 * DAY)
    for minute in range(0, 24 * 60, 7):
        send(lecture, now + minute * MINUTE)
    assert len(links()) == applying.A_DAY
    send(lecture, now, email="somebody@else.example")
    assert len(links()) == applying.A_DAY + 1


def test_forms_sent_at_the_same_instant_are_one_application_and_one_mail(database: Flask, now: datetime) -> None:
    lecture = a_lecture()
    at_once(database, *[lambda: send(lecture, now)] * 6)
    assert the_only().state == "sent"
    assert len(links()) == 1


def test_the_mail_brings_the_link_and_none_of_the_visitors_words(now: datetime) -> None:
    send(a_lecture(), now, name="Win at evil.example", company="evil.example")
    transport = Answering()
    assert deliver(now, transport) == 1
    (message,) = transport.given
    assert (message.to.address, message.to.name) == ("hanako@mihon.example", "")
    assert addresses.application(the_only()) in message.text
    assert "evil" not in message.subject + message.text + message.html
    assert links()[0].state == "sent"


@pytest.mark.parametrize("state", ["done", "refused"])
def test_a_link_that_completes_nothing_any_more_is_not_sent(now: datetime, state: str) -> None:
    send(a_lecture(), now)
    with db.writing():
        the_only().state = state
    assert deliver(now, Answering()) == 1
    assert (links()[0].state, links()[0].reason) == ("dropped", "application_closed")


def test_a_link_for_a_date_that_was_cancelled_meanwhile_is_not_sent(now: datetime) -> None:
    lecture = a_lecture()
    send(lecture, now)
    cancel_lecture(lecture.id, {"ja": "都合により"}, now, staff())
    deliver(now, Answering())
    assert (links()[0].state, links()[0].reason) == ("dropped", "application_closed")
