"""The plan of mails on the command line, for people and for programs."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import func, select

from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.services import mail_rules
from tests.cli.conftest import Tasuki, refused
from tests.factories import NOW, a_contact, a_setup_step, an_account

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def person() -> str:
    """Somebody whose company leaves its set-up undone."""
    a_setup_step()
    a_contact(an_account(external_id="C-7", introduced_at=NOW), name="山田 花子", email="hanako@mihon.example")
    return "hanako@mihon.example"


def test_what_will_leave_is_printed_and_nothing_written(tasuki: Tasuki, person: str) -> None:
    rows = json.loads(tasuki("mail", "plan", "--json").stdout)
    assert rows == [
        {
            "when": when,
            "kind": "setup_nudge",
            "key": f"nudge:1:{number}",
            "to": person,
            "name": "山田 花子",
            "account": "C-7",
            "reason": "",
            "change": "",
            "before": None,
        }
        for number, when in ((1, "2026-04-06T01:00:00Z"), (2, "2026-04-13T01:00:00Z"))
    ]
    assert person in tasuki("mail", "plan").stdout
    assert db.session.scalar(select(func.count()).select_from(Mail)) == 0


def test_it_is_narrowed_by_days_kind_and_account(tasuki: Tasuki, person: str) -> None:
    counts = [
        len(json.loads(tasuki("mail", "plan", "--json", *words).stdout))
        for words in (("--days", "31"), ("--days", "3"), ("--kind", "thanks"), ("--account", "C-7"), ("--account", "C"))
    ]
    assert counts == [3, 0, 0, 2, 0]


def test_another_timing_is_tried_without_being_saved(tasuki: Tasuki, person: str) -> None:
    words = ("--set", "setup_nudge.after_days=3", "--set", "setup_nudge.at_most=1", "--json")
    rows = json.loads(tasuki("mail", "plan", *words).stdout)
    assert [(row["change"], row["when"], row["before"]) for row in rows] == [
        # Three days after is a Saturday: what falls on it leaves on Monday, as before.
        ("", "2026-04-06T01:00:00Z", None),
        ("gone", "2026-04-13T01:00:00Z", None),
    ]
    assert mail_rules.get() == mail_rules.read({})


@pytest.mark.parametrize("words", [("nothing.at_all=1",), ("setup_nudge.after_days=0",), ("setup_nudge.from=25:00",)])
def test_a_timing_that_cannot_be_is_refused(tasuki: Tasuki, words: tuple[str, ...]) -> None:
    refused(tasuki("mail", "plan", "--set", *words))


def test_a_timing_without_a_value_is_wrong_usage(tasuki: Tasuki) -> None:
    assert tasuki("mail", "plan", "--set", "setup_nudge.after_days").exit_code == 2
