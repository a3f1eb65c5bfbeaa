"""Answers on which terms an account is a customer: its contracts, one after the other, and what became of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select

from scheduler.models.accounts import Contract
from scheduler.models.db import db
from scheduler.services import history, locking, readiness
from scheduler.services.actors import Actor
from scheduler.services.refusals import Invalid, NotFound

OUTCOMES = ("renewed", "ended")
# What is known of a contract beside its first day.
NAMES = ("ends_on", "monthly_fee", "outcome")
# The largest fee a month, in whole units of the vendor's currency.
LARGEST_FEE = 1_000_000_000


def of_account(account_id: int) -> list[Contract]:
    """List an account's contracts, the latest first."""
    return of_many([account_id])


def of_many(account_ids: list[int]) -> list[Contract]:
    """List the contracts of accounts, the latest first."""
    query = select(Contract).where(Contract.account_id.in_(account_ids)).order_by(Contract.starts_on.desc())
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def put(account_id: int, fields: Mapping[str, Any], now: datetime, actor: Actor) -> bool:
    """Add the contract that begins on this day, or change the one there is; return whether anything changed.

    `fields`: starts_on, ends_on (the first day after it), monthly_fee, outcome; what is not named stays. Raises NotFound and
    Invalid(field, why): missing, ends_before_start, fee_out_of_range, not_a_choice, contracts_overlap.
    """
    starts_on = fields.get("starts_on")
    if not isinstance(starts_on, date):
        raise Invalid(field="starts_on", why="missing")
    with db.writing():
        locking.account(account_id)
        known = {row.starts_on: row for row in of_account(account_id)}
        row = known.get(starts_on)
        values = checked(starts_on, {**terms(row), **{name: fields[name] for name in NAMES if name in fields}})
        if row is not None and values == terms(row):
            return False
        _check_apart(starts_on, values["ends_on"], [one for one in known.values() if one is not row])
        if row is None:
            row = Contract(account_id=account_id, starts_on=starts_on, created_at=now)
            db.session.add(row)
        for name, value in values.items():
            setattr(row, name, value)
        db.session.flush()
        on = starts_on.isoformat()
        history.record("contract_changed", now=now, actor=actor, account_id=account_id, on=on, outcome=row.outcome)
        readiness.refresh(account_id, now)
        return True


@dataclass(frozen=True)
class Change:
    """A contract as it is to stand from now on; `values` None: it goes."""

    account_id: int
    starts_on: date
    values: Mapping[str, Any] | None


def change(changes: Sequence[Change], now: datetime, actor: Actor) -> None:
    """Within the open transaction, whose caller has locked the accounts and checked that no terms overlap, make all changes."""
    ids = sorted({one.account_id for one in changes})
    known = {(row.account_id, row.starts_on): row for row in of_many(ids)}
    lines = []
    for one in changes:
        row = known.get((one.account_id, one.starts_on))
        about: dict[str, Any] = {"account_id": one.account_id, "on": one.starts_on.isoformat()}
        if one.values is None:
            if row is not None:
                db.session.delete(row)
                lines.append(history.about_one("contract_removed", **about))
            continue
        if row is None:
            row = Contract(account_id=one.account_id, starts_on=one.starts_on, created_at=now)
            db.session.add(row)
        for name in NAMES:
            setattr(row, name, one.values[name])
        lines.append(history.about_one("contract_changed", **about, outcome=one.values["outcome"]))
    db.session.flush()
    history.record_many(lines, now, actor)
    readiness.refresh_many(ids, now)


def remove(account_id: int, contract_id: int, now: datetime, actor: Actor) -> None:
    """Take a contract out that was entered by mistake; raise NotFound."""
    with db.writing():
        locking.account(account_id)
        this = (Contract.id == contract_id, Contract.account_id == account_id)
        starts_on = db.session.scalar(select(Contract.starts_on).where(*this))
        if starts_on is None:
            raise NotFound(what="contract")
        db.session.execute(delete(Contract).where(*this))
        history.record("contract_removed", now=now, actor=actor, account_id=account_id, on=starts_on.isoformat())
        readiness.refresh(account_id, now)


def terms(row: Contract | None) -> dict[str, Any]:
    """Return what is known of a contract beside its first day, all None where there is none."""
    return {name: getattr(row, name, None) for name in NAMES}


def checked(starts_on: date, values: dict[str, Any]) -> dict[str, Any]:
    """Return a contract's terms as they are kept; raise Invalid(field, why), see `put`."""
    ends_on, fee, outcome = values["ends_on"], values["monthly_fee"], values["outcome"] or None
    if not isinstance(ends_on, date):
        raise Invalid(field="ends_on", why="missing")
    if ends_on <= starts_on:
        raise Invalid(field="ends_on", why="ends_before_it_starts")
    if fee is not None and (not isinstance(fee, int) or not 0 <= fee <= LARGEST_FEE):
        raise Invalid(field="monthly_fee", why="fee_out_of_range", largest=LARGEST_FEE)
    if outcome is not None and outcome not in OUTCOMES:
        raise Invalid(field="outcome", why="not_a_choice", value=outcome, choices=", ".join(OUTCOMES))
    return values | {"outcome": outcome}


def _check_apart(starts_on: date, ends_on: date, others: list[Contract]) -> None:
    for one in others:
        if starts_on < one.ends_on and one.starts_on < ends_on:
            raise Invalid(field="starts_on", why="contracts_overlap", value=one.starts_on.isoformat())
