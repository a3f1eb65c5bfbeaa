"""Answers how a list of ticks goes in: what each row says of which step, all at once in one transaction, and back out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from sqlalchemy import select

from scheduler.models.accounts import Account, Store
from scheduler.models.db import db
from scheduler.models.setup import SetupStep
from scheduler.models.uploads import Upload
from scheduler.readers.customer_rows import Refusal
from scheduler.readers.tick_rows import TickList, TickRow, read_ticks
from scheduler.rules.names import name_key
from scheduler.services import progress_files, readiness, setup, ticks, wanted_steps
from scheduler.services.actors import Actor
from scheduler.services.installation import here
from scheduler.services.progress_files import batches
from scheduler.services.refusals import Invalid, NoRowFits, Refused
from scheduler.services.ticks import Place, Row, Tick

KIND = "setup"


@dataclass(frozen=True)
class Said:
    """A row that changes something: what it says, and what stood there before (open, waiting, done, not_needed)."""

    number: int
    account: str
    step: dict[str, Any]
    store: str
    before: str
    tick: Tick


@dataclass
class Plan:
    """What a list would do: rows that change something, how many change nothing, and those refused."""

    said: list[Said] = field(default_factory=list)
    unchanged: int = 0
    silent: int = 0
    refused: list[Refusal] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Return the totals as an upload keeps them and programs get them."""
        states = Counter(one.tick.state for one in self.said)
        return {
            "changed": len(self.said),
            "accounts": len({one.tick.account_id for one in self.said}),
            "states": {state: states[state] for state in ticks.STATES},
            "unchanged": self.unchanged,
            "silent": self.silent,
            "refused": progress_files.refusals_json(self.refused),
        }


@dataclass(frozen=True)
class _Known:
    """What rows are looked up in."""

    accounts: dict[str, tuple[int, str, datetime]]
    stores: dict[int, dict[str, tuple[int, str, bool]]]
    steps: dict[str, SetupStep]
    rows: dict[Place, Row]


def stage(data: bytes, filename: str, now: datetime, actor: Actor) -> int:
    """Keep a list of ticks for its preview and return the upload's id; raise FileUnreadable."""
    return progress_files.stage(KIND, _read, data, filename, now, actor)


def preview(upload_id: int, now: datetime, actor: Actor) -> Plan:
    """Tell what a waiting list would do if it were confirmed now; raise NotFound, UploadExpired, FileUnreadable."""
    upload = progress_files.waiting(KIND, upload_id, now)
    return plan(upload.content, upload.filename, now, actor)


def plan(data: bytes, filename: str, now: datetime, actor: Actor) -> Plan:
    """Tell what a list would do, and write nothing; raise FileUnreadable."""
    return _plan(_read(data, filename), now, actor)


def confirm(upload_id: int, now: datetime, actor: Actor) -> Plan:
    """Record what a list says; raise NotFound, UploadExpired, FileUnreadable, NoRowFits when no row can be used."""
    return progress_files.confirm(KIND, _read, _record, upload_id, now, actor)


def bring_in(data: bytes, filename: str, now: datetime, actor: Actor) -> tuple[int, Plan]:
    """Record what a list says without a preview; return the upload's id and what was done. Raises like `confirm`."""
    return progress_files.bring_in(KIND, _read, _record, data, filename, now, actor)


def undo(upload_id: int, now: datetime, actor: Actor) -> tuple[int, int]:
    """Put back what a list changed; return how many places were, and how many stay because somebody said more since.

    Raises NotFound, and UploadExpired where there is nothing to undo (any more).
    """
    with db.writing():
        upload = progress_files.done(KIND, upload_id)
        changed = (upload.before or {}).get("ticks", [])
        account_ids = progress_files.lock(one["account_id"] for one in changed)
        rows = ticks.stands(account_ids)
        back = [tick for one in changed if (tick := _back(one, rows)) is not None]
        _write(back, rows, now, actor)
        upload.undone_at, upload.undone_by_id = now, actor.staff_id
        return len(back), len(changed) - len(back)


def standing() -> Iterator[tuple[str, str, dict[str, Any], str, str, str, str, datetime | None, str]]:
    """Yield every place of the accounts being introduced, for a list to fill in.

    Account id and name, the step's name, store code and name, its state, whom it waits on, since when, and why.
    """
    chosen = select(Account.id, Account.external_id, Account.name).where(
        Account.stage == "onboarding", Account.undecided.is_(False), Account.cancelled_on.is_(None)
    )
    named = {number: (external_id, name) for number, external_id, name in db.session.execute(chosen)}
    found = setup.progress_of_many(named)
    for number, (external_id, name) in sorted(named.items(), key=lambda entry: entry[1]):
        for step in found[number]:
            for item in step.items:
                place = (item.store_code, item.store_name)
                yield external_id, name, step.name, *place, item.state, item.waiting_on, item.at, item.reason


def _read(data: bytes, filename: str) -> TickList:
    with progress_files.reading():
        return read_ticks(data, filename, here().tz)


def _record(upload: Upload, listed: TickList, now: datetime, actor: Actor) -> Plan:
    found = progress_files.accounts({row.account_id for row in listed.rows})
    progress_files.lock(number for number, _name, _at in found.values())
    done = _plan(listed, now, actor)
    if not done.said and not done.unchanged and not done.silent:
        raise NoRowFits(field="file", why="no_row_fits", refused=done.refused)
    rows = ticks.stands({one.tick.account_id for one in done.said})
    said = [one.tick for one in done.said]
    upload.before = {"ticks": [_kept(tick, rows.get(tick.place)) for tick in said]}
    _write(said, rows, now, actor)
    upload.result, upload.confirmed_at = done.to_json(), now
    return done


