"""Answers how a list of contracts goes in: what each row changes, all of it at once or nothing, and back out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from scheduler.models.db import db
from scheduler.models.uploads import Upload
from scheduler.readers.contract_rows import ContractList, ContractRow, read_contracts
from scheduler.readers.customer_rows import Refusal
from scheduler.services import contracts, progress_files
from scheduler.services.actors import Actor
from scheduler.services.contracts import Change
from scheduler.services.installation import here
from scheduler.services.progress_files import batches
from scheduler.services.refusals import Invalid, RowsRefused

KIND = "contracts"

# A contract is known by its account and its first day.
Place = tuple[int, date]


@dataclass(frozen=True)
class Said:
    """A row that changes something: the account's name, and the contract's terms before (None: there was none) and after."""

    number: int
    account: str
    account_id: int
    starts_on: date
    before: Mapping[str, Any] | None
    after: Mapping[str, Any]


@dataclass
class Plan:
    """What a list would do: rows that change something, how many change nothing, and those that cannot be used."""

    said: list[Said] = field(default_factory=list)
    unchanged: int = 0
    refused: list[Refusal] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Return the totals as an upload keeps them and programs get them."""
        return {
            "changed": len(self.said),
            "new": sum(one.before is None for one in self.said),
            "accounts": len({one.account_id for one in self.said}),
            "unchanged": self.unchanged,
            "refused": progress_files.refusals_json(self.refused),
        }


def stage(data: bytes, filename: str, now: datetime, actor: Actor) -> int:
    """Keep a list of contracts for its preview and return the upload's id; raise FileUnreadable."""
    return progress_files.stage(KIND, _read, data, filename, now, actor)


def plan(data: bytes, filename: str) -> Plan:
    """Tell what a list would do, and write nothing; raise FileUnreadable."""
    return _plan(_read(data, filename))


def confirm(upload_id: int, now: datetime, actor: Actor) -> Plan:
    """Record what a list says; raise NotFound, UploadExpired, FileUnreadable, and RowsRefused while a row cannot be used."""
    return progress_files.confirm(KIND, _read, _record, upload_id, now, actor)


def bring_in(data: bytes, filename: str, now: datetime, actor: Actor) -> tuple[int, Plan]:
    """Record what a list says without a preview; return the upload's id and what was done. Raises like `confirm`."""
    return progress_files.bring_in(KIND, _read, _record, data, filename, now, actor)


def undo(upload_id: int, now: datetime, actor: Actor) -> tuple[int, int]:
    """Put back what a list changed; return how many contracts were, and how many stay because they changed since.

    One stays, too, whose earlier terms would overlap with what was entered since. Raises NotFound, and UploadExpired where
    there is nothing to undo (any more).
    """
    with db.writing():
        upload = progress_files.done(KIND, upload_id)
        said = (upload.before or {}).get("contracts", [])
        ids = progress_files.lock(one["account_id"] for one in said)
        known = _known(ids)
        wanted: dict[Place, dict[str, Any] | None] = {**known}
        for one in said:
            place = (one["account_id"], date.fromisoformat(one["starts_on"]))
            if known.get(place) == _values(one["after"]):
                wanted[place] = _values(one["before"])
        apart = {account_id for account_id, _first, _second in _overlapping(wanted)}
        back = [Change(place[0], place[1], values) for place, values in wanted.items() if values != known.get(place)]
        back = [one for one in back if one.account_id not in apart]
        _write(back, now, actor)
        upload.undone_at, upload.undone_by_id = now, actor.staff_id
        return len(back), len(said) - len(back)


def _read(data: bytes, filename: str) -> ContractList:
    with progress_files.reading():
        return read_contracts(data, filename, here().tz)


def _record(upload: Upload, listed: ContractList, now: datetime, actor: Actor) -> Plan:
    found = progress_files.accounts({row.account_id for row in listed.rows})
    progress_files.lock(number for number, _name, _at in found.values())
    done = _plan(listed)
    if done.refused:
        raise RowsRefused(field="file", why="rows_refused", refused=done.refused)
    upload.before = {"contracts": [_kept(one) for one in done.said]}
    _write([Change(one.account_id, one.starts_on, one.after) for one in done.said], now, actor)
    upload.result, upload.confirmed_at = done.to_json(), now
    return done


