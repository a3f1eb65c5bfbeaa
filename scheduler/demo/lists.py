"""Answers which companies buy from the demo vendor: the shipped list, as the CRM's exports that bring them in."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path

_LIST = Path(__file__).resolve().parent / "customers.csv"
# What an export says of an account beside the shipped list, which knows neither days nor phases.
_OF_THE_DAY = ("フェーズ", "契約日", "利用開始予定日", "課金開始日")


@dataclass(frozen=True)
class Customer:
    """One company of the list with a row for each person or store."""

    external_id: str
    rows: tuple[dict[str, str], ...]

    @property
    def stores(self) -> int:
        """Count its stores."""
        return len({row["店舗コード"] for row in self.rows if row["店舗コード"]})


@dataclass(frozen=True)
class Entry:
    """A company as an export names it: with its days, and with the CRM's phase where it says one."""

    customer: Customer
    signed_on: date
    planned_start_on: date | None
    phase: str = ""

    def rows(self) -> Iterable[dict[str, str]]:
        """Give the company's rows; what is said of the account stands in the first."""
        billing = _first_of_next_month(self.planned_start_on)
        days = (self.signed_on, self.planned_start_on, billing)
        said = dict(zip(_OF_THE_DAY, (self.phase, *(day.isoformat() if day else "" for day in days)), strict=True))
        first, *others = self.customer.rows
        yield first | said
        yield from (row | dict.fromkeys(_OF_THE_DAY, "") for row in others)


def customers(number: int) -> list[Customer]:
    """Take companies from the list; beyond its end it begins anew with other numbers, names and addresses."""
    with _LIST.open(encoding="utf-8", newline="") as file:
        groups = groupby(csv.DictReader(file), key=lambda row: row["顧客ID"])
        listed = [Customer(external_id, tuple(rows)) for external_id, rows in groups]
    return [_copy(listed[place % len(listed)], place // len(listed)) for place in range(number)]


def as_file(entries: Iterable[Entry]) -> bytes:
    """Write an export as the CRM would: one row a person, CSV for Excel."""
    rows = [row for entry in entries for row in entry.rows()]
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def _copy(customer: Customer, nth: int) -> Customer:
    if nth == 0:
        return customer
    external_id = f"{customer.external_id}-{nth + 1}"
    rows = []
    for row in customer.rows:
        changed = {"顧客ID": external_id, "メールアドレス": row["メールアドレス"].replace("@", f"@g{nth + 1}.")}
        changed["会社名"] = f"{row['会社名']} 第{nth + 1}" if row["会社名"] else ""
        changed["店舗コード"] = row["店舗コード"].replace(customer.external_id, external_id)
        rows.append(row | changed)
    return Customer(external_id, tuple(rows))


def _first_of_next_month(day: date | None) -> date | None:
    if day is None:
        return None
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
