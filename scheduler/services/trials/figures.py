"""Answers how a list of monthly figures goes in: whose each row is, what is new, all of it or nothing, and back out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, insert, select, update

from scheduler.models.db import db
from scheduler.models.staff import Staff
from scheduler.models.trials import Figure
from scheduler.models.uploads import Upload
from scheduler.readers.customer_rows import Refusal
from scheduler.readers.figure_rows import FigureList, FigureRow, read_figures
from scheduler.rules.trials import gaps
from scheduler.services import history, progress_files
from scheduler.services.actors import Actor
from scheduler.services.installation import here
from scheduler.services.progress_files import batches
from scheduler.services.refusals import RowsRefused
from scheduler.services.trials.whose import Found, People

KIND = "figures"
#: What is told every month, so that a month without it is a gap; a contract is renewed once in a while.
MONTHLY = ("meetings", "revenue")
#: So many years from now a figure may lie; beyond it the month is a slip of the keyboard.
YEARS_BACK, YEARS_AHEAD = 20, 5


class Place(NamedTuple):
    """Where a figure stands: whose (accounts or staff, and the id), what is counted, and the month."""

    kind: str
    subject: int
    measure: str
    month: date


@dataclass(frozen=True)
class Known:
    """A figure that is kept already."""

    id: int
    value: float
    upload_id: int | None


@dataclass(frozen=True)
class Series:
    """What a list says of somebody's measure: from which month to which, how much of it changes, and the months missing."""

    kind: str
    subject: int
    name: str
    measure: str
    first: date
    last: date
    new: int
    replaced: int
    unchanged: int
    gaps: tuple[date, ...]


@dataclass
class Plan:
    """What a list would do: its figures by place, the series they make, and rows that stop it."""

    wanted: dict[Place, float] = field(default_factory=dict)
    known: dict[Place, Known] = field(default_factory=dict)
    series: list[Series] = field(default_factory=list)
    silent: int = 0
    left_out: tuple[str, ...] = ()
    refused: list[Refusal] = field(default_factory=list)

    @property
    def new(self) -> list[Place]:
        """List the places that hold nothing yet."""
        return [place for place in self.wanted if place not in self.known]

    @property
    def replaced(self) -> list[Place]:
        """List the places that hold another value."""
        return [
            place for place, value in self.wanted.items() if place in self.known and self.known[place].value != value
        ]

    def to_json(self) -> dict[str, Any]:
        """Return the totals as an upload keeps them and programs get them."""
        new, replaced = len(self.new), len(self.replaced)
        return {
            "new": new,
            "replaced": replaced,
            "unchanged": len(self.wanted) - new - replaced,
            "subjects": len({place[:2] for place in self.wanted}),
            "gaps": sum(len(one.gaps) for one in self.series),
            "silent": self.silent,
            "left_out": list(self.left_out),
            "refused": progress_files.refusals_json(self.refused),
        }


def stage(data: bytes, filename: str, now: datetime, actor: Actor) -> int:
    """Keep a list of figures for its preview and return the upload's id; raise FileUnreadable."""
    return progress_files.stage(KIND, _read, data, filename, now, actor)


def plan(data: bytes, filename: str, now: datetime) -> Plan:
    """Tell what a list would do, and write nothing; raise FileUnreadable."""
    return _plan(_read(data, filename), now)


def confirm(upload_id: int, now: datetime, actor: Actor) -> Plan:
    """Record what a list says; raise NotFound, UploadExpired, FileUnreadable, and RowsRefused while a row cannot be used."""
    return progress_files.confirm(KIND, _read, _record, upload_id, now, actor)


def bring_in(data: bytes, filename: str, now: datetime, actor: Actor) -> tuple[int, Plan]:
    """Record what a list says without a preview; return the upload's id and what was done. Raises like `confirm`."""
    return progress_files.bring_in(KIND, _read, _record, data, filename, now, actor)


def undo(upload_id: int, now: datetime, actor: Actor) -> int:
    """Take back what a list brought and put back what it replaced, but for what another list has replaced since.

    Return how many figures changed; raise NotFound, and UploadExpired where there is nothing to undo (any more).
    """
    with db.writing():
        upload = progress_files.done(KIND, upload_id)
        ours = dict(db.session.execute(select(Figure.id, Figure.value).where(Figure.upload_id == upload_id)).all())
        back = [one for one in (upload.before or {}).get("replaced", []) if one["id"] in ours]
        for some in batches(back):
            db.session.execute(update(Figure), some)
        gone = db.changed(delete(Figure).where(Figure.upload_id == upload_id))
        upload.undone_at, upload.undone_by_id = now, actor.staff_id
        history.record("figures_undone", now=now, actor=actor, upload_id=upload_id, count=len(back) + gone)
        return len(back) + gone


def _read(data: bytes, filename: str) -> FigureList:
    with progress_files.reading():
        return read_figures(data, filename)


