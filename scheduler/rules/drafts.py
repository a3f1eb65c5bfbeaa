"""What a customer list comes to: accounts with their stores and people, ready to be shown and then written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from scheduler.readers.customer_rows import Complaint
from scheduler.rules.differences import Difference, Known, Value
from scheduler.rules.phases import Standing


@dataclass(frozen=True)
class KnownAccount(Known):
    """An account of the database. `current` holds its columns by name and, as names, sales_owner and onboarding_owner.

    Each store's `current` holds code, name and closed_days; each contact's holds name, reading, role, email ("" for
    none), phone, locale, note and stores (the codes).
    """

    stores: tuple[Known, ...] = ()
    contacts: tuple[Known, ...] = ()


# The accounts of the database that a file may touch, by external_id.
ExistingCustomers = Mapping[str, KnownAccount]


@dataclass(frozen=True)
class StoreDraft:
    """A store; `fields` has what the file says of name and closed_days."""

    code: str
    fields: dict[str, Value]
    difference: Difference

    @property
    def name(self) -> str:
        """Say the store's name, or its code while the file names it by that alone."""
        return str(self.fields.get("name") or self.code)


@dataclass(frozen=True)
class ContactDraft:
    """A person, or a store's shared address without a name; empty texts are what the file does not say.

    `fields` has what the file says by column, `stores` being the codes of the person's stores.
    """

    name: str
    name_key: str
    reading: str
    role: str
    email: str
    phone: str
    phone_digits: str
    locale: str
    note: str
    store_codes: tuple[str, ...]
    marks: tuple[Complaint, ...]
    row_numbers: tuple[int, ...]
    fields: dict[str, Value]
    difference: Difference


@dataclass(frozen=True)
class AccountDraft:
    """An account; `fields` has what the file says by column, `owners` the vendor's people by team (sales, onboarding)."""

    external_id: str
    fields: dict[str, Value]
    owners: dict[str, str]
    stores: list[StoreDraft]
    contacts: list[ContactDraft]
    # For a new account only; a known one keeps its stage, which moves by handover.
    standing: Standing
    difference: Difference

    @property
    def name(self) -> str:
        """Say the account's name."""
        return str(self.fields["name"])

    @property
    def state(self) -> str:
        """Say new, changed (it, or one of its stores or people) or unchanged."""
        parts = [self.difference, *(store.difference for store in self.stores)]
        parts += [contact.difference for contact in self.contacts]
        if self.difference.state == "new":
            return "new"
        return "unchanged" if all(part.state == "unchanged" for part in parts) else "changed"


@dataclass(frozen=True)
class RowMark:
    """A row that goes in but should be checked: `number` as a spreadsheet shows it."""

    number: int
    external_id: str
    key: str
    params: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class IntakePlan:
    """Everything a file would do, in the file's order."""

    accounts: list[AccountDraft]
    marks: list[RowMark]

    @property
    def totals(self) -> dict[str, int]:
        """Count accounts, stores and contacts."""
        return {
            "accounts": len(self.accounts),
            "stores": sum(len(account.stores) for account in self.accounts),
            "contacts": sum(len(account.contacts) for account in self.accounts),
        }

    @property
    def owners(self) -> dict[str, list[str]]:
        """List the vendor's people whom the file names, by team, each once in the file's order."""
        teams: dict[str, dict[str, None]] = {}
        for account in self.accounts:
            for team, name in account.owners.items():
                teams.setdefault(team, {})[name] = None
        return {team: list(names) for team, names in teams.items()}

    def sorted_as(self, sort: str) -> list[AccountDraft]:
        """List the new accounts that are introducing, live or undecided."""
        new = (account for account in self.accounts if account.difference.state == "new")
        return [account for account in new if account.standing.sort == sort]
