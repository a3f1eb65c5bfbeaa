"""Answers which mail follows each verdict, when, and what an earlier mail makes needless."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select, update

from emails import FOLLOW_UP, KINDS
from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.mails import LEFT, Mail, Suppression
from scheduler.rules.workdays import next_working_morning
from scheduler.services import mail_rules, vendor
from scheduler.services.installation import here
from scheduler.services.outbox.owe import owe_many
from scheduler.services.suppressions import stopping

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
    partial: tuple[int, ...] = ()
    missed: tuple[int, ...] = ()
    excused: tuple[int, ...] = ()
    # Not there, or not all the time, but somebody unknown in the room may belong to their company: the mail waits until
    # that is settled.
    held: tuple[int, ...] = ()
    # To be written to, but without an address or off the list: reached by phone.
    unreached: tuple[int, ...] = ()
    # Owed already and not sent yet.
    queued: tuple[int, ...] = ()
    # When the new ones leave at the earliest, by kind; empty: the lecture is too long ago for mails.
    due: Mapping[str, datetime] = field(default_factory=dict)
    # Ids of queued mails that no longer fit, by the reason.
    taken_back: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def by_kind(self) -> dict[str, tuple[int, ...]]:
        """Return whom each kind of new mail goes to."""
        return {"thanks": self.thanks, "partial": self.partial, "missed": self.missed, "excused": self.excused}

    @property
    def due_at(self) -> datetime | None:
        """Return when the first of the new ones leaves; None: the lecture is too long ago for mails."""
        kinds = [kind for kind, people in self.by_kind.items() if people]
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

    `silent` want no mails about it; the mails of `held` wait, but for thanks. Whoever was told something else already
    gets nothing more: whether a correction is news to the person it is about is for staff to say (`corrections`).
    """
    mails = _mails(lecture.id, verdicts)
    wanted = {number: FOLLOW_UP.get(verdict, "") for number, verdict in verdicts.items()}
    waiting = {number for number in held if wanted.get(number, "thanks") != "thanks"}
    everything = [mail for theirs in mails.values() for mail in theirs]
    taken_back = {
        CHANGED: _queued(everything, lambda mail: wanted[mail.contact_id] != mail.kind),
        HELD: _queued(everything, lambda mail: mail.kind == wanted[mail.contact_id] and mail.contact_id in waiting),
    }
    if lecture.ends_at < now - RECENT:
        return FollowUp(taken_back=taken_back)
    rules = mail_rules.get()
    reached = _reached(wanted)
    found: dict[str, list[int]] = defaultdict(list)
    for number, kind in sorted(wanted.items()):
        if kind and number not in silent and rules.enabled(kind):
            found[_bucket(kind, mails.get(number, []), number in waiting, number in reached)].append(number)
    found.pop("", None)
    calendar = vendor.working_days()
    # A verdict may stand before the lecture is over.
    after = max(now, lecture.ends_at)
    due = {
        kind: next_working_morning(after, here().zone, calendar, rules.at(kind, "at")) for kind in FOLLOW_UP.values()
    }
    lists: dict[str, Any] = {name: tuple(numbers) for name, numbers in found.items()}
    return FollowUp(**lists, due=due, taken_back=taken_back)


def owe(lecture: Lecture, follow_up: FollowUp, now: datetime) -> None:
    """Owe the mails of a plan within the caller's transaction, and take back those that no longer fit."""
    for reason, mail_ids in follow_up.taken_back.items():
        _change(mail_ids, "queued", {"state": "dropped", "reason": reason})
    wanted = [(kind, number) for kind, numbers in follow_up.by_kind.items() for number in numbers]
    if not wanted:
        return
    numbers = [number for _kind, number in wanted]
    mails = [mail for theirs in _mails(lecture.id, numbers).values() for mail in theirs]
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


def told(lecture_id: int, contact_ids: Iterable[int]) -> dict[int, tuple[int, str]]:
    """Return the mail (id and kind) by which each of these people was told last how the lecture counts."""
    last = {number: _told(theirs) for number, theirs in _mails(lecture_id, contact_ids).items()}
    return {number: (mail.id, mail.kind) for number, mail in last.items() if mail is not None}


def _told(theirs: Sequence[_Mail]) -> _Mail | None:
    """Return the last of a person's mails that left, or is just leaving."""
    return next((mail for mail in reversed(theirs) if mail.state in ("sending", *LEFT)), None)


def _bucket(kind: str, theirs: Sequence[_Mail], waits: bool, reached: bool) -> str:
    """Say under which heading of the plan somebody stands; empty: nothing more is sent."""
    last = _told(theirs)
    mine = [mail for mail in theirs if mail.kind == kind]
    if any(mail.state == "queued" for mail in mine):
        return "held" if waits else "queued"
    if last is not None:
        return "queued" if (last.kind, last.state) == (kind, "sending") else ""
    if any(mail.state != "dropped" or mail.reason not in (CHANGED, HELD) for mail in mine):
        return ""
    if waits:
        return "held"
    return kind if reached else "unreached"


def _mails(lecture_id: int, contact_ids: Iterable[int]) -> dict[int, list[_Mail]]:
    """Return the mails that followed a lecture, by contact, in the order in which they were owed."""
    query = select(Mail.id, Mail.contact_id, Mail.kind, Mail.state, Mail.reason).where(
        Mail.lecture_id == lecture_id, Mail.kind.in_(FOLLOW_UP.values()), Mail.contact_id.in_(list(contact_ids))
    )
    found: dict[int, list[_Mail]] = defaultdict(list)
    for number, contact_id, kind, state, reason in db.session.execute(query.order_by(Mail.id)):
        if contact_id is not None:
            found[contact_id].append(_Mail(number, contact_id, kind, state, reason))
    return found


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
