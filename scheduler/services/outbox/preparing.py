"""Answers which claimed mails leave now, and with what words; the others are settled or put off."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from emails import KINDS, TryAgain
from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.services import mail_notes
from scheduler.services.outbox import about, claims, recording
from scheduler.services.outbox.about import About
from scheduler.services.outbox.batch import Batch, Common
from scheduler.services.outbox.content import Basis, Prepared, Undeliverable, message_of
from scheduler.services.outbox.recording import Result
from scheduler.services.outbox.waiting import waits
from scheduler.services.outbox.wanted import unwanted

log = structlog.get_logger()


@dataclass
class Ready:
    """A mail whose words are made; when, on the process's own clock, since what was true then may change."""

    found: About
    prepared: Prepared
    made_at: float = 0.0


@dataclass
class Prepare:
    """What became of the claimed mails: some leave now, so many are settled or put off."""

    mails: list[Ready] = field(default_factory=list)
    settled: int = 0


def prepare(mail_ids: Sequence[int], waiting: deque[int], batch: Batch, common: Common) -> Prepare:
    """Make the messages of claimed mails.

    Of several mails about one registration, or of one kind to a person for whom there is a note, only the first is made:
    what the next one says depends on what became of it, so that it goes to the front of `waiting`, with those after it.
    """
    found = about.read_many(mail_ids)
    accounts = {row.mail.account_id for row in found.values() if row.mail.account_id is not None}
    basis = Basis(common.details, common.words, mail_notes.open_of(accounts))
    numbers = _first_ones(mail_ids, waiting, found, batch, basis)
    result = Prepare()
    settled: list[Result] = []
    put_off: dict[tuple[datetime, str], list[int]] = defaultdict(list)
    for number in numbers:
        made = _made_safely(found[number], batch, common, basis)
        if isinstance(made, Prepared):
            result.mails.append(Ready(found[number], made))
        elif isinstance(made, Result):
            settled.append(made)
        else:
            put_off[made].append(number)
    # A commit, although nothing was written: a rollback would make the session forget what it has read.
    db.session.commit()
    for one in result.mails:
        one.made_at = time.monotonic()
    result.settled = recording.record(settled, batch) + sum(len(ids) for ids in put_off.values())
    for (moment, reason), ids in put_off.items():
        batch.give_back(ids, moment, reason)
    return result


def prepare_anew(ready: Iterable[Ready], batch: Batch, common: Common) -> Prepare:
    """Make again the messages of mails that were made a while ago: meanwhile a lecture may have moved."""
    return prepare([one.found.mail.id for one in ready], deque(), batch, common)


def _first_ones(
    mail_ids: Sequence[int], waiting: deque[int], found: Mapping[int, About], batch: Batch, basis: Basis
) -> list[int]:
    """Return the mails, in turn, up to one whose words depend on what becomes of an earlier one; others' are left out."""
    numbers: list[int] = []
    taken: set[Hashable] = set()
    for place, number in enumerate(mail_ids):
        row = found.get(number)
        if row is None or not claims.is_held(row.mail, batch.holder):
            batch.in_hand.discard(number)
            continue
        about_what = _in_turn(row.mail, basis)
        if not taken.isdisjoint(about_what):
            waiting.extendleft(reversed(mail_ids[place:]))
            break
        taken |= about_what
        numbers.append(number)
    return numbers


def _in_turn(mail: Mail, basis: Basis) -> set[Hashable]:
    """Name what a mail is about of which only one at a time is told: a registration, a note to somebody."""
    names: set[Hashable] = set()
    if mail.registration_id is not None:
        names.add(mail.registration_id)
    if mail.account_id is not None and (mail.account_id, mail.kind) in basis.notes:
        names.add((mail.contact_id, mail.kind))
    return names


def _made_safely(found: About, batch: Batch, common: Common, basis: Basis) -> Prepared | Result | tuple[datetime, str]:
    """Make one message; a fault of ours is put off like one of the other side, so that one bad mail holds up no other."""
    try:
        return _made(found, batch, common, basis)
    except (OperationalError, InterfaceError):
        # The database is away: that is not this mail's alone.
        raise
    except Exception as error:
        log.exception("mail_fault", mail=found.mail.id)
        if isinstance(error, DBAPIError):
            db.session.rollback()
        return recording.again(found, batch, TryAgain(f"fault: {type(error).__name__}"))


def _made(found: About, batch: Batch, common: Common, basis: Basis) -> Prepared | Result | tuple[datetime, str]:
    now = batch.now
    verdict = unwanted(found, now)
    if verdict is None and found.mail.kind in KINDS and not common.rules.enabled(found.mail.kind):
        verdict = "dropped", "switched_off"
    if verdict is not None:
        return Result(found, {"state": verdict[0], "reason": verdict[1]})
    later = waits(found, common.rules, common.calendar, now)
    if later is not None:
        return later
    try:
        return message_of(found.mail, now, basis)
    except Undeliverable as error:
        return Result(found, {"state": "failed", "reason": error.reason})
