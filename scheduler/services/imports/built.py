"""Answers what was built on the rows that an import added, since then and by others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

from sqlalchemy import or_, select

from scheduler.models.accounts import Contact, Store, contact_stores
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.mails import LEFT, Mail
from scheduler.models.tasks import Task
from scheduler.models.uploads import Upload
from scheduler.services import references
from scheduler.services.imports.traces import MODELS

# What goes with a row and was built by nobody: what the import itself wrote, what the program derives, mails that never left.
DERIVED = (
    "contact_stores", "contacts", "stores", "events", "signals", "tasks", "mails", "known_names", "milestones", "tenures",
)  # fmt: skip
# Rows per statement: both databases limit the parameters of one.
CHUNK = 5000


def chunks(values: Collection[int]) -> Iterator[list[int]]:
    """Yield ids in portions that one statement takes."""
    ordered = sorted(values)
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]


def reasons(
    upload: Upload, added: Mapping[str, set[int]], owner: Mapping[tuple[str, int], int]
) -> dict[str, dict[int, set[str]]]:
    """Return what was built on each row that an import added, by table and id; what is free is not there.

    `owner` is the company of each store and person that is still there; what is built on them is built on a company that
    came with them.
    """
    found: dict[str, dict[int, set[str]]] = {name: defaultdict(set) for name in MODELS}
    for name, model in MODELS.items():
        for number, tables in references.of(model, added[name], DERIVED).items():
            found[name][number] |= tables
    _by_mails(added, found)
    _by_tasks(added, found)
    _by_history(upload, added, found)
    _by_others(added, found)
    for (name, number), account_id in owner.items():
        if account_id in added["accounts"] and number in found[name]:
            found["accounts"][account_id] |= found[name][number]
    # A store in which somebody stays, stays.
    staying = {number for number in added["contacts"] if number in found["contacts"]}
    free = added["contacts"] - staying
    for some in chunks(added["stores"]):
        query = select(contact_stores.c.store_id, contact_stores.c.contact_id).where(
            contact_stores.c.store_id.in_(some)
        )
        for store_id, contact_id in db.session.execute(query):
            if contact_id not in free:
                found["stores"][store_id].add("contact_stores")
    return {name: dict(rows) for name, rows in found.items()}


def _by_mails(added: Mapping[str, set[int]], found: Mapping[str, dict[int, set[str]]]) -> None:
    for name, column in (("accounts", Mail.account_id), ("contacts", Mail.contact_id)):
        for some in chunks(added[name]):
            query = select(column).where(column.in_(some), Mail.state.in_(("sending", *LEFT))).distinct()
            for number in db.session.scalars(query):
                found[name][number or 0].add("mails")


def _by_tasks(added: Mapping[str, set[int]], found: Mapping[str, dict[int, set[str]]]) -> None:
    """Count what somebody wrote down or did; what the program noted by itself and nobody did goes with the row."""
    for name, column in (("accounts", Task.account_id), ("contacts", Task.contact_id)):
        for some in chunks(added[name]):
            worked = or_(Task.kind == "by_hand", Task.done_by_id.is_not(None))
            for number in db.session.scalars(select(column).where(column.in_(some), worked).distinct()):
                found[name][number or 0].add("tasks")


def _by_history(upload: Upload, added: Mapping[str, set[int]], found: Mapping[str, dict[int, set[str]]]) -> None:
    """Count what people and programs did with a row since, by its history; the program's own lines are none."""
    touched = (Event.actor_kind != "worker", Event.at >= upload.confirmed_at)
    for some in chunks(added["accounts"]):
        rows = db.session.execute(
            select(Event.account_id, Event.key, Event.params).where(Event.account_id.in_(some), *touched)
        )
        for account_id, key, params in rows:
            if key != "imported":
                found["accounts"][account_id or 0].add("edited")
            elif params.get("upload_id") != upload.id:
                found["accounts"][account_id or 0].add("imported")
    for some in chunks(added["contacts"]):
        query = select(Event.contact_id).where(Event.contact_id.in_(some), *touched).distinct()
        for number in db.session.scalars(query):
            found["contacts"][number or 0].add("edited")
    for some in chunks(added["stores"]):
        changes = (
            select(Event.params)
            .join(Store, Store.account_id == Event.account_id)
            .where(Store.id.in_(some), Event.key == "store_changed", *touched)
        )
        for params in db.session.scalars(changes):
            if params.get("store_id") in added["stores"]:
                found["stores"][params["store_id"]].add("edited")


def _by_others(added: Mapping[str, set[int]], found: Mapping[str, dict[int, set[str]]]) -> None:
    """Count the stores and people that somebody else added to a company."""
    for name, column in (("stores", Store.id), ("contacts", Contact.id)):
        owner = MODELS[name].account_id  # type: ignore[attr-defined]
        for some in chunks(added["accounts"]):
            for number, account_id in db.session.execute(select(column, owner).where(owner.in_(some))):
                if number not in added[name]:
                    found["accounts"][account_id].add(name)
