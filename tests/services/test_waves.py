"""Many accounts move in one press: to whom has least to do, each with its own handover, and back until letters leave."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.history import Event
from scheduler.models.mails import Mail
from scheduler.models.signals import Destination, Signal
from scheduler.models.staff import Staff
from scheduler.services import handovers, letters
from scheduler.services.actors import Actor
from scheduler.services.outbox import about
from scheduler.services.outbox.content import preview
from scheduler.services.outbox.wanted import unwanted
from scheduler.services.refusals import HandoverClosed, Invalid, LetterGone
from scheduler.services.waves import moving, planning
from tests.factories import NOW, a_contact, a_member, an_account

API = Actor("api", 1, "api")
LETTER_DUE = datetime(2026, 4, 2, 1, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("database")


def acts(member: Staff) -> Actor:
    return Actor("staff", member.id, "page")


def the(account: Account) -> Account:
    return db.session.get_one(Account, account.id, populate_existing=True)


def planned(accounts: list[Account], to: str, receiver_id: int | None = None, letter: bool = True) -> planning.Plan:
    return planning.plan([account.id for account in accounts], to, receiver_id, letter, NOW)


def chosen(plan: planning.Plan) -> dict[int, int]:
    return {line.account.id: line.receiver_id for line in plan.lines}


def stays(plan: planning.Plan) -> dict[int, str]:
    return {account.id: why for account, why in plan.stays}


def wave_of(accounts: list[Account], to: str, now: datetime, actor: Actor = API, **how: Any) -> moving.Moved:
    plan = planned(accounts, to, letter=how.get("letter", True))
    return moving.move(chosen(plan), to, how.get("letter", True), how.get("note", ""), now, actor)


def rows() -> list[Handover]:
    return list(db.session.scalars(select(Handover).order_by(Handover.id).execution_options(populate_existing=True)))


def letter_states() -> list[str]:
    return list(db.session.scalars(select(Mail.state).where(Mail.kind == "handover_letter").order_by(Mail.id)))


def test_accounts_that_move_on_are_shared_out_by_load_and_stay_with_whom_has_them_already() -> None:
    busy, free = a_member(team="success"), a_member(team="success")
    a_member(team="success", active=False)
    a_member(team="operations")
    for _ in range(2):
        an_account(stage="success", success_owner_id=busy.id)
    known = an_account(success_owner_id=busy.id)
    new = [an_account() for _ in range(3)]
    plan = planned([known, *new], "success")
    assert chosen(plan) == {known.id: busy.id} | {account.id: free.id for account in new}
    assert plan.given() == {busy.id: 1, free.id: 3}


def test_accounts_that_change_owner_go_to_the_others() -> None:
    leaving, one, other = (a_member(team="onboarding") for _ in range(3))
    accounts = [an_account(onboarding_owner_id=leaving.id) for _ in range(4)]
    assert planned(accounts, "").given() == {one.id: 2, other.id: 2}


def test_what_cannot_move_stays_with_its_reason() -> None:
    receiver = a_member(team="success")
    undecided, cancelled = an_account(undecided=True), an_account(cancelled_on=date(2026, 3, 1))
    there, asked = an_account(stage="success"), an_account()
    handovers.request(asked.id, "success", datetime(2026, 3, 31, tzinfo=UTC), API, reason="先方のご希望")
    plan = planned([undecided, cancelled, there, asked], "success", receiver.id)
    assert plan.lines == ()
    assert stays(plan) == {
        undecided.id: "undecided",
        cancelled.id: "cancelled",
        there.id: "already_there",
        asked.id: "handover_open",
    }


@pytest.mark.parametrize(
    ("team", "why"), [("success", "receiver_not_of_team"), ("onboarding", "same_owner"), (None, "nobody_else")]
)
def test_an_account_stays_where_nobody_fit_was_chosen(team: str | None, why: str) -> None:
    owner = a_member(team="onboarding")
    account = an_account(onboarding_owner_id=owner.id)
    receiver = owner.id if team == "onboarding" else a_member(team=team).id if team else None
    assert stays(planned([account], "", receiver)) == {account.id: why}


def test_accounts_move_on_each_with_a_handover_of_its_own_and_a_letter(now: datetime) -> None:
    giver, receiver = a_member(team="onboarding"), a_member(team="success")
    accounts = [an_account(onboarding_owner_id=giver.id) for _ in range(2)]
    coordinator = a_contact(accounts[0], name="窓口 花子")
    a_contact(accounts[0], name="元窓口", left_on=date(2026, 3, 1))
    a_contact(accounts[1], role="member")
    done = wave_of(accounts, "success", now, note="引き続きよろしくお願いします。")
    assert (done.accounts, done.letters, done.stayed) == (2, 1, 0)
    assert [(row.from_stage, row.to_stage, row.state, row.receiver_id, row.wave) for row in rows()] == [
        ("onboarding", "success", "accepted", receiver.id, done.wave)
    ] * 2
    assert {(the(one).stage, the(one).success_owner_id, the(one).stage_since) for one in accounts} == {
        ("success", receiver.id, now)
    }
    (letter,) = letters.of(rows()[0].id)
    assert (letter.contact_id, letter.due_at, letter.state) == (coordinator.id, LETTER_DUE, "queued")
    text = preview(letter, now).text
    assert "引き続きよろしくお願いします。" in text
    assert f"これまでの担当: {giver.name}" in text
    assert f"新しい担当: {receiver.name}" in text
    history = select(Event.account_id).where(Event.key == "moved_in_wave").order_by(Event.account_id)
    assert list(db.session.scalars(history)) == [account.id for account in accounts]


def test_a_letter_about_another_owner_of_the_same_team_names_both(now: datetime) -> None:
    old, new = a_member(team="success", name="旧担 一郎"), a_member(team="success", name="新担 二郎")
    account = an_account(stage="success", success_owner_id=old.id)
    a_contact(account)
    wave_of([account], "", now)
    assert (the(account).stage, the(account).success_owner_id) == ("success", new.id)
    text = preview(letters.of(rows()[0].id)[0], now).text
    assert "これまでの担当: 旧担 一郎" in text
    assert "新しい担当: 新担 二郎" in text


@pytest.mark.parametrize("with_letter", [True, False])
def test_of_two_letters_not_yet_sent_a_customer_gets_the_one_that_still_holds(now: datetime, with_letter: bool) -> None:
    first, second = a_member(team="success"), a_member(team="success")
    account = an_account()
    a_contact(account)
    moving.move({account.id: first.id}, "success", True, "", now, API)
    moving.move({account.id: second.id}, "", with_letter, "", now, API)
    found = [about.read(letter.id) for row in rows() for letter in letters.of(row.id)]
    verdicts = [unwanted(one, LETTER_DUE) for one in found if one is not None]
    assert verdicts == [("dropped", "handover_changed"), None][: 1 + with_letter]


def test_without_a_letter_nobody_outside_is_told(now: datetime) -> None:
    account = an_account()
    a_contact(account)
    a_member(team="success")
    assert wave_of([account], "success", now, letter=False).letters == 0
    assert letter_states() == []


def test_every_receiver_gets_one_mail_but_not_who_pressed(now: datetime) -> None:
    presser, receiver = a_member(team="success"), a_member(team="success")
    wave_of([an_account() for _ in range(4)], "success", now, acts(presser))
    sent = db.session.scalars(select(Mail).where(Mail.kind == "staff_accounts_moved")).all()
    assert [mail.staff_id for mail in sent] == [receiver.id]
    text = preview(sent[0], now).text
    assert "2社" in text
    assert presser.name in text


def test_a_wave_is_brought_back_until_its_letters_leave(now: datetime) -> None:
    giver = a_member(team="onboarding")
    receiver = a_member(team="success")
    accounts = [an_account(onboarding_owner_id=giver.id) for _ in range(2)]
    for account in accounts:
        a_contact(account)
    since = the(accounts[0]).stage_since
    done = wave_of(accounts, "success", now)
    assert moving.undo(done.wave, LETTER_DUE - timedelta(minutes=1), API) == (2, 0)
    assert {(the(one).stage, the(one).success_owner_id, the(one).stage_since) for one in accounts} == {
        ("onboarding", None, since)
    }
    assert [row.state for row in rows()] == ["withdrawn"] * 2
    assert letter_states() == ["dropped"] * 2
    assert db.session.scalar(select(Mail.state).where(Mail.staff_id == receiver.id)) == "dropped"
    assert moving.undo(done.wave, now, API) == (0, 0)


def test_what_a_customer_was_told_of_stays_and_the_rest_comes_back(now: datetime) -> None:
    a_member(team="success")
    accounts = [an_account() for _ in range(2)]
    for account in accounts:
        a_contact(account)
    done = wave_of(accounts, "success", now)
    with db.writing():
        letters.of(rows()[0].id)[0].state = "sent"
    assert moving.undo(done.wave, now, API) == (1, 1)
    assert [the(account).stage for account in accounts] == ["success", "onboarding"]


def test_of_two_changes_of_owner_only_the_later_can_be_undone(now: datetime) -> None:
    one, other = a_member(team="success"), a_member(team="success")
    account = an_account(stage="success", success_owner_id=one.id)
    first = moving.move({account.id: other.id}, "", False, "", now, API)
    second = moving.move({account.id: one.id}, "", False, "", now, API)
    with pytest.raises(HandoverClosed):
        handovers.undo(rows()[0].id, now, API)
    assert moving.undo(first.wave, now, API) == (0, 1)
    assert moving.undo(second.wave, now, API) == (1, 0)
    assert moving.undo(first.wave, now, API) == (1, 0)
    assert the(account).success_owner_id == one.id
    wave = moving.move({account.id: other.id}, "", False, "", now, API)
    with pytest.raises(LetterGone):
        handovers.undo(moving.of(wave.wave)[0].id, LETTER_DUE, API)


def test_what_changed_since_the_plan_was_shown_stays_as_it_is(now: datetime) -> None:
    receiver = a_member(team="success")
    accounts = [an_account(), an_account(), an_account()]
    shown = chosen(planned(accounts, "success"))
    handovers.request(accounts[0].id, "success", now, API, reason="先方のご希望")
    moving.move({accounts[1].id: receiver.id}, "success", False, "", now, API)
    done = moving.move(shown, "success", True, "", now, API)
    assert (done.accounts, done.stayed) == (1, 2)
    assert [the(account).stage for account in accounts] == ["onboarding", "success", "success"]


def test_the_same_press_twice_moves_once(now: datetime) -> None:
    a_member(team="success")
    account = an_account()
    shown = chosen(planned([account], "success"))
    moving.move(shown, "success", True, "", now, API)
    assert moving.move(shown, "success", True, "", now, API).accounts == 0
    assert len(rows()) == 1


def test_programs_that_want_it_are_told_of_each_account(now: datetime) -> None:
    with db.writing():
        db.session.add(
            Destination(
                kind="webhook", name="CRM", url="https://crm.example", signals=["handover.accepted"], created_at=now
            )
        )
    a_member(team="success")
    accounts = [an_account(), an_account()]
    wave_of(accounts, "success", now)
    told = db.session.scalars(select(Signal).order_by(Signal.id)).all()
    assert [one.account_id for one in told] == [account.id for account in accounts]
    assert {(one.data["from"], one.data["to"]) for one in told} == {("onboarding", "success")}


@pytest.mark.parametrize("to", ["sales", "nowhere"])
def test_accounts_move_to_a_later_stage_only(now: datetime, to: str) -> None:
    with pytest.raises(Invalid):
        planned([an_account()], to)
    with pytest.raises(Invalid):
        moving.move({an_account().id: a_member().id}, to, True, "", now, API)


def test_an_account_in_renewal_cannot_go_back_to_success() -> None:
    a_member(team="success")
    account = an_account(stage="renewal")
    assert stays(planned([account], "success")) == {account.id: "already_there"}