def _write(changes: list[Change], now: datetime, actor: Actor) -> None:
    by_account: dict[int, list[Change]] = defaultdict(list)
    for one in changes:
        by_account[one.account_id].append(one)
    for some in batches(sorted(by_account)):
        contracts.change([one for account_id in some for one in by_account[account_id]], now, actor)


def _plan(listed: ContractList) -> Plan:
    accounts = progress_files.accounts({row.account_id for row in listed.rows})
    known = _known([number for number, _name, _at in accounts.values()])
    result = Plan(refused=list(listed.refused))
    wanted: dict[Place, dict[str, Any]] = {}
    numbers: dict[Place, int] = {}
    names = {number: name for number, name, _at in accounts.values()}
    for row in listed.rows:
        if row.account_id not in accounts:
            result.refused.append(Refusal(row.number, "account_unknown", {"value": row.account_id}))
            continue
        place = (accounts[row.account_id][0], row.starts_on)
        try:
            values = contracts.checked(row.starts_on, _told(row, known.get(place)))
        except Invalid as error:
            why = "ends_on_missing" if error.params["why"] == "missing" else error.params["why"]
            params = {name: value for name, value in error.params.items() if name not in ("why", "field")}
            result.refused.append(Refusal(row.number, why, params))
            continue
        if wanted.setdefault(place, values) != values:
            result.refused.append(Refusal(row.number, "said_twice"))
        numbers.setdefault(place, row.number)
    for account_id, first, second in _overlapping({**known, **wanted}):
        # The later one is told of, unless it was there before and the earlier one grew into it.
        on, other = (second, first) if (account_id, second) in numbers else (first, second)
        if (account_id, on) in numbers:
            result.refused.append(Refusal(numbers[account_id, on], "contracts_overlap", {"value": other.isoformat()}))
    for place, values in wanted.items():
        if known.get(place) == values:
            result.unchanged += 1
        else:
            result.said.append(Said(numbers[place], names[place[0]], *place, known.get(place), values))
    result.refused.sort(key=lambda one: one.number)
    return result


def _known(account_ids: list[int]) -> dict[Place, dict[str, Any]]:
    found: dict[Place, dict[str, Any]] = {}
    for some in batches(sorted(account_ids)):
        found |= {(row.account_id, row.starts_on): contracts.terms(row) for row in contracts.of_many(list(some))}
    return found


def _told(row: ContractRow, before: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a contract's terms as a row leaves them: an empty cell changes nothing."""
    values: dict[str, Any] = dict(before or contracts.terms(None))
    told = {"ends_on": row.ends_on, "monthly_fee": row.monthly_fee}
    values.update({name: value for name, value in told.items() if value is not None})
    return values | ({"outcome": None if row.outcome == "running" else row.outcome} if row.outcome else {})


def _overlapping(terms: Mapping[Place, Mapping[str, Any] | None]) -> list[tuple[int, date, date]]:
    """Return where terms of one account overlap: the account, and the first days of both."""
    by_account: dict[int, list[tuple[date, date]]] = defaultdict(list)
    for (account_id, starts_on), values in terms.items():
        if values is not None:
            by_account[account_id].append((starts_on, values["ends_on"]))
    return [
        (account_id, first, second)
        for account_id, spans in by_account.items()
        for (first, ends_on), (second, _ends_on) in pairwise(sorted(spans))
        if second < ends_on
    ]


def _kept(one: Said) -> dict[str, Any]:
    sides = {"before": one.before, "after": one.after}
    said = {key: values and {**values, "ends_on": values["ends_on"].isoformat()} for key, values in sides.items()}
    return {"account_id": one.account_id, "starts_on": one.starts_on.isoformat()} | said


def _values(kept: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if kept is None else {**kept, "ends_on": date.fromisoformat(kept["ends_on"])}
