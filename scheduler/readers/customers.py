"""What a customer list says: which columns it has, and every row repaired, or refused with its reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import cast

from scheduler.readers import customer_cells as cells
from scheduler.readers.customer_columns import Columns, find_columns
from scheduler.readers.customer_rows import Complaint, CustomerFile, CustomerRow, Question, Refusal
from scheduler.readers.dates import DateOrder, file_order, parse_date
from scheduler.readers.tables import Unreadable, read_table
from scheduler.rules.names import clean_name, phone_digits

_DATES = ("signed_on", "planned_start_on", "billing_starts_on")
_ORDERS = ("mdy", "dmy")
_PERSON = ("name", "last_name", "first_name", "email")
_EXAMPLES = 3


class _Refused(Exception):
    """This row cannot go in."""


def read_customers(
    data: bytes, filename: str, *, mapping: Mapping[str, str] | None = None, date_order: str | None = None
) -> CustomerFile:
    """Read a customer list (FORMATS, section 0); `mapping` (field to header, "" for none) overrides the columns found.

    `date_order` ("mdy" or "dmy") answers the question that a file with only ambiguous dates asks. Raises Unreadable if
    the file is no table, lacks the account's id or name column, or has no row below its header.
    """
    if date_order not in (None, *_ORDERS):
        raise Unreadable("date_order_unknown", {"date_order": date_order})
    table = read_table(data, filename)
    columns = find_columns(table.rows, mapping)
    lines = list(_lines(table.rows, columns))
    headers = [header for header in columns.headers if header]
    if not lines:
        raise Unreadable("no_rows", {"filename": filename, "columns": headers})
    order, questions = _date_order(lines, columns, cast(DateOrder | None, date_order))
    rows: list[CustomerRow] = []
    refused: list[Refusal] = []
    for number, values in lines:
        try:
            rows.append(_row(number, values, columns, order))
        except _Refused as refusal:
            refused.append(Refusal(number, *refusal.args))
    rows, nameless = _named(rows)
    mapped = {field: columns.headers[position] for field, position in columns.fields.items()}
    return CustomerFile(
        encoding=table.encoding,
        columns=headers,
        mapping=mapped,
        unmapped=[header for header in headers if header not in mapped.values()],
        rows=rows,
        refused=sorted(refused + nameless, key=lambda refusal: refusal.number),
        questions=questions,
    )


def _lines(rows: list[list[str]], columns: Columns) -> Iterator[tuple[int, dict[str, str]]]:
    header = rows[columns.header_row]
    for number, row in enumerate(rows[columns.header_row + 1 :], columns.header_row + 2):
        values = {
            field: cells.cell_text(row[position]) if position < len(row) else ""
            for field, position in columns.fields.items()
        }
        # Lists joined from several exports repeat their header.
        if any(values.values()) and row != header:
            yield number, values


def _date_order(
    lines: list[tuple[int, dict[str, str]]], columns: Columns, wanted: DateOrder | None
) -> tuple[DateOrder | None, list[Question]]:
    texts = {values[field]: field for _, values in lines for field in _DATES if values.get(field)}
    readings = {text: parse_date(text) for text in texts}
    order = wanted or file_order(readings.values())
    unsettled = [text for text, reading in readings.items() if reading.state == "ambiguous"]
    if order is not None or not unsettled:
        return order, []
    named = sorted({columns.headers[columns.fields[texts[text]]] for text in unsettled})
    return None, [Question("date_order", _ORDERS, {"columns": named, "examples": unsettled[:_EXAMPLES]})]


def _row(number: int, values: Mapping[str, str], columns: Columns, order: DateOrder | None) -> CustomerRow:
    account_id = cells.code(_said(values, "account_id"))
    if not account_id:
        raise _Refused("account_id_missing", {"account_name": clean_name(_said(values, "account_name"))})
    marks: list[Complaint] = []
    dates = {field: _date(field, values, columns, order, marks) for field in _DATES}
    row = CustomerRow(
        number=number,
        account_id=account_id,
        account_name=clean_name(_said(values, "account_name")),
        account_reading=clean_name(_said(values, "account_reading")),
        signed_on=dates["signed_on"],
        planned_start_on=dates["planned_start_on"],
        billing_starts_on=dates["billing_starts_on"],
        phase=clean_name(_said(values, "phase")),
        plan=clean_name(_said(values, "plan")),
        note=cells.note(_said(values, "note")),
        it_skill=clean_name(_said(values, "it_skill")),
        store_code=cells.code(_said(values, "store_code")),
        store_name=clean_name(_said(values, "store_name")),
        closed_days=_closed_days(values, marks),
        sales_owner=cells.person(values.get("sales_owner", "")),
        owner=cells.person(values.get("owner", "")),
    )
    return _with_contact(row, values, columns, marks)


def _with_contact(row: CustomerRow, values: Mapping[str, str], columns: Columns, marks: list[Complaint]) -> CustomerRow:
    name = cells.person(values.get("name", "")) or cells.full_name(
        _said(values, "last_name"), _said(values, "first_name")
    )
    phone = cells.phone(values.get("phone", "")) or cells.phone(values.get("mobile", ""))
    email, understood = cells.email(values.get("email", ""))
    if not understood and not email and not phone:
        raise _Refused("email_invalid", _place("email", values, columns))
    # Without any column about people, a telephone number is the company's or the store's.
    has_contact = bool(name or email) or (bool(phone) and any(field in columns.fields for field in _PERSON))
    if not has_contact:
        return replace(row, marks=tuple(marks))
    if not understood:
        marks.append(Complaint("several_emails" if email else "email_invalid", _place("email", values, columns)))
    elif not email:
        marks.append(Complaint("no_email" if phone else "unreachable"))
    if not name:
        marks.append(Complaint("shared_address" if email else "no_name"))
    language, known = cells.language(values.get("language", ""))
    if not known:
        marks.append(Complaint("language_unknown", _place("language", values, columns)))
    return replace(
        row,
        has_contact=True,
        name=name,
        reading=clean_name(_said(values, "reading")),
        role=cells.role(values.get("role", "")),
        email=email,
        phone=phone,
        phone_digits=phone_digits(phone),
        language=language,
        marks=tuple(marks),
    )


def _named(rows: list[CustomerRow]) -> tuple[list[CustomerRow], list[Refusal]]:
    """Refuse the rows of accounts that no row of the file names."""
    named = {row.account_id for row in rows if row.account_name}
    nameless = [row for row in rows if row.account_id not in named]
    refused = [Refusal(row.number, "account_name_missing", {"account_id": row.account_id}) for row in nameless]
    return [row for row in rows if row.account_id in named], refused


def _date(
    field: str, values: Mapping[str, str], columns: Columns, order: DateOrder | None, marks: list[Complaint]
) -> date | None:
    reading = parse_date(values.get(field, "")).settled(order)
    if reading.state == "impossible":
        raise _Refused("date_impossible", _place(field, values, columns))
    if reading.state == "unreadable":
        marks.append(Complaint("date_unreadable", _place(field, values, columns)))
    return reading.value


def _closed_days(values: Mapping[str, str], marks: list[Complaint]) -> tuple[int, ...] | None:
    days, understood = cells.closed_days(values.get("closed_days", ""))
    if not understood:
        marks.append(Complaint("closed_days_unclear", {"value": values["closed_days"]}))
    return days


def _said(values: Mapping[str, str], field: str) -> str:
    text = values.get(field, "")
    return "" if cells.says_nothing(text) else text


def _place(field: str, values: Mapping[str, str], columns: Columns) -> dict[str, object]:
    return {"field": field, "column": columns.headers[columns.fields[field]], "value": values[field]}
