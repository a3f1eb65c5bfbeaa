"""The board shows every stage, what needs somebody most first."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from flask import Flask

from scheduler.services import board
from tests.factories import a_member, an_account
from tests.statements import noted

TODAY = date(2026, 4, 1)


def test_each_stage_is_sorted_by_what_needs_attention(database: Flask, now: datetime) -> None:
    fine, held = an_account(), an_account(level="on_track", on_hold_until=date(2026, 6, 1))
    ready = an_account(ready_since=now, stage_since=now - timedelta(days=1))
    later, sooner = (an_account(level="stuck", planned_start_on=date(2026, month, 1)) for month in (4, 3))
    behind = an_account(level="behind")
    undecided = an_account(level="stuck", undecided=True)
    an_account(cancelled_on=TODAY)
    ending = an_account(cancelled_on=date(2026, 6, 30), stage="renewal")
    handed = an_account(ready_since=now - timedelta(days=3), stage="success")
    columns = {column.stage: column for column in board.columns(now)}
    order = [sooner, later, behind, ready, undecided, fine, held]
    assert [row.id for row in columns["onboarding"].accounts] == [row.id for row in order]
    assert columns["onboarding"].counts == {
        "stuck": 2,
        "behind": 1,
        "ready": 1,
        "undecided": 1,
        "on_track": 1,
        "on_hold": 1,
    }
    assert [row.id for row in columns["renewal"].accounts] == [ending.id]
    assert (columns["success"].counts, columns["success"].total) == ({"on_track": 1}, 1)
    assert [row.id for row in columns["success"].accounts] == [handed.id]
    assert columns["sales"].total == 0


def test_a_member_sees_the_own_accounts_and_a_stage_only_so_many(app: Flask, now: datetime) -> None:
    member = a_member()
    mine = [an_account(onboarding_owner_id=member.id) for _ in range(2)]
    for _ in range(board.MOST):
        an_account()
    with noted() as statements:
        columns = board.columns(now, member.id)
    assert [row.id for row in columns[1].accounts] == [row.id for row in mine]
    assert len(statements) <= 6
    everyone = board.columns(now)[1]
    assert (len(everyone.accounts), everyone.total) == (board.MOST, board.MOST + 2)
    alone = board.columns(now, stage="onboarding")
    assert [len(column.accounts) for column in alone] == [0, board.MOST + 2, 0, 0]
