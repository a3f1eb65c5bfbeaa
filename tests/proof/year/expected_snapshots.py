"""Answers what the snapshots must hold, counted anew: what became of every seat, the days of every way, every standing span."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from tests.proof.year.firms import NOW, TODAY
from tests.proof.year.tables import LEFT, Year, local, size_band

Row = dict[str, Any]
EVIDENCE = ("manual", "report", "webhook", "checkin", "code")


def turnouts(year: Year, ways: dict[int, Row]) -> dict[int, Row]:
    """Return what became of every booked seat of a lecture that is over and was not cancelled, by registration."""
    verdicts = {(row["lecture_id"], row["contact_id"]): row["verdict"] for row in year.rows("attendances")}
    there = {(row["lecture_id"], row["contact_id"]) for row in year.rows("presences") if row["source"] in EVIDENCE}
    asked, reminded = defaultdict(list), defaultdict(list)
    for mail in year.rows("mails"):
        if mail["kind"] == "invitation" and mail["state"] in LEFT:
            asked[mail["contact_id"], mail["params"]["course_id"]].append(mail["sent_at"])
        elif mail["kind"].startswith("reminder"):
            seen = mail["opened_at"] is not None or mail["clicked_at"] is not None
            reminded[mail["registration_id"]].append("seen" if seen else "sent" if mail["state"] in LEFT else "none")
    found = {}
    for row in year.rows("registrations"):
        lecture, contact = year.lectures[row["lecture_id"]], year.contacts[row["contact_id"]]
        if row["status"] != "booked" or lecture["status"] != "scheduled" or lecture["ends_at"] > NOW:
            continue
        who = (lecture["id"], contact["id"])
        day = date.fromisoformat(lecture["local_start"][:10])
        ahead = (day - row["registered_at"].astimezone(ZoneInfo(lecture["zone"])).date()).days
        verdict = verdicts.get(who, "unknown")
        times = sum(at <= row["registered_at"] for at in asked[contact["id"], lecture["course_id"]])
        account = year.accounts[contact["account_id"]]
        found[row["id"]] = {
            "registration_id": row["id"], "lecture_id": lecture["id"], "account_id": account["id"],
            "contact_id": contact["id"], "course_id": lecture["course_id"], "day": day, "lead": _lead(ahead),
            "size": size_band(ways[account["id"]]["stores"]), "plan": account["plan"], "it_skill": account["it_skill"],
            "asked": ("unasked", "first")[times] if times < 2 else "again",
            "reminder": max(reminded[row["id"]], key=("none", "sent", "seen").index, default="none"),
            "verdict": verdict, "joined": verdict in ("attended", "partial") or who in there,
        }  # fmt: skip
    return found


def milestones(year: Year) -> dict[int, Row]:
    """Return on which days every account reached the knots of its way."""
    events = defaultdict(list)
    for row in year.rows("events"):
        events[row["account_id"], row["key"]].append(row)
    booked, used, advanced, handed = defaultdict(list), defaultdict(list), defaultdict(list), defaultdict(list)
    for row in year.rows("registrations"):
        if row["status"] != "cancelled":
            booked[year.contacts[row["contact_id"]]["account_id"]].append(local(row["registered_at"]))
    for row in year.rows("usage_days"):
        used[row["account_id"]].append(row["day"])
    for row in year.rows("attendances"):
        lecture = year.lectures[row["lecture_id"]]
        if row["verdict"] == "attended" and year.courses[lecture["course_id"]]["prerequisite_id"] is not None:
            advanced[year.contacts[row["contact_id"]]["account_id"]].append(
                date.fromisoformat(lecture["local_start"][:10])
            )
    for row in year.rows("handovers"):
        if (row["from_stage"], row["to_stage"], row["state"]) == ("onboarding", "success", "accepted"):
            handed[row["account_id"]].append(local(row["decided_at"]))
    stores, attended = _stores(year)
    found = {}
    for number, account in year.accounts.items():
        met = {
            knot["key"]: knot["on"] and date.fromisoformat(knot["on"])
            for knot in account["knots"]
            if knot["state"] == "met"
        }
        first = [*booked[number], *(local(row["at"]) for row in events[number, "registered"])]
        ready = [local(row["at"]) for row in events[number, "ready"] if row["params"]["stage"] == "onboarding"]
        found[number] = {
            "account_id": number, "began_on": account["signed_on"] or local(account["created_at"]),
            "came_live": _live(account, events), "signed_on": account["signed_on"],
            "invited_on": local(account["introduced_at"]) if account["introduced_at"] else met.get("invited"),
            "registered_on": min(first, default=None), "attended_on": met.get("attended"), "set_up_on": met.get("set_up"),
            "in_use_on": met.get("in_use"), "ready_on": min(ready, default=None),
            "handed_over_on": min(handed[number], default=None), "last_used_on": max(used[number], default=None),
            "advanced_on": min(advanced[number], default=None), "cancelled_on": account["cancelled_on"],
            "stores": stores[number], "stores_attended": attended[number],
        }  # fmt: skip
    return found


def tenures(year: Year) -> set[tuple[Any, ...]]:
    """Return every span: (account, stage, owner, stores, from, until), told day by day from the history."""
    events = defaultdict(list)
    for row in sorted(year.rows("events"), key=lambda one: (one["at"], one["id"])):
        events[row["account_id"]].append(row)
    stores = defaultdict(list)
    for row in year.rows("stores"):
        if row["scope"] == "in":
            stores[row["account_id"]].append(row["id"])
    taken = {row["id"]: row for row in year.rows("handovers")}
    found: set[tuple[Any, ...]] = set()
    for number, account in year.accounts.items():
        if not account["undecided"]:
            for stage, owner, shops, since, until in _spans(account, events[number], stores[number], taken):
                found.add((number, stage, owner, shops, since, until))
    return found


def _live(account: Row, events: dict[Any, list[Row]]) -> bool:
    """Tell whether an account came with its way behind it, as long as nobody said otherwise: it never stood at sales or
    onboarding here."""
    number = account["id"]
    if account["undecided"]:
        return True
    first = events[number, "decided"] or events[number, "account_added"]
    passed = [*events[number, "handover_accepted"], *events[number, "moved_in_wave"]]
    stages = [first[0]["params"]["stage"], *(row["params"]["to"] for row in passed)]
    return not {"sales", "onboarding"} & set(stages)


def _stores(year: Year) -> tuple[Counter[int], Counter[int]]:
    """Count the stores in scope of every account, and those that somebody attended for, alone or at another's screen."""
    scope = {row["id"]: row for row in year.rows("stores") if row["scope"] == "in"}
    works = defaultdict(set)
    for row in year.rows("contact_stores"):
        works[row["contact_id"]].add(row["store_id"])
    screens = {
        (row["lecture_id"], row["contact_id"]): row["companions"]
        for row in year.rows("registrations")
        if row["status"] == "booked"
    }
    attended = set()
    for row in year.rows("attendances"):
        if row["verdict"] != "attended":
            continue
        account_id = year.contacts[row["contact_id"]]["account_id"]
        attended |= works[row["contact_id"]]
        for name in screens.get((row["lecture_id"], row["contact_id"]), ()):
            same = [one for one in year.contacts.values() if one["account_id"] == account_id and one["name"] == name]
            attended |= works[same[0]["id"]] if same else set()
            attended |= {one["id"] for one in scope.values() if one["account_id"] == account_id and one["name"] == name}
    every = Counter(row["account_id"] for row in scope.values())
    return every, Counter(scope[number]["account_id"] for number in attended if number in scope)


