"""What a person must do for an account: made once, given to somebody, due, done and open again."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.tasks import Task
from scheduler.services import tasks
from scheduler.services.actors import Actor
from scheduler.services.refusals import Invalid, NotFound
from tests.factories import NOW, a_contact, a_member, an_account
from tests.services.together import at_once

# NOW is a Wednesday, 1 April 2026.
TOMORROW = date(2026, 4, 2)


def the(task_id: int) -> Task:
    return db.session.get_one(Task, task_id, populate_existing=True)


def events() -> list[str]:
    return list(db.session.scalars(select(Event.key).order_by(Event.id)))


def test_the_same_key_makes_one_task(database: Flask) -> None:
    account = an_account()
    first = tasks.add("wish:1:a", "wish", now=NOW, account_id=account.id, words="午前中を希望")
    assert tasks.add("wish:1:a", "wish", now=NOW, account_id=account.id, words="別の文") == first
    assert the(first).words == "午前中を希望"
    assert events() == ["task_added"]


def test_two_at_the_same_moment_make_one_task(database: Flask) -> None:
    account = an_account()
    add = lambda: tasks.add("wish:1:a", "wish", now=NOW, account_id=account.id)  # noqa: E731
    assert at_once(database, add, add) == []
    assert len(tasks.open_ones()) == 1
    assert events() == ["task_added"]


@pytest.mark.parametrize(
    ("stage", "owners", "whose"),
    [
        ("onboarding", ("onboarding", "success"), "onboarding"),
        ("success", ("onboarding", "success"), "success"),
        ("success", ("onboarding",), "onboarding"),
        ("onboarding", (), None),
    ],
)
def test_a_task_is_the_owners_of_the_accounts_stage(
    app: Flask, stage: str, owners: tuple[str, ...], whose: str | None
) -> None:
    members = {team: a_member(team) for team in owners}
    account = an_account(stage=stage, **{f"{team}_owner_id": member.id for team, member in members.items()})
    task = the(tasks.add("k", "stray", now=NOW, account_id=account.id))
    assert task.owner_id == (members[whose].id if whose else None)


def test_who_has_left_is_given_no_task(app: Flask) -> None:
    account = an_account(onboarding_owner_id=a_member(active=False).id)
    assert the(tasks.add("k", "stray", now=NOW, account_id=account.id)).owner_id is None


def test_a_task_is_due_on_the_next_working_day(app: Flask) -> None:
    account = an_account()
    assert the(tasks.add("k", "stray", now=NOW, account_id=account.id)).due_on == TOMORROW
    friday_evening = NOW.replace(day=3, hour=10)
    assert the(tasks.add("l", "stray", now=friday_evening, account_id=account.id)).due_on == date(2026, 4, 6)


def test_an_unknown_account_is_refused(app: Flask) -> None:
    with pytest.raises(NotFound):
        tasks.add("k", "stray", now=NOW, account_id=99)
    assert tasks.open_ones() == []


def test_a_task_is_done_and_opened_again_with_a_line_each_in_the_history(database: Flask) -> None:
    member, account = a_member(), an_account()
    actor = Actor("staff", member.id, "page")
    task_id = tasks.add("k", "stray", now=NOW, account_id=account.id)
    tasks.done(task_id, NOW, actor)
    tasks.done(task_id, NOW, actor)
    assert (the(task_id).done_at, the(task_id).done_by_id) == (NOW, member.id)
    assert (tasks.count_open(), tasks.count_done(), len(tasks.done_ones(limit=9))) == (0, 1, 1)
    tasks.reopen(task_id, NOW, actor)
    tasks.reopen(task_id, NOW, actor)
    assert (the(task_id).done_at, the(task_id).done_by_id) == (None, None)
    assert events() == ["task_added", "task_done", "task_reopened"]


def test_a_task_that_is_not_there_cannot_be_done(app: Flask) -> None:
    for act in (tasks.done, tasks.reopen):
        with pytest.raises(NotFound):
            act(99, NOW, Actor("staff", None, "page"))


def test_by_hand_a_task_needs_words_and_a_member_who_is_there(app: Flask) -> None:
    account, actor = an_account(), Actor("staff", a_member().id, "page")
    gone = a_member(active=False)
    for words, owner, field in (("  ", None, "words"), ("字" * 501, None, "words"), ("電話", gone.id, "owner")):
        with pytest.raises(Invalid) as refusal:
            tasks.add_by_hand(account.id, "f", words, owner, None, NOW, actor)
        assert refusal.value.params["field"] == field
    first = tasks.add_by_hand(account.id, "f", " 電話する ", None, date(2026, 4, 9), NOW, actor)
    assert tasks.add_by_hand(account.id, "f", "電話する", None, None, NOW, actor) == first
    assert (the(first).words, the(first).due_on) == ("電話する", date(2026, 4, 9))


def test_open_tasks_are_listed_by_due_day_for_a_member_a_team_or_all(app: Flask) -> None:
    mine, colleague, other = a_member(), a_member(), a_member("success")
    account = an_account()
    handed = an_account(stage="success")
    add = lambda key, account, **of: tasks.add(key, "by_hand", now=NOW, account_id=account.id, **of)  # noqa: E731
    own = add("own", account, owner_id=mine.id, due_on=date(2026, 4, 9))
    theirs = add("theirs", account, owner_id=colleague.id, due_on=date(2026, 4, 3))
    nobodys = add("nobodys", account, due_on=date(2026, 4, 6))
    success = add("success", handed, owner_id=other.id, due_on=date(2026, 4, 2))
    ids = lambda found: [task.id for task in found]  # noqa: E731
    assert ids(tasks.open_ones()) == [success, theirs, nobodys, own]
    assert ids(tasks.open_ones(tasks.mine(mine.id))) == [own]
    assert ids(tasks.open_ones(tasks.of_team("onboarding"))) == [theirs, nobodys, own]
    assert ids(tasks.open_ones(tasks.of_account(handed.id))) == [success]
    assert ids(tasks.open_ones(limit=1)) == [success]
    assert ids(tasks.open_ones(limit=1, skip=1)) == [theirs]
    by_account = tasks.open_of_many([account.id, handed.id])
    assert {number: ids(found) for number, found in by_account.items()} == {
        account.id: [theirs, nobodys, own],
        handed.id: [success],
    }


def test_a_person_who_is_erased_takes_the_tasks_about_her_along(database: Flask) -> None:
    contact = a_contact()
    tasks.add("k", "wish", now=NOW, account_id=contact.account_id, contact_id=contact.id)
    with db.writing():
        db.session.delete(contact)
    assert tasks.open_ones() == []
