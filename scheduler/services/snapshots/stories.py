"""Answers what the history tells of accounts' stages, owners and stores: read from events for many accounts at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select

from scheduler.models.accounts import STAGES, Account, Store
from scheduler.models.among import Among
from scheduler.models.db import db, table
from scheduler.models.handovers import Handover
from scheduler.models.history import Event
from scheduler.rules.tenures import Present, Story
from scheduler.services.facts import local_day

_STAGE = ("account_added", "decided", "handover_accepted", "handover_undone", "moved_in_wave")
_OWNER = ("owner_assigned", "owner_changed_in_wave")
_STORE = ("store_added", "store_in_scope")

_accounts = table(Account)
_ACCOUNTS = select(
    *(
        _accounts.c[name]
        for name in ("id", "stage", "undecided", "created_at", "cancelled_on", *(f"{team}_owner_id" for team in STAGES))
    )
).where(Among(_accounts.c.id))
_EVENTS = (
    select(Event.account_id, Event.key, Event.at, Event.params, Event.actor_kind, Event.actor_id)
    .where(Among(Event.account_id), Event.key.in_((*_STAGE, *_OWNER, *_STORE)))
    .order_by(Event.at, Event.id)
)
_HANDOVERS = select(Handover.id, Handover.from_stage, Handover.state, Handover.receiver_id, Handover.before).where(
    Among(Handover.account_id), Handover.state == "accepted"
)
_STORES = select(Store.account_id, Store.id).where(Among(Store.account_id), Store.scope == "in").order_by(Store.id)


@dataclass
class _Told:
    """What events told of one account so far."""

    first_stage: str | None = None
    began_on: date | None = None
    stages: list[tuple[date, str]] = field(default_factory=list)
    owners: dict[str, list[tuple[date, int | None]]] = field(default_factory=lambda: defaultdict(list))
    first_owners: dict[str, int | None] = field(default_factory=dict)
    entered: dict[int, date] = field(default_factory=dict)


def load(ids: Sequence[int]) -> dict[int, tuple[Story, Present] | None]:
    """Return what the history tells of accounts and how they stand now, by id; None: nobody has decided yet where it stands."""
    numbers = {"ids": list(ids)}
    handovers = {row.id: row for row in db.core(_HANDOVERS, numbers)}
    told: dict[int, _Told] = defaultdict(_Told)
    for event in db.core(_EVENTS, numbers):
        _note(told[event.account_id], event, handovers)
    stores: dict[int, list[int]] = defaultdict(list)
    for account_id, store_id in db.core(_STORES, numbers):
        stores[account_id].append(store_id)
    found: dict[int, tuple[Story, Present] | None] = {}
    for row in db.core(_ACCOUNTS, numbers):
        one = told[row.id]
        story = Story(
            began_on=one.began_on or local_day(row.created_at),
            first_stage=one.first_stage or row.stage,
            stages=one.stages,
            owners=one.owners,
            first_owners=one.first_owners,
            entered=[one.entered.get(number) for number in stores[row.id]],
            ended_on=row.cancelled_on,
        )
        present = Present(row.stage, {team: getattr(row, f"{team}_owner_id") for team in STAGES})
        found[row.id] = None if row.undecided else (story, present)
    return found


def _note(one: _Told, event: Any, handovers: dict[int, Any]) -> None:
    params, on = event.params, local_day(event.at)
    if event.key in _STORE:
        one.entered[params["store_id"]] = on
    elif event.key == "account_added":
        one.first_stage = one.first_stage or params["stage"]
    elif event.key == "decided":
        # Until then nobody had it.
        one.first_stage, one.began_on, one.stages = params["stage"], on, []
    elif event.key == "owner_assigned":
        one.owners[params["team"]].append((on, params["staff_id"]))
    else:
        _passed(one, event, on, handovers.get(params["handover_id"]))


def _passed(one: _Told, event: Any, on: date, handover: Any) -> None:
    """Note that an account went from stage to stage, or from owner to owner, by a handover or a wave; or came back."""
    params = event.params
    if event.key == "handover_undone":
        one.stages.append((on, params["to"]))
        return
    team = params["to"]
    if handover is not None:
        one.first_stage = one.first_stage or handover.from_stage
        if team not in one.owners:
            one.first_owners[team] = handover.before.get("owner_id")
    if event.key != "owner_changed_in_wave":
        one.stages.append((on, team))
    if "staff_id" in params:
        one.owners[team].append((on, params["staff_id"]))
    elif handover is not None:
        accepted_by = event.actor_id if event.actor_kind == "staff" else None
        one.owners[team].append((on, handover.receiver_id or accepted_by or handover.before.get("owner_id")))
