"""Which rows of one account's list speak of the same person, and which known person that is."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field

from scheduler.readers.customer_rows import Complaint, CustomerRow
from scheduler.rules.differences import Known
from scheduler.rules.names import name_key, phone_digits

_ROLES = ("coordinator", "manager", "member")


@dataclass
class Person:
    """A person gathered from the rows that speak of her; texts are filled by the first row that has them."""

    key: str
    name: str = ""
    reading: str = ""
    role: str = ""
    email: str = ""
    phone: str = ""
    digits: str = ""
    locale: str = ""
    rows: list[CustomerRow] = field(default_factory=list)
    stores: list[str] = field(default_factory=list)
    # What to check, with the number of the row that raised it.
    marks: list[tuple[int, Complaint]] = field(default_factory=list)

    def take(self, row: CustomerRow, store: str) -> None:
        """Add what one more row says; of two roles the one with more to do counts."""
        if self.digits and row.phone_digits and row.phone_digits != self.digits:
            params: dict[str, object] = {"field": "phone", "kept": self.phone, "other": row.phone}
            self.marks.append((row.number, Complaint("conflict", params)))
        self.name = self.name or row.name
        self.reading = self.reading or row.reading
        self.email = self.email or row.email
        self.locale = self.locale or row.language
        if not self.phone:
            self.phone, self.digits = row.phone, row.phone_digits
        self.role = min((role for role in (self.role, row.role) if role), key=_ROLES.index, default="")
        self.rows.append(row)
        if store and store not in self.stores:
            self.stores.append(store)
            if len(self.stores) > 1:
                self.marks.append((row.number, Complaint("several_stores", {"stores": list(self.stores)})))


class People:
    """The people of one account in the order of the file.

    One person: the same name at the same address, or the same name and telephone where one row has no address. Never by
    name alone, and never two names at one address (FORMATS, import rule 3; DESIGN, section 5, Getting in).
    """

    def __init__(self) -> None:
        self.all: list[Person] = []
        self._by_address: dict[tuple[str, str], Person] = {}
        self._by_telephone: dict[tuple[str, str], list[Person]] = {}

    def add(self, row: CustomerRow, store: str) -> Person:
        """Add a row to the person it speaks of, a new one if need be; `store` is the store's code or ""."""
        key = name_key(row.name)
        person = self._find(key, row)
        if person is None:
            person = Person(key)
            self.all.append(person)
        person.take(row, store)
        if person.email:
            self._by_address.setdefault((person.email, key), person)
        telephone = self._by_telephone.setdefault((key, row.phone_digits), [])
        if person not in telephone:
            telephone.append(person)
        return person

    def _find(self, key: str, row: CustomerRow) -> Person | None:
        if row.email and (found := self._by_address.get((row.email, key))):
            return found
        telling = bool(key and row.phone_digits)
        if row.email and not telling:
            return None
        candidates = self._by_telephone.get((key, row.phone_digits), [])
        return next((person for person in candidates if not person.email or (telling and not row.email)), None)


_Key = Callable[[str, str, str], Hashable]


def _exactly(email: str, key: str, digits: str) -> Hashable:
    return (email, key, digits)


def _address(email: str, key: str, _: str) -> Hashable:
    return (email, key) if email else None


def _telephone(_: str, key: str, digits: str) -> Hashable:
    return (key, digits) if key and digits else None


def _neither(email: str, key: str, digits: str) -> Hashable:
    return (key, digits) if not email else None


def _only_address(email: str, _: str, __: str) -> Hashable:
    return email or None


def _nameless(email: str, key: str, _: str) -> Hashable:
    return email if email and not key else None


# How a person of the file is found among the known ones, the surest first: as (the file's side, the known side).
_WAYS: tuple[tuple[_Key, _Key], ...] = (
    (_exactly, _exactly),
    (_address, _address),
    (_telephone, _telephone),
    (_neither, _neither),
    (_only_address, _nameless),
    (_nameless, _only_address),
)


def match_known(people: Sequence[Person], known: Sequence[Known]) -> dict[int, Known]:
    """Find for each person, by her position, the known contact she is; each known contact is taken once.

    A contact whose name, address or number was edited by hand is still found by what the last import said.
    """
    matched: dict[int, Known] = {}
    taken: set[int] = set()
    for of_file, of_known in _WAYS:
        for identity in (_current, _imported):
            free: dict[Hashable, Known] = {}
            for contact in known:
                key = of_known(*identity(contact))
                if key is not None and contact.id not in taken:
                    free.setdefault(key, contact)
            for position, person in enumerate(people):
                key = of_file(person.email, person.key, person.digits)
                if position not in matched and key is not None and (found := free.pop(key, None)):
                    matched[position] = found
                    taken.add(found.id)
    return matched


def _current(contact: Known) -> tuple[str, str, str]:
    values = contact.current
    return _identity(values.get("email"), values.get("name"), values.get("phone"))


def _imported(contact: Known) -> tuple[str, str, str]:
    values = contact.imported
    return _identity(values.get("email"), values.get("name"), values.get("phone"))


def _identity(email: object, name: object, phone: object) -> tuple[str, str, str]:
    return str(email or ""), name_key(str(name or "")), phone_digits(str(phone or ""))
