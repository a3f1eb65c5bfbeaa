"""In which stage and with whom an account stood from when to when, as services wrote it into the history."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from flask import Flask
from sqlalchemy import select, update

from scheduler.models.accounts import Account, Store
from scheduler.models.db import db
from scheduler.models.snapshots import Tenure
from scheduler.models.staff import Staff
from scheduler.services import accounts, handovers, holding, stores
from scheduler.services.actors import CLI, Actor
from scheduler.services.snapshots import making
from scheduler.services.waves import moving
from tests import factories as a
from tests.factories import NOW

ADDED = NOW - timedelta(days=60)


def after(days: int) -> datetime:
    return ADDED + timedelta(days=days)


def day(days: int) -> date:
    return after(days).date()


def acts(member: Staff) -> Actor:
    return Actor("staff", member.id, "page")


def spans(account_id: int) -> list[tuple[str, int | None, int, date, date | None]]:
    rows = db.session.scalars(select(Tenure).where(Tenure.account_id == account_id).order_by(Tenure.from_on))
    return [(row.stage, row.owner_id, row.stores, row.from_on, row.until_on) for row in rows]


def an_account(**payload: object) -> int:
    return accounts.upsert("A-1", {"name": "株式会社推移"} | payload, ADDED, CLI)[0]


def test_owners_and_handovers_are_spans(database: Flask) -> None:
    anne, ben, cara = a.a_member(), a.a_member(), a.a_member(team="success")
    number = an_account(owners={"onboarding": anne.email})
    accounts.assign([number], "onboarding", ben.id, after(10), CLI)
    asked = handovers.request(number, "success", after(20), acts(ben), reason="急ぎ")
    handovers.accept(asked, after(25), acts(cara))
    making.make(NOW)
    assert spans(number) == [
        ("onboarding", anne.id, 0, day(0), day(10)),
        ("onboarding", ben.id, 0, day(10), day(25)),
        ("success", cara.id, 0, day(25), None),
    ]
    assert making.make(NOW) == 0


def test_an_acceptance_that_was_undone_brings_the_stage_back(app: Flask) -> None:
    ben, cara = a.a_member(), a.a_member(team="success")
    number = an_account(owners={"onboarding": ben.email})
    asked = handovers.request(number, "success", after(20), acts(ben), reason="急ぎ")
    handovers.accept(asked, after(25), acts(cara))
    handovers.undo(asked, after(25) + timedelta(minutes=5), acts(cara))
    making.make(NOW)
    assert spans(number) == [("onboarding", ben.id, 0, day(0), None)]


def test_a_wave_moves_stage_and_owner(database: Flask) -> None:
    ben, cara, dora = a.a_member(), a.a_member(team="success"), a.a_member(team="success")
    number = an_account(owners={"onboarding": ben.email})
    moving.move({number: cara.id}, "success", False, "", after(20), CLI)
    moving.move({number: dora.id}, "", False, "", after(30), CLI)
    making.make(NOW)
    assert spans(number) == [
        ("onboarding", ben.id, 0, day(0), day(20)),
        ("success", cara.id, 0, day(20), day(30)),
        ("success", dora.id, 0, day(30), None),
    ]


def test_nobody_has_an_account_until_it_is_decided_where_it_stands(app: Flask) -> None:
    account = a.an_account(undecided=True, created_at=ADDED)
    making.make(after(5))
    assert spans(account.id) == []
    accounts.decide([account.id], "success", after(10), CLI)
    making.make(NOW)
    assert spans(account.id) == [("success", None, 0, day(10), None)]


def test_stores_added_by_hand_are_known_by_day_others_from_the_night_on(database: Flask) -> None:
    number = an_account(stores=[{"code": "1", "name": "一"}])
    stores.add(number, {"code": "2", "name": "二"}, after(10), CLI)
    making.make(after(20))
    with db.writing():
        db.session.execute(update(Store).where(Store.code == "1").values(scope="out"))
    making.make(after(30))
    kept = [("onboarding", None, 1, day(0), day(10)), ("onboarding", None, 2, day(10), day(30))]
    assert spans(number) == [*kept, ("onboarding", None, 1, day(30), None)]

    making.rebuild(NOW)
    assert spans(number) == [("onboarding", None, 0, day(0), day(10)), ("onboarding", None, 1, day(10), None)]


def test_a_cancelled_account_is_nobodys_load_and_comes_back_when_that_is_taken_back(app: Flask) -> None:
    number = an_account()
    making.make(after(20))
    holding.cancel(number, day(30), "閉店", after(25), CLI)
    making.make(after(28))
    assert spans(number) == [("onboarding", None, 0, day(0), None)]
    making.make(after(30))
    assert spans(number) == [("onboarding", None, 0, day(0), day(30))]
    holding.take_back(number, after(35), CLI)
    making.make(NOW)
    assert spans(number) == [("onboarding", None, 0, day(0), None)]


def test_deleted_accounts_take_their_spans_with_them(database: Flask) -> None:
    account = a.an_account()
    making.make(NOW)
    with db.writing():
        db.session.delete(db.session.get_one(Account, account.id))
    assert spans(account.id) == []
    assert making.make(NOW) == 0
