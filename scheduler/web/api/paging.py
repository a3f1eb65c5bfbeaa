"""Answers how a long list is read piece by piece: an opaque cursor that says after which item to go on."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from scheduler.services.refusals import Invalid
from scheduler.web.api.fields import LARGEST_ID, YEARS
from scheduler.web.api.schemas import MOST

Row = TypeVar("Row")


def size(asked: dict[str, Any]) -> int:
    """Return how many items to give."""
    return min(int(asked["limit"]), MOST)


def cut(rows: Sequence[Row], asked: dict[str, Any], place: Callable[[Row], list[Any]]) -> tuple[list[Row], str | None]:
    """Split rows, of which one more than asked was read, into the page and the cursor of the next one."""
    page = list(rows[: size(asked)])
    return page, _write(place(page[-1])) if len(rows) > len(page) else None


def after_id(asked: dict[str, Any]) -> int | None:
    """Return the id a list ordered by id goes on from."""
    place = _read(asked)
    if place is None:
        return None
    if len(place) != 1:
        raise _unreadable()
    return _number(place[0])


def after_moment(asked: dict[str, Any]) -> tuple[datetime, int] | None:
    """Return the moment and id a list ordered by both goes on from."""
    place = _read(asked)
    if place is None:
        return None
    if len(place) != 2 or not isinstance(place[0], str):
        raise _unreadable()
    try:
        moment = datetime.fromisoformat(place[0])
    except ValueError as error:
        raise _unreadable() from error
    if moment.tzinfo is None or moment.year not in YEARS:
        raise _unreadable()
    return moment, _number(place[1])


def _write(place: list[Any]) -> str:
    return urlsafe_b64encode(json.dumps(place, separators=(",", ":")).encode()).decode().rstrip("=")


def _read(asked: dict[str, Any]) -> list[Any] | None:
    cursor = asked.get("cursor")
    if not cursor:
        return None
    try:
        place = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError) as error:
        raise _unreadable() from error
    if not isinstance(place, list):
        raise _unreadable()
    return place


def _number(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= LARGEST_ID:
        raise _unreadable()
    return value


def _unreadable() -> Invalid:
    return Invalid(field="cursor", why="cursor_unreadable")
