"""Answers which mails will leave to whom and when, with the present rules or with others that are only tried out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import func, select

from scheduler.models.accounts import Account, Contact
from scheduler.models.applications import Application
from scheduler.models.db import db
from scheduler.models.staff import Staff
from scheduler.services import digests, invited_again, mail_holding, nudges, packs, to_come, unanswered, weekly
from scheduler.services.almanac import Almanac
from scheduler.services.mail_rules import Rules
from scheduler.services.planned import Planned

# How far ahead can be looked.
MOST_DAYS = 31
# So many rows are looked up in one statement.
_TOGETHER = 5000

Change = Literal["", "new", "gone", "moved"]
CHANGES: tuple[Change, ...] = ("new", "gone", "moved")


@dataclass(frozen=True)
class Line:
    """One mail to come; where rules are tried out, what becomes of it through them, and when it would leave without them."""

    mail: Planned
    change: Change = ""
    before: datetime | None = None


@dataclass(frozen=True)
class Recipient:
    """To whom a mail goes: name (empty: a shared mailbox), address, and the company it is about (none: about us)."""

    name: str
    address: str
    account: str
    external_id: str


def plan(now: datetime, days: int, rules: Rules | None = None) -> list[Planned]:
    """List the mails of the coming days by moment, if nobody does anything meanwhile; `rules` instead of the present ones.

    Those that are owed already, with what they wait for; reminders that will fall due; repeated invitations and nudges;
    weekly states, digests and packs; reminders of handovers. Writes nothing.
    """
    until, almanac = now + timedelta(days=days), Almanac.read(rules)
    sources = (
        *(to_come.queued, to_come.reminders),
        *(
            invited_again.upcoming,
            nudges.upcoming,
            weekly.upcoming,
            digests.upcoming,
            packs.upcoming,
            unanswered.upcoming,
        ),
    )
    found = [mail for source in sources for mail in source(now, until, almanac)]
    if mail_holding.paused_everything() is not None:
        found = [replace(mail, reason="all_paused") for mail in found]
    return sorted(found, key=lambda mail: (mail.when, mail.kind, mail.key))


def lines(now: datetime, days: int, rules: Rules | None = None) -> list[Line]:
    """List the mails of the coming days by moment; with `rules` to be tried out, what becomes of each through them."""
    present = plan(now, days)
    return compared(present, plan(now, days, rules)) if rules is not None else [Line(mail) for mail in present]


def compared(present: Iterable[Planned], tried: Iterable[Planned]) -> list[Line]:
    """Lay what would leave with other rules beside what leaves with the present ones, by moment."""
    before = {mail.key: mail for mail in present}
    after = {mail.key: mail for mail in tried}
    found = [Line(mail, "gone") for key, mail in before.items() if key not in after]
    for key, mail in after.items():
        old = before.get(key)
        if old is None:
            found.append(Line(mail, "new"))
        elif old.when != mail.when:
            found.append(Line(mail, "moved", old.when))
        else:
            found.append(Line(mail))
    return sorted(found, key=lambda line: (line.mail.when, line.mail.kind, line.mail.key))


def counts(listed: Iterable[Line]) -> dict[str, int]:
    """Count the mails that would leave, by kind, the most frequent first."""
    return dict(Counter(line.mail.kind for line in listed if line.change != "gone").most_common())


def changes(listed: Iterable[Line]) -> dict[Change, int]:
    """Count what other rules would bring: new, gone, moved."""
    found: Counter[Change] = Counter(line.change for line in listed if line.change)
    return {change: found[change] for change in CHANGES}


def recipients(mails: Sequence[Planned]) -> dict[str, Recipient]:
    """Say to whom each of these mails goes, by key, in four statements for some thousands of them."""
    people: dict[tuple[str, int], tuple[str, str]] = {}
    for name, model in (("contact_id", Contact), ("staff_id", Staff), ("application_id", Application)):
        for part in _parts({getattr(mail, name) for mail in mails} - {None}):
            query = select(model.id, model.name, func.coalesce(model.email, "")).where(model.id.in_(part))
            people |= {(name, number): (who, address) for number, who, address in db.session.execute(query)}
    accounts: dict[int, tuple[str, str]] = {}
    for part in _parts({mail.account_id for mail in mails} - {None}):
        rows = db.session.execute(select(Account.id, Account.name, Account.external_id).where(Account.id.in_(part)))
        accounts |= {number: (name, external_id) for number, name, external_id in rows}
    return {mail.key: Recipient(*_who(mail, people), *accounts.get(mail.account_id or 0, ("", ""))) for mail in mails}


def _who(mail: Planned, people: dict[tuple[str, int], tuple[str, str]]) -> tuple[str, str]:
    named = (("contact_id", mail.contact_id), ("staff_id", mail.staff_id), ("application_id", mail.application_id))
    return next(
        (people[name, number] for name, number in named if number is not None and (name, number) in people), ("", "")
    )


def _parts(numbers: set[int | None]) -> list[list[int]]:
    listed = sorted(number for number in numbers if number is not None)
    return [listed[begin : begin + _TOGETHER] for begin in range(0, len(listed), _TOGETHER)]
