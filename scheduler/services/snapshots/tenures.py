"""Answers since when accounts stand in their stage, with their owner and so many stores: spans told from the history.

What cannot be made again from events, and is therefore kept from night to night: the number of stores before a list or a hand
changed it, and owners whom a customer list replaced. Without earlier rows these are taken as they are now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, select

from scheduler.models.among import Among
from scheduler.models.db import db, table
from scheduler.models.snapshots import Tenure
from scheduler.rules.tenures import Present, Span, Standing, Story, spans

_tenures = table(Tenure)
_KNOWN = select(Tenure).where(Among(_tenures.c.account_id)).order_by(_tenures.c.account_id, _tenures.c.from_on)


def write(stories: Mapping[int, tuple[Story, Present] | None], today: date) -> int:
    """Bring the spans of accounts up to date within the open transaction; return how many rows changed."""
    known: dict[int, list[Any]] = defaultdict(list)
    for row in db.core(_KNOWN, {"ids": list(stories)}):
        known[row.account_id].append(row)
    gone: list[int] = []
    added: list[dict[str, Any]] = []
    for account_id, told in stories.items():
        before = {_span(row): row.id for row in known[account_id]}
        after = spans(*told, list(before), today) if told is not None else []
        gone += [number for span, number in before.items() if span not in after]
        added += [_row(account_id, span) for span in after if span not in before]
    forget_rows(gone)
    if added:
        db.core(insert(_tenures), added)
    return len(gone) + len(added)


def forget_rows(numbers: Sequence[int]) -> None:
    """Delete spans by their ids within the open transaction."""
    if numbers:
        db.core(delete(_tenures).where(Among(_tenures.c.id)), {"ids": list(numbers)})


def forget(ids: Sequence[int]) -> None:
    """Delete the spans of accounts within the open transaction."""
    db.core(delete(_tenures).where(Among(_tenures.c.account_id)), {"ids": list(ids)})


def _span(row: Any) -> Span:
    return Span(row.from_on, row.until_on, Standing(row.stage, row.owner_id, row.stores))


def _row(account_id: int, span: Span) -> dict[str, Any]:
    return {
        "account_id": account_id,
        "stage": span.standing.stage,
        "owner_id": span.standing.owner_id,
        "stores": span.standing.stores,
        "from_on": span.from_on,
        "until_on": span.until_on,
    }
