"""Answers which words of a person go along with the next mail of a kind to each person of an account."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from emails import KINDS
from scheduler.models.db import db
from scheduler.models.mails import LEFT, Mail, MailNote
from scheduler.services import history, locking
from scheduler.services.actors import Actor
from scheduler.services.refusals import Invalid, NotFound

# More than this is a letter of its own.
LONGEST = 1000
# Mails to people of the account; a letter that is read before it goes has its own place for a note.
NOTED = tuple(kind.name for kind in KINDS.values() if kind.audience == "contact" and kind.name != "handover_letter")


def open_of(account_ids: Collection[int]) -> dict[tuple[int, str], MailNote]:
    """Return the open notes of these accounts by account and kind, in one statement."""
    if not account_ids:
        return {}
    statement = select(MailNote).where(MailNote.account_id.in_(account_ids), MailNote.removed_at.is_(None))
    return {(note.account_id, note.kind): note for note in db.session.scalars(statement)}


def used(note_ids: Collection[int]) -> dict[int, list[Mail]]:
    """Return the mails that carried each of these notes, the first one first; notes nobody got are left out."""
    found: dict[int, list[Mail]] = {}
    if note_ids:
        statement = select(Mail).where(Mail.note_id.in_(note_ids)).options(joinedload(Mail.contact)).order_by(Mail.id)
        for mail in db.session.scalars(statement):
            found.setdefault(int(mail.note_id or 0), []).append(mail)
    return found


def of_account(account_id: int, limit: int = 10) -> list[MailNote]:
    """List an account's notes: the open ones, then those that are over but were sent to somebody, newest first."""
    sent = select(Mail.id).where(Mail.note_id == MailNote.id, Mail.state.in_(LEFT)).exists()
    statement = (
        select(MailNote)
        .where(MailNote.account_id == account_id, MailNote.removed_at.is_(None) | sent)
        .options(joinedload(MailNote.author))
        .order_by(MailNote.removed_at.is_not(None), MailNote.id.desc())
        .limit(limit)
    )
    return list(db.session.scalars(statement))


def add(account_id: int, kind: str, words: str, now: datetime, actor: Actor) -> int:
    """Put words into the next mail of a kind to each person of the account, in place of an open note; return the note's id.

    The same words again change nothing. Raises NotFound and Invalid(field, why).
    """
    if kind not in NOTED:
        raise Invalid(field="kind", why="unknown_mail_kind")
    words = "\n".join(line.rstrip() for line in words.strip().splitlines())
    if not words:
        raise Invalid(field="words", why="missing")
    if len(words) > LONGEST:
        raise Invalid(field="words", why="too_long", maximum=LONGEST)
    with db.writing():
        locking.account(account_id)
        known = _open(account_id, kind)
        if known is not None:
            if known.words == words:
                return known.id
            known.removed_at = now
            db.session.flush()
        note = MailNote(account_id=account_id, kind=kind, words=words, author_id=actor.staff_id, created_at=now)
        db.session.add(note)
        db.session.flush()
        history.record("mail_note_added", now=now, actor=actor, account_id=account_id, kind=kind, note_id=note.id)
        return note.id


def remove(account_id: int, note_id: int, now: datetime, actor: Actor) -> None:
    """Take an account's note out of the mails to come; one that is out already stays so. Raises NotFound."""
    with db.writing():
        note = db.session.get(MailNote, note_id)
        if note is None or note.account_id != account_id:
            raise NotFound()
        if note.removed_at is None:
            note.removed_at = now
            history.record("mail_note_removed", now=now, actor=actor, account_id=account_id, kind=note.kind)


def _open(account_id: int, kind: str) -> MailNote | None:
    this = select(MailNote).where(
        MailNote.account_id == account_id, MailNote.kind == kind, MailNote.removed_at.is_(None)
    )
    return db.session.scalar(this)
