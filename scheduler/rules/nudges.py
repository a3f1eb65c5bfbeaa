"""When somebody is next written to because nothing happened, and when it is a person's turn instead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Repeat:
    """How often: first after so many days without progress, then every so many days, so many times in all."""

    after_days: int
    every_days: int
    at_most: int


@dataclass(frozen=True)
class Next:
    """The next step where nothing happens: from which day on, and the how-manieth mail since the last progress.

    `used_up`: enough was written; on that day it is a person's turn.
    """

    on: date
    number: int
    used_up: bool


def next_step(rule: Repeat, progress_on: date, counted: Iterable[date], all_days: Iterable[date]) -> Next:
    """Return the next step for whom nothing has progressed since the day `progress_on`.

    `counted` are the days on which mails of this rule left or are to leave; those up to the day of the last progress
    have served their purpose and count no more. `all_days` are those of every mail of the sort, whatever its rule and
    whenever it was: between two of them there are at least `every_days`.
    """
    done = sum(day > progress_on for day in counted)
    # On the very day of the progress nobody is urged to go on.
    earliest = progress_on + timedelta(days=max(rule.after_days, 1))
    latest = max(all_days, default=None)
    if latest is not None:
        earliest = max(earliest, latest + timedelta(days=max(rule.every_days, 1)))
    return Next(earliest, done + 1, done >= rule.at_most)


def again(every_days: int, at_most: int, counted: Iterable[date], all_days: Iterable[date]) -> date | None:
    """Return the day from which somebody who never answered is invited again; None when it was often enough.

    `counted` are the days of the invitations that left, the first one included; `all_days` those of every attempt.
    """
    if sum(1 for _day in counted) >= at_most:
        return None
    latest = max(all_days, default=None)
    return None if latest is None else latest + timedelta(days=max(every_days, 1))
