"""Answers whose a row of monthly figures is: the member or the account that its text names, or why nobody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from rapidfuzz import process
from sqlalchemy import or_, select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.staff import Staff
from scheduler.readers.customer_cells import code
from scheduler.readers.customer_rows import Refusal
from scheduler.readers.figure_rows import FigureRow
from scheduler.rules.names import clean_name, name_key
from scheduler.services import progress_files

#: How alike of 100 a name must be to be suggested, how many are, and for how many unknown accounts they are looked up.
ALIKE, MOST, LOOKED_UP = 60, 3, 20


class Found(NamedTuple):
    """A member or an account: accounts or staff, its id, its name."""

    kind: str
    id: int
    name: str


@dataclass(frozen=True)
class People:
    """Whom the rows of a list may name: by address, id at the CRM, or name; several of one name stand side by side."""

    members: dict[str, list[Found]]
    accounts: dict[str, list[Found]]
    names: tuple[str, ...]
    alike: dict[str, tuple[str, ...]]

    @classmethod
    def of(cls, rows: Iterable[FigureRow]) -> People:
        """Look up everybody whom these rows may name, in a few statements."""
        texts: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            texts[row.kind].add(row.subject)
        members, names = _members() if texts["person"] | texts["subject"] else ({}, ())
        asked = texts["account"] | texts["subject"]
        accounts = _accounts(asked)
        unknown = sorted(text for text in texts["account"] if not _of(accounts, text))[:LOOKED_UP]
        return cls(members, accounts, names, {text: _similar_accounts(text) for text in unknown})

    def find(self, row: FigureRow) -> Found | Refusal:
        """Return whose a row is, or member_unknown, member_ambiguous, customer_unknown, …, subject_unknown, … with what is alike."""
        found: list[Found] = []
        if row.kind in ("person", "subject"):
            found += self.members.get(row.subject.strip().lower()) or self.members.get(name_key(row.subject), [])
        if row.kind in ("account", "subject"):
            found += _of(self.accounts, row.subject)
        if len(found) == 1:
            return found[0]
        what = {"person": "member", "account": "customer", "subject": "subject"}[row.kind]
        if found:
            return Refusal(row.number, f"{what}_ambiguous", {"value": row.subject})
        like = self._like(row)
        params: dict[str, object] = {"value": row.subject}
        if like:
            return Refusal(row.number, f"{what}_unknown_but", params | {"like": ", ".join(like)})
        return Refusal(row.number, f"{what}_unknown", params)

    def _like(self, row: FigureRow) -> tuple[str, ...]:
        if row.kind == "account":
            return self.alike.get(row.subject, ())
        found = process.extract(row.subject, self.names, limit=MOST, score_cutoff=ALIKE)
        return tuple(name for name, _score, _place in found)


def _members() -> tuple[dict[str, list[Found]], tuple[str, ...]]:
    """Return all members by address and compared name, those who left only where nobody here bears the name, and the names."""
    query = select(Staff.id, Staff.name, Staff.name_key, Staff.email, Staff.active).order_by(
        Staff.active.desc(), Staff.id
    )
    found: dict[str, list[Found]] = defaultdict(list)
    names, active_keys = [], set()
    for number, name, key, email, active in db.session.execute(query):
        one = Found("staff", number, name)
        if email:
            found[email].append(one)
        if active or key not in active_keys:
            found[key].append(one)
        if active:
            active_keys.add(key)
            names.append(name)
    return dict(found), tuple(names)


def _accounts(texts: Iterable[str]) -> dict[str, list[Found]]:
    """Return accounts by their id at the CRM, and by their names."""
    asked = sorted(set(texts))
    found = {
        key: [Found("accounts", number, name)]
        for key, (number, name, _at) in progress_files.accounts({code(text) for text in asked}).items()
    }
    named: dict[str, list[Found]] = defaultdict(list)
    for some in progress_files.batches(sorted({clean_name(text) for text in asked})):
        for number, name in db.session.execute(select(Account.id, Account.name).where(Account.name.in_(some))):
            named[f"name:{name}"].append(Found("accounts", number, name))
    return found | named


def _of(accounts: dict[str, list[Found]], text: str) -> list[Found]:
    """Return the accounts that a text names: an id at the CRM is surer than a name."""
    return accounts.get(code(text)) or accounts.get(f"name:{clean_name(text)}", [])


def _similar_accounts(text: str) -> tuple[str, ...]:
    """Return some accounts whose name or id at the CRM holds what was written, or begins like it."""
    like = [Account.name.contains(text, autoescape=True), Account.external_id.startswith(code(text), autoescape=True)]
    if len(text) > 3:
        like.append(Account.name.contains(text[: len(text) * 2 // 3], autoescape=True))
    query = select(Account.name, Account.external_id).where(or_(*like)).order_by(Account.id).limit(MOST)
    return tuple(f"{name} ({key})" for name, key in db.session.execute(query))