def _record(upload: Upload, listed: FigureList, now: datetime, actor: Actor) -> Plan:
    _lock(_plan(listed, now))
    done = _plan(listed, now)
    if done.refused:
        raise RowsRefused(field="file", why="rows_refused", refused=done.refused)
    new, replaced = done.new, done.replaced
    for some in batches(new):
        rows = [
            {
                "month": place.month,
                "account_id": place.subject if place.kind == "accounts" else None,
                "staff_id": place.subject if place.kind == "staff" else None,
                "measure": place.measure,
                "value": done.wanted[place],
                "upload_id": upload.id,
            }
            for place in some
        ]
        db.session.execute(insert(Figure), rows)
    for places in batches(replaced):
        changed = [{"id": done.known[one].id, "value": done.wanted[one], "upload_id": upload.id} for one in places]
        db.session.execute(update(Figure), changed)
    before = [done.known[place] for place in replaced]
    upload.before = {"replaced": [{"id": one.id, "value": one.value, "upload_id": one.upload_id} for one in before]}
    upload.result, upload.confirmed_at = done.to_json(), now
    history.record("figures_imported", now=now, actor=actor, upload_id=upload.id, count=len(new) + len(replaced))
    return done


def _lock(found: Plan) -> None:
    """Let nobody bring in figures of the same people meanwhile."""
    ids: dict[str, set[int]] = {"accounts": set(), "staff": set()}
    for place in found.wanted:
        ids[place.kind].add(place.subject)
    progress_files.lock(ids["accounts"])
    held = select(Staff.id).where(Staff.id.in_(sorted(ids["staff"]))).order_by(Staff.id)
    db.session.execute(held.with_for_update(key_share=True))


def _plan(listed: FigureList, now: datetime) -> Plan:
    people = People.of(listed.rows)
    result = Plan(silent=listed.silent, left_out=listed.left_out, refused=list(listed.refused))
    said: dict[Place, int] = {}
    names: dict[tuple[str, int], str] = {}
    for row in listed.rows:
        found = _judged(row, people, now)
        if isinstance(found, Refusal):
            result.refused.append(found)
            continue
        names[found.kind, found.id] = found.name
        for measure, value in row.values.items():
            place = Place(found.kind, found.id, measure, row.month)
            if place in said:
                params = {"row": said[place], "month": f"{row.month:%Y-%m}", "field": measure}
                result.refused.append(Refusal(row.number, "figure_twice", params))
                break
            said[place] = row.number
            result.wanted[place] = value
    result.refused.sort(key=lambda one: one.number)
    everything = _known(result.wanted)
    result.known = {place: one for place, one in everything.items() if place in result.wanted}
    result.series = _series(result, everything, names)
    return result


def _judged(row: FigureRow, people: People, now: datetime) -> Found | Refusal:
    this_year = now.astimezone(here().tz).year
    if not this_year - YEARS_BACK <= row.month.year <= this_year + YEARS_AHEAD:
        return Refusal(
            row.number, "month_far", {"month": f"{row.month:%Y-%m}", "back": YEARS_BACK, "ahead": YEARS_AHEAD}
        )
    return people.find(row)


def _known(wanted: Iterable[Place]) -> dict[Place, Known]:
    """Return every figure kept already of the people of a list, also those of months that it does not name."""
    ids: dict[str, set[int]] = {"accounts": set(), "staff": set()}
    for place in wanted:
        ids[place.kind].add(place.subject)
    found: dict[Place, Known] = {}
    for kind, column in (("accounts", Figure.account_id), ("staff", Figure.staff_id)):
        for some in batches(sorted(ids[kind])):
            query = select(column, Figure.measure, Figure.month, Figure.id, Figure.value, Figure.upload_id)
            for subject, measure, month, number, value, upload_id in db.session.execute(query.where(column.in_(some))):
                found[Place(kind, int(subject or 0), measure, month)] = Known(number, value, upload_id)
    return found


def _series(result: Plan, everything: dict[Place, Known], names: dict[tuple[str, int], str]) -> list[Series]:
    told: dict[tuple[str, int, str], list[Place]] = defaultdict(list)
    for place in result.wanted:
        told[place[:3]].append(place)
    kept: dict[tuple[str, int, str], list[date]] = defaultdict(list)
    for place in everything:
        kept[place[:3]].append(place.month)
    found = []
    for (kind, subject, measure), places in told.items():
        own = [place.month for place in places]
        new = sum(place not in result.known for place in places)
        replaced = sum(place in result.known and result.known[place].value != result.wanted[place] for place in places)
        months = {*own, *kept[kind, subject, measure]}
        missing = gaps(months, min(months), max(months)) if measure in MONTHLY else ()
        counts = (new, replaced, len(places) - new - replaced)
        found.append(Series(kind, subject, names[kind, subject], measure, min(own), max(own), *counts, missing))
    return found
