"""Whoever imports at the same moment, and whatever a list says, nobody comes in twice and nothing breaks."""

from __future__ import annotations

from typing import Any

from flask import Flask
from hypothesis import HealthCheck, given, settings
from sqlalchemy import delete, func, select

from scheduler.models.accounts import Account, Contact, Store
from scheduler.models.db import db
from scheduler.models.staff import Staff
from scheduler.models.uploads import Upload
from scheduler.readers.customer_rows import CustomerRow
from scheduler.services import accounts
from scheduler.services.actors import CLI
from scheduler.services.imports import confirm, staging
from tests.rules.lists import ROWS
from tests.services.imports.lists import (
    NOW,
    SAMPLE,
    a_list,
    as_csv,
    bring_in,
    counts,
    everything,
    how_many,
    imported_events,
)
from tests.services.together import at_once


def test_a_list_confirmed_twice_at_once_goes_in_once(database: Flask) -> None:
    number = staging.stage(SAMPLE, "list.csv", NOW, CLI)
    refused = at_once(database, *[lambda: confirm.confirm(number, NOW, CLI)] * 3)
    assert refused == ["upload_expired", "upload_expired"]
    assert (how_many(Account), how_many(Contact), len(imported_events())) == (112, 1241, 112)


def test_two_machines_with_the_same_list_add_nobody_twice(database: Flask) -> None:
    assert at_once(database, *[lambda: bring_in(SAMPLE)] * 2) == []
    assert (how_many(Account), how_many(Store), how_many(Contact)) == (112, 1028, 1241)
    assert len(imported_events()) == 112
    twice = select(Staff.name_key).group_by(Staff.name_key).having(func.count() > 1)
    assert db.session.scalars(twice).all() == []


def test_a_program_that_makes_the_same_account_at_once_meets_no_error(database: Flask) -> None:
    numbers = range(20)
    listed = a_list(*[{"顧客ID": f"A{n}", "会社名": f"会社{n}", "氏名": "山田", "メール": "y@x.jp"} for n in numbers])
    payload = {"name": "みほん", "contacts": [{"name": "山田", "email": "y@x.jp"}]}

    def put() -> None:
        for n in reversed(numbers):
            accounts.upsert(f"A{n}", payload, NOW, CLI)

    assert at_once(database, put, lambda: bring_in(listed)) == []
    assert (how_many(Account), how_many(Contact)) == (20, 20)


# Lists that hypothesis makes: two accounts, a few names, addresses and telephones in every combination.


def written(rows: list[CustomerRow]) -> bytes:
    """Write rows as a list; the header alone would be refused."""
    head = ["顧客ID", "会社名", "店舗コード", "氏名", "メール", "電話番号", "プラン"]
    lines = [[r.account_id, r.account_name, r.store_code, r.name, r.email, r.phone, r.plan] for r in rows]
    return as_csv([head, *lines, ["A0", "みほん", *[""] * 5]])


def forget() -> None:
    with db.writing():
        for model in (Account, Staff, Upload):
            db.session.execute(delete(model))


def unchanged(again: Any) -> bool:
    return [counts(again, part)[:2] for part in ("accounts", "stores", "contacts")] == [(0, 0)] * 3


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS, ROWS)
def test_any_two_lists_go_in_one_after_the_other_and_again_change_nothing(
    app: Flask, first: list[CustomerRow], second: list[CustomerRow]
) -> None:
    forget()
    for rows in (first, second):
        bring_in(written(rows))
        before = everything()
        assert unchanged(bring_in(written(rows)))
        assert everything() == before
