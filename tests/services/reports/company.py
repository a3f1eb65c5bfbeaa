"""A small company whose history fills every report: people on lectures, ways to ready, handovers, contracts, a trial."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import insert

from scheduler.models.accounts import Account, Contract
from scheduler.models.attendance import Attendance, Presence
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.lectures import Lecture
from scheduler.models.registrations import Registration
from scheduler.models.setup import UsageDay
from scheduler.models.staff import Staff
from scheduler.models.tags import Tag, account_tags
from scheduler.rules.names import name_key
from scheduler.services import tasks
from scheduler.services.actors import CLI
from scheduler.services.snapshots import making
from scheduler.services.trials import keeping
from scheduler.services.trials.keeping import Wanted
from tests import factories as a
from tests.factories import NOW

VERDICTS = ("attended", "attended", "missed", "attended", "partial", "missed", "excused", "")


def fill() -> Staff:
    """Fill the database and take the snapshot; return who looks after the accounts."""
    owner = a.a_member(name="小林 美咲", email="misaki@vendor.example")
    lectures = [
        a.a_lecture(a.a_course(key), NOW - timedelta(days=days, hours=hours), capacity=90, host_id=owner.id)
        for key, days, hours in (("basic", 9, 7), ("basic", 23, 4), ("advanced", 12, 7), ("basic", 40, 5))
    ]
    a.a_lecture(starts_at=NOW + timedelta(days=6), host_id=owner.id)
    companies = [_company(number, owner, lectures) for number in range(6)]
    with db.writing():
        tag = Tag(name="試行A", name_key=name_key("試行A"), created_at=NOW)
        db.session.add(tag)
        db.session.flush()
        borne = [{"tag_id": tag.id, "account_id": one.id} for one in companies[:3]]
        db.session.execute(insert(account_tags), borne)
    months = ("2025-10", "2025-12", "2026-01", "2026-03")
    keeping.add(Wanted("試し", "accounts", [(tag.id, True)], *months, ("attendance",)), NOW, CLI)
    tasks.add("call", "by_hand", now=NOW, account_id=companies[0].id, words="電話する")
    making.make(NOW)
    return owner


def _company(number: int, owner: Staff, lectures: list[Lecture]) -> Account:
    """Add a company; the first ones are farthest on their way."""
    began = date(2026, 1, 10) + timedelta(days=number)
    team = {"onboarding_owner_id": owner.id} if number > 1 else {"success_owner_id": owner.id}
    account = a.an_account(
        stage="onboarding" if number > 1 else "success", created_at=NOW - timedelta(days=80 - number),
        signed_on=began, planned_start_on=began + timedelta(days=40), started_on=began + timedelta(days=50) if number < 3 else None,
        plan=("ライト", "プレミアム")[number % 2], it_skill=("高い", "")[number % 2], **team,
    )  # fmt: skip
    shop = a.a_store(account)
    people = [a.a_contact(account, (shop,)) for _ in range(3)]
    with db.writing():
        for place, person in enumerate(people):
            _seat(lectures[(number + place) % len(lectures)], person.id, VERDICTS[(number * 3 + place) % len(VERDICTS)])
        if number < 3:
            db.session.add(
                UsageDay(account_id=account.id, day=began + timedelta(days=50), event="login", recorded_at=NOW)
            )
        if number < 3:
            _handover(account, ("accepted", "accepted", "returned")[number])
        term = {"starts_on": date(2025, 1 + number, 1), "ends_on": date(2026, 1 + number, 1)}
        outcome = ("renewed", "ended", None)[number % 3]
        db.session.add(Contract(account_id=account.id, monthly_fee=50000, outcome=outcome, created_at=NOW, **term))
    return account


def _seat(lecture: Lecture, contact_id: int, verdict: str) -> None:
    what = {"lecture_id": lecture.id, "contact_id": contact_id}
    booked_at: datetime = lecture.starts_at - timedelta(days=contact_id % 9)
    seat = Registration(**what, uid=f"seat-{contact_id}@test.example", status="booked", revised_at=NOW)
    seat.registered_at = booked_at
    db.session.add(seat)
    if verdict:
        db.session.add(Attendance(**what, verdict=verdict, decided_at=lecture.ends_at))
    if verdict in ("attended", "partial"):
        stayed = {"from_at": lecture.starts_at, "to_at": lecture.ends_at}
        db.session.add(
            Presence(**what, source="report", key=f"r{contact_id}", display_name="", recorded_at=NOW, **stayed)
        )


def _handover(account: Account, state: str) -> None:
    moments = {"requested_at": NOW - timedelta(days=20), "decided_at": NOW - timedelta(days=18)}
    reason = "資料が足りません" if state == "returned" else None
    told = {"from_stage": "onboarding", "to_stage": "success", "state": state}
    row = Handover(account_id=account.id, **told, **moments)
    if reason:
        row.reason = reason
    db.session.add(row)
