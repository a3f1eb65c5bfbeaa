"""Answers how the accounts of a customer list are written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import update

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.readers.customer_rows import CustomerFile
from scheduler.rules.drafts import AccountDraft, KnownAccount
from scheduler.rules.names import name_key
from scheduler.services.imports.lists import Choices
from scheduler.services.inserting import added

# Fields of a draft that name a member, and the column that holds her id.
_OWNERS = {"sales_owner": ("sales", "sales_owner_id"), "onboarding_owner": ("onboarding", "onboarding_owner_id")}
_LIVE = ("success", "renewal")


def add_missing_accounts(file: CustomerFile, now: datetime) -> set[str]:
    """Add the accounts that nobody knows, by name only for now; return their external ids.

    One that a program adds at the same moment is that program's.
    """
    names: dict[str, str] = {}
    for row in file.rows:
        if row.account_name:
            names.setdefault(row.account_id, row.account_name)
    rows = [
        {"external_id": external_id, "name": name, "stage": "onboarding", "stage_since": now, "created_at": now}
        for external_id, name in names.items()
    ]
    return {external_id for (external_id,) in added(Account, rows, "external_id")}


def write_accounts(
    drafts: Sequence[AccountDraft],
    numbers: Mapping[str, int],
    existing: Mapping[str, KnownAccount],
    members: Mapping[tuple[str, str], int],
    choices: Choices,
    now: datetime,
) -> None:
    """Write what differs of accounts; `numbers` are their ids, `members` the ids of owners by (team, name)."""
    changed: list[dict[str, Any]] = []
    for draft in drafts:
        known = existing.get(draft.external_id)
        values = dict(_columns(draft, members))
        if known is None:
            values |= _stage(draft, choices) | {"stage_since": now}
        if _follows(draft, known, values.get("stage")):
            values["success_owner_id"] = values["onboarding_owner_id"]
        if known is None or values or draft.difference.imported != known.imported:
            changed.append({"id": numbers[draft.external_id], "imported": draft.difference.imported} | values)
    if changed:
        db.session.execute(update(Account), changed)


def _columns(draft: AccountDraft, members: Mapping[tuple[str, str], int]) -> Iterator[tuple[str, Any]]:
    for change in draft.difference.changes:
        if change.field in _OWNERS:
            team, column = _OWNERS[change.field]
            yield column, members[team, draft.owners[team]]
        else:
            yield change.field, change.new


def _stage(draft: AccountDraft, choices: Choices) -> dict[str, Any]:
    """Place a new account: as the list or somebody on the preview says, else in onboarding until somebody decides."""
    if draft.standing.sort != "undecided":
        return {"stage": draft.standing.stage, "undecided": False}
    decided = choices.decisions.get(draft.external_id) or choices.rest
    return {"stage": decided or "onboarding", "undecided": not decided}


def _follows(draft: AccountDraft, known: KnownAccount | None, stage: str | None) -> bool:
    """Tell whether the list's owner is also the success team's: of an account that came in live, as long as nobody else is."""
    change = next((change for change in draft.difference.changes if change.field == "onboarding_owner"), None)
    if change is None:
        return False
    if known is None:
        return stage in _LIVE
    both = known.current["onboarding_owner"], known.current["success_owner"]
    return bool(both[1]) and name_key(str(both[0])) == name_key(str(both[1]))
