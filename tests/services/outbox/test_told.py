"""Changes in quick succession: one mail, which says what its reader last knew and what is true now."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from emails import TryAgain
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.services import resending
from scheduler.services.actors import Actor
from scheduler.services.lectures import calls, cancelling, changing
from scheduler.services.registrations import booking, changes
from tests.factories import a_contact, a_lecture, a_registration
from tests.services.outbox.answering import Answering, deliver

PAGE = Actor("contact", 1, "page")
STAFF = Actor("staff", None, "page")
DAY = timedelta(days=1)
# A week after the tests' moment is Wednesday, 8 April, 09:00 in Tokyo.
FIRST, SECOND, THIRD = "4月8日(水)", "4月9日(木)", "4月10日(金)"

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def lecture(now: datetime) -> Lecture:
    return a_lecture()


@pytest.fixture
def told(lecture: Lecture, now: datetime) -> int:
    """Somebody whose confirmation has left."""
    number = booking.register(a_contact().id, lecture.id, now, PAGE)
    assert deliver(now, Answering()) == 1
    return number


def move(lecture: Lecture, days: int, now: datetime, **fields: object) -> None:
    begins = db.session.get_one(Lecture, lecture.id).starts_at + days * DAY
    changing.change(lecture.id, {"starts_at": begins, **fields}, now, STAFF)


def sent(now: datetime) -> list[str]:
    transport = Answering()
    deliver(now, transport)
    return [message.subject + "\n" + message.text for message in transport.given]


def reasons() -> list[tuple[str, str]]:
    rows = db.session.execute(
        select(Mail.state, Mail.reason).where(Mail.kind.in_(("changed", "waitlisted"))).order_by(Mail.id)
    )
    return [(state, reason) for state, reason in rows]


def test_two_changes_before_the_first_mail_left_are_one_mail_with_the_date_last_told(
    told: int, lecture: Lecture, now: datetime
) -> None:
    move(lecture, 1, now)
    move(lecture, 1, now)
    (text,) = sent(now)
    assert f"変更後: 2026年{THIRD}" in text
    assert f"変更前: 2026年{FIRST}" in text
    assert SECOND not in text
    assert reasons() == [("dropped", "superseded"), ("sent", "")]


def test_a_change_that_was_told_is_what_the_next_one_starts_from(told: int, lecture: Lecture, now: datetime) -> None:
    move(lecture, 1, now)
    assert len(sent(now)) == 1
    move(lecture, 1, now)
    (text,) = sent(now)
    assert f"変更前: 2026年{SECOND}" in text


def test_a_mail_that_could_not_leave_tells_nothing(told: int, lecture: Lecture, now: datetime) -> None:
    move(lecture, 1, now)
    deliver(now, Answering(TryAgain("greylisted")))
    move(lecture, 1, now)
    (text,) = sent(now + timedelta(minutes=1))
    assert f"変更前: 2026年{FIRST}" in text


def test_what_was_changed_back_before_anybody_was_told_is_no_news(told: int, lecture: Lecture, now: datetime) -> None:
    move(lecture, 1, now)
    move(lecture, -1, now)
    assert sent(now) == []
    assert reasons() == [("dropped", "superseded"), ("dropped", "changed_back")]


def test_a_new_link_is_told_though_the_date_is_back(told: int, lecture: Lecture, now: datetime) -> None:
    move(lecture, 1, now, join_url="https://meet.example/2")
    move(lecture, -1, now)
    (text,) = sent(now)
    assert "日時に変更はございません" in text
    assert "変更前" not in text


def test_a_new_link_alone_says_that_the_date_stays(told: int, lecture: Lecture, now: datetime) -> None:
    changing.change(lecture.id, {"join_url": "https://meet.example/2"}, now, STAFF)
    (text,) = sent(now)
    assert "【変更のお知らせ】" in text
    assert f"- 日時: 2026年{FIRST}" in text


def test_whoever_was_never_confirmed_hears_of_the_date_all_the_same(lecture: Lecture, now: datetime) -> None:
    booking.register(a_contact().id, lecture.id, now, PAGE)
    move(lecture, 1, now)
    move(lecture, -1, now)
    (text,) = sent(now)
    assert f"- 日時: 2026年{FIRST}" in text


def test_a_lecture_brought_back_before_anybody_heard_of_it_is_no_news(
    told: int, lecture: Lecture, now: datetime
) -> None:
    cancelling.cancel(lecture.id, {"ja": "押し間違い"}, now, STAFF)
    cancelling.bring_back(lecture.id, now, STAFF)
    assert sent(now) == []
    cancelling.cancel(lecture.id, {"ja": "休講"}, now, STAFF)
    assert "休講" in sent(now)[0]
    cancelling.bring_back(lecture.id, now, STAFF)
    (text,) = sent(now)
    assert FIRST in text


def test_whoever_was_never_confirmed_hears_that_the_lecture_is_held_again(lecture: Lecture, now: datetime) -> None:
    booking.register(a_contact().id, lecture.id, now, PAGE)
    cancelling.cancel(lecture.id, {"ja": "押し間違い"}, now, STAFF)
    cancelling.bring_back(lecture.id, now, STAFF)
    assert len(sent(now)) == 1


def test_what_a_customer_changed_herself_she_knows(told: int, lecture: Lecture, now: datetime) -> None:
    other = a_lecture(starts_at=lecture.starts_at + DAY)
    changes.swap(told, other.id, now, PAGE)
    move(other, 1, now)
    (text,) = sent(now)
    assert f"変更前: 2026年{SECOND}" in text
    changes.swap(told, lecture.id, now, PAGE)
    changes.swap(told, other.id, now, PAGE)
    assert len(sent(now)) == 1


def test_whoever_waits_reads_both_dates_and_hears_nothing_of_a_link(now: datetime) -> None:
    full = a_lecture(capacity=1)
    a_registration(lecture=full)
    waits = booking.register(a_contact().id, full.id, now, PAGE, waitlist=True)
    sent(now)
    changing.change(full.id, {"join_url": "https://meet.example/2"}, now, STAFF)
    assert len(sent(now)) == 1
    move(full, 1, now)
    about = [text for text in sent(now) if "キャンセル待ち" in text]
    assert len(about) == 1
    assert f"変更前: 2026年{FIRST}" in about[0]
    move(full, 1, now)
    move(full, -1, now)
    assert sent(now) == []
    assert db.session.scalars(select(Mail.kind).where(Mail.registration_id == waits)).all() == ["waitlisted"] * 4


def test_a_change_that_may_have_arrived_is_taken_back_by_a_mail(told: int, lecture: Lecture, now: datetime) -> None:
    move(lecture, 1, now)
    deliver(now, Answering(TryAgain("no answer", doubtful=True)))
    move(lecture, -1, now)
    assert [FIRST in text for text in sent(now)] == [True]


def test_who_was_rung_up_about_a_cancellation_is_told_that_it_takes_place_after_all(
    told: int, lecture: Lecture, now: datetime
) -> None:
    contact_id = db.session.scalars(select(Mail.contact_id)).first()
    assert contact_id is not None
    cancelling.call_off(lecture.id, {"ja": "講師の急病のため"}, now, STAFF)
    calls.tick(lecture.id, contact_id, True, now, STAFF)
    cancelling.bring_back(lecture.id, now, STAFF)
    assert [FIRST in text for text in sent(now)] == [True]


def test_a_mail_sent_once_more_by_hand_does_not_hide_what_its_reader_was_told(
    told: int, lecture: Lecture, now: datetime
) -> None:
    move(lecture, 1, now)
    assert len(sent(now)) == 1
    resending.resend(db.session.scalars(select(Mail.id).where(Mail.kind == "changed")).one(), now, STAFF)
    move(lecture, -1, now)
    (text,) = sent(now)
    assert f"変更前: 2026年{SECOND}" in text
    assert f"変更後: 2026年{FIRST}" in text


def test_a_mail_that_came_back_told_nobody(told: int, lecture: Lecture, now: datetime) -> None:
    move(lecture, 1, now)
    assert len(sent(now)) == 1
    with db.writing():
        db.session.execute(update(Mail).where(Mail.kind == "changed").values(state="bounced"))
    move(lecture, 1, now)
    (text,) = sent(now)
    assert f"変更前: 2026年{FIRST}" in text
