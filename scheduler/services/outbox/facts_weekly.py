"""Answers how far a company has come with the first course, store by store, for the weekly mail to its 窓口."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import select

from emails import Link
from emails.lines import more_stores, store_state
from emails.values import Entry, Value
from scheduler.models.accounts import Account, Contact, Store, contact_stores
from scheduler.models.db import db
from scheduler.models.lectures import Course, Lecture
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.rules.facts import Facts
from scheduler.services import addresses, facts
from scheduler.services.outbox.about import About
from scheduler.services.outbox.offering import free_dates, text

COURSE = "basic"
# The roles that each audience of 案内を開始 adds to the one before.
_ROLES = {"coordinator": ("coordinator",), "manager": ("coordinator", "manager")}
_EVERYONE = ("coordinator", "manager", "member")
# How many stores one mail lists, those with something open first.
LISTED = 100
# So many accounts are looked at together.
TOGETHER = 500


@dataclass(frozen=True)
class StoreState:
    """How many of a store's people attended, and how many more are registered."""

    name: str
    attended: int
    booked: int


@dataclass(frozen=True)
class State:
    """How a company stands: of how many stores (else, where it has one at most, people) somebody attended, is registered, neither."""

    stores: tuple[StoreState, ...]
    attended: int
    booked: int
    open: int

    @property
    def is_told(self) -> bool:
        """Tell whether it is worth a mail: more than one store or person is concerned, and somebody has not attended yet."""
        return self.attended + self.booked + self.open > 1 and self.booked + self.open > 0


def states(account_ids: Sequence[int], now: datetime) -> dict[int, State]:
    """Tell how companies stand with the first course at `now`, in a dozen statements for some hundred of them."""
    found: dict[int, State] = {}
    numbers = iter(account_ids)
    while part := list(islice(numbers, TOGETHER)):
        found |= _states(part, now)
    return found


def values(_mail: Mail, contact: Contact, now: datetime) -> dict[str, Value]:
    """Give what the weekly mail tells: the counts, the stores (none where people are counted), and dates to forward."""
    state = states([contact.account_id], now)[contact.account_id]
    course = db.session.scalars(select(Course).where(Course.key == COURSE)).one()
    return {
        "course_name": text(course.name, contact.locale),
        "stores": _entries(state, contact.locale),
        "booked_count": state.booked,
        "attended_count": state.attended,
        "open_count": state.open,
        "dates": free_dates(contact, course, now),
        "programme_url": Link(addresses.programme()),
    }


def wanted(about: About) -> str:
    """Tell why the weekly mail is not wanted any more; empty: it is."""
    account = about.account
    if account is None or account.stage != "onboarding":
        return "stage_changed"
    return "" if states([account.id], about.mail.due_at)[account.id].is_told else "nothing_open"


def _entries(state: State, locale: str) -> list[Entry]:
    shown = state.stores if len(state.stores) <= LISTED else state.stores[: LISTED - 1]
    entries = [Entry(one.name, store_state(one.attended, one.booked, locale)) for one in shown]
    left_out = len(state.stores) - len(shown)
    return [*entries, Entry(*more_stores(left_out, locale))] if left_out else entries


def _states(ids: list[int], now: datetime) -> dict[int, State]:
    accounts = db.session.scalars(select(Account).where(Account.id.in_(ids))).all()
    known = facts.load(accounts)
    names = dict(db.session.execute(select(Store.id, Store.name).where(Store.account_id.in_(ids))).all())
    booked = _booked(ids, now)
    work_in: dict[int, list[int]] = {}
    pairs = select(contact_stores).join(Contact, Contact.id == contact_stores.c.contact_id)
    for contact_id, store_id in db.session.execute(pairs.where(Contact.account_id.in_(ids))):
        work_in.setdefault(contact_id, []).append(store_id)
    return {
        account.id: _in_stores(known[account.id], names, booked.get(account.id, set()), work_in)
        if len(known[account.id].stores) > 1
        else _in_people(account, known[account.id], booked.get(account.id, set()))
        for account in accounts
    }


def _booked(ids: list[int], now: datetime) -> dict[int, set[int]]:
    """Return who of each account holds a seat on a date of the course that is not over."""
    query = (
        select(Contact.account_id, Contact.id)
        .join(Registration, Registration.contact_id == Contact.id)
        .join(Lecture, Lecture.id == Registration.lecture_id)
        .join(Course, Course.id == Lecture.course_id)
        .where(
            Contact.account_id.in_(ids),
            Registration.status == "booked",
            Lecture.status == "scheduled",
            Lecture.ends_at > now,
            Course.key == COURSE,
        )
    )
    found: dict[int, set[int]] = {}
    for account_id, contact_id in db.session.execute(query):
        found.setdefault(account_id, set()).add(contact_id)
    return found


def _in_stores(known: Facts, names: dict[int, str], booked: set[int], work_in: dict[int, list[int]]) -> State:
    came = [one for one in known.attended if one.course == COURSE]
    attended = Counter(store for one in came for store in one.stores)
    people = booked - {one.contact for one in came}
    registered = Counter(store for number in people for store in work_in.get(number, ()))
    stores = [StoreState(names[number], attended[number], registered[number]) for number in known.stores]
    # What is open comes first, then what is on its way.
    stores.sort(key=lambda one: (one.attended > 0, one.booked > 0, one.name))
    done = sum(one.attended > 0 for one in stores)
    going = sum(one.booked > 0 and not one.attended for one in stores)
    return State(tuple(stores), done, going, len(stores) - done - going)


def _in_people(account: Account, known: Facts, booked: set[int]) -> State:
    """Count the people whom the invitation was for."""
    roles = _ROLES.get(account.introduced_to or "", _EVERYONE)
    people = {person.id for person in known.people if person.role in roles}
    done = people & {one.contact for one in known.attended if one.course == COURSE}
    going = people & booked - done
    return State((), len(done), len(going), len(people) - len(done) - len(going))
