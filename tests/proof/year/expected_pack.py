"""Answers what the weekly pack must list: what the week before brought, lectures before and after, and what is open."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from tests.proof.year.expected_snapshots import Row
from tests.proof.year.firms import NOW, TODAY, TOKYO
from tests.proof.year.tables import KNOWN, Told, View, Year, gone, local, wilson

MOST = 100
MONDAY = TODAY - timedelta(days=TODAY.weekday() + 7)
WEEK, NEXT = View(MONDAY, MONDAY + timedelta(days=6)), View(MONDAY + timedelta(days=7), MONDAY + timedelta(days=13))
READ = ("kept", "counter", "delegated", "forged_sender", "unknown_uid", "stale", "not_booked")

# A line with what it is sorted by.
Line = tuple[Any, str, dict[str, Any]]


def report(year: Year, view: View) -> Told:
    """Count the pack of the last week that is over."""
    accounts = [row for number, row in year.accounts.items() if view.of(number)]
    handovers = [row for row in year.rows("handovers") if view.of(row["account_id"])]
    lists = {
        "new": _new(year, accounts), "ready": _ready(year, accounts), "stuck": _stuck(accounts),
        "handed_over": _passed(handovers, "accepted"), "returned": _passed(handovers, "returned"),
        "held": _lectures(year, WEEK), "coming": _lectures(year, NEXT), "handovers": _asked(handovers),
        "open_points": _points(accounts, handovers), "tasks": _tasks(year, view), "replies": _replies(year),
    }  # fmt: skip
    found: Told = {"overview": [(name, {"list": name, "count": len(lines)}) for name, lines in lists.items()]}
    for name, lines in lists.items():
        found[name] = [(key, told) for _order, key, told in sorted(lines, key=lambda line: line[0])[:MOST]]
    return found


def _who(number: int | None) -> str:
    return "" if number is None else str(number)


def _owner(row: Row) -> str:
    return _who(row[f"{row['stage']}_owner_id"])


def _events(year: Year) -> dict[tuple[int, str], list[Row]]:
    found = defaultdict(list)
    for row in year.rows("events"):
        found[row["account_id"], row["key"]].append(row)
    return found


def _new(year: Year, accounts: list[Row]) -> list[Line]:
    events, lines = _events(year), []
    for row in accounts:
        came = events[row["id"], "decided"] or events[row["id"], "account_added"]
        mine = [
            one["at"]
            for one in came
            if WEEK.has(local(one["at"])) and one["params"]["stage"] in ("sales", "onboarding")
        ]
        if mine and not row["undecided"]:
            told: dict[str, Any] = {
                "account": str(row["id"]),
                "on": local(max(mine)),
                "planned_on": row["planned_start_on"],
            }
            lines.append(((max(mine), row["id"]), str(row["id"]), told | {"who": _owner(row)}))
    return lines


def _ready(year: Year, accounts: list[Row]) -> list[Line]:
    events, lines = _events(year), []
    asked = {row["account_id"] for row in year.rows("handovers") if row["state"] == "requested"}
    for row in accounts:
        mine = [one["at"] for one in events[row["id"], "ready"] if WEEK.has(local(one["at"]))]
        if mine:
            state = "waits" if row["ready_since"] is not None else "not_any_more"
            state = "requested" if row["id"] in asked else state
            state = "moved_on" if row["stage_since"] > max(mine) else state
            told: dict[str, Any] = {
                "account": str(row["id"]),
                "on": local(max(mine)),
                "state": state,
                "who": _owner(row),
            }
            lines.append(((max(mine), row["id"]), str(row["id"]), told))
    return lines


def _stuck(accounts: list[Row]) -> list[Line]:
    lines = []
    for row in accounts:
        held = row["on_hold_until"] is not None and row["on_hold_until"] > TODAY
        if row["level"] == "stuck" and not row["undecided"] and not held and not gone(row):
            reason = row["level_reasons"][0]["key"] if row["level_reasons"] else ""
            told: dict[str, Any] = {
                "account": str(row["id"]),
                "reason": reason,
                "planned_on": row["planned_start_on"],
                "who": _owner(row),
            }
            lines.append(((row["planned_start_on"] or date.max, row["id"]), str(row["id"]), told))
    return lines


def _passed(handovers: list[Row], state: str) -> list[Line]:
    lines = []
    for row in handovers:
        moved = row["from_stage"] != row["to_stage"]
        if row["state"] == state and moved and WEEK.has(local(row["decided_at"])):
            told: dict[str, Any] = {
                "account": str(row["account_id"]),
                "boundary": f"{row['from_stage']}-{row['to_stage']}",
            }
            told |= {"on": local(row["decided_at"])}
            if state == "returned":
                told |= {"words": row["reason"], "who": _who(row["decided_by_id"])}
            else:
                told |= {"who": _who(row["receiver_id"] or row["decided_by_id"])}
            lines.append(((row["decided_at"], row["id"]), str(row["account_id"]), told))
    return lines


def _lectures(year: Year, week: View) -> list[Line]:
    lines = []
    for row in year.lectures.values():
        if (
            row["status"] != "scheduled"
            or not week.has(local(row["starts_at"]))
            or (week is WEEK and row["ends_at"] > NOW)
        ):
            continue
        company = year.accounts[row["account_id"]]["name"] if row["account_id"] else ""
        told: dict[str, Any] = {
            "lecture": str(row["id"]),
            "on": local(row["starts_at"]),
            "company": company,
            "booked": row["seats_taken"],
        }
        told |= {"time": f"{row['starts_at'].astimezone(TOKYO):%H:%M}", "who": _who(row["host_id"])}
        if week is WEEK:
            seen = [one["verdict"] for one in year.rows("attendances") if one["lecture_id"] == row["id"]]
            told["rate"] = wilson(seen.count("attended"), sum(one in KNOWN for one in seen))
        else:
            waiting = [one for one in year.rows("registrations") if one["lecture_id"] == row["id"]]
            told |= {"capacity": row["capacity"], "waitlisted": sum(one["status"] == "waitlisted" for one in waiting)}
        lines.append(((row["starts_at"], row["id"]), str(row["id"]), told))
    return lines


def _asked(handovers: list[Row]) -> list[Line]:
    lines = []
    for row in handovers:
        if row["state"] == "requested":
            told: dict[str, Any] = {
                "account": str(row["account_id"]),
                "boundary": f"{row['from_stage']}-{row['to_stage']}",
            }
            told |= {"on": local(row["requested_at"]), "who": _who(row["receiver_id"])}
            lines.append(((row["requested_at"], row["id"]), str(row["account_id"]), told))
    return lines


def _points(accounts: list[Row], handovers: list[Row]) -> list[Line]:
    passing = {
        row["account_id"]
        for row in handovers
        if row["state"] == "requested" or (row["state"] == "accepted" and WEEK.has(local(row["decided_at"])))
    }
    return [
        (row["id"], str(row["id"]), {"account": str(row["id"]), "words": row["open_points"], "who": _owner(row)})
        for row in accounts
        if row["id"] in passing and row["open_points"].strip()
    ]


def _tasks(year: Year, view: View) -> list[Line]:
    lines = []
    for row in year.rows("tasks"):
        if row["done_at"] is None and row["due_on"] < TODAY and view.of(row["account_id"]):
            told: dict[str, Any] = {
                "account": _who(row["account_id"]),
                "task": row["kind"],
                "words": row["words"],
                "on": row["due_on"],
            }
            lines.append(((row["due_on"], row["id"]), str(row["id"]), told | {"who": _who(row["owner_id"])}))
    return lines


def _replies(year: Year) -> list[Line]:
    lines = []
    for row in year.rows("replies"):
        if row["seen_at"] is None and (row["outcome"] in READ or row["text"]):
            told: dict[str, Any] = {"subject": row["subject"], "sender": row["sender"], "on": local(row["received_at"])}
            lines.append(((row["received_at"], row["id"]), str(row["id"]), told))
    return lines