def _write(said: list[Tick], rows: dict[Place, Row], now: datetime, actor: Actor) -> None:
    if said:
        ticks.write(said, rows, now, actor)
        for some in batches(sorted({tick.account_id for tick in said})):
            wanted_steps.settle(some, now)
            readiness.refresh_many(some, now)


def _plan(listed: TickList, now: datetime, actor: Actor) -> Plan:
    known = _known(listed)
    result = Plan(silent=listed.silent, refused=list(listed.refused))
    seen: dict[Place, Tick] = {}
    for row in listed.rows:
        try:
            step, tick, store = _tick(row, known, now)
            before = known.rows.get(tick.place)
            ticks.check_may(step.tickers, tick.state, before, actor)
            if tick.place in seen:
                if (seen[tick.place].state, seen[tick.place].waiting_on) != (tick.state, tick.waiting_on):
                    raise Invalid(why="said_twice")
                continue
            seen[tick.place] = tick
        except Refused as error:
            params = {name: value for name, value in error.params.items() if name not in ("why", "field")}
            result.refused.append(Refusal(row.number, str(error.params.get("why", error.key)), params))
            continue
        if ticks.changes(tick, before, actor):
            name = known.accounts[row.account_id][1]
            result.said.append(Said(row.number, name, step.name, store, before.state if before else "open", tick))
        else:
            result.unchanged += 1
    result.refused.sort(key=lambda one: one.number)
    return result


def _known(listed: TickList) -> _Known:
    accounts = progress_files.accounts({row.account_id for row in listed.rows})
    ids = [number for number, _name, _at in accounts.values()]
    stores: dict[int, dict[str, tuple[int, str, bool]]] = {number: {} for number in ids}
    for some in batches(ids):
        query = select(Store.account_id, Store.code, Store.id, Store.name, Store.scope)
        for account_id, code, number, name, scope in db.session.execute(query.where(Store.account_id.in_(some))):
            stores[account_id][code] = (number, name, scope == "in")
    steps: dict[str, SetupStep] = {}
    listed_steps = list(db.session.scalars(select(SetupStep).order_by(SetupStep.active.desc(), SetupStep.position)))
    for step in listed_steps:
        for name in step.name.values():
            steps.setdefault(name_key(name), step)
    # A key is surer than a name.
    return _Known(accounts, stores, steps | {step.key: step for step in listed_steps}, ticks.stands(ids))


def _tick(row: TickRow, known: _Known, now: datetime) -> tuple[SetupStep, Tick, str]:
    if row.account_id not in known.accounts:
        raise Invalid(why="account_unknown", value=row.account_id)
    account_id, _name, created_at = known.accounts[row.account_id]
    step = known.steps.get(row.step) or known.steps.get(name_key(row.step))
    if step is None:
        raise Invalid(why="step_unknown", value=row.step)
    if not step.active or not ticks.is_asked(step, created_at):
        raise Invalid(why="step_not_asked", value=row.step)
    ticks.check(row.state, row.waiting_on or None, row.reason)
    store_id, store = _store(row, step, known.stores[account_id])
    at = datetime.combine(row.on, time(), here().tz) if row.on is not None else None
    when = setup.moment(at, now)
    waiting_on = row.waiting_on or None
    tick = Tick(account_id, step.id, step.key, store_id, row.state, when, waiting_on, row.reason.strip())
    return step, tick, store


def _store(row: TickRow, step: SetupStep, stores: dict[str, tuple[int, str, bool]]) -> tuple[int | None, str]:
    if not row.store_code:
        if step.per == "store" and any(in_scope for _number, _name, in_scope in stores.values()):
            raise Invalid(why="store_missing")
        return None, ""
    if step.per == "account":
        raise Invalid(why="step_per_account")
    if row.store_code not in stores:
        raise Invalid(why="unknown_store", value=row.store_code)
    number, name, _in_scope = stores[row.store_code]
    return number, name


def _kept(tick: Tick, row: Row | None) -> dict[str, Any]:
    """Keep what undoing needs: what was written, and what stood there."""
    before: dict[str, Any] | None = None
    if row is not None:
        before = {"state": row.state, "waiting_on": row.waiting_on, "reason": row.reason, "at": row.done_at.isoformat()}
        before |= {"by": [row.by_kind, row.by_id]}
    written = {"state": tick.state, "waiting_on": tick.waiting_on, "at": tick.at.isoformat()}
    place = {"account_id": tick.account_id, "step_id": tick.step_id, "step": tick.step_key, "store_id": tick.store_id}
    return place | {"written": written, "before": before}


def _back(one: dict[str, Any], rows: dict[Place, Row]) -> Tick | None:
    """Return what puts a place back, or None where it no longer stands as the list said."""
    place = (one["account_id"], one["step_id"], one["store_id"])
    row, written, before = rows.get(place), one["written"], one["before"]
    stands = ("open", None) if row is None else (row.state, row.waiting_on)
    if stands != (written["state"], written["waiting_on"]):
        return None
    if row is not None and row.done_at != datetime.fromisoformat(written["at"]):
        return None
    at = datetime.fromisoformat((before or written)["at"])
    if before is None:
        return Tick(place[0], place[1], one["step"], place[2], "open", at)
    kept = (before["state"], at, before["waiting_on"], before["reason"])
    return Tick(place[0], place[1], one["step"], place[2], *kept, by=(before["by"][0], before["by"][1]))
