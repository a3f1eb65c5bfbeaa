"""Answers how the demo's companies came in: from the CRM's exports, and, while sales still talks to them, by its program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scheduler.demo.days import Days
from scheduler.demo.house import House
from scheduler.demo.lists import Entry, as_file
from scheduler.demo.plays import Play
from scheduler.readers import customer_cells as cells
from scheduler.services import accounts
from scheduler.services.actors import Actor
from scheduler.services.imports.confirm import bring_in
from scheduler.services.imports.lists import Choices


def come_in(plays: Sequence[Play], house: House, days: Days) -> None:
    """Take in each export on its day, and what the CRM's program says of companies that have not signed."""
    by = Actor("staff", house.manager.id, "import")
    for day in sorted({play.imported_on for play in plays}):
        at = days.at(day, 9, 20)
        entries = [play.entry for play in plays if play.imported_on == day and play.story.key != "sales"]
        if entries:
            bring_in(as_file(entries), f"crm_export_{day:%Y%m%d}.csv", Choices(), at, by)
        for play in plays:
            if play.imported_on == day and play.story.key == "sales":
                _tell_of(play.entry, house, days)


def _tell_of(entry: Entry, house: House, days: Days) -> None:
    first = entry.customer.rows[0]
    names = {member.name: member.email for member in house.members["sales"]}
    payload: dict[str, Any] = {
        **{"name": first["会社名"], "reading": first["会社名カナ"], "plan": first["プラン"], "stage": "sales"},
        "owners": {"sales": names[first["営業担当"]]},
        "stores": _stores(entry),
        "contacts": [_contact(row) for row in entry.customer.rows],
    }
    at = days.office(days.today)
    accounts.upsert(entry.customer.external_id, payload, at, Actor("api", house.crm, "api"))


def _stores(entry: Entry) -> list[dict[str, Any]]:
    rows = {row["店舗コード"]: row for row in entry.customer.rows if row["店舗コード"]}
    return [
        {"code": code, "name": row["店舗名"], "closed_days": list(cells.closed_days(row["定休日"])[0] or ())}
        for code, row in rows.items()
    ]


def _contact(row: dict[str, str]) -> dict[str, Any]:
    return {
        **{"name": row["氏名"], "reading": row["氏名カナ"], "email": row["メールアドレス"], "phone": row["電話番号"]},
        "role": cells.role(row["役割"]),
        "locale": "en" if row["言語"] == "英語" else "ja",
        "stores": [row["店舗コード"]] if row["店舗コード"] else [],
    }
