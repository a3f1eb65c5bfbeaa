"""Answers how the demo company comes to a past: a year of companies that came, were taught and handed on, before the last weeks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from scheduler.demo.book import Book, write, write_numbered
from scheduler.demo.days import Days
from scheduler.demo.house import House
from scheduler.demo.plays import Play
from scheduler.demo.year import firms as companies
from scheduler.demo.year import names, rows, team, terms, told, trials, ways
from scheduler.demo.year.firms import Firm
from scheduler.demo.year.passing import hand_over
from scheduler.demo.year.seats import Hall
from scheduler.models.accounts import Contract
from scheduler.models.db import db
from scheduler.models.lectures import Course
from scheduler.models.tasks import Task
from scheduler.services import readiness, vendor
from scheduler.services.actors import Actor
from scheduler.services.installation import here

# So many days ago one of the onboarding team left.
_LEFT = 185
_TODO = (
    ("by_hand", "店長会議の日程を伺い、操作の説明の時間をいただく"),
    ("by_hand", "初期設定で止まっている店舗にお電話する"),
    ("by_hand", "物件データの一覧をお預かりする"),
    ("call", ""),
    ("talk", ""),
)


def live_through(house: House, size: float, now: datetime, seed: str) -> None:
    """Write the past year; `size` 1 is the whole of it. The same seed makes the same year."""
    days = Days(now, here().zone, vendor.working_days(), Random(f"{seed} year"))
    people = team.gather(house, days.at(days.working(days.today - timedelta(days=_LEFT)), 18))
    number = min(names.MOST, round(companies.FIRMS * min(1.0, size)))
    firms, hall, book = companies.arrive(number, people, days), Hall(people, days), Book()
    for firm in sorted(firms, key=lambda firm: firm.created_at):
        ways.go(firm, hall, people, days)
    terms.agree(firms, house.members["renewal"][0].id, days)
    rows.write_firms(firms)
    rows.write_lectures(hall, days)
    rows.write_seats(hall, db.session.scalars(select(Course.id).where(Course.key == "basic")).one(), firms)
    rows.write_progress(firms, days, house.product)
    told.tell(firms, hall, book, house.crm, house.product, days)
    hand_over(firms, hall, book, days)
    _work(firms, book, days)
    trials.try_out(firms, house, book, days)
    book.write()
    readiness.refresh_many([firm.id for firm in firms], now)


def sign(plays: Sequence[Play], days: Days) -> None:
    """Write the contracts of the companies of these days."""
    found = [(play.account, term) for play in plays for term in terms.of_play(play, days)]
    write(Contract, [rows.contract(account.id, account.created_at, **vars(term)) for account, term in found])


def _work(firms: Sequence[Firm], book: Book, days: Days) -> None:
    """Write what people did for companies beside the lectures, and what is to be done when a hold ends."""
    tasks: list[dict[str, Any]] = []
    for firm in firms:
        tasks += _tasks(firm, days)
        if firm.hold_until is not None:
            tasks.append(_hold(firm, book, days))
    for row, number in zip(tasks, write_numbered(Task, tasks), strict=True):
        by = Actor("staff", row["owner_id"], "page")
        book.tell("task_added", row["created_at"], by, row["account_id"], task_id=number, task=row["kind"])
        if row["done_at"] is not None:
            book.tell("task_done", row["done_at"], by, row["account_id"], task_id=number, task=row["kind"])


def _tasks(firm: Firm, days: Days) -> list[dict[str, Any]]:
    if firm.introduced_at is None:
        return []
    found = []
    for nth in range(days.dice.choices((0, 1, 2, 3), (25, 40, 25, 10))[0]):
        kind, words = days.dice.choice(_TODO)
        at = ways.later(firm.introduced_at, (3, 35), days)
        done_at = ways.later(at, (1, 6), days)
        if firm.accepted_at is None or done_at > firm.accepted_at:
            continue
        owner = firm.owner("onboarding", at)
        row = rows.task(f"{kind}:{firm.id}:year-{nth}", kind, firm, owner, at)
        found.append(row | {"words": words, "done_at": done_at, "done_by_id": owner})
    return found


def _hold(firm: Firm, book: Book, days: Days) -> dict[str, Any]:
    assert firm.hold_until is not None
    at = days.office(days.today - timedelta(days=days.dice.randint(8, 30)))
    until = firm.hold_until.isoformat()
    owner = firm.owner("onboarding", at)
    book.tell("held", at, Actor("staff", owner, "page"), firm.id, until=until, before=None)
    return rows.task(f"hold_over:{firm.id}:{until}", "hold_over", firm, owner, at) | {"due_on": firm.hold_until}
