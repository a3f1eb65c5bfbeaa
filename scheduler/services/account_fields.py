"""Answers whether what somebody entered about an account, a person or a store can be kept, and in which form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from zoneinfo import available_timezones

from scheduler.models.accounts import Account, Contact, Store
from scheduler.readers import customer_cells
from scheduler.rules.names import clean_name, name_key, phone_digits
from scheduler.services.refusals import Invalid

# The longest text of one line, and of a note.
LINE, NOTE = 200, 5000

Reader = Callable[[str, Any], Any]


def account(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return an account's fields as they are kept; raise Invalid(field, why)."""
    return _read(fields, _ACCOUNT)


def contact(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return a person's fields as they are kept, with the keys they are compared and searched by; raise Invalid."""
    values = _read(fields, _CONTACT)
    if "name" in values:
        values["name_key"] = name_key(values["name"])
    if "phone" in values:
        values["phone_digits"] = phone_digits(values["phone"])
    return values


def store(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return a store's fields as they are kept; raise Invalid."""
    return _read(fields, _STORE)


def application(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a visitor wrote on the public page as it is kept; raise Invalid."""
    return _read(fields, _APPLICATION)


def change(row: Account | Store | Contact, values: Mapping[str, Any]) -> list[str]:
    """Set on a row what differs; return the names of what changed, sorted."""
    changed = sorted(key for key, value in values.items() if getattr(row, key) != value)
    for key in changed:
        setattr(row, key, values[key])
    return changed


def _read(fields: Mapping[str, Any], readers: Mapping[str, Reader]) -> dict[str, Any]:
    for field in fields:
        if field not in readers:
            raise Invalid(field=field, why="unknown_field", value=field)
    return {field: readers[field](field, value) for field, value in fields.items()}


def _text(longest: int) -> Reader:
    def read(field: str, value: Any) -> str:
        if value is not None and not isinstance(value, str):
            raise Invalid(field=field, why="not_a_text")
        if len(value or "") > longest:
            raise Invalid(field=field, why="too_long", maximum=longest)
        if "\x00" in (value or ""):
            raise Invalid(field=field, why="not_a_text")
        return (value or "").strip()

    return read


def _name(field: str, value: Any) -> str:
    return clean_name(_text(LINE)(field, value))


def _required(field: str, value: Any) -> str:
    name = _name(field, value)
    if not name:
        raise Invalid(field=field, why="missing")
    return name


def _day(field: str, value: Any) -> date | None:
    if value is None or value == "":
        return None
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise Invalid(field=field, why="day_unreadable", value=value) from error


def _email(field: str, value: Any) -> str | None:
    text = _text(LINE)(field, value)
    if not text:
        return None
    # A list's cell may hold more than an address; here a word beside it is a slip of the hand.
    address, clear = customer_cells.email(text)
    if not address or not clear or len(text.split()) > 1:
        raise Invalid(field=field, why="email_malformed", value=text)
    return address


def _own_email(field: str, value: Any) -> str:
    email = _email(field, value)
    if email is None:
        raise Invalid(field=field, why="missing")
    return email


def _one_of(*choices: str) -> Reader:
    def read(field: str, value: Any) -> str:
        if value not in choices:
            raise Invalid(field=field, why="not_a_choice", value=value, choices=", ".join(choices))
        return str(value)

    return read


def _zone(field: str, value: Any) -> str:
    if not isinstance(value, str) or value not in available_timezones():
        raise Invalid(field=field, why="zone_unknown", value=value)
    return value


def _weekdays(field: str, value: Any) -> list[int]:
    if not isinstance(value, list | tuple) or any(type(day) is not int or not 0 <= day <= 6 for day in value):
        raise Invalid(field=field, why="weekdays_unreadable", value=value)
    return sorted(set(value))


_ACCOUNT: dict[str, Reader] = {
    "name": _required,
    "reading": _name,
    "plan": _text(LINE),
    "note": _text(NOTE),
    "it_skill": _text(LINE),
    "promises": _text(NOTE),
    "open_points": _text(NOTE),
    "signed_on": _day,
    "planned_start_on": _day,
    "billing_starts_on": _day,
}
_CONTACT: dict[str, Reader] = {
    "name": _name,
    "reading": _name,
    "role": _one_of("coordinator", "manager", "member"),
    "email": _email,
    "phone": _text(LINE),
    "locale": _one_of("ja", "en"),
    "zone": _zone,
    "note": _text(NOTE),
}
_STORE: dict[str, Reader] = {
    "code": _required,
    "name": _required,
    "closed_days": _weekdays,
    "scope": _one_of("in", "later", "out"),
    "scope_from": _day,
}
_APPLICATION: dict[str, Reader] = {
    "company": _required,
    "store": _name,
    "name": _required,
    "email": _own_email,
    "phone": _text(LINE),
    "locale": _one_of("ja", "en"),
    "zone": _zone,
}
