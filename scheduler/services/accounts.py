"""Answers how what is known of an account changes, and who looks after it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from scheduler.models.accounts import STAGES, Account
from scheduler.models.db import db
from scheduler.models.staff import Staff
from scheduler.services import account_fields, contacts, contracts, history, locking, readiness, staff, stores, tags
from scheduler.services.actors import Actor
from scheduler.services.inserting import add_missing
from scheduler.services.refusals import Invalid


def upsert(external_id: str, payload: Mapping[str, Any], now: datetime, actor: Actor) -> tuple[int, bool]:
    """Make an account or change what the payload names; return its id and whether it is new. It mails nobody.

    `payload`: fields of the account; `stage` (heeded at creation only); `owners` {team: staff email}; `stores` (matched by
    code); `contracts` (matched by their first day); `contacts` (matched by id, else by email and compared name);
    `tags` (all of them). What it does not name stays. Raises Invalid.
    """
    nested = ("stage", "owners", "stores", "contacts", "contracts", "tags")
    fields = {key: value for key, value in payload.items() if key not in nested}
    values = account_fields.account(fields)
    with db.writing():
        this = select(Account.id).where(Account.external_id == external_id)
        known = db.session.scalar(this)
        new = known is None and _create(external_id, values, payload.get("stage") or "onboarding", now)
        account = locking.account(known or db.session.scalars(this).one())
        if new:
            history.record("account_added", now=now, actor=actor, account_id=account.id, stage=account.stage)
        else:
            _change_account(account, values, now, actor)
        for team, email in (payload.get("owners") or {}).items():
            if team not in STAGES:
                raise Invalid(field="owners", why="not_a_choice", value=team, choices=", ".join(STAGES))
            _assign(account, team, staff.by_email(email, team, now) if email else None, now, actor)
        ready_before = account.ready_since
        for entry in payload.get("stores") or ():
            stores.put(account.id, entry, now, actor)
        for entry in payload.get("contracts") or ():
            contracts.put(account.id, entry, now, actor)
        if payload.get("tags") is not None:
            tags.set_account(account.id, payload["tags"], now, actor)
        for entry in payload.get("contacts") or ():
            contacts.put(account.id, entry, now, actor)
        readiness.refresh(account.id, now)
        if account.ready_since != ready_before:
            readiness.take_news_back([account.id], now, "told_by_program")
        return account.id, new


def edit(
    account_id: int,
    fields: Mapping[str, Any],
    now: datetime,
    actor: Actor,
    owners: Mapping[str, int | None] | None = None,
    tag_names: Sequence[str] | None = None,
) -> None:
    """Change fields of an account by hand, its owners {team: staff id} and tags; raise NotFound or Invalid(field, why)."""
    values = account_fields.account(fields)
    with db.writing():
        account = locking.account(account_id)
        _change_account(account, values, now, actor)
        for team, staff_id in (owners or {}).items():
            _check_owner(team, staff_id)
            if _assign(account, team, staff_id, now, actor):
                _tell_new_owner(account, team, now, actor)
        if tag_names is not None:
            tags.set_account(account_id, tag_names, now, actor)
        readiness.refresh(account_id, now)


def assign(account_ids: Iterable[int], team: str, staff_id: int | None, now: datetime, actor: Actor) -> int:
    """Make a member the owner of accounts for a team (None: nobody); return how many changed."""
    with db.writing():
        _check_owner(team, staff_id)
        changed = [one for one in locking.accounts(account_ids) if _assign(one, team, staff_id, now, actor)]
        for account in changed:
            _tell_new_owner(account, team, now, actor)
        return len(changed)


def decide(account_ids: Iterable[int], stage: str, now: datetime, actor: Actor) -> int:
    """Say of undecided accounts that they are being introduced (onboarding) or already live (success); count them."""
    if stage not in ("onboarding", "success"):
        raise Invalid(field="stage", why="not_a_choice", value=stage, choices="onboarding, success")
    with db.writing():
        decided = [account for account in locking.accounts(account_ids) if account.undecided]
        for account in decided:
            account.undecided = False
            account.stage, account.stage_since = stage, now
            history.record("decided", now=now, actor=actor, account_id=account.id, stage=stage)
        db.session.flush()
        readiness.refresh_many([account.id for account in decided], now)
        return len(decided)


def _create(external_id: str, values: dict[str, Any], stage: str, now: datetime) -> bool:
    """Add an account; False when another request added it at the same moment."""
    if not external_id.strip() or len(external_id) > account_fields.LINE:
        raise Invalid(field="external_id", why="missing")
    if stage not in STAGES:
        raise Invalid(field="stage", why="not_a_choice", value=stage, choices=", ".join(STAGES))
    if not values.get("name"):
        raise Invalid(field="name", why="missing")
    row = {"external_id": external_id, "stage": stage, "stage_since": now, "created_at": now} | values
    return bool(add_missing(Account, [row]))


def _change_account(account: Account, values: dict[str, Any], now: datetime, actor: Actor) -> None:
    changed = account_fields.change(account, values)
    if changed:
        history.record("account_changed", now=now, actor=actor, account_id=account.id, fields=changed)


def _check_owner(team: str, staff_id: int | None) -> None:
    if team not in STAGES:
        raise Invalid(field="team", why="unknown_team", value=team)
    member = db.session.get(Staff, staff_id) if staff_id is not None else None
    if staff_id is not None and (member is None or not member.active):
        raise Invalid(field="owner", why="member_unknown", value=staff_id)


def _assign(account: Account, team: str, staff_id: int | None, now: datetime, actor: Actor) -> bool:
    column = f"{team}_owner_id"
    if getattr(account, column) == staff_id:
        return False
    setattr(account, column, staff_id)
    history.record("owner_assigned", now=now, actor=actor, account_id=account.id, team=team, staff_id=staff_id)
    return True


def _tell_new_owner(account: Account, team: str, now: datetime, actor: Actor) -> None:
    """Tell who looks after an account from now on that it is ready already, unless she took it herself."""
    if team == "onboarding" and account.onboarding_owner_id != actor.staff_id:
        readiness.tell_owner(account, now)
