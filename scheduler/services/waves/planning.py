"""Answers what would happen if many accounts changed owner or stage in one press: who gets which, and which stay and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from scheduler.models.accounts import STAGES, Account, Contact
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.rules.sharing import share_out
from scheduler.services import letters, receivers, spared
from scheduler.services.owners import owner_of
from scheduler.services.receivers import Load
from scheduler.services.refusals import Invalid

# The most accounts of one wave.
MOST = 2000
# Where accounts may go: on to a later stage, or nowhere (""), so that only their owner changes.
TARGETS = ("", *STAGES[1:])


@dataclass(frozen=True)
class Line:
    """One account that would move: its stage then, who looks after it now and then, and how many get the letter."""

    account: Account
    to_stage: str
    giver_id: int | None
    receiver_id: int
    letters: int


@dataclass(frozen=True)
class Plan:
    """What a wave would do: accounts that move, those that stay with the reason (a key), and who carries how much then."""

    lines: tuple[Line, ...]
    stays: tuple[tuple[Account, str], ...]
    # By stage then: who could take accounts over, with the load of today.
    able: Mapping[str, Sequence[Load]]

    @property
    def letters(self) -> int:
        """Count the letters that would leave."""
        return sum(line.letters for line in self.lines)

    def given(self) -> Counter[int]:
        """Count how many accounts each receiver would get."""
        return Counter(line.receiver_id for line in self.lines)


def plan(account_ids: Iterable[int], to: str, receiver_id: int | None, with_letter: bool, now: datetime) -> Plan:
    """Say what would happen: accounts move on to stage `to` ("": they stay there), to one receiver, or by load (None).

    By load an account that moves on stays with whom it has for that team already; one that only changes owner goes to
    somebody else. Writes nothing. Raises Invalid(to, why).
    """
    if to not in TARGETS:
        raise Invalid(field="to", why="not_a_choice", value=to, choices=", ".join(STAGES[1:]))
    accounts = _read(account_ids)
    asked = asked_for(accounts)
    stays = [(account, why) for account in accounts if (why := barred(account, to, asked, now))]
    free = [account for account in accounts if not barred(account, to, asked, now)]
    able: dict[str, list[Load]] = {}
    chosen: dict[int, int] = {}
    for stage in dict.fromkeys(to or account.stage for account in free):
        able[stage] = receivers.loads(stage)
        some = [account for account in free if (to or account.stage) == stage]
        chosen |= _shared(some, stage, able[stage]) if receiver_id is None else _all_to(some, receiver_id, able[stage])
    stays += [(account, _why_not(receiver_id)) for account in free if account.id not in chosen]
    same = [account for account in free if not to and chosen.get(account.id) == owner_id(account, account.stage)]
    stays += [(account, "same_owner") for account in same if account.id in chosen]
    moving = [account for account in free if account.id in chosen and account not in same]
    written = _coordinators(moving, to) if with_letter else {}
    lines = tuple(
        Line(one, to or one.stage, giver_id(one, to), chosen[one.id], written.get(one.id, 0)) for one in moving
    )
    return Plan(lines, tuple(stays), able)


def _read(account_ids: Iterable[int]) -> list[Account]:
    owners = [joinedload(getattr(Account, f"{stage}_owner")) for stage in STAGES]
    numbers = sorted(set(account_ids))[:MOST]
    return list(
        db.session.scalars(select(Account).where(Account.id.in_(numbers)).order_by(Account.id).options(*owners))
    )


def asked_for(accounts: Sequence[Account]) -> set[int]:
    """Return which of the accounts are asked for by the next team just now."""
    waiting = (Handover.state == "requested", Handover.account_id.in_([account.id for account in accounts]))
    return set(db.session.scalars(select(Handover.account_id).where(*waiting)))


def barred(account: Account, to: str, asked: set[int], now: datetime) -> str:
    """Say why an account cannot be moved; empty: it can."""
    if account.undecided:
        return "undecided"
    if spared.cancelled(account, now):
        return "cancelled"
    if account.id in asked:
        return "handover_open"
    return "already_there" if to and STAGES.index(to) <= STAGES.index(account.stage) else ""


def _why_not(receiver_id: int | None) -> str:
    return "nobody_else" if receiver_id is None else "receiver_not_of_team"


def _all_to(accounts: Sequence[Account], receiver_id: int, able: Sequence[Load]) -> dict[int, int]:
    return {account.id: receiver_id for account in accounts} if receiver_id in {one.staff_id for one in able} else {}


def _shared(accounts: Sequence[Account], stage: str, able: Sequence[Load]) -> dict[int, int]:
    """Share accounts out by load: of those that move on, whoever has one for that team already keeps it."""
    members = [one for one in able if one.team == stage]
    owners = {account.id: owner_id(account, stage) for account in accounts}
    leaving = Counter(owners[account.id] for account in accounts if account.stage == stage)
    loads = {one.staff_id: one.total - leaving[one.staff_id] for one in members}
    known = {one.staff_id for one in able}
    kept = {
        account.id: owner
        for account in accounts
        if account.stage != stage and (owner := owners[account.id]) is not None and owner in known
    }
    return share_out([(account.id, owners[account.id]) for account in accounts], loads, kept)


def owner_id(account: Account, stage: str) -> int | None:
    """Return who looks after an account for a stage's team."""
    found: int | None = getattr(account, f"{stage}_owner_id")
    return found


def giver_id(account: Account, to: str) -> int | None:
    """Return whom the customer knows: the owner that changes, or who looks after the account until it moves on."""
    if not to:
        return owner_id(account, account.stage)
    owner = owner_of(account)
    return owner.id if owner is not None else None


def _coordinators(accounts: Sequence[Account], to: str) -> dict[int, int]:
    """Count, by account id, the coordinators who would get the letter."""
    told = [account.id for account in accounts if not letters.is_introduced(account.stage, to or account.stage)]
    query = select(Contact.account_id, func.count()).where(*letters.readers(told)).group_by(Contact.account_id)
    return dict(db.session.execute(query).all())
