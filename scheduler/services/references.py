"""Answers what refers to a row, so that nothing goes on which something was built."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import select

from scheduler.models.db import Base, db, table

# Ids per statement: both databases limit the parameters of one.
CHUNK = 5000


def of(model: type[Base], ids: Collection[int], ignoring: Collection[str] = ()) -> dict[int, set[str]]:
    """Return the tables whose rows refer to these rows, by id; `ignoring` names tables that do not matter.

    Every foreign key that there is counts, so that a table added later is not forgotten.
    """
    target = table(model)
    wanted = sorted(set(ids))
    found: dict[int, set[str]] = defaultdict(set)
    for other in Base.metadata.sorted_tables:
        columns = [key.parent for key in other.foreign_keys if key.column.table is target]
        for column in columns if other.name not in ignoring else ():
            for some in _chunks(wanted):
                for number in db.session.scalars(select(column).where(column.in_(some)).distinct()):
                    found[number].add(other.name)
    return dict(found)


def _chunks(values: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]
