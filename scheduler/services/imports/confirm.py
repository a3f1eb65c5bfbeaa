"""Answers how a customer list goes in: all of it in one transaction, once, and without a mail to anybody."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from scheduler.models.db import db
from scheduler.models.uploads import Upload
from scheduler.readers.customer_rows import CustomerFile, Refusal
from scheduler.rules.drafts import AccountDraft
from scheduler.services import history, locking, readiness, staff
from scheduler.services.actors import Actor
from scheduler.services.imports import known, lists, people, preview, staging, traces
from scheduler.services.imports.accounts import add_missing_accounts, write_accounts
from scheduler.services.imports.lists import Choices
from scheduler.services.imports.traces import Trace
from scheduler.services.refusals import DateOrderOpen, NoRowFits

# Accounts written at a time, all within the one transaction.
BATCH = 200
# Serialises imports on PostgreSQL until the transaction ends; any number that nothing else here uses.
_LOCK = 7_216_041

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class ImportResult:
    """What an import did; `totals` as ImportPreview.to_json gives them."""

    upload_id: int
    totals: dict[str, Any]
    refused: list[Refusal]


def confirm(upload_id: int, now: datetime, actor: Actor) -> ImportResult:
    """Bring in an upload as its preview says; raise NotFound, UploadExpired or FileUnreadable."""
    waiting = staging.waiting(upload_id, now)
    # Read before the transaction: on SQLite nobody else could write meanwhile.
    choices = Choices.from_json(waiting.choices)
    file = lists.read(waiting.content, waiting.filename, choices)
    with db.writing():
        upload = staging.waiting(upload_id, now, lock=True)
        if Choices.from_json(upload.choices) != choices:
            choices = Choices.from_json(upload.choices)
            file = lists.read(upload.content, upload.filename, choices)
        return _bring_in(upload, file, choices, now, actor, _quietly)


def bring_in(
    data: bytes, filename: str, choices: Choices, now: datetime, actor: Actor, progress: Progress | None = None
) -> ImportResult:
    """Bring in a list without a preview; nothing at all is written when it is refused (FileUnreadable).

    `progress` is told how many of how many accounts are done.
    """
    file = lists.read(data, staging.plain_name(filename), choices)
    with db.writing():
        upload = staging.new(data, filename, now, actor)
        upload.choices = choices.to_json()
        db.session.flush()
        return _bring_in(upload, file, choices, now, actor, progress or _quietly)


def need_usable(file: CustomerFile) -> None:
    """Raise DateOrderOpen when somebody must first say how dates are to be read, NoRowFits when every row is refused."""
    for question in file.questions:
        raise DateOrderOpen(field="date_order", why="date_order_open", **question.params)
    if not file.rows:
        raise NoRowFits(field="file", why="no_row_fits", refused=file.refused)


def _bring_in(
    upload: Upload, file: CustomerFile, choices: Choices, now: datetime, actor: Actor, progress: Progress
) -> ImportResult:
    need_usable(file)
    locking_imports()
    new = add_missing_accounts(file, now)
    numbers = known.numbers_of({row.account_id for row in file.rows})
    # Whoever edits one of these accounts now waits; what was read before might be outdated already.
    locking.accounts(number for external_id, number in numbers.items() if external_id not in new)
    plan = preview.of(file, choices, now, new)
    members = {
        (team, name): staff.by_name(name, team, now) for team, names in plan.plan.owners.items() for name in names
    }
    existing = known.load(numbers.keys() - new)
    drafts = plan.plan.accounts
    trace = Trace()
    trace.added["staff"] = sorted({members[team, name] for team, names in plan.members.items() for name in names})
    for start in range(0, len(drafts), BATCH):
        some = drafts[start : start + BATCH]
        before = traces.state([numbers[name] for name in traces.rewritten(some, existing)])
        write_accounts(some, numbers, existing, members, choices, now)
        people.write_contacts(some, numbers, existing, people.write_stores(some, numbers, existing), now)
        added = [numbers[draft.external_id] for draft in some if draft.external_id in new]
        trace.note(before, traces.state([*before["accounts"], *added]))
        _tell(some, numbers, now, actor, upload.id)
        progress(start + len(some), len(drafts))
    upload.result, upload.confirmed_at, upload.before = plan.to_json(), now, trace.to_json()
    db.session.flush()
    return ImportResult(upload.id, plan.to_json(), file.refused)


def _quietly(_done: int, _total: int) -> None:
    """Tell nobody how far the import is."""


def locking_imports() -> None:
    """Let imports wait for each other, so that two lists with the same new people and owners add them once.

    SQLite has one writer anyway.
    """
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def _tell(drafts: Sequence[AccountDraft], numbers: dict[str, int], now: datetime, actor: Actor, upload_id: int) -> None:
    """Write the history of what came in or changed, and judge these accounts anew."""
    touched = [draft for draft in drafts if draft.state != "unchanged"]
    for draft in touched:
        history.record(
            "imported",
            now=now,
            actor=actor,
            account_id=numbers[draft.external_id],
            upload_id=upload_id,
            new=draft.state == "new",
            fields=sorted(change.field for change in draft.difference.changes),
            stores=sum(store.difference.state != "unchanged" for store in draft.stores),
            contacts=sum(contact.difference.state != "unchanged" for contact in draft.contacts),
        )
    readiness.refresh_many([numbers[draft.external_id] for draft in touched], now)
    changed = [numbers[draft.external_id] for draft in touched if draft.state == "changed"]
    readiness.take_news_back(changed, now, "imported")
