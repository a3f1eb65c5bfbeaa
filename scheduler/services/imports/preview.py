"""Answers what confirming a customer list would do, without doing it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.staff import Staff
from scheduler.readers.customer_rows import CustomerFile
from scheduler.rules.differences import Change, Difference
from scheduler.rules.drafts import AccountDraft, ContactDraft, IntakePlan, StoreDraft
from scheduler.rules.intake import plan_intake
from scheduler.rules.names import name_key
from scheduler.services.facts import local_day
from scheduler.services.imports import known, lists, staging
from scheduler.services.imports.lists import Choices

SORTS = ("introducing", "live", "undecided")


@dataclass(frozen=True)
class Counts:
    """How many are new, changed, and as they were."""

    new: int
    changed: int
    unchanged: int

    @property
    def total(self) -> int:
        """Count all that the list names."""
        return self.new + self.changed + self.unchanged

    @property
    def written(self) -> int:
        """Count those that the import writes."""
        return self.new + self.changed

    def to_json(self) -> dict[str, int]:
        """Write the counts for the database and for programs."""
        return {"total": self.total, "new": self.new, "changed": self.changed, "unchanged": self.unchanged}


@dataclass(frozen=True)
class Told:
    """One field of an account, a store or a person, as it is and as the list has it."""

    account: AccountDraft
    part: AccountDraft | StoreDraft | ContactDraft
    change: Change


@dataclass(frozen=True)
class ImportPreview:
    """What a list says and what it comes to beside the accounts that are known."""

    file: CustomerFile
    plan: IntakePlan
    choices: Choices
    # The day that accounts are sorted by.
    today: date
    # Owners whom nobody knows yet, by team: they become members who cannot sign in.
    members: dict[str, list[str]]

    @property
    def accounts(self) -> Counts:
        """Count the accounts; one whose store or person changes is changed."""
        return _counts(account.state for account in self.plan.accounts)

    @property
    def stores(self) -> Counts:
        """Count the stores."""
        return _counts(store.difference.state for account in self.plan.accounts for store in account.stores)

    @property
    def contacts(self) -> Counts:
        """Count the people."""
        return _counts(contact.difference.state for account in self.plan.accounts for contact in account.contacts)

    @property
    def sorts(self) -> dict[str, list[AccountDraft]]:
        """List the new accounts being introduced, already live, and to be decided."""
        return {sort: self.plan.sorted_as(sort) for sort in SORTS}

    @property
    def kept(self) -> list[Told]:
        """List what stays because somebody edited it by hand, beside what the list says."""
        return [
            Told(account, part, change)
            for account, part, difference in self._parts()
            for change in difference.kept
        ]  # fmt: skip

    @property
    def changes(self) -> list[Told]:
        """List what the import overwrites of accounts, stores and people that are known."""
        return [
            Told(account, part, change)
            for account, part, difference in self._parts()
            if difference.state == "changed"
            for change in difference.changes
        ]

    def to_json(self) -> dict[str, Any]:
        """Write the totals, the refused rows and the marked ones for the database and for programs."""
        return {
            "accounts": self.accounts.to_json(),
            "stores": self.stores.to_json(),
            "contacts": self.contacts.to_json(),
            "sorts": {sort: len(accounts) for sort, accounts in self.sorts.items()},
            "refused": [vars(refusal) for refusal in self.file.refused],
            "marked": len({mark.number for mark in self.plan.marks}),
            "kept": len(self.kept),
            "members": [name for names in self.members.values() for name in names],
        }

    def _parts(self) -> Iterator[tuple[AccountDraft, AccountDraft | StoreDraft | ContactDraft, Difference]]:
        for account in self.plan.accounts:
            yield account, account, account.difference
            yield from ((account, store, store.difference) for store in account.stores)
            yield from ((account, contact, contact.difference) for contact in account.contacts)


def preview(upload_id: int, now: datetime) -> ImportPreview:
    """Say what confirming an upload would do; raise NotFound, UploadExpired or FileUnreadable."""
    upload = staging.waiting(upload_id, now)
    choices = Choices.from_json(upload.choices)
    return of(lists.read(upload.content, upload.filename, choices), choices, now)


def of(file: CustomerFile, choices: Choices, now: datetime, new: Iterable[str] = ()) -> ImportPreview:
    """Say what a list would do beside what is known; accounts in `new` (external ids) count as unknown."""
    existing = known.load({row.account_id for row in file.rows} - set(new))
    today = choices.as_of or local_day(now)
    plan = plan_intake(file.rows, existing, today)
    return ImportPreview(file, plan, choices, today, _unknown(plan.owners))


def _counts(states: Iterable[str]) -> Counts:
    listed = list(states)
    return Counts(listed.count("new"), listed.count("changed"), listed.count("unchanged"))


def _unknown(owners: dict[str, list[str]]) -> dict[str, list[str]]:
    """Keep the owners who are not members yet, each under the first team that the list names her for."""
    keys = {name_key(name) for names in owners.values() for name in names}
    there = set(db.session.scalars(select(Staff.name_key).where(Staff.name_key.in_(keys))))
    unknown: dict[str, list[str]] = {}
    for team, names in owners.items():
        for name in names:
            if name_key(name) not in there:
                there.add(name_key(name))
                unknown.setdefault(team, []).append(name)
    return unknown
