"""What would leave is told beforehand, by the present rules or by others, and nothing is written for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from emails.transports.setting import transport_from
from scheduler.models.accounts import Account, Contact
from scheduler.models.db import Base, db
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail, Suppression
from scheduler.services import introductions, jobs, mail_holding, mail_plan, mail_rules
from scheduler.services.actors import CLI
from scheduler.services.mail_plan import Line
from scheduler.services.outbox.owe import owe
from scheduler.services.planned import Planned
from tests.factories import (
    a_contact,
    a_course,
    a_lecture,
    a_member,
    a_registration,
    a_setup_step,
    a_store,
    an_account,
)
from tests.statements import noted

DAY = timedelta(days=1)
# Wednesday 1 April 2026, 10:00 in Tokyo.
TEN = datetime(2026, 4, 1, 1, tzinfo=UTC)


def story(accounts: int = 1) -> None:
    """Introduce companies of three shops, with one person booked, in the hands of a member who hosts."""
    host = a_member()
    a_setup_step("menu")
    lecture = a_lecture(a_course(), TEN + 8 * DAY, host_id=host.id)
    for _number in range(accounts):
        account = an_account(onboarding_owner_id=host.id, level="stuck")
        stores = [a_store(account, closed_days=[2]) for _store in range(3)]
        a_contact(account)
        a_registration(a_contact(account, (stores[0],), role="manager"), lecture)
    introductions.start(list(db.session.scalars(select(Account.id))), "coordinator", TEN, CLI)


def everything() -> dict[str, int]:
    """Count the rows of every table."""
    tables = Base.metadata.sorted_tables
    return {table.name: db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def kinds(mails: list[Planned]) -> set[str]:
    return {mail.kind for mail in mails}


@pytest.mark.usefixtures("database")
def test_everything_that_leaves_by_itself_is_told_and_nothing_is_written() -> None:
    story()
    before = everything()
    with noted() as seen:
        told = mail_plan.plan(TEN, 14)
    assert everything() == before
    assert [line for line in seen if line.split()[0] not in ("SELECT", "BEGIN", "WITH")] == []
    assert kinds(told) >= {"invitation", "reminder_day", "reminder_hour", "setup_nudge", "weekly_state", "staff_digest"}
    assert [mail.when for mail in told] == sorted(mail.when for mail in told)
    assert all(TEN <= mail.when <= TEN + 14 * DAY for mail in told)
    assert len({mail.key for mail in told}) == len(told)


@pytest.mark.usefixtures("database")
def test_what_was_told_is_what_leaves_if_nobody_does_anything(tmp_path: Path) -> None:
    story(2)
    told = mail_plan.plan(TEN, 14)
    context = jobs.Context(transport_from(f"folder:{tmp_path / 'mails'}"))
    names = ("invite_again", "plan_nudges", "plan_weekly_states", "plan_digests", "plan_packs", "plan_reminders")
    moments = sorted({mail.when for mail in told if mail.kind != "invitation"} | {TEN + n * DAY for n in range(14)})
    for moment in moments:
        for name in names:
            assert jobs.run(jobs.JOBS[name], moment, context, at_once=True).state == "done"
        with db.writing():
            due = update(Mail).where(Mail.state == "queued", Mail.due_at <= moment)
            db.session.execute(due.values(state="sent", sent_at=Mail.due_at))
    came = db.session.execute(select(Mail.key, Mail.due_at).where(Mail.due_at <= TEN + 14 * DAY)).all()
    assert sorted((key, at) for key, at in came) == sorted((mail.key, mail.when) for mail in told)


def test_a_changed_rule_is_shown_before_it_is_saved(app: Flask) -> None:
    story()
    present = mail_plan.plan(TEN, 14)
    changed = mail_rules.changed(
        mail_rules.get(),
        {
            "setup_nudge.after_days": "8",
            "reminder_hour.on": "off",
            "invitation.at_most": "1",
            "setup_nudge.every_days": "1",
        },
    )
    lines = mail_plan.compared(present, mail_plan.plan(TEN, 14, changed))
    found = {(line.mail.kind, line.change) for line in lines}
    assert found >= {("setup_nudge", "moved"), ("setup_nudge", "new"), ("reminder_hour", "gone")}
    moved = next(line for line in lines if line.change == "moved")
    # On Monday the weekly state is sent to the same person: Tuesday.
    assert (moved.before, moved.mail.when) == (TEN + 6 * DAY, TEN + 8 * DAY)
    assert mail_plan.changes(lines)["gone"] == sum(line.change == "gone" for line in lines)
    assert "reminder_hour" not in mail_plan.counts(lines)
    assert mail_rules.get().enabled("reminder_hour")


def test_the_same_rules_change_nothing(app: Flask) -> None:
    story()
    present = mail_plan.plan(TEN, 14)
    assert mail_plan.compared(present, present) == [Line(mail) for mail in present]


@pytest.mark.parametrize(
    ("kind", "at", "fields", "leaves", "reason"),
    [
        # A press at night waits for the morning; a confirmation does not.
        ("invitation", "21:00", {}, "2026-04-02T08:00+09:00", "quiet_hours"),
        ("confirmation", "21:00", {}, "2026-04-01T21:00+09:00", ""),
        ("setup_nudge", "10:30", {}, "2026-04-02T10:00+09:00", "closed_day"),
        ("invitation", "11:00", {"batch": "press"}, "2026-04-01T11:00+09:00", "press"),
        ("welcome", "11:00", {"expires_at": TEN + timedelta(minutes=30)}, "2026-04-01T11:00+09:00", "too_late"),
    ],
)
def test_what_is_owed_is_told_with_what_it_waits_for(
    app: Flask, kind: str, at: str, fields: dict[str, Any], leaves: str, reason: str
) -> None:
    # Her shop is closed on Wednesdays.
    account = an_account()
    person = a_contact(account, (a_store(account, closed_days=[2]),))
    due_at = datetime.fromisoformat(f"2026-04-01T{at}+09:00")
    with db.writing():
        owe(kind, "k", now=TEN, due_at=due_at, contact_id=person.id, account_id=account.id, params={"course_id": 1})
        db.session.execute(update(Mail).values(state="queued", **fields))
    (mail,) = mail_plan.plan(TEN, 2)
    assert (mail.when, mail.reason) == (datetime.fromisoformat(leaves), reason)
    assert mail.mail_id is not None


@pytest.mark.parametrize(
    ("how", "reason"), [("account", "paused"), ("held", "held"), ("all", "all_paused"), ("batch", "press")]
)
def test_what_a_hand_holds_back_is_told_as_such(app: Flask, how: str, reason: str) -> None:
    account = an_account()
    lecture = a_lecture(a_course(), TEN - DAY)
    kind = "thanks" if how == "held" else "invitation"
    about = {"contact_id": a_contact(account).id, "account_id": account.id, "lecture_id": lecture.id}
    with db.writing():
        owe(kind, "k", now=TEN, due_at=TEN + timedelta(minutes=5), **about)
        if how == "batch":
            db.session.execute(update(Mail).values(batch="press"))
        db.session.execute(update(Lecture).values(follow_up_held_at=TEN if how == "held" else None))
    if how == "account":
        mail_holding.pause_account(account.id, TEN, CLI)
    if how == "all":
        mail_holding.pause_everything(TEN, CLI)
    assert [mail.reason for mail in mail_plan.plan(TEN, 2)] == [reason]


def test_who_declined_or_has_no_address_is_not_told_of(app: Flask) -> None:
    account = an_account()
    for address, name in ((None, ""), ("left@customer.example", "invitations"), ("gone@customer.example", "all")):
        person = a_contact(account, email=address)
        with db.writing():
            owe("invitation", f"k:{person.id}", now=TEN, contact_id=person.id, account_id=account.id)
            if address:
                db.session.add(Suppression(address=address, list=name, reason="unsubscribed", created_at=TEN))
    assert mail_plan.plan(TEN, 2) == []


@pytest.mark.usefixtures("database")
def test_each_mail_is_told_with_its_reader_and_company() -> None:
    story()
    told = mail_plan.plan(TEN, 14)
    known = mail_plan.recipients(told)
    person = db.session.scalars(select(Contact).where(Contact.role == "coordinator")).one()
    account = db.session.scalars(select(Account)).one()
    nudge = known[next(mail.key for mail in told if mail.kind == "setup_nudge")]
    assert (nudge.name, nudge.address) == (person.name, person.email)
    assert (nudge.account, nudge.external_id) == (account.name, account.external_id)
    digest = known[next(mail.key for mail in told if mail.kind == "staff_digest")]
    assert (digest.account, digest.address.endswith("@vendor.example")) == ("", True)


def test_the_number_of_statements_does_not_grow_with_the_accounts(app: Flask) -> None:
    counts = []
    for _round in range(2):
        story(4)
        with noted() as seen:
            mail_plan.recipients(mail_plan.plan(TEN, 14))
        counts.append(len(seen))
    assert counts[0] == counts[1]
