"""Answers who may take accounts over for a team, how much each looks after already, and who is proposed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, or_, select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.staff import Staff


@dataclass(frozen=True)
class Load:
    """How much a member looks after: accounts in the team's stage, and handovers to her that wait for an answer."""

    staff_id: int
    name: str
    team: str
    accounts: int
    asked: int

    @property
    def total(self) -> int:
        """Count what she will look after once she has accepted what waits."""
        return self.accounts + self.asked


def loads(stage: str) -> list[Load]:
    """List who may take accounts over for a stage's team: its members by load, the least first, then operations."""
    owner = getattr(Account, f"{stage}_owner_id")
    of_stage = (Account.stage == stage, Account.cancelled_on.is_(None), owner.is_not(None))
    looked_after: dict[int, int] = dict(
        db.session.execute(select(owner, func.count()).where(*of_stage).group_by(owner)).all()
    )
    waiting = (Handover.to_stage == stage, Handover.state == "requested", Handover.receiver_id.is_not(None))
    asked = dict(
        db.session.execute(
            select(Handover.receiver_id, func.count()).where(*waiting).group_by(Handover.receiver_id)
        ).all()
    )
    members = select(Staff.id, Staff.name, Staff.team).where(Staff.active, Staff.team.in_((stage, "operations")))
    found = [
        Load(number, name, team, looked_after.get(number, 0), asked.get(number, 0))
        for number, name, team in db.session.execute(members.order_by(Staff.name_key, Staff.id))
    ]
    return sorted(found, key=lambda one: (one.team != stage, one.total if one.team == stage else 0))


def proposed(account: Account, stage: str) -> int | None:
    """Propose who takes an account over: who looked after it for that team before, else who of the team has least to do."""
    able = loads(stage)
    before = getattr(account, f"{stage}_owner_id")
    if any(one.staff_id == before for one in able):
        return int(before)
    return next((one.staff_id for one in able if one.team == stage), None)


def is_able(staff_id: int, stage: str) -> bool:
    """Tell whether a member is at work and may take accounts over for a stage's team."""
    of_team = or_(Staff.team == stage, Staff.team == "operations")
    return db.session.scalar(select(Staff.id).where(Staff.id == staff_id, Staff.active, of_team)) is not None
