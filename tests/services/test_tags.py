"""Answers whether tags are given, taken, renamed and told, and whether lists and programs see them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from flask import Flask

from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.trials import Trial, TrialGroup
from scheduler.services import accounts, directory, tags
from scheduler.services.actors import Actor
from scheduler.services.directory import Filter
from scheduler.services.refusals import Invalid, NotFound
from tests.conftest import Client, sign_in
from tests.factories import a_member, an_account

STAFF = Actor("staff", None, "page")


@pytest.fixture(autouse=True)
def _application(app: Flask) -> None:
    """Everything here needs a database."""


def borne(account_id: int) -> list[str]:
    return [tag.name for tag in tags.of_accounts([account_id]).get(account_id, [])]


def told() -> list[tuple[str, Any]]:
    found = db.session.query(Event).order_by(Event.id)
    return [(event.key, event.params.get("tags")) for event in found if "tag" in event.key]


def test_names_that_read_alike_are_one_tag_and_the_same_press_again_changes_nothing(now: datetime) -> None:
    one, other = an_account(), an_account()
    assert tags.tag_accounts([one.id, other.id], ["ＶＩＰ", "春の試行"], now, STAFF) == 2
    assert tags.tag_accounts([one.id, other.id], ["vip"], now, STAFF) == 0
    assert sorted(tag.name for tag in tags.every()) == ["春の試行", "ＶＩＰ"]
    assert told() == [("tagged", borne(one.id))] * 2


def test_an_account_gets_exactly_the_tags_that_were_typed(now: datetime) -> None:
    account = an_account()
    assert tags.set_account(account.id, tags.read("甲、乙, 丙,,"), now, STAFF)
    assert not tags.set_account(account.id, ["丙", "乙", "甲"], now, STAFF)
    assert tags.set_account(account.id, ["乙"], now, STAFF)
    assert borne(account.id) == ["乙"]


def test_taking_a_tag_off_leaves_the_others_and_who_did_not_bear_it(now: datetime) -> None:
    one, other = an_account(), an_account()
    tags.tag_accounts([one.id], ["甲", "乙"], now, STAFF)
    tags.tag_accounts([other.id], ["乙"], now, STAFF)
    assert tags.untag_accounts([one.id, other.id], ["甲"], now, STAFF) == 1
    assert (borne(one.id), borne(other.id)) == (["乙"], ["乙"])


@pytest.mark.parametrize(
    ("names", "why"),
    [
        (["あ" * 41], "too_long"),
        ([f"印{number}" for number in range(21)], "too_many_tags"),
        ([], "missing"),
        (["、"], "missing"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_changes_nothing(names: list[str], why: str, now: datetime) -> None:
    account = an_account()
    with pytest.raises(Invalid) as refused:
        tags.tag_accounts([account.id], names, now, STAFF)
    assert (refused.value.params["why"], borne(account.id), tags.every()) == (why, [], [])


def test_an_account_with_all_the_tags_it_can_bear_keeps_a_whole_press_from_happening(now: datetime) -> None:
    full, other = an_account(), an_account()
    tags.tag_accounts([full.id], [f"印{number}" for number in range(20)], now, STAFF)
    with pytest.raises(Invalid) as refused:
        tags.tag_accounts([full.id, other.id], ["もう一つ"], now, STAFF)
    assert (refused.value.params["why"], borne(other.id)) == ("too_many_tags_on", [])


def test_a_tag_is_renamed_but_never_to_another_ones_name(now: datetime) -> None:
    account = an_account()
    tags.tag_accounts([account.id], ["甲", "乙"], now, STAFF)
    first = tags.by_name("甲")
    assert first is not None
    tags.rename(first.id, "新しい甲", now, STAFF)
    with pytest.raises(Invalid) as refused:
        tags.rename(first.id, "乙", now, STAFF)
    assert (refused.value.params["why"], borne(account.id)) == ("tag_exists", ["乙", "新しい甲"])
    with pytest.raises(NotFound):
        tags.rename(9999, "丙", now, STAFF)


def test_a_tag_by_which_a_trial_compares_stays(now: datetime) -> None:
    account = an_account()
    tags.tag_accounts([account.id], ["試行", "対照"], now, STAFF)
    tried, free = tags.by_name("試行"), tags.by_name("対照")
    assert tried is not None
    assert free is not None
    day = now.date().replace(day=1)
    trial = Trial(name="春", subjects="accounts", baseline_from=day, baseline_to=day, trial_from=day, trial_to=day)
    trial.measures, trial.created_at = [], now
    db.session.add(trial)
    db.session.flush()
    db.session.add(TrialGroup(trial_id=trial.id, tag_id=tried.id, tried=True))
    db.session.commit()
    with pytest.raises(Invalid):
        tags.remove(tried.id, now, STAFF)
    tags.remove(free.id, now, STAFF)
    assert borne(account.id) == ["試行"]


def test_lists_are_narrowed_by_a_tag(now: datetime) -> None:
    one, _other = an_account(), an_account()
    tags.tag_accounts([one.id], ["甲"], now, STAFF)
    tag = tags.by_name("甲")
    assert tag is not None
    rows, total = directory.accounts(Filter(tag_id=tag.id))
    assert ([row.id for row in rows], total) == ([one.id], 1)


def test_a_program_puts_all_tags_of_an_account(now: datetime) -> None:
    number, _new = accounts.upsert("A-7", {"name": "甲商事", "tags": ["甲", "乙"]}, now, STAFF)
    accounts.upsert("A-7", {"name": "甲商事"}, now, STAFF)
    assert borne(number) == ["乙", "甲"]
    accounts.upsert("A-7", {"tags": ["丙"]}, now, STAFF)
    assert borne(number) == ["丙"]


def test_members_are_tagged_on_their_page_and_accounts_in_the_list(client: Client, now: datetime) -> None:
    account, member = an_account(), a_member(team="operations")
    sign_in(client, member)
    client.post("/staff/accounts/tags", data={"account": [account.id], "tags": "甲、乙"})
    client.post("/staff/accounts/tags?off=1", data={"account": [account.id], "tags": "乙"})
    client.post(f"/staff/members/{member.id}/tags", data={"tags": "講師"})
    assert borne(account.id) == ["甲"]
    assert [tag.name for tag in tags.of_members([member.id])[member.id]] == ["講師"]
    page = client.get("/staff/tags").text
    assert "甲" in page
    assert "講師" in page
    tag = tags.by_name("甲")
    assert tag is not None
    client.post(f"/staff/tags/{tag.id}", data={"name": "甲の会"})
    assert "甲の会" in client.get(f"/staff/accounts/{account.id}").text
    client.post(f"/staff/tags/{tag.id}/remove")
    assert borne(account.id) == []
