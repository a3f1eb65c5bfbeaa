"""Answers which numbers from outside may be ids: those that every database can hold."""

from __future__ import annotations

from werkzeug.routing import IntegerConverter

LONGEST = 9


class IdConverter(IntegerConverter):
    """An id in an address (`<id:…>`): digits that every database takes as a number."""

    regex = rf"\d{{1,{LONGEST}}}"


def number(text: str) -> int:
    """Read an id, a page or another small number from a form or an address; raise ValueError for anything else."""
    if not text.isdecimal() or len(text) > LONGEST:
        raise ValueError("no number of at most nine digits")
    return int(text)


def read_id(text: str) -> int | None:
    """Read an id from outside; None for what is none."""
    try:
        return number(text)
    except ValueError:
        return None
