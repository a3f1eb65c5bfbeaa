"""Answers who of the demo vendor's people worked over the past year: who came, who left, and who got new companies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from random import Random

from scheduler.demo.house import House
from scheduler.models.staff import Staff
from scheduler.services import staff
from scheduler.services.actors import Actor

# How many new companies each of the onboarding team gets, while the one who left was still there; and afterwards.
_SHARES = (4, 3, 3, 4)


@dataclass(frozen=True)
class Team:
    """The people of the year; one of them looked after a part of the companies until `left_at`."""

    house: House
    left_at: datetime

    @property
    def left(self) -> Staff:
        """Return the one who left."""
        return self.house.left

    def seller(self, dice: Random) -> int:
        """Choose who sold a company."""
        return dice.choice(self.house.members["sales"]).id

    def success(self, dice: Random) -> int:
        """Choose who takes a company over from onboarding; the first of them takes most."""
        return dice.choices([member.id for member in self.house.members["success"]], (4, 3, 3))[0]

    def onboarding(self, at: datetime, dice: Random) -> list[tuple[datetime, int]]:
        """Choose who gets a company that comes at a moment: one who left later passes it on."""
        stays = [member.id for member in self.house.members["onboarding"]]
        if at >= self.left_at:
            return [(at, dice.choices(stays, _SHARES[:-1])[0])]
        owner = dice.choices([*stays, self.left.id], _SHARES)[0]
        return [(at, owner), *([(self.left_at, dice.choice(stays))] if owner == self.left.id else [])]

    def host(self, at: datetime, nth: int) -> int:
        """Return who holds the lectures of the nth slot at a moment."""
        hosts = self.house.members["onboarding"]
        return self.left.id if nth == 0 and at < self.left_at else hosts[nth % len(hosts)].id


def gather(house: House, left_at: datetime) -> Team:
    """Let the one who left go, and return the people of the year."""
    staff.leave(house.left.id, left_at, Actor("staff", house.manager.id, "page"))
    return Team(house, left_at)
