"""What is known of one account, as the rules of readiness look at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, tzinfo

_EASTERNMOST = timedelta(hours=14)  # no place on earth is further ahead of UTC


@dataclass(frozen=True)
class Person:
    """A contact of the account; `role` is coordinator (窓口), manager (店長) or member (一般)."""

    id: int
    role: str


@dataclass(frozen=True, order=True)
class Attendance:
    """One contact attended one course that day; `stores` are all that it counts for, companions' included."""

    on: date
    course: str
    contact: int
    stores: tuple[int, ...] = ()


@dataclass(frozen=True)
class SetupItem:
    """One set-up step, of the account (`store` None) or of one store: open, waiting, done or not_needed."""

    step: str
    required: bool
    store: int | None
    state: str
    done_on: date | None = None

    @property
    def settled(self) -> bool:
        """Tell whether nobody has to do anything about it any more."""
        return self.state in ("done", "not_needed")


@dataclass(frozen=True)
class UsageDay:
    """The product was used on this day, in that store where it is known."""

    on: date
    store: int | None
    event: str


@dataclass(frozen=True)
class Facts:
    """All that is known of one account and matters to readiness; the order of nothing in here matters.

    `stores` are those in scope. `recordings` were watched, not attended. `started_on` is the day use began as a person
    confirmed it, `started_source` how that person knows. `fields` are the account's own fields by name, `open_tasks` the
    kinds of tasks that nobody has done, `reopened` the keys of conditions that a receiver opened again. `today` is the
    day in the vendor's `zone`; `as_of` knows it.
    """

    stores: frozenset[int] = frozenset()
    people: tuple[Person, ...] = ()
    attended: tuple[Attendance, ...] = ()
    setup: tuple[SetupItem, ...] = ()
    usage: tuple[UsageDay, ...] = ()
    started_on: date | None = None
    started_source: str = ""
    fields: Mapping[str, object] = field(default_factory=dict)
    recordings: tuple[Attendance, ...] = ()
    stage_since: date | None = None
    open_tasks: tuple[str, ...] = ()
    contract_ends_on: date | None = None
    reopened: frozenset[str] = frozenset()
    zone: tzinfo = UTC
    today: date | None = None

    def as_of(self, now: datetime) -> Facts:
        """Leave out what lies in the future: days that have begun nowhere on earth at `now`."""
        latest = (now + _EASTERNMOST).date()
        return replace(
            self,
            today=now.astimezone(self.zone).date(),
            attended=tuple(one for one in self.attended if one.on <= latest),
            recordings=tuple(one for one in self.recordings if one.on <= latest),
            usage=tuple(one for one in self.usage if one.on <= latest),
            started_on=self.started_on if self.started_on and self.started_on <= latest else None,
        )


def asked(facts: Facts) -> list[SetupItem]:
    """List the set-up items that readiness waits for: required ones of the account and of its stores in scope."""
    return [item for item in facts.setup if item.required and (item.store is None or item.store in facts.stores)]
