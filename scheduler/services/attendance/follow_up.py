"""Answers who is thanked for coming and who is offered new dates, when, and what an earlier mail makes needless."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select, update

from emails import KINDS
from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.mails import LEFT, Mail, Suppression
from scheduler.rules.workdays import next_working_morning
from scheduler.services import mail_rules, vendor
from scheduler.services.installation import here
from scheduler.services.outbox.owe import owe_many
from scheduler.services.suppressions import stopping

# Which mail a verdict asks for; a partial attendance gets none, since both would be wrong.
KIND_OF = {"attended": "thanks", "missed": "missed"}
# A report that comes later than this is for the books: nobody is written to about a lecture so long ago.
RECENT = timedelta(days=30)
# And what was owed until then is of no use any more when it has not left so long after the lecture.
USEFUL = RECENT + timedelta(days=7)
# Why a mail that had not left was taken back; it leaves after all when the reason is gone.
CHANGED, HELD = "verdict_changed", "person_unknown"


@dataclass(frozen=True)
class FollowUp:
    """The mails that verdicts bring with them, by contact."""

    thanks: tuple[int, ...] = ()
    missed: tuple[int, ...] = ()
    # Missed, but somebody unknown in the room may belong to their company: the mail waits until that is settled.
    held: tuple[int, ...] = ()
    # To be thanked or offered dates, but without an address or off the list: reached by phone.
    unreached: tuple[int, ...] = ()
    # Owed already and not sent yet.
    queued: tuple[int, ...] = ()
    # When the new ones leave at the earliest, by kind; empty: the lecture is too long ago for mails.
    due: Mapping[str, datetime] = field(default_factory=dict)
    # Ids of queued mails that no longer fit, by the reason.
    taken_back: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def due_at(self) -> datetime | None:
        """Return when the first of the new ones leaves; None: the lecture is too long ago for mails."""
        kinds = [kind for kind, people in (("thanks", self.thanks), ("missed", self.missed)) if people]
        return min((self.due[kind] for kind in kinds or self.due), default=None) if self.due else None


class _Mail(NamedTuple):
    id: int
    contact_id: int
    kind: str
    state: str
    reason: str


class _Person(NamedTuple):
    id: int
    account_id: int
    email: str | None


def plan(
    lecture: Lecture,
    verdicts: Mapping[int, str],
    now: datetime,
    *,
    silent: Collection[int] = (),
    held: Collection[int] = (),
) -> FollowUp:
    """Say which mails follow when a lecture's verdicts (by contact) are these; nobody gets one twice.

    `silent` want no mails about it, the missed mails of `held` wait. Whoever was sent the opposite gets nothing more: a
    correction is no news to the person it is about.
    """
    mails = _mails(lecture.id, verdicts)
    wanted = {number: KIND_OF.get(verdict, "") for number, verdict in verdicts.items()}
    waiting = {number for number in held if wanted.get(number) == "missed"}
    taken_back = {
        CHANGED: _queued(mails.values(), lambda mail: wanted[mail.contact_id] != mail.kind),
        HELD: _queued(mails.values(), lambda mail: mail.kind == "missed" and mail.contact_id in waiting),
    }
    if lecture.ends_at < now - RECENT:
        return FollowUp(taken_back=taken_back)
    rules = mail_rules.get()
    reached = _reached(wanted)
    found: dict[str, list[int]] = defaultdict(list)
    for number, kind in sorted(wanted.items()):
        if kind and number not in silent and rules.enabled(kind):
            other = mails.get((number, "missed" if kind == "thanks" else "thanks"))
            found[_bucket(kind, mails.get((number, kind)), other, number in waiting, number in reached)].append(number)
    found.pop("", None)
    calendar = vendor.working_days()
    due = {kind: next_working_morning(now, here().zone, calendar, rules.at(kind, "at")) for kind in KIND_OF.values()}
    lists: dict[str, Any] = {name: tuple(numbers) for name, numbers in found.items()}
    return FollowUp(**lists, due=due, taken_back=taken_back)


def owe(lecture: Lecture, follow_up: FollowUp, now: datetime) -> None:
    """Owe the mails of a plan within the caller's transaction, and take back those that no longer fit."""
    for reason, mail_ids in follow_up.taken_back.items():
        _change(mail_ids, "queued", {"state": "dropped", "reason": reason})
    wanted = [("thanks", number) for number in follow_up.thanks] + [("missed", number) for number in follow_up.missed]
    if not wanted:
        return
    numbers = [number for _kind, number in wanted]
    mails = _mails(lecture.id, numbers).values()
    for kind, due_at in follow_up.due.items():
        again = [mail.id for mail in mails if mail.kind == kind and (kind, mail.contact_id) in wanted]
        _change(again, "dropped", {"state": "queued", "reason": "", "due_at": due_at, "next_try_at": due_at})
    accounts = {person.id: person.account_id for person in _people(numbers)}
    owe_many(
        [
            {
                "kind": kind,
                "key": f"{kind}:{lecture.id}:{number}",
                "due_at": follow_up.due[kind],
                "expires_at": lecture.ends_at + USEFUL,
                "contact_id": number,
                "account_id": accounts[number],
                "lecture_id": lecture.id,
            }
            for kind, number in wanted
        ],
        now,
    )


def _bucket(kind: str, mine: _Mail | None, other: _Mail | None, waits: bool, reached: bool) -> str:
    """Say under which heading of the plan somebody stands; empty: nothing more is sent."""
    if other is not None and other.state in ("sending", *LEFT):
        return ""
    if mine is not None and mine.state == "sending":
        return "queued"
    if mine is not None and mine.state != "queued" and not (mine.state == "dropped" and mine.reason in (CHANGED, HELD)):
        return ""
    if waits:
        return "held"
    if mine is not None and mine.state == "queued":
        return "queued"
    return kind if reached else "unreached"


def _mails(lecture_id: int, contact_ids: Iterable[int]) -> dict[tuple[int, str], _Mail]:
    query = select(Mail.id, Mail.contact_id, Mail.kind, Mail.state, Mail.reason).where(
        Mail.lecture_id == lecture_id, Mail.kind.in_(KIND_OF.values()), Mail.contact_id.in_(list(contact_ids))
    )
    return {
        (contact_id, kind): _Mail(number, contact_id, kind, state, reason)
        for number, contact_id, kind, state, reason in db.session.execute(query)
        if contact_id is not None
    }


def _queued(mails: Iterable[_Mail], fits: Callable[[_Mail], bool]) -> tuple[int, ...]:
    return tuple(mail.id for mail in mails if mail.state == "queued" and fits(mail))


def _people(contact_ids: Iterable[int]) -> list[_Person]:
    query = select(Contact.id, Contact.account_id, Contact.email).where(Contact.id.in_(list(contact_ids)))
    return [_Person(*row) for row in db.session.execute(query)]


def _reached(wanted: Mapping[int, str]) -> set[int]:
    """Return who has an address that gets the mail wanted."""
    people = _people(wanted)
    rows = select(Suppression.address, Suppression.list).where(Suppression.address.in_({one.email for one in people}))
    left = {(address, name) for address, name in db.session.execute(rows)}
    lists = {kind: stopping(KINDS[kind].subscription if kind else None) for kind in set(wanted.values())}
    return {
        one.id for one in people if one.email and not any((one.email, name) in left for name in lists[wanted[one.id]])
    }


def _change(mail_ids: Collection[int], state: str, values: Mapping[str, Any]) -> None:
    if mail_ids:
        statement = update(Mail).where(Mail.id.in_(mail_ids), Mail.state == state).values(values)
        db.session.execute(statement.execution_options(synchronize_session=False))
