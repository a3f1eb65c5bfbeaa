"""Answers what taking an import of customers back comes to: what it made goes, what it changed is as before."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import undefer

from scheduler.models.accounts import Account, Contact, Store, contact_stores
from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.models.staff import Staff
from scheduler.models.uploads import Upload
from scheduler.services import history, locking, readiness, references
from scheduler.services.actors import Actor
from scheduler.services.imports import built
from scheduler.services.imports.built import chunks
from scheduler.services.imports.confirm import locking_imports
from scheduler.services.imports.traces import COLUMNS, MODELS, PLACES, Values, state
from scheduler.services.refusals import NotFound, UploadExpired

# Who a person is to the database, within a company.
_IDENTITY = frozenset({"name", "name_key", "email", "phone", "phone_digits"})
# Columns that follow from others; nobody is told of them.
_FOLLOWING = frozenset({"imported", "name_key", "phone_digits", "checks"})


@dataclass(frozen=True)
class Staying:
    """Something the import made that stays: what was built on it, as tables, or `edited`, or a later `imported`."""

    # accounts, stores or contacts.
    table: str
    id: int
    why: tuple[str, ...]


@dataclass(frozen=True)
class Restored:
    """A row that the import changed: the columns that are set as before, and those that changed again since and stay."""

    table: str
    id: int
    values: Mapping[str, Any]
    kept: tuple[str, ...]


@dataclass(frozen=True)
class ImportUndo:
    """What taking an import back does, or would do."""

    upload_id: int
    # What goes, by table; stores and people of a company that goes are counted too.
    gone: Mapping[str, tuple[int, ...]]
    staying: tuple[Staying, ...]
    restored: tuple[Restored, ...]

    @property
    def set_back(self) -> tuple[Restored, ...]:
        """List the rows of which something is set as before."""
        return tuple(row for row in self.restored if row.values)

    @property
    def edited_since(self) -> tuple[Restored, ...]:
        """List the rows of which something the import changed stays, since it was changed again."""
        return tuple(row for row in self.restored if row.kept)


def preview(upload_id: int) -> ImportUndo:
    """Say what taking an import back would do; raise NotFound, and UploadExpired when there is nothing to take back."""
    return _plan(_the(upload_id))


def undo(upload_id: int, now: datetime, actor: Actor) -> ImportUndo | None:
    """Take an import back; None, and no change, when that was done already.

    Companies, stores and people it made go unless something was built on them (a company stays whole), and fields it
    changed are as before unless they were changed again. Raises NotFound, and UploadExpired for a list never confirmed.
    """
    with db.writing():
        locking_imports()
        known = db.session.get(Upload, upload_id, populate_existing=True)
        if known is not None and known.undone_at is not None:
            return None
        upload = _the(upload_id)
        trace = _trace(upload)
        touched = {number for _table, number in _accounts_of(trace)}
        locking.accounts(touched)
        found = _plan(upload)
        upload.undone_at, upload.undone_by_id = now, actor.staff_id
        changed = _restore(found.set_back)
        companies = _remove(found.gone)
        _remove_members(trace["added"]["staff"])
        db.session.flush()
        _tell(found, (changed | companies) - set(found.gone["accounts"]), now, actor)
        return found


def _the(upload_id: int) -> Upload:
    query = select(Upload).where(Upload.id == upload_id, Upload.kind == "customers").options(undefer(Upload.before))
    upload = db.session.scalar(query.execution_options(populate_existing=True))
    if upload is None:
        raise NotFound(what="upload")
    if upload.before is None or upload.undone_at is not None:
        raise UploadExpired()
    return upload


def _trace(upload: Upload) -> Mapping[str, Any]:
    return upload.before or {}


def _plan(upload: Upload) -> ImportUndo:
    trace = _trace(upload)
    added = {name: set(numbers) for name, numbers in trace["added"].items()}
    added["accounts"] = set(_there(Account, added["accounts"]))
    owner = {
        (name, number): account for name in ("stores", "contacts") for number, account in _owners(name, added[name])
    }
    reasons = built.reasons(upload, added, owner)
    gone: dict[str, tuple[int, ...]] = {"accounts": tuple(sorted(added["accounts"] - reasons["accounts"].keys()))}
    going = set(gone["accounts"])
    for name in ("stores", "contacts"):
        there = {number for number in added[name] if (name, number) in owner}
        with_it = {number for number in there if owner[name, number] in going}
        alone = {
            number
            for number in there - reasons[name].keys()
            if owner[name, number] not in added["accounts"]
        }  # fmt: skip
        gone[name] = tuple(sorted(with_it | alone))
    staying = [
        Staying(name, number, tuple(sorted(why)))
        for name in MODELS
        for number, why in sorted(reasons[name].items())
        # A company that stays says why; its stores and people stay with it.
        if name == "accounts" or owner[name, number] not in added["accounts"]
    ]
    return ImportUndo(upload.id, gone, tuple(staying), tuple(_restored(trace["changed"])))


def _owners(name: str, numbers: Collection[int]) -> Iterator[tuple[int, int]]:
    """Yield stores or people that are still there with their company."""
    model: Any = MODELS[name]
    for some in chunks(numbers):
        for row in db.session.execute(select(model.id, model.account_id).where(model.id.in_(some))):
            yield row.id, row.account_id


def _restored(changed: Mapping[str, Mapping[str, Mapping[str, Sequence[Any]]]]) -> Iterator[Restored]:
    """Compare each row that the import changed with what it is now."""
    ids = {name: [int(number) for number in rows] for name, rows in changed.items()}
    accounts = {number for name, numbers in ids.items() for number in _companies(name, numbers)}
    now: dict[str, dict[int, Values]] = {name: {} for name in MODELS}
    for some in chunks(accounts):
        for name, found in state(some).items():
            now[name] |= found
    for name, rows in changed.items():
        for key, columns in rows.items():
            current = now[name].get(int(key))
            if current is None:
                continue
            same = {column for column, (_old, new) in columns.items() if current[column] == new}
            values = {column: columns[column][0] for column in same}
            kept = tuple(sorted(set(columns) - same - _FOLLOWING))
            if name == "contacts" and values.keys() & _IDENTITY and _taken(int(key), {**current, **values}):
                # Somebody else has become who this person was.
                kept = tuple(sorted({*kept, *(values.keys() & {"name", "email", "phone"})}))
                values = {column: value for column, value in values.items() if column not in _IDENTITY}
            yield Restored(name, int(key), values, kept)


def _taken(contact_id: int, values: Values) -> bool:
    query = select(Contact.id).where(
        Contact.account_id == select(Contact.account_id).where(Contact.id == contact_id).scalar_subquery(),
        Contact.id != contact_id,
        Contact.email.is_(None) if values["email"] is None else Contact.email == values["email"],
        Contact.name_key == values["name_key"],
        Contact.phone_digits == values["phone_digits"],
    )
    return db.session.scalar(query) is not None


def _companies(name: str, numbers: Collection[int]) -> Iterator[int]:
    if name == "accounts":
        yield from numbers
    else:
        yield from (account_id for _number, account_id in _owners(name, numbers))


def _accounts_of(trace: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Yield the companies that an import wrote to."""
    for name in MODELS:
        numbers = {*trace["added"][name], *map(int, trace["changed"][name])}
        yield from ((name, number) for number in _companies(name, numbers))


