"""Answers what a report is asked for: the days, and whose accounts, read from an address, a command line or a program's call."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select

from scheduler.models.accounts import STAGES, Account
from scheduler.models.db import db
from scheduler.models.staff import Staff
from scheduler.models.tags import Tag
from scheduler.rules.reporting import Asked, months_before
from scheduler.services import tags
from scheduler.services.directory import bears, owner_is
from scheduler.services.installation import here
from scheduler.services.naming import LARGEST_ID
from scheduler.services.refusals import Invalid

# The names by which every report is asked; a report's own choices come beside them.
FILTERS = ("from", "to", "stage", "owner", "tag")
# How many months back, to the first of the month, a report looks that is asked for no days.
MONTHS = 12
# Days outside these years are slips of the keyboard.
YEARS = range(1900, 2200)
# The longest span of days that is counted at once.
LONGEST = timedelta(days=366 * 10)


def read(values: Mapping[str, str], now: datetime, choices: Collection[str] = ()) -> Asked:
    """Read what a report is asked for: from, to (ISO days), stage, owner (id or address), tag (id or name), and its `choices`.

    Without days: the last MONTHS months and the present one. Raises Invalid(field, why): day_unreadable,
    period_backwards, period_too_long, not_a_choice, no_such_member, no_such_tag.
    """
    today = now.astimezone(here().tz).date()
    until = _day("to", values.get("to", ""), today)
    since = _day("from", values.get("from", ""), months_before(until, MONTHS))
    if since > until:
        raise Invalid(field="from", why="period_backwards")
    if until - since > LONGEST:
        raise Invalid(field="from", why="period_too_long", longest=LONGEST.days // 366)
    stage = values.get("stage", "").strip()
    if stage and stage not in STAGES:
        raise Invalid(field="stage", why="not_a_choice", value=stage, choices=", ".join(STAGES))
    more = {name: values[name].strip() for name in choices if values.get(name, "").strip()}
    return Asked(since, until, stage, _owner(values.get("owner", "")), _tag(values.get("tag", "")), more)


def told(asked: Asked) -> dict[str, str | None]:
    """Return what was asked for as programs ask for it: days, stage, the owner's address, the tag's name, own choices."""
    owner = db.session.get(Staff, asked.owner_id) if asked.owner_id is not None else None
    tag = db.session.get(Tag, asked.tag_id) if asked.tag_id is not None else None
    return {
        "from": asked.since.isoformat(),
        "to": asked.until.isoformat(),
        "stage": asked.stage or None,
        "owner": (owner.email or str(owner.id)) if owner is not None else None,
        "tag": tag.name if tag is not None else None,
        **asked.more,
    }


def accounts(asked: Asked) -> list[ColumnElement[bool]]:
    """Return the conditions on Account by which a report is narrowed; none: all of them count."""
    found: list[ColumnElement[bool]] = []
    if asked.stage:
        found.append(Account.stage == asked.stage)
    if asked.owner_id is not None:
        found.append(owner_is(asked.owner_id))
    if asked.tag_id is not None:
        found.append(bears(asked.tag_id))
    return found


def whose(asked: Asked, account_id: Any) -> list[ColumnElement[bool]]:
    """Return the condition that an account is among those asked for; none: all of them are."""
    return [account_id.in_(select(Account.id).where(*accounts(asked)))] if asked.narrowed else []


def _day(field: str, text: str, otherwise: date) -> date:
    if not text.strip():
        return otherwise
    try:
        day = date.fromisoformat(text.strip())
    except ValueError as error:
        raise Invalid(field=field, why="day_unreadable", value=text.strip()) from error
    if day.year not in YEARS:
        raise Invalid(field=field, why="day_unreadable", value=text.strip())
    return day


def _owner(text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    which = Staff.id == number if (number := _number(text)) else Staff.email == text.lower()
    found = db.session.scalar(select(Staff.id).where(which))
    if found is None:
        raise Invalid(field="owner", why="no_such_member", value=text)
    return found


def _tag(text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    tag = db.session.get(Tag, number) if (number := _number(text)) else None
    # A tag may be called by a number, such as a year.
    tag = tag or tags.by_name(text)
    if tag is None:
        raise Invalid(field="tag", why="no_such_tag", value=text)
    return tag.id


def _number(text: str) -> int:
    """Return a row's number, or 0 where it is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 10 and int(text) <= LARGEST_ID else 0
