"""Answers who the vendor and its 300 customers of the generated year are: members, tags, accounts, shops and people."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

# The moment of the tests: 09:00 in Tokyo on 1 April 2026, with a year behind it.
NOW = datetime(2026, 4, 1, tzinfo=UTC)
TODAY = date(2026, 4, 1)
FIRST_DAY = date(2025, 3, 1)
TOKYO = ZoneInfo("Asia/Tokyo")
ACCOUNTS = 300
# Rows are numbered from here on, so that what services add later finds its own numbers.
FIRST_ID = 1001
TEAMS = {"sales": 3, "onboarding": 6, "success": 4, "renewal": 2, "operations": 1}
PLANS = ("ライト", "スタンダード", "プレミアム", "")
SKILLS = ("高い", "低い", "")
SIZES = (0, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4, 5, 9)

Rows = dict[str, list[dict[str, Any]]]


@dataclass
class Firm:
    """One customer: its account's row, its people, the shops in them, and when its way begins and ends."""

    row: dict[str, Any]
    began: date
    # How it came: sales, onboarding, live or undecided.
    came: str
    people: list[dict[str, Any]] = field(default_factory=list)
    stores: list[dict[str, Any]] = field(default_factory=list)
    attended: list[date] = field(default_factory=list)
    events: list[tuple[datetime, str, dict[str, Any]]] = field(default_factory=list)

    @property
    def id(self) -> int:
        """Return the account's id."""
        return int(self.row["id"])


def moment(day: date, chance: Random) -> datetime:
    """Return a moment of a local day, as aware UTC: at any hour, so that many lie on another day in UTC."""
    return datetime(day.year, day.month, day.day, chance.randrange(24), chance.randrange(60), tzinfo=TOKYO).astimezone(
        UTC
    )


def members() -> list[dict[str, Any]]:
    """Return the vendor's members; the last of sales and of success have left."""
    rows: list[dict[str, Any]] = []
    for team, count in TEAMS.items():
        for place in range(count):
            number = FIRST_ID + len(rows)
            rows.append(
                {
                    "id": number, "email": f"m{number}@vendor.example", "name": f"担当{number}", "name_key": f"担当{number}",
                    "team": team, "active": not (team in ("sales", "success") and place == count - 1),
                    "password_hash": None, "created_at": NOW - timedelta(days=500),
                }
            )  # fmt: skip
    return rows


def firms(chance: Random, staff: dict[str, list[int]]) -> list[Firm]:
    """Draw the customers."""
    return [_firm(FIRST_ID + place, chance, staff) for place in range(ACCOUNTS)]


def _firm(number: int, chance: Random, staff: dict[str, list[int]]) -> Firm:
    began = FIRST_DAY + timedelta(days=chance.randrange(0, 392))
    signed = began if chance.random() < 0.94 else None
    created = began + timedelta(days=chance.randrange(0, 5)) if signed else began
    came = chance.choices(("sales", "onboarding", "live", "undecided"), (15, 70, 10, 5))[0]
    cancelled = began + timedelta(days=chance.randrange(10, 400)) if chance.random() < 0.1 else None
    held = TODAY + timedelta(days=chance.randrange(-20, 30)) if chance.random() < 0.08 else None
    row: dict[str, Any] = {
        "id": number, "external_id": f"Y-{number}", "name": f"株式会社{number}", "stage": "onboarding", "stage_since": NOW,
        "undecided": False, "plan": chance.choice(PLANS), "it_skill": chance.choice(SKILLS), "signed_on": signed,
        "planned_start_on": began + timedelta(days=chance.randrange(10, 70)) if chance.random() < 0.8 else None,
        "started_on": None, "cancelled_on": cancelled, "on_hold_until": held, "introduced_at": None,
        "introduced_to": None, "billing_starts_on": None, "started_by_id": None, "mails_paused_at": None,
        "ready_since": None, "knots": [], "created_at": min(moment(created, chance), NOW - timedelta(hours=1)),
        "level": chance.choices(("on_track", "behind", "stuck"), (7, 2, 1))[0], "level_reasons": [],
        "next_step": chance.choice(("", "invite", "call")), "open_points": chance.choice(("", "", "", "請求書の宛先", " ")),
    }  # fmt: skip
    if row["level"] == "stuck" and chance.random() < 0.8:
        row["level_reasons"] = [{"key": "planned_start_passed", "params": {}}]
    for team in ("sales", "onboarding", "success", "renewal"):
        row[f"{team}_owner_id"] = chance.choice(staff[team]) if chance.random() < 0.9 else None
    firm = Firm(row, began, came)
    _people(firm, chance)
    return firm


def _people(firm: Firm, chance: Random) -> None:
    """Give a customer its shops, and people who work in none, one or several of them."""
    size = chance.choice(SIZES) if chance.random() < 0.97 else chance.randrange(30, 36)
    for place in range(size):
        scope = chance.choices(("in", "later", "out"), (90, 5, 5))[0]
        number = firm.id * 100 + place
        firm.stores.append(
            {"id": number, "account_id": firm.id, "code": f"S{place:02}", "name": f"{place + 1}号店", "scope": scope,
             "scope_from": None}
        )  # fmt: skip
    for place in range(chance.choices((1, 2, 3, 4, 5), (20, 40, 25, 10, 5))[0]):
        number = firm.id * 10 + place
        firm.people.append(
            {"id": number, "account_id": firm.id, "name": f"先方 {number}", "name_key": f"先方{number}",
             "role": "coordinator" if not place else "manager", "email": f"c{number}@customer.example",
             "created_at": firm.row["created_at"], "left_on": TODAY if chance.random() < 0.03 else None,
             "successor_id": None}
        )  # fmt: skip


def tags(chance: Random, found: list[Firm], staff: dict[str, list[int]]) -> Rows:
    """Give accounts and members tags: two sorts of accounts that share some, two sorts of members that share one."""
    names = ("Y試行", "Y比較", "Y重点", "M試行", "M比較")
    rows: Rows = {
        "tags": [
            {"id": FIRST_ID + place, "name": name, "name_key": name, "created_at": NOW}
            for place, name in enumerate(names)
        ],
        "account_tags": [],
        "staff_tags": [],
    }
    for firm in found:
        lot = chance.random()
        borne = [0] if lot < 0.3 else [1] if lot < 0.6 else [0, 1] if lot < 0.63 else []
        for place in borne + ([2] if chance.random() < 0.2 else []):
            rows["account_tags"].append({"account_id": firm.id, "tag_id": FIRST_ID + place})
    onboarding = staff["onboarding"]
    sides = [(one, 3) for one in onboarding[:3]] + [(one, 4) for one in onboarding[2:] + staff["sales"]]
    rows["staff_tags"] = [{"staff_id": one, "tag_id": FIRST_ID + place} for one, place in sides]
    return rows