def _spans(account: Row, events: list[Row], stores: list[int], taken: dict[int, Row]) -> list[tuple[Any, ...]]:
    """Walk through an account's changes; each day counts as it ended, and today as it stands."""
    stages: list[tuple[date, str]] = []
    owners: dict[str, list[tuple[date, int | None]]] = defaultdict(list)
    before: dict[str, int | None] = {}
    entered: dict[int, date] = {}
    began = local(account["created_at"])
    for row in events:
        on, params = local(row["at"]), row["params"]
        if row["key"] in ("account_added", "decided"):
            began, stages = (on if row["key"] == "decided" else began), [(date.min, params["stage"])]
        elif row["key"] == "owner_assigned":
            owners[params["team"]].append((on, params["staff_id"]))
        elif row["key"] in ("handover_accepted", "moved_in_wave", "owner_changed_in_wave"):
            handover = taken[params["handover_id"]]
            before.setdefault(params["to"], None if owners[params["to"]] else handover["before"]["owner_id"])
            owners[params["to"]].append((on, handover["receiver_id"] or handover["decided_by_id"]))
            stages.append((on, params["to"]))
        elif row["key"] == "handover_undone":
            stages.append((on, params["to"]))
        elif row["key"] in ("store_added", "store_in_scope"):
            entered[params["store_id"]] = on
    days = {began, TODAY, *(on for on, _stage in stages), *(on for one in owners.values() for on, _who in one)}
    found: list[tuple[Any, ...]] = []
    for day in sorted(one for one in days | set(entered.values()) if began <= one <= TODAY):
        stage = [what for on, what in stages if on <= day][-1]
        known = [who for on, who in owners[stage] if on <= day]
        owner = known[-1] if known else before.get(stage) if owners[stage] else account[f"{stage}_owner_id"]
        shops = sum(entered.get(number, date.min) <= day for number in stores)
        if day == TODAY:
            stage = account["stage"]
            owner, shops = account[f"{stage}_owner_id"], len(stores)
        if not found or found[-1][:3] != (stage, owner, shops):
            found.append((stage, owner, shops, day))
    ends = [one[3] for one in found[1:]] + [None]
    return _until([(*one, end) for one, end in zip(found, ends, strict=True)], account["cancelled_on"])


def _until(found: list[tuple[Any, ...]], gone: date | None) -> list[tuple[Any, ...]]:
    """Cut spans at the day the contract was cancelled."""
    if gone is None or gone > TODAY:
        return found
    return [(*one[:4], gone if one[4] is None or one[4] > gone else one[4]) for one in found if one[3] < gone]


def _lead(days: int) -> str:
    for end, name in ((0, "same_day"), (3, "1_3"), (7, "4_7"), (14, "8_14")):
        if days <= end:
            return name
    return "15_plus"
