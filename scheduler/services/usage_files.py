"""Answers how a list of usage goes in: which days are new, all at once in one transaction, and back out."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select

from scheduler.models.accounts import Store
from scheduler.models.db import db
from scheduler.models.setup import UsageDay
from scheduler.models.uploads import Upload
from scheduler.readers.customer_rows import Refusal
from scheduler.readers.usage_rows import UsageList, UsageRow, read_usage
from scheduler.services import history, progress_files, readiness, usage
from scheduler.services.actors import Actor
from scheduler.services.installation import here
from scheduler.services.progress_files import batches
from scheduler.services.refusals import NoRowFits
from scheduler.services.usage import DayOfUse

KIND = "usage"


@dataclass(frozen=True)
class Used:
    """What a list says of one account: so many days that are new, the first and the last of all it names."""

    account_id: int
    name: str
    new: int
    first_on: date
    last_on: date


@dataclass
class Plan:
    """What a list would do: its days that are new, by account, how many are known already, and rows refused."""

    days: list[DayOfUse] = field(default_factory=list)
    accounts: list[Used] = field(default_factory=list)
    rows: int = 0
    known: int = 0
    refused: list[Refusal] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Return the totals as an upload keeps them and programs get them."""
        return {
            "rows": self.rows,
            "new_days": len(self.days),
            "known": self.known,
            "accounts": sum(one.new > 0 for one in self.accounts),
            "refused": progress_files.refusals_json(self.refused),
        }


def stage(data: bytes, filename: str, now: datetime, actor: Actor) -> int:
    """Keep a list of usage for its preview and return the upload's id; raise FileUnreadable."""
    return progress_files.stage(KIND, _read, data, filename, now, actor)


def preview(upload_id: int, now: datetime) -> Plan:
    """Tell what a waiting list would do if it were confirmed now; raise NotFound, UploadExpired, FileUnreadable."""
    upload = progress_files.waiting(KIND, upload_id, now)
    return plan(upload.content, upload.filename, now)


def plan(data: bytes, filename: str, now: datetime) -> Plan:
    """Tell what a list would do, and write nothing; raise FileUnreadable."""
    return _plan(_read(data, filename), now)


def confirm(upload_id: int, now: datetime, actor: Actor) -> Plan:
    """Record what a list says; raise NotFound, UploadExpired, FileUnreadable, NoRowFits when no row can be used."""
    return progress_files.confirm(KIND, _read, _record, upload_id, now, actor)


def bring_in(data: bytes, filename: str, now: datetime, actor: Actor) -> tuple[int, Plan]:
    """Record what a list says without a preview; return the upload's id and what was done. Raises like `confirm`."""
    return progress_files.bring_in(KIND, _read, _record, data, filename, now, actor)


def undo(upload_id: int, now: datetime, actor: Actor) -> int:
    """Take back the days that a list brought; return how many. Raises NotFound, and UploadExpired like `progress_files.done`.

    A day that was told again since, by the product or another list, goes too: it is kept once, as the list brought it.
    """
    with db.writing():
        upload = progress_files.done(KIND, upload_id)
        before = upload.before or {}
        account_ids = progress_files.lock(before.get("accounts", []))
        gone = sum(
            db.changed(delete(UsageDay).where(UsageDay.id.in_(some))) for some in batches(before.get("days", []))
        )
        lines = [history.about_one("usage_undone", account_id=account_id) for account_id in account_ids]
        history.record_many(lines, now, actor)
        for some in batches(account_ids):
            readiness.refresh_many(some, now)
        upload.undone_at, upload.undone_by_id = now, actor.staff_id
        return gone


def _read(data: bytes, filename: str) -> UsageList:
    with progress_files.reading():
        return read_usage(data, filename, here().tz)


def _record(upload: Upload, listed: UsageList, now: datetime, actor: Actor) -> Plan:
    found = progress_files.accounts({row.account_id for row in listed.rows})
    progress_files.lock(number for number, _name, _at in found.values())
    done = _plan(listed, now)
    if not done.days and not done.known:
        raise NoRowFits(field="file", why="no_row_fits", refused=done.refused)
    new = usage.write(done.days, now, actor)
    touched = sorted({day.account_id for day in done.days})
    upload.before = {"days": new, "accounts": touched}
    upload.result, upload.confirmed_at = done.to_json(), now
    return done


def _plan(listed: UsageList, now: datetime) -> Plan:
    accounts = progress_files.accounts({row.account_id for row in listed.rows})
    ids = [number for number, _name, _at in accounts.values()]
    stores, today = _stores(ids), now.astimezone(here().tz).date()
    result = Plan(rows=len(listed.rows) + len(listed.refused), refused=list(listed.refused))
    wanted: dict[DayOfUse, None] = {}
    for row in listed.rows:
        day = _day(row, accounts, stores, today)
        if isinstance(day, DayOfUse):
            wanted[day] = None
        else:
            result.refused.append(day)
    result.refused.sort(key=lambda one: one.number)
    known = _known(ids, wanted)
    result.days = [day for day in wanted if day not in known]
    result.known = len(wanted) - len(result.days)
    result.accounts = _by_account(wanted, known, {number: name for number, name, _at in accounts.values()})
    return result


def _day(
    row: UsageRow, accounts: dict[str, tuple[int, str, datetime]], stores: dict[tuple[int, str], int], today: date
) -> DayOfUse | Refusal:
    if row.account_id not in accounts:
        return Refusal(row.number, "account_unknown", {"value": row.account_id})
    account_id = accounts[row.account_id][0]
    if row.on > today:
        return Refusal(row.number, "in_the_future", {})
    if len(row.event) > usage.LONGEST_EVENT:
        return Refusal(row.number, "too_long", {"maximum": usage.LONGEST_EVENT})
    if row.store_code and (account_id, row.store_code) not in stores:
        return Refusal(row.number, "unknown_store", {"value": row.store_code})
    return DayOfUse(account_id, stores.get((account_id, row.store_code)), row.on, row.event)


def _stores(ids: list[int]) -> dict[tuple[int, str], int]:
    found: dict[tuple[int, str], int] = {}
    for some in batches(ids):
        query = select(Store.account_id, Store.code, Store.id).where(Store.account_id.in_(some))
        found |= {(account_id, code): number for account_id, code, number in db.session.execute(query)}
    return found


def _known(ids: list[int], wanted: dict[DayOfUse, None]) -> set[DayOfUse]:
    """Return which of these days are recorded already; only days within the list's own are looked at."""
    found: set[DayOfUse] = set()
    if not wanted:
        return found
    first, last = min(day.day for day in wanted), max(day.day for day in wanted)
    columns = (UsageDay.account_id, UsageDay.store_id, UsageDay.day, UsageDay.event)
    for some in batches(ids):
        rows = db.session.execute(
            select(*columns).where(UsageDay.account_id.in_(some), UsageDay.day.between(first, last))
        )
        found |= {day for row in rows if (day := DayOfUse(*row)) in wanted}
    return found


def _by_account(wanted: dict[DayOfUse, None], known: set[DayOfUse], names: dict[int, str]) -> list[Used]:
    days: dict[int, list[DayOfUse]] = defaultdict(list)
    for day in wanted:
        days[day.account_id].append(day)
    return [
        Used(
            account_id,
            names[account_id],
            sum(day not in known for day in theirs),
            min(day.day for day in theirs),
            max(day.day for day in theirs),
        )
        for account_id, theirs in sorted(days.items())
    ]
