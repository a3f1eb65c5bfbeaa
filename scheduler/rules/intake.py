"""What importing a customer list would do: its rows gathered into accounts, stores and people, beside what is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from scheduler.readers.customer_rows import Complaint, CustomerRow
from scheduler.rules.differences import Known, Value, difference, plain
from scheduler.rules.drafts import (
    AccountDraft,
    ContactDraft,
    ExistingCustomers,
    IntakePlan,
    KnownAccount,
    RowMark,
    StoreDraft,
)
from scheduler.rules.names import name_key
from scheduler.rules.people import People, Person, match_known
from scheduler.rules.phases import standing

# The draft's field and the row's, in the order of the account page.
_ACCOUNT_FIELDS = (
    ("name", "account_name"),
    ("reading", "account_reading"),
    ("plan", "plan"),
    ("it_skill", "it_skill"),
    ("signed_on", "signed_on"),
    ("planned_start_on", "planned_start_on"),
    ("billing_starts_on", "billing_starts_on"),
)
# What the reader marks on a row's person; a row's other marks are about its account or store.
_OF_CONTACT = frozenset(
    {"no_email", "unreachable", "email_invalid", "several_emails", "shared_address", "no_name", "language_unknown"}
)
_WITHOUT_ADDRESS = frozenset({"no_email", "unreachable"})
_OWNERS = (("sales", "sales_owner"), ("onboarding", "owner"))


def plan_intake(rows: Iterable[CustomerRow], existing: ExistingCustomers, today: date) -> IntakePlan:
    """Plan what a file's rows come to; `existing` has the known accounts by external_id, `today` is the vendor's day.

    Where rows of one account disagree the first that says something wins and the other is marked. A cell left empty
    says nothing and changes nothing. What the file does not name stays untouched.
    """
    by_account: dict[str, list[CustomerRow]] = {}
    marks: list[RowMark] = []
    for row in rows:
        by_account.setdefault(row.account_id, []).append(row)
        marks.extend(_mark(row, mark) for mark in row.marks if mark.key not in _OF_CONTACT)
    accounts = [
        _account(external_id, account_rows, existing.get(external_id), today, marks)
        for external_id, account_rows in by_account.items()
    ]
    return IntakePlan(accounts, sorted(marks, key=lambda mark: mark.number))


def _account(
    external_id: str, rows: list[CustomerRow], known: KnownAccount | None, today: date, marks: list[RowMark]
) -> AccountDraft:
    fields = _said({name: _first(rows, attribute, marks) for name, attribute in _ACCOUNT_FIELDS})
    owners = {team: str(name) for team, attribute in _OWNERS if (name := _first(rows, attribute, marks))}
    note = _account_note(rows)
    if note:
        fields["note"] = note
    phase = str(_first(rows, "phase", marks) or "")
    planned_start_on = next((row.planned_start_on for row in rows if row.planned_start_on), None)
    codes = _store_codes(rows, known.stores if known else ())
    return AccountDraft(
        external_id=external_id,
        fields=fields,
        owners=owners,
        stores=_stores(rows, codes, known.stores if known else (), marks),
        contacts=_contacts(rows, codes, known.contacts if known else (), note, marks),
        standing=standing(phase, planned_start_on, today),
        difference=difference(fields | {f"{team}_owner": name for team, name in owners.items()}, known),
    )


def _first(rows: Sequence[CustomerRow], attribute: str, marks: list[RowMark]) -> Value:
    """Take the first value said, and mark each other value where it first stands."""
    chosen: Value = None
    others: set[str] = set()
    for row in rows:
        value: Value = getattr(row, attribute)
        if value in ("", None) or value == chosen:
            continue
        if chosen is None:
            chosen = value
        elif not _alike(chosen, value) and str(value) not in others:
            others.add(str(value))
            params: dict[str, object] = {"field": attribute, "kept": plain(chosen), "other": plain(value)}
            marks.append(_mark(row, Complaint("conflict", params)))
    return chosen


def _alike(one: Value, other: Value) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return name_key(one) == name_key(other)
    return one == other


def _account_note(rows: Sequence[CustomerRow]) -> str:
    """Take as the account's note what its rows without a person say, or what all its rows say alike."""
    notes = {row.note for row in rows}
    if len(notes) == 1:
        return notes.pop()
    return "\n".join(dict.fromkeys(row.note for row in rows if row.note and not row.has_contact))


