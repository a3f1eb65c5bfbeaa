"""Answers how a list of ticks, usage, contracts or figures waits between being handed in and being confirmed, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, undefer

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.uploads import Upload
from scheduler.readers.customer_rows import Refusal
from scheduler.readers.tables import Unreadable
from scheduler.services import locking
from scheduler.services.actors import Actor
from scheduler.services.imports.staging import WAITS, is_waiting, plain_name
from scheduler.services.refusals import FileTooLarge, FileUnreadable, NotFound, UploadExpired

# Accounts, or rows, looked at in one statement; all of a list is one transaction.
BATCH = 500

One = TypeVar("One")
Listed = TypeVar("Listed")
Done = TypeVar("Done")
# (content, file name) -> what stands in a list; raises FileUnreadable.
Read = Callable[[bytes, str], Listed]
# (the upload, locked; what stands in it) -> what was done, within the open transaction.
Record = Callable[[Upload, Listed, datetime, Actor], Done]


def new(kind: str, data: bytes, filename: str, now: datetime, actor: Actor) -> Upload:
    """Within the open transaction, add the row of a list."""
    upload = Upload(
        kind=kind,
        filename=plain_name(filename),
        content=data,
        sha256=sha256(data).hexdigest(),
        staff_id=actor.staff_id,
        created_at=now,
        expires_at=now + WAITS,
    )
    db.session.add(upload)
    db.session.flush()
    return upload


def keep(kind: str, data: bytes, filename: str, now: datetime, actor: Actor) -> int:
    """Keep a list for its preview and return the upload's id; the caller has seen that it can be read."""
    with db.writing():
        return new(kind, data, filename, now, actor).id


@contextmanager
def reading() -> Iterator[None]:
    """Turn a reader's refusal of a whole file, raised within, into FileUnreadable or FileTooLarge."""
    try:
        yield
    except Unreadable as error:
        kind = FileTooLarge if error.key == "too_large" else FileUnreadable
        raise kind(**{"field": "file", **error.params, "why": error.key}) from error


def stage(kind: str, read: Read[Any], data: bytes, filename: str, now: datetime, actor: Actor) -> int:
    """Keep a list that can be read for its preview and return the upload's id; raise FileUnreadable."""
    read(data, filename)
    return keep(kind, data, filename, now, actor)


def confirm(
    kind: str, read: Read[Listed], record: Record[Listed, Done], upload_id: int, now: datetime, actor: Actor
) -> Done:
    """Record what a waiting list says, all of it in one transaction.

    Raises NotFound, UploadExpired, FileUnreadable, and what `record` raises.
    """
    waits = waiting(kind, upload_id, now)
    # Read before the transaction: on SQLite nobody else could write meanwhile.
    listed = read(waits.content, waits.filename)
    with db.writing():
        return record(waiting(kind, upload_id, now, lock=True), listed, now, actor)


def bring_in(
    kind: str, read: Read[Listed], record: Record[Listed, Done], data: bytes, filename: str, now: datetime, actor: Actor
) -> tuple[int, Done]:
    """Record what a list says without a preview; return the upload's id and what was done. Raises like `confirm`."""
    listed = read(data, filename)
    with db.writing():
        upload = new(kind, data, filename, now, actor)
        return upload.id, record(upload, listed, now, actor)


def the(kind: str, upload_id: int) -> Upload:
    """Return the upload of a list; raise NotFound."""
    loaded = [joinedload(Upload.staff), undefer(Upload.content)]
    upload = db.session.get(Upload, upload_id, options=loaded, populate_existing=True)
    if upload is None or upload.kind != kind:
        raise NotFound(what="upload")
    return upload


def waiting(kind: str, upload_id: int, now: datetime, *, lock: bool = False) -> Upload:
    """Return an upload that can still be confirmed; `lock` keeps others from confirming it meanwhile.

    Raises NotFound, and UploadExpired when it was confirmed already or is too old.
    """
    query = select(Upload).where(Upload.id == upload_id, Upload.kind == kind).options(undefer(Upload.content))
    query = query.execution_options(populate_existing=True)
    upload = db.session.scalar(query.with_for_update() if lock else query)
    if upload is None:
        raise NotFound(what="upload")
    if not is_waiting(upload, now):
        raise UploadExpired()
    return upload


def done(kind: str, upload_id: int) -> Upload:
    """Within the open transaction, return a confirmed upload that was not undone, locked, with what it changed.

    Raises NotFound, and UploadExpired when there is nothing (any more) to undo.
    """
    query = select(Upload).where(Upload.id == upload_id, Upload.kind == kind).options(undefer(Upload.before))
    upload = db.session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if upload is None:
        raise NotFound(what="upload")
    if upload.confirmed_at is None or upload.undone_at is not None:
        raise UploadExpired()
    return upload


def past(kind: str, page: int, per_page: int) -> tuple[list[Upload], int]:
    """List one page (from 1) of the lists of a kind, newest first, and count them all."""
    query = select(Upload).where(Upload.kind == kind)
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = query.order_by(Upload.created_at.desc(), Upload.id.desc()).limit(per_page).offset((page - 1) * per_page)
    return list(db.session.scalars(rows.options(joinedload(Upload.staff)))), total


def accounts(external_ids: set[str]) -> dict[str, tuple[int, str, datetime]]:
    """Return id, name and the moment it was added of each account that there is, by external id."""
    found: dict[str, tuple[int, str, datetime]] = {}
    for some in batches(sorted(external_ids)):
        query = select(Account.external_id, Account.id, Account.name, Account.created_at)
        rows = db.session.execute(query.where(Account.external_id.in_(some)))
        found |= {external_id: (number, name, at) for external_id, number, name, at in rows}
    return found


def lock(account_ids: Iterable[int]) -> list[int]:
    """Lock accounts for the open transaction, in the order in which everybody does; return their ids in that order."""
    ids = sorted(set(account_ids))
    for some in batches(ids):
        locking.accounts(some)
    return ids


def batches(values: Sequence[One]) -> Iterator[Sequence[One]]:
    """Cut a long list into pieces: databases take so many parameters at most, and memory is not endless."""
    for start in range(0, len(values), BATCH):
        yield values[start : start + BATCH]


def refusals_json(refused: list[Refusal]) -> list[dict[str, Any]]:
    """Write refused rows as an upload's result keeps them."""
    return [{"number": one.number, "key": one.key, "params": one.params} for one in refused]
