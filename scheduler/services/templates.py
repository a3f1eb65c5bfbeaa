"""Answers which words the mails of each kind and language have now, who changed them, and how they get back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select, tuple_
from sqlalchemy.orm import joinedload

from emails import KINDS, LOCALES, TemplateBroken, template_source
from emails.checks import check
from scheduler.models.db import db
from scheduler.models.mails import Template
from scheduler.services import history
from scheduler.services.actors import Actor
from scheduler.services.inserting import add_missing
from scheduler.services.refusals import Invalid, NotFound, WordsChanged, WordsUnusable

# A note on a change is one line in the list of versions.
LONGEST_NOTE = 200
_LATEST = select(Template.kind, Template.locale, func.max(Template.version)).group_by(Template.kind, Template.locale)
_IN_FORCE = tuple_(Template.kind, Template.locale, Template.version).in_(_LATEST)


def present() -> dict[tuple[str, str], str]:
    """Return the words in force that replace shipped ones, by kind and language, in one statement."""
    statement = select(Template.kind, Template.locale, Template.source).where(_IN_FORCE, Template.source.is_not(None))
    return {(kind, locale): source for kind, locale, source in db.session.execute(statement) if source is not None}


def latest() -> dict[tuple[str, str], Template]:
    """Return the latest version of all words that were ever changed, with its author, by kind and language."""
    statement = select(Template).where(_IN_FORCE).options(joinedload(Template.author))
    return {(row.kind, row.locale): row for row in db.session.scalars(statement)}


def source(kind: str, locale: str) -> str:
    """Return the words in force of a kind and language; raise NotFound."""
    row = _latest(*_known(kind, locale))
    return row.source if row is not None and row.source is not None else template_source(kind, locale)


def versions(kind: str, locale: str) -> list[Template]:
    """List the versions of words with their authors, newest first; the shipped ones before them are version 0."""
    statement = select(Template).where(Template.kind == kind, Template.locale == locale)
    return list(db.session.scalars(statement.options(joinedload(Template.author)).order_by(Template.version.desc())))


def words_of(kind: str, locale: str, version: int) -> str:
    """Return the words as a version has them, 0 being the shipped ones; raise NotFound."""
    kind, locale = _known(kind, locale)
    if version == 0:
        return template_source(kind, locale)
    row = db.session.scalar(select(Template).where(_this(kind, locale), Template.version == version))
    if row is None:
        raise NotFound()
    return row.source if row.source is not None else template_source(kind, locale)


def save(kind: str, locale: str, text: str, note: str, now: datetime, actor: Actor, *, based_on: int) -> int:
    """Put words in force as a new version; return its number. The words in force again make no new version.

    `based_on` is the version the author began with, 0 for the shipped words. Words equal to the shipped ones are these.
    Raises NotFound, Invalid(field, why), WordsUnusable when a mail could not be made of them for some reader, and
    WordsChanged when somebody else was faster.
    """
    kind, locale = _known(kind, locale)
    text = tidy(text)
    if len(note := note.strip()) > LONGEST_NOTE:
        raise Invalid(field="note", why="too_long", maximum=LONGEST_NOTE)
    # Before the transaction: it takes a while, and on SQLite everybody else would wait for it.
    try:
        check(kind, locale, text)
    except TemplateBroken as error:
        raise WordsUnusable(field="source", **{"why": error.key} | error.params) from error
    return _put(kind, locale, None if text == template_source(kind, locale) else text, note, now, actor, based_on)


def go_back(kind: str, locale: str, version: int, now: datetime, actor: Actor, *, based_on: int) -> int:
    """Put the words of an earlier version (0: the shipped ones) in force again, as a new version; return its number.

    Raises as `save`: what could be used then may lack what has become necessary since.
    """
    return save(kind, locale, words_of(kind, locale, version), "", now, actor, based_on=based_on)


def tidy(text: str) -> str:
    """Write words as they are kept: lines end as in a file, nothing trails. The first line stays the first."""
    return "\n".join(line.rstrip() for line in text.rstrip().splitlines()) + "\n"


def _put(kind: str, locale: str, text: str | None, note: str, now: datetime, actor: Actor, based_on: int) -> int:
    with db.writing():
        row = _latest(kind, locale)
        version = row.version if row is not None else 0
        if (row.source if row is not None else None) == text:
            return version
        if version != based_on:
            raise WordsChanged(version=version, by=row.author.name if row is not None and row.author else "")
        new = {"kind": kind, "locale": locale, "version": version + 1, "source": text, "note": note}
        if not add_missing(Template, [new | {"author_id": actor.staff_id, "created_at": now}]):
            raise WordsChanged(version=version + 1, by="")
        history.record("template_changed", now=now, actor=actor, kind=kind, locale=locale, version=version + 1)
        return version + 1


def _latest(kind: str, locale: str) -> Template | None:
    return db.session.scalar(select(Template).where(_this(kind, locale)).order_by(Template.version.desc()).limit(1))


def _this(kind: str, locale: str) -> ColumnElement[bool]:
    return and_(Template.kind == kind, Template.locale == locale)


def _known(kind: str, locale: str) -> tuple[str, str]:
    if kind not in KINDS or locale not in LOCALES:
        raise NotFound()
    return kind, locale
