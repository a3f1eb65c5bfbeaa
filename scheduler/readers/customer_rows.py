"""What a customer list says, row by row: the shapes that the reader hands to the rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Complaint:
    """Something somebody should check; `key` says what and `params` with which values."""

    key: str
    params: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Refusal:
    """A row that does not go in: `number` is the row as a spreadsheet shows it (the header above counts)."""

    number: int
    key: str
    params: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """Something only a person can settle for the whole file; nothing may be imported before it is answered."""

    key: str
    options: tuple[str, ...]
    params: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class CustomerRow:
    """One row, repaired and typed; an empty text or None means that the row does not say."""

    # The row as a spreadsheet shows it (1 is the file's first row, headers included).
    number: int
    account_id: str
    account_name: str = ""
    account_reading: str = ""
    signed_on: date | None = None
    planned_start_on: date | None = None
    billing_starts_on: date | None = None
    phase: str = ""
    plan: str = ""
    note: str = ""
    it_skill: str = ""
    store_code: str = ""
    store_name: str = ""
    # Weekdays, Monday = 0; an empty tuple says that the store never closes.
    closed_days: tuple[int, ...] | None = None
    # The person, and whether the row speaks of one at all.
    has_contact: bool = False
    name: str = ""
    reading: str = ""
    # coordinator, manager or member.
    role: str = ""
    email: str = ""
    phone: str = ""
    phone_digits: str = ""
    # ja or en.
    language: str = ""
    # The vendor's people by name.
    sales_owner: str = ""
    owner: str = ""
    marks: tuple[Complaint, ...] = ()


@dataclass(frozen=True)
class CustomerFile:
    """A whole list: its columns, which of them is which field, and what became of every row."""

    encoding: str
    # The headers as written, and the header chosen for each field found.
    columns: list[str]
    mapping: dict[str, str]
    unmapped: list[str]
    rows: list[CustomerRow]
    refused: list[Refusal]
    questions: list[Question]