def _restore(rows: Iterable[Restored]) -> set[int]:
    """Set rows as they were before the import; return their companies."""
    touched: set[int] = set()
    for row in rows:
        model: Any = MODELS[row.table]
        values = {
            column: _typed(model, column, row.values[column]) for column in COLUMNS[row.table] if column in row.values
        }
        if values:
            statement = update(model).where(model.id == row.id).values(values)
            db.session.execute(statement.execution_options(synchronize_session=False))
        if PLACES in row.values:
            db.session.execute(delete(contact_stores).where(contact_stores.c.contact_id == row.id))
            links = [{"contact_id": row.id, "store_id": number} for number in _there(Store, row.values[PLACES])]
            if links:
                db.session.execute(insert(contact_stores), links)
        touched |= set(_companies(row.table, [row.id]))
    return touched


def _typed(model: Any, column: str, value: Any) -> Any:
    is_day = model.__table__.c[column].type.python_type is date
    return date.fromisoformat(value) if is_day and value is not None else value


def _there(model: Any, numbers: Collection[int]) -> list[int]:
    return [
        number for some in chunks(numbers) for number in db.session.scalars(select(model.id).where(model.id.in_(some)))
    ]


def _remove(gone: Mapping[str, tuple[int, ...]]) -> set[int]:
    """Delete what goes, with mails that never left; return the companies of stores and people."""
    touched = {account for name in ("stores", "contacts") for account in _companies(name, gone[name])}
    statements = [
        *(delete(Mail).where(Mail.contact_id.in_(some)) for some in chunks(gone["contacts"])),
        *(delete(Mail).where(Mail.account_id.in_(some)) for some in chunks(gone["accounts"])),
        *(delete(Contact).where(Contact.id.in_(some)) for some in chunks(gone["contacts"])),
        *(delete(Store).where(Store.id.in_(some)) for some in chunks(gone["stores"])),
        *(delete(Account).where(Account.id.in_(some)) for some in chunks(gone["accounts"])),
    ]
    for statement in statements:
        db.session.execute(statement.execution_options(synchronize_session=False))
    db.session.expire_all()
    return touched


def _remove_members(staff_ids: Collection[int]) -> None:
    """Delete the members whom the list named as owners, but those who can sign in or are named elsewhere by now."""
    used = references.of(Staff, staff_ids)
    unused = [number for number in staff_ids if number not in used]
    nameless = delete(Staff).where(Staff.id.in_(unused), Staff.email.is_(None), Staff.password_hash.is_(None))
    db.session.execute(nameless.execution_options(synchronize_session=False))


def _tell(found: ImportUndo, companies: Collection[int], now: datetime, actor: Actor) -> None:
    """Write the history of each company that stays, and of the undo itself; judge the companies anew."""
    counted = {name: len(numbers) for name, numbers in found.gone.items()}
    whole = history.about_one("import_undone", upload_id=found.upload_id, new=True, **counted)
    lines = [
        history.about_one("import_undone", account_id=number, upload_id=found.upload_id, new=True)
        for number in sorted(companies)
    ]
    history.record_many([whole, *lines], now, actor)
    readiness.refresh_many(companies, now)
    readiness.take_news_back(companies, now, "imported")
