"""The weekly pack of a small company, line by line, and which week it tells of."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from scheduler.models.accounts import Account
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.history import Event
from scheduler.models.lectures import Lecture
from scheduler.models.replies import Reply
from scheduler.models.tasks import Task
from scheduler.rules.reporting import Asked, Named, Note, Report
from scheduler.services.refusals import Invalid, NotFound
from scheduler.services.reports import pack
from tests.factories import NOW, a_contact, a_course, a_lecture, a_member, a_registration, an_account
from tests.statements import noted

DAY = timedelta(days=1)
# Wednesday 1 April 2026, 09:00 in Tokyo: the last week over is that of Monday 23 March.
ASKED = Asked(date(2025, 4, 1), date(2026, 4, 1))
LAST_WEEK = NOW - 6 * DAY


def an_event(account: Account, key: str, at: datetime = LAST_WEEK, **params: Any) -> None:
    with db.writing():
        db.session.add(Event(at=at, account_id=account.id, key=key, params=params, actor_kind="worker"))


def a_handover(account: Account, state: str, **fields: Any) -> Handover:
    values = {"from_stage": "onboarding", "to_stage": "success", "requested_at": LAST_WEEK - DAY}
    if state != "requested":
        values["decided_at"] = LAST_WEEK
    with db.writing():
        row = Handover(**values | {"account_id": account.id, "state": state} | fields)
        db.session.add(row)
    return row


def a_company() -> dict[str, Any]:
    owner, host = a_member(name="小林"), a_member(name="高橋")
    own = {"onboarding_owner_id": owner.id}
    new = an_account(name="新しい", planned_start_on=date(2026, 5, 1), **own)
    an_event(new, "account_added", stage="onboarding")
    an_event(an_account(name="前の週"), "account_added", LAST_WEEK - 7 * DAY, stage="onboarding")
    an_event(an_account(name="導入済み"), "account_added", stage="success")
    decided = an_account(name="決まった")
    an_event(decided, "account_added", LAST_WEEK - 30 * DAY, stage="onboarding")
    an_event(decided, "decided", stage="onboarding")
    since = {"stage_since": NOW - 60 * DAY}
    waits = an_account(name="引き継ぎ可", ready_since=LAST_WEEK, **since, **own)
    lost = an_account(name="戻った", **since)
    asked = an_account(name="依頼中", ready_since=LAST_WEEK, open_points="店舗 2 の予約枠", **since)
    for account in (waits, lost, asked):
        an_event(account, "ready", stage="onboarding")
    # Ready twice in the week: told once.
    an_event(lost, "ready", LAST_WEEK + timedelta(hours=3), stage="onboarding")
    reasons = [{"key": "not_registered", "params": {"working_days": 9}}]
    stuck = an_account(name="停滞中", level="stuck", level_reasons=reasons, **own)
    an_account(name="保留", level="stuck", on_hold_until=date(2026, 5, 1))
    a_handover(asked, "requested", receiver_id=host.id)
    handed = an_account(name="引き継いだ", stage="success")
    a_handover(handed, "accepted", decided_by_id=host.id)
    a_handover(handed, "accepted", from_stage="success", decided_by_id=host.id)
    a_handover(stuck, "returned", decided_by_id=host.id, reason="利用がまだ")
    a_handover(waits, "returned", decided_at=LAST_WEEK - 14 * DAY)
    basic = a_course()
    held = a_lecture(basic, LAST_WEEK + timedelta(hours=5), host_id=host.id)
    for verdict in ("attended", "missed", "unknown"):
        person = a_contact(stuck)
        a_registration(person, held)
        with db.writing():
            values = {"lecture_id": held.id, "contact_id": person.id, "decided_at": NOW}
            db.session.add(Attendance(**values, verdict=verdict))
    coming = a_lecture(basic, NOW, account_id=new.id, capacity=3)
    a_registration(a_contact(new), coming)
    a_registration(a_contact(new), coming, status="waitlisted")
    a_lecture(basic, NOW + DAY, status="cancelled")
    a_lecture(basic, NOW + 7 * DAY)
    with db.writing():
        late = {"created_at": LAST_WEEK, "due_on": date(2026, 3, 31)}
        db.session.add(Task(key="a", kind="by_hand", account_id=new.id, words="見積もり", owner_id=owner.id, **late))
        db.session.add(Task(key="b", kind="by_hand", account_id=new.id, **late, done_at=NOW))
        db.session.add(Task(key="c", kind="stray", created_at=NOW, due_on=date(2026, 4, 1)))
        db.session.add(
            Reply(message_id="1", received_at=NOW - DAY, sender="a@b.example", subject="日程", outcome="kept")
        )
        db.session.add(Reply(message_id="2", received_at=NOW, sender="a@b.example", outcome="declined"))
    return {"owner": owner, "host": host, "held": held, "coming": coming, "new": new}


@pytest.fixture
def world(app: object) -> dict[str, Any]:
    return a_company()


def lines(report: Report, part: str) -> list[tuple[Any, ...]]:
    """Return the lines of a list, names in place of what is named."""
    return [
        tuple(value.name if isinstance(value, Named) else value for value in row.values)
        for row in report.part(part).rows
    ]


def test_a_week_is_told_list_by_list(world: dict[str, Any]) -> None:
    found = pack.build(ASKED, NOW)
    assert (found.asked.since, found.asked.until) == (date(2026, 3, 23), date(2026, 3, 29))
    on = date(2026, 3, 26)
    assert lines(found, "new") == [("新しい", on, date(2026, 5, 1), "小林"), ("決まった", on, None, "")]
    assert sorted(lines(found, "ready")) == [
        ("依頼中", on, "requested", ""),
        ("引き継ぎ可", on, "waits", "小林"),
        ("戻った", on, "not_any_more", ""),
    ]
    assert lines(found, "stuck") == [("停滞中", "not_registered", None, "小林")]
    assert lines(found, "handed_over") == [("引き継いだ", "onboarding-success", on, "高橋")]
    assert lines(found, "returned") == [("停滞中", "onboarding-success", on, "利用がまだ", "高橋")]
    name = world["held"].course.name
    (held,) = lines(found, "held")
    assert (*held[:5], held[5].hits, held[5].base, held[6]) == (name, on, "14:00", "", 3, 1, 2, "高橋")
    assert lines(found, "coming") == [(name, date(2026, 4, 1), "09:00", "新しい", 1, 3, 1, "")]
    assert lines(found, "handovers") == [("依頼中", "onboarding-success", date(2026, 3, 25), "高橋")]
    assert lines(found, "open_points") == [("依頼中", "店舗 2 の予約枠", "")]
    assert lines(found, "tasks") == [("新しい", "by_hand", "見積もり", date(2026, 3, 31), "小林")]
    assert lines(found, "replies") == [("日程", "a@b.example", date(2026, 3, 31))]


@pytest.mark.usefixtures("database")
def test_behind_every_count_stands_the_whole_list(monkeypatch: pytest.MonkeyPatch) -> None:
    a_company()
    with noted() as statements:
        found = pack.build(ASKED, NOW)
    assert len(statements) <= 14
    for row in found.part(pack.OVERVIEW).rows:
        name, count = row.values
        behind = pack.behind(ASKED, pack.OVERVIEW, row.key, "count", NOW, None, 0)
        assert (behind.total, len(behind.rows)) == (count, count)
        assert behind.columns == found.part(name).columns
        beyond = pack.behind(ASKED, pack.OVERVIEW, row.key, "count", NOW, 100, 100)
        assert (beyond.total, beyond.rows) == (count, ())
    with pytest.raises(NotFound):
        pack.behind(ASKED, "new", "new", "account", NOW, 1, 0)
    monkeypatch.setattr(pack, "MOST", 1)
    cut = pack.build(ASKED, NOW).part("ready")
    assert (len(cut.rows), cut.notes) == (1, (Note("more", {"count": 2}),))


def test_another_week_is_told_by_any_of_its_days(world: dict[str, Any]) -> None:
    asked = Asked(ASKED.since, ASKED.until, more={"week": "2026-04-02"})
    found = pack.build(asked, NOW)
    assert (found.asked.since, dict(found.asked.more)) == (date(2026, 3, 30), {"week": "2026-03-30"})
    # What is open stands as it is now; of the lectures, only those that are over.
    assert [row.values[1] for row in found.part(pack.OVERVIEW).rows] == [0, 0, 1, 0, 0, 0, 1, 1, 1, 1, 1]
    assert db.session.query(Lecture).count() == 4
    for text in ("2026-13-01", "x", "9999-12-31"):
        with pytest.raises(Invalid) as refused:
            pack.build(Asked(ASKED.since, ASKED.until, more={"week": text}), NOW)
        assert refused.value.params["field"] == "week"


def test_an_owner_narrows_accounts_and_tasks(world: dict[str, Any]) -> None:
    found = pack.build(Asked(ASKED.since, ASKED.until, owner_id=world["owner"].id), NOW)
    counts = {row.key: row.values[1] for row in found.part(pack.OVERVIEW).rows}
    narrowed = {"new": 1, "ready": 1, "stuck": 1, "handed_over": 0, "returned": 1, "handovers": 0, "tasks": 1}
    assert counts == {**narrowed, "held": 1, "coming": 1, "open_points": 0, "replies": 1}
    assert [note.key for note in found.notes] == ["narrowed"]


def test_a_quiet_week_says_so(app: object) -> None:
    found = pack.build(ASKED, NOW)
    assert all(note == Note("nothing") for part in found.parts[1:] for note in part.notes)
    assert all(len(part.notes) == 1 for part in found.parts[1:])
