"""Answers what an import changed, as far as taking it back needs that: what it added, and fields before and after."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select

from scheduler.models.accounts import Account, Contact, Store, contact_stores
from scheduler.models.db import Base, db
from scheduler.rules.drafts import AccountDraft, KnownAccount

MODELS: dict[str, type[Base]] = {"accounts": Account, "stores": Store, "contacts": Contact}
# What an import may write of rows that were there.
COLUMNS: dict[str, tuple[str, ...]] = {
    "accounts": (
        *("name", "reading", "plan", "note", "it_skill", "signed_on", "planned_start_on", "billing_starts_on"),
        *("sales_owner_id", "onboarding_owner_id", "success_owner_id", "imported"),
    ),
    "stores": ("name", "closed_days", "imported"),
    "contacts": (
        *("name", "name_key", "reading", "role", "email", "phone", "phone_digits", "locale", "note", "checks"),
        "imported",
    ),
}
# Of a person also the ids of the stores.
PLACES = "stores"

Values = dict[str, Any]


@dataclass
class Trace:
    """What an import added, by table and id, and the fields it changed: [before, after], by table, id and column."""

    added: dict[str, list[int]] = field(default_factory=lambda: {name: [] for name in (*MODELS, "staff")})
    changed: dict[str, dict[str, dict[str, list[Any]]]] = field(default_factory=lambda: {name: {} for name in MODELS})

    def to_json(self) -> dict[str, Any]:
        """Write the trace as the upload keeps it."""
        return {"added": self.added, "changed": self.changed}

    def note(self, before: Mapping[str, Mapping[int, Values]], after: Mapping[str, Mapping[int, Values]]) -> None:
        """Add what differs between two states of the same accounts."""
        for name in MODELS:
            self.added[name] += sorted(after[name].keys() - before[name].keys())
            for number in after[name].keys() & before[name].keys():
                old, new = before[name][number], after[name][number]
                differing = {column: [old[column], new[column]] for column in new if old[column] != new[column]}
                if differing:
                    self.changed[name][str(number)] = differing


def rewritten(drafts: Sequence[AccountDraft], existing: Mapping[str, KnownAccount]) -> set[str]:
    """Return the known accounts of which an import writes anything, if only what it remembers of the list."""
    found = set()
    for draft in drafts:
        known = existing.get(draft.external_id)
        if known is not None and (draft.state != "unchanged" or _remembers_else(draft, known)):
            found.add(draft.external_id)
    return found


def state(account_ids: Collection[int]) -> dict[str, dict[int, Values]]:
    """Read what an import may write of these accounts, their stores and people, by table and id, as JSON has it."""
    accounts = _rows("accounts", Account.id.in_(account_ids))
    stores = _rows("stores", Store.account_id.in_(account_ids))
    contacts = _rows("contacts", Contact.account_id.in_(account_ids))
    places: dict[int, list[int]] = defaultdict(list)
    links = select(contact_stores).join(Contact, Contact.id == contact_stores.c.contact_id)
    for contact_id, store_id in db.session.execute(links.where(Contact.account_id.in_(account_ids))):
        places[contact_id].append(store_id)
    for number, values in contacts.items():
        values[PLACES] = sorted(places[number])
    return {"accounts": accounts, "stores": stores, "contacts": contacts}


def as_json(value: Any) -> Any:
    """Write a column's value as JSON has it."""
    return value.isoformat() if isinstance(value, date) else value


def _rows(name: str, condition: Any) -> dict[int, Values]:
    model = MODELS[name]
    columns = [getattr(model, column) for column in ("id", *COLUMNS[name])]
    rows = db.session.execute(select(*columns).where(condition))
    return {row[0]: dict(zip(COLUMNS[name], map(as_json, row[1:]), strict=True)) for row in rows}


def _remembers_else(draft: AccountDraft, known: KnownAccount) -> bool:
    remembered = {("", known.id): known.imported}
    remembered |= {("store", one.id): one.imported for one in known.stores}
    remembered |= {("contact", one.id): one.imported for one in known.contacts}
    told = [("", draft.difference.known_id, draft.difference.imported)]
    told += [("store", store.difference.known_id, store.difference.imported) for store in draft.stores]
    told += [
        (
            "contact",
            one.difference.known_id,
            {**one.difference.imported, "checks": sorted(mark.key for mark in one.marks)},
        )
        for one in draft.contacts
    ]
    return any(number is not None and imported != remembered[kind, number] for kind, number, imported in told)
