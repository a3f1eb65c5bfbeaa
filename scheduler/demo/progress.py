"""Answers what each company of the demo did beside the lectures: checked in, invited, set up, in use, ready."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from scheduler.demo.book import Book, write
from scheduler.demo.days import LATELY, Days
from scheduler.demo.house import House
from scheduler.demo.plays import Play
from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.setup import Completion, SetupStep, UsageDay
from scheduler.services.actors import WORKER, Actor

_SOURCES = (
    "{day}のお電話で、店長様から毎日お使いと伺いました",
    "{day}の打ち合わせで、実際の画面を見せていただきました",
    "{day}のメールで、全店で運用を始めたとご連絡をいただきました",
)
_USES = ("inquiry_replied", "property_viewed", "visit_booked")
# Stories so young that nobody has looked through the people yet.
_UNCHECKED = ("sales", "signed", "undecided")
_NO_WEBSITE = "自社サイトをお持ちでないため"
# Who comes in live is told of with this many days of use.
_LIVE_DAYS = 30


def come_along(plays: Sequence[Play], house: House, days: Days, book: Book) -> None:
    """Write what companies set up and used, and what their accounts say of it."""
    steps = list(db.session.scalars(select(SetupStep).order_by(SetupStep.position)))
    completions: list[dict[str, Any]] = []
    used: list[dict[str, Any]] = []
    for play in plays:
        _check_people(play, days, book)
        if play.introduced_at is not None:
            owner = Actor("staff", play.owner_id, "page")
            book.tell("introduced", play.introduced_at, owner, play.account.id, audience=play.audience)
            play.account.introduced_at, play.account.introduced_to = play.introduced_at, play.audience
            completions += _set_up(play, steps, days, book)
        if play.story.usage == "signals":
            used += _signals(play, house, days, book)
        if play.story.usage == "confirmed":
            _confirm(play, days, book)
        if play.ready_at is not None:
            play.account.ready_since = play.ready_at
            book.tell("ready", play.ready_at, WORKER, play.account.id, stage="onboarding")
    write(Completion, completions)
    write(UsageDay, used)


def _check_people(play: Play, days: Days, book: Book) -> None:
    """Let the owner have checked what the import marked on the same day; of some companies nobody has yet."""
    if play.story.key in _UNCHECKED or play.account.id % 5 == 0:
        return
    owner = Actor("staff", play.owner_id, "page")
    marked = db.session.scalars(select(Contact).where(Contact.account_id == play.account.id).order_by(Contact.id))
    for nth, contact in enumerate(contact for contact in marked if contact.checks):
        contact.checks = []
        at = days.at(play.imported_on, 9, 40) + timedelta(minutes=nth)
        book.tell("contact_checked", at, owner, play.account.id, contact.id)


def _set_up(play: Play, steps: Sequence[SetupStep], days: Days, book: Book) -> list[dict[str, Any]]:
    """Close the part of the set-up that the story has done, the last of it when the company became ready."""
    assert play.introduced_at is not None
    required = [(step, store_id) for step in steps if step.required for store_id in _places(play, step)]
    done = required[: round(days.dice.uniform(*play.story.setup) * len(required))]
    first = play.introduced_at + timedelta(hours=4)
    last = play.ready_at or max(first, days.now - timedelta(days=2))
    moments = sorted(days.awake(first, last) for _ in done)
    if done and play.ready_at is not None:
        moments[-1] = play.ready_at
    rows = [_closed(play, step, store_id, at, days, book) for (step, store_id), at in zip(done, moments, strict=True)]
    if len(done) == len(required):
        rows += [_optional(play, step, days.awake(first, last), days, book) for step in steps if not step.required]
    return rows


def _places(play: Play, step: SetupStep) -> list[int | None]:
    in_scope: list[int | None] = [store.id for store in play.stores if store.scope == "in"]
    return in_scope if step.per == "store" and in_scope else [None]


def _closed(
    play: Play, step: SetupStep, store_id: int | None, at: datetime, days: Days, book: Book, **fields: str
) -> dict[str, Any]:
    there = [person for person in play.people if store_id in person.stores] or play.coordinators
    by_customer = step.doer == "customer" and days.dice.random() < 0.8
    by = Actor("contact", there[0].id, "page") if by_customer else Actor("staff", play.owner_id, "page")
    if not by_customer and play.introduced_at is not None and at != play.ready_at:
        worked = max(play.introduced_at, days.office(days.local(at).date()))
        at = min(worked, play.ready_at or worked)
    values = {"state": "done", "reason": ""} | fields
    key = "setup_done" if values["state"] == "done" else "setup_not_needed"
    book.tell(key, at, by, play.account.id, step=step.key, store_id=store_id)
    place = {"account_id": play.account.id, "step_id": step.id, "store_id": store_id}
    return place | values | {"done_at": at, "by_kind": by.kind, "by_id": by.id}


def _optional(play: Play, step: SetupStep, at: datetime, days: Days, book: Book) -> dict[str, Any]:
    if days.dice.random() < 0.3:
        return _closed(play, step, None, at, days, book, state="not_needed", reason=_NO_WEBSITE)
    return _closed(play, step, None, at, days, book)


def _signals(play: Play, house: House, days: Days, book: Book) -> list[dict[str, Any]]:
    """Let the product tell on which days it was used, from shortly before the last condition was met."""
    if play.ready_at is not None:
        first = days.local(play.ready_at).date() - timedelta(days=days.dice.randint(1, 4))
    elif play.introduced_at is not None:
        first = days.today - timedelta(days=days.dice.randint(3, 7))
    else:
        first = days.today - timedelta(days=_LIVE_DAYS)
    used = [day for day in _until_yesterday(first, days) if day == first or days.dice.random() < 0.75]
    told = min(days.at(first, 21), play.ready_at or days.now, days.now - LATELY)
    book.tell("usage_began", told, Actor("api", house.product, "api"), play.account.id, on=first.isoformat())
    return [
        {
            "account_id": play.account.id,
            "store_id": days.dice.choice(play.stores).id if play.stores else None,
            "day": day,
            "event": days.dice.choice(_USES),
            "recorded_at": min(days.at(day, 21), days.now - LATELY),
        }
        for day in used
    ]


def _until_yesterday(first: date, days: Days) -> list[date]:
    return [first + timedelta(days=n) for n in range(max(1, (days.today - first).days))]


def _confirm(play: Play, days: Days, book: Book) -> None:
    """Let the owner have confirmed by telephone or otherwise that the product is used."""
    assert play.ready_at is not None
    at = days.office(days.local(play.ready_at).date() - timedelta(days=days.dice.randint(1, 3)))
    local = days.local(at)
    on = local.date() - timedelta(days=days.dice.randint(0, 3))
    book.tell("usage_confirmed", at, Actor("staff", play.owner_id, "page"), play.account.id, on=on.isoformat())
    play.account.started_on, play.account.started_by_id = on, play.owner_id
    play.account.started_source = days.dice.choice(_SOURCES).format(day=f"{local.month}月{local.day}日")
