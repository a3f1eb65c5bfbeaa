"""Answers what a handed-in customer list says, read with what the user corrected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from scheduler.readers.customer_columns import find_columns
from scheduler.readers.customer_rows import CustomerFile, CustomerRow, Refusal
from scheduler.readers.customers import read_customers
from scheduler.readers.tables import Unreadable, read_table
from scheduler.services.account_fields import LINE, NOTE
from scheduler.services.refusals import FileTooLarge, FileUnreadable

# The texts of a row that are kept, with the longest that can also be edited by hand later.
_LONGEST = {
    **dict.fromkeys(("account_id", "account_name", "account_reading", "plan", "it_skill"), LINE),
    **dict.fromkeys(("store_code", "store_name", "name", "reading", "phone", "sales_owner", "owner"), LINE),
    "note": NOTE,
}


@dataclass(frozen=True)
class Choices:
    """What somebody settled on the preview; the defaults leave it to the program."""

    # Field to header, "" for none: overrides the columns found by name.
    mapping: Mapping[str, str] = field(default_factory=dict)
    # mdy or dmy, for a file whose dates can be read either way.
    date_order: str | None = None
    # The day that stands for today when accounts are sorted.
    as_of: date | None = None
    # What undecided accounts become, by external id (onboarding, success), and all others of them ("": decided later).
    decisions: Mapping[str, str] = field(default_factory=dict)
    rest: str = ""

    def to_json(self) -> dict[str, Any]:
        """Write the choices as the database keeps them."""
        return {
            "mapping": dict(self.mapping),
            "date_order": self.date_order,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "decisions": dict(self.decisions),
            "rest": self.rest,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Choices:
        """Read the choices back; an empty object is the defaults."""
        as_of = value.get("as_of")
        return cls(**{**value, "as_of": date.fromisoformat(as_of) if as_of else None})


def read(data: bytes, filename: str, choices: Choices) -> CustomerFile:
    """Read a customer list; raise FileUnreadable with the reader's key as `why`, FileTooLarge beyond 20 MB."""
    try:
        found = read_customers(data, filename, mapping=choices.mapping, date_order=choices.date_order)
    except Unreadable as error:
        raise _refusal(error) from error
    too_long = [refusal for row in found.rows if (refusal := _too_long(row))]
    if not too_long:
        return found
    numbers = {refusal.number for refusal in too_long}
    return replace(
        found,
        rows=[row for row in found.rows if row.number not in numbers],
        refused=sorted(found.refused + too_long, key=lambda refusal: refusal.number),
    )


def cells(data: bytes, filename: str, choices: Choices) -> tuple[list[str], dict[int, list[str]]]:
    """Return a readable list's headers and its rows as written, by the number a spreadsheet shows."""
    table = read_table(data, filename)
    headers = find_columns(table.rows, choices.mapping).headers
    return headers, dict(enumerate(table.rows, start=1))


def _refusal(error: Unreadable) -> FileUnreadable:
    kind = FileTooLarge if error.key == "too_large" else FileUnreadable
    return kind(**{"field": "file", **error.params, "why": error.key})


def _too_long(row: CustomerRow) -> Refusal | None:
    for name, longest in _LONGEST.items():
        if len(getattr(row, name)) > longest:
            return Refusal(row.number, "too_long", {"field": name, "maximum": longest})
    return None