def _store_codes(rows: Sequence[CustomerRow], known: Sequence[Known]) -> dict[int, str]:
    """Name each row's store by its code: its own, that of the one store so called, or the store's name itself."""
    named = {(str(store.current["name"]), str(store.current["code"])) for store in known}
    named |= {(row.store_name, row.store_code) for row in rows if row.store_code and row.store_name}
    coded = {(name_key(name), code) for name, code in named}
    times = Counter(key for key, _ in coded)
    unique = {key: code for key, code in coded if times[key] == 1}
    return {
        row.number: row.store_code or unique.get(name_key(row.store_name), row.store_name)
        for row in rows
        if row.store_code or row.store_name
    }


def _stores(
    rows: Sequence[CustomerRow], codes: dict[int, str], known: Sequence[Known], marks: list[RowMark]
) -> list[StoreDraft]:
    by_code: dict[str, list[CustomerRow]] = {}
    for row in rows:
        if row.number in codes:
            by_code.setdefault(codes[row.number], []).append(row)
    known_by_code = {str(store.current["code"]): store for store in known}
    stores = []
    for code, store_rows in by_code.items():
        name = _first(store_rows, "store_name", marks)
        closed_days = _first(store_rows, "closed_days", marks)
        fields = _said({"name": name, "closed_days": closed_days})
        if not name and code not in known_by_code:
            fields["name"] = code
        stores.append(StoreDraft(code, fields, difference(fields, known_by_code.get(code))))
    return stores


def _contacts(
    rows: Sequence[CustomerRow], codes: dict[int, str], known: Sequence[Known], account_note: str, marks: list[RowMark]
) -> list[ContactDraft]:
    gathered = People()
    for row in rows:
        if row.has_contact:
            gathered.add(row, codes.get(row.number, ""))
    people = gathered.all
    matched = match_known(people, known)
    _mark_second_people(people, [contact for contact in known if contact not in matched.values()])
    drafts = []
    for position, person in enumerate(people):
        person.marks.extend(_reader_marks(person))
        marks.extend(RowMark(number, rows[0].account_id, mark.key, mark.params) for number, mark in person.marks)
        drafts.append(_contact(person, account_note, matched.get(position)))
    return drafts


def _mark_second_people(people: Sequence[Person], others: Sequence[Known]) -> None:
    """Mark everyone at an address but the first; known contacts whom the file does not name were there before."""
    first = {str(contact.current["email"]): str(contact.current["name"]) for contact in others}
    for person in people:
        if person.email in first:
            params: dict[str, object] = {"email": person.email, "first": first[person.email]}
            person.marks.append((person.rows[0].number, Complaint("second_person", params)))
        elif person.email:
            first[person.email] = person.name


def _reader_marks(person: Person) -> Iterator[tuple[int, Complaint]]:
    for row in person.rows:
        for mark in row.marks:
            outdated = person.email and mark.key in _WITHOUT_ADDRESS
            if mark.key in _OF_CONTACT and not outdated:
                yield row.number, mark


def _contact(person: Person, account_note: str, known: Known | None) -> ContactDraft:
    note = "\n".join(dict.fromkeys(row.note for row in person.rows if row.note and row.note != account_note))
    fields = _said(
        {
            "name": person.name,
            "reading": person.reading,
            "role": person.role,
            "email": person.email,
            "phone": person.phone,
            "locale": person.locale,
            "note": note,
            "stores": tuple(sorted(person.stores)) or None,
        }
    )
    return ContactDraft(
        name=person.name,
        name_key=person.key,
        reading=person.reading,
        role=person.role,
        email=person.email,
        phone=person.phone,
        phone_digits=person.digits,
        locale=person.locale,
        note=note,
        store_codes=tuple(person.stores),
        marks=tuple({mark.key: mark for _, mark in person.marks}.values()),
        row_numbers=tuple(row.number for row in person.rows),
        fields=fields,
        difference=difference(fields, known),
    )


def _mark(row: CustomerRow, complaint: Complaint) -> RowMark:
    return RowMark(row.number, row.account_id, complaint.key, complaint.params)


def _said(values: dict[str, Value]) -> dict[str, Value]:
    return {name: value for name, value in values.items() if value not in ("", None)}
