"""Customer lists for the tests: rows made by hand or by hypothesis, and a plan carried out as a service would."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import strategies as st

from scheduler.readers.customer_rows import CustomerRow
from scheduler.rules.differences import Difference, Known, Value
from scheduler.rules.drafts import IntakePlan, KnownAccount
from scheduler.rules.intake import plan_intake
from scheduler.rules.names import phone_digits

TODAY = date(2026, 11, 20)


def row(number: int, **said: Any) -> CustomerRow:
    """Make a row of account A1; a name, address or number makes it speak of a person."""
    has_contact = any(said.get(field) for field in ("name", "email", "phone"))
    digits = phone_digits(said.get("phone", ""))
    defaults = {"account_id": "A1", "account_name": "みほん", "has_contact": has_contact, "phone_digits": digits}
    return CustomerRow(number=number, **{**defaults, **said})


def planned(*rows: CustomerRow, existing: Mapping[str, KnownAccount] | None = None) -> IntakePlan:
    return plan_intake(rows, existing or {}, TODAY)


def applied(plan: IntakePlan, before: Mapping[str, KnownAccount] | None = None) -> dict[str, KnownAccount]:
    """Do what a service does with a plan: write what is new or changed and remember what was imported."""
    known = dict(before or {})
    for account in plan.accounts:
        old = known.get(account.external_id)
        contacts = {contact.id: contact for contact in (old.contacts if old else ())}
        stores = {store.id: store for store in (old.stores if old else ())}
        for store in account.stores:
            written = _written(store.difference, stores, {"code": store.code, "closed_days": ()}, len(stores) + 1)
            stores[written.id] = written
        for contact in account.contacts:
            defaults: dict[str, Value] = {"name": "", "email": "", "phone": "", "role": "member", "locale": "ja"}
            written = _written(contact.difference, contacts, defaults, len(contacts) + 1)
            contacts[written.id] = written
        itself = _written(account.difference, {old.id: old} if old else {}, {}, len(known) + 1)
        known[account.external_id] = KnownAccount(
            itself.id, itself.current, itself.imported, tuple(stores.values()), tuple(contacts.values())
        )
    return known


def _written(difference: Difference, known: Mapping[int, Known], defaults: dict[str, Value], new_id: int) -> Known:
    id_ = difference.known_id or new_id
    before = known[id_].current if difference.known_id else defaults
    # What the database gives back: JSON in `imported`.
    remembered = json.loads(json.dumps(difference.imported))
    return Known(id_, {**before, **{change.field: change.new for change in difference.changes}}, remembered)


def by_hand(account: KnownAccount, part: str, position: int, **edits: Value) -> KnownAccount:
    parts = list(getattr(account, part))
    parts[position] = replace(parts[position], current={**parts[position].current, **edits})
    return replace(account, **{part: tuple(parts)})


def kinds(plan: IntakePlan) -> list[tuple[int, str]]:
    return [(mark.number, mark.key) for mark in plan.marks]


TEXTS = st.sampled_from(["", "甲", "乙"])
ROWS = st.lists(
    st.builds(
        lambda number, account_id, store, name, address, phone, plan: row(
            number, account_id=account_id, store_code=store, name=name, email=address, phone=phone, plan=plan
        ),
        *[st.integers(2, 50), st.sampled_from(["A1", "A2"]), st.sampled_from(["", "S1", "S2"]), TEXTS],
        *[st.sampled_from(["", "a@x.jp", "b@x.jp"]), st.sampled_from(["", "0311", "0322"]), TEXTS],
    ),
    max_size=12,
    unique_by=lambda made: made.number,
)
