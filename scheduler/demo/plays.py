"""Answers who plays in the demo: each company with its story, its days, its people and its owner."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from scheduler.demo.days import Days
from scheduler.demo.lists import Customer, Entry
from scheduler.demo.rooms import Booking, Person
from scheduler.demo.stories import Story
from scheduler.models.accounts import Account, Contact, Store
from scheduler.models.db import db

# How many days ago the CRM's exports were taken in; each company comes with the last one before its invitation.
EXPORTS = (86, 77, 63, 49, 35, 21, 12, 7, 3, 1)
# From the invitation to the day the last condition is met, for those that get there.
_WEEKS_TO_READY = (18, 32)
# From that day to the planned start.
_READY_TO_START = (-3, 14)
_ROLES = {"coordinator": 0, "manager": 1, "member": 2}


@dataclass
class Play:
    """One company's way through the demo: its days are worked out first, its rows are those that the import makes."""

    customer: Customer
    story: Story
    imported_on: date
    planned_start_on: date | None
    introduced_at: datetime | None
    # Whom 案内を開始 was pressed for.
    audience: str
    # When the last condition was met; None: not yet.
    ready_at: datetime | None
    account: Account = field(init=False)
    people: list[Person] = field(default_factory=list)
    stores: list[Store] = field(default_factory=list)
    bookings: list[Booking] = field(default_factory=list)

    @property
    def entry(self) -> Entry:
        """Return the company as the CRM's export names it."""
        signed_on = self.imported_on - timedelta(days=3 + len(self.customer.rows) % 7)
        if self.planned_start_on is not None and self.planned_start_on < signed_on:
            signed_on = self.planned_start_on - timedelta(days=45)
        return Entry(self.customer, signed_on, self.planned_start_on, self.story.phase)

    @property
    def owner_id(self) -> int:
        """Return the member of the onboarding team who looks after it."""
        assert self.account.onboarding_owner_id is not None
        return self.account.onboarding_owner_id

    @property
    def coordinators(self) -> list[Person]:
        """List its coordinators."""
        return [person for person in self.people if person.role == "coordinator"]

    @property
    def attended(self) -> bool:
        """Tell whether anybody attended anything."""
        return any(booking.outcome == "attended" for booking in self.bookings)


def begin(cast: Sequence[tuple[Customer, Story]], days: Days) -> list[Play]:
    """Work out each company's days: when it came in, when it was invited, when it was ready, when it plans to start."""
    return [_begin(customer, story, days) for customer, story in cast]


def enter(plays: Sequence[Play]) -> None:
    """Read the rows that the imports made: account, stores and people of each company."""
    by_id = {play.customer.external_id: play for play in plays}
    owners = [joinedload(getattr(Account, f"{team}_owner")) for team in ("sales", "onboarding", "success")]
    these = Account.external_id.in_(by_id)
    for account in db.session.scalars(select(Account).where(these).options(*owners)):
        by_id[account.external_id].account = account
    of_account = {play.account.id: play for play in plays}
    for store in db.session.scalars(select(Store).where(Store.account_id.in_(of_account)).order_by(Store.code)):
        of_account[store.account_id].stores.append(store)
    people: dict[int, list[Person]] = defaultdict(list)
    contacts = select(Contact).where(Contact.account_id.in_(of_account)).order_by(Contact.id)
    for contact in db.session.scalars(contacts.options(selectinload(Contact.stores))):
        people[contact.account_id].append(_person(contact))
    for number, play in of_account.items():
        play.people = sorted(people[number], key=lambda person: (_ROLES[person.role], person.id))


def _begin(customer: Customer, story: Story, days: Days) -> Play:
    dice = days.dice
    ready_at = days.office(days.ago(story.ready)) if story.ready else None
    introduced_on = days.ago(story.invited) if story.invited else None
    if ready_at is not None:
        introduced_on = days.local(ready_at).date() - timedelta(days=dice.randint(*_WEEKS_TO_READY))
    introduced_at = days.office(introduced_on, (11, 17)) if introduced_on is not None else None
    imported_on = _export_before(introduced_at, dice.randint(*story.imported), days)
    if introduced_at is not None:
        introduced_at = max(introduced_at, days.at(imported_on, 11))
    audience = "coordinator" if customer.stores <= 2 else dice.choice(("manager", "manager", "manager", "everyone"))
    planned = days.ahead(story.starts) if story.starts else None
    if ready_at is not None:
        planned = days.working(days.local(ready_at).date() + timedelta(days=dice.randint(*_READY_TO_START)))
    return Play(customer, story, imported_on, planned, introduced_at, audience, ready_at)


def _export_before(introduced_at: datetime | None, ago: int, days: Days) -> date:
    """Return the day of the last export before the company was invited, or else so many days ago."""
    if introduced_at is not None:
        ago = (days.today - days.local(introduced_at).date()).days + 1
    day = days.today - timedelta(days=next((one for one in reversed(EXPORTS) if one >= ago), EXPORTS[0]))
    return day if days.calendar.is_working_day(day) else days.calendar.previous_working_day(day)


def _person(contact: Contact) -> Person:
    closed = [frozenset(store.closed_days) for store in contact.stores]
    return Person(
        id=contact.id,
        account_id=contact.account_id,
        name=contact.name,
        email=contact.email,
        role=contact.role,
        locale=contact.locale,
        zone=contact.zone,
        stores=tuple(store.id for store in contact.stores),
        closed=frozenset.intersection(*closed) if closed else frozenset(),
    )
