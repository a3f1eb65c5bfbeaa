"""Answers what the customers of the generated year went through: stages, owners, knots, handovers, use, contracts, tasks."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from tests.proof.year.firms import FIRST_DAY, FIRST_ID, NOW, TODAY, Firm, Rows, moment

CONDITIONS = ("attended", "setup_complete", "usage_started")
NEXT = {"sales": "onboarding", "onboarding": "success", "success": "renewal"}
BY_HAND = ("called", "invited_again", "task_done")


class Passing:
    """Plays the customers through, and gathers the rows that tell of it."""

    def __init__(self, chance: Random, staff: dict[str, list[int]]) -> None:
        self.chance, self.staff = chance, staff
        self.rows: Rows = {"handovers": [], "usage_days": [], "contracts": [], "tasks": []}

    def play(self, firm: Firm) -> None:
        """Play one customer."""
        chance, row = self.chance, firm.row
        stage = {"sales": "sales", "live": chance.choice(("success", "renewal"))}.get(firm.came, "onboarding")
        row["stage"] = stage
        told(firm, row["created_at"], "account_added", stage=stage)
        if firm.came == "undecided":
            row["undecided"] = chance.random() < 0.5
            if not row["undecided"]:
                row["stage"] = stage = chance.choice(("onboarding", "success"))
                told(
                    firm,
                    min(row["created_at"] + timedelta(days=5), NOW - timedelta(minutes=30)),
                    "decided",
                    stage=stage,
                )
        if chance.random() < 0.7:
            for team in self.staff:
                if team != "operations" and row[f"{team}_owner_id"] is not None:
                    told(firm, row["created_at"], "owner_assigned", team=team, staff_id=row[f"{team}_owner_id"])
        self._enter(firm)
        if not row["undecided"]:
            day: date | None = firm.began
            if stage == "sales":
                day = self._hand_over(firm, firm.began + timedelta(days=chance.randrange(5, 40)))
            if day is not None and row["stage"] == "onboarding":
                self._onboard(firm, day)
        self._afterwards(firm)
        self._contracts(firm)
        self._use(firm)

    def _enter(self, firm: Firm) -> None:
        """Let some stores come in later than their account."""
        for store in firm.stores:
            if self.chance.random() < 0.2:
                day = firm.began + timedelta(days=self.chance.randrange(0, 200))
                if day < TODAY:
                    key = self.chance.choice(("store_added", "store_in_scope"))
                    told(firm, moment(day, self.chance), key, store_id=store["id"])

    def _onboard(self, firm: Firm, day: date) -> None:
        chance, row = self.chance, firm.row
        introduced = day + timedelta(days=chance.randrange(0, 10))
        if introduced < TODAY and chance.random() < 0.85:
            row["introduced_at"], row["introduced_to"] = moment(introduced, chance), "everyone"
        on = {"signed": row["signed_on"], "invited": introduced if chance.random() < 0.3 else None}
        on["attended"] = min(firm.attended) if firm.attended and chance.random() < 0.93 else None
        on["set_up"] = day + timedelta(days=chance.randrange(5, 60)) if chance.random() < 0.75 else None
        on["in_use"] = day + timedelta(days=chance.randrange(5, 90)) if chance.random() < 0.75 else None
        met = {key: value for key, value in on.items() if value is not None and value <= TODAY}
        unknown = [key for key in ("set_up", "attended") if key not in met and chance.random() < 0.04]
        row["knots"] = [{"key": key, "state": "met", "on": value.isoformat()} for key, value in met.items()]
        row["knots"] += [{"key": key, "state": "met", "on": None} for key in unknown]
        row["knots"] += [{"key": key, "state": "missing", "on": None} for key in on if key not in (*met, *unknown)]
        if {"attended", "set_up", "in_use"} <= met.keys():
            ready = max(met["attended"], met["set_up"], met["in_use"]) + timedelta(days=chance.randrange(0, 3))
            if ready >= TODAY:
                return
            told(firm, moment(ready, chance), "ready", stage="onboarding")
            row["ready_since"] = moment(ready, chance)
            if chance.random() < 0.2 and ready + timedelta(days=9) < TODAY:
                told(firm, moment(ready + timedelta(days=9), chance), "ready", stage="onboarding")
            self._hand_over(firm, ready + timedelta(days=chance.randrange(0, 25)))
        elif chance.random() < 0.15:
            self._hand_over(firm, day + timedelta(days=chance.randrange(20, 80)))

    def _hand_over(self, firm: Firm, day: date) -> date | None:
        """Ask for the next team until somebody accepts; return the day it did."""
        chance, row = self.chance, firm.row
        asked = moment(day, chance)
        for _again in range(3):
            decided = asked + timedelta(hours=chance.randrange(1, 24 * 35 if chance.random() < 0.1 else 24 * 9))
            gone = row["cancelled_on"] is not None and decided.date() >= row["cancelled_on"]
            if asked >= NOW or gone:
                return None
            if decided >= NOW:
                self._handover(firm, asked, "requested", None)
                return None
            state = chance.choices(("accepted", "returned", "withdrawn"), (78, 17, 5))[0]
            passed = self._handover(firm, asked, state, decided)
            if state == "accepted":
                return self._accept(firm, passed, decided)
            asked = decided + timedelta(days=chance.randrange(1, 20))
        return None

    def _handover(self, firm: Firm, asked: datetime, state: str, decided: datetime | None) -> dict[str, Any]:
        chance, stage = self.chance, firm.row["stage"]
        returned = [chance.choice(CONDITIONS) for _ in range(chance.randrange(0, 3))] if state == "returned" else []
        receiver = chance.choice(self.staff[NEXT[stage]]) if chance.random() < 0.6 else None
        row = {
            "id": FIRST_ID + len(self.rows["handovers"]), "account_id": firm.id, "from_stage": stage,
            "to_stage": NEXT[stage], "state": state, "requested_at": asked,
            "requested_by_id": chance.choice(self.staff[stage]), "receiver_id": receiver, "decided_at": decided,
            "decided_by_id": chance.choice(self.staff[NEXT[stage]]) if decided else None,
            "reason": "確認をお願いします" if state == "returned" else "", "reopened": list(dict.fromkeys(returned)),
            "wave": None, "before": {},
        }  # fmt: skip
        self.rows["handovers"].append(row)
        return row

    def _accept(self, firm: Firm, row: dict[str, Any], at: datetime) -> date:
        chance, to = self.chance, row["to_stage"]
        column = f"{to}_owner_id"
        row["before"] = {"stage_since": at.isoformat(), "owner_id": firm.row[column]}
        owner = row["receiver_id"] or row["decided_by_id"]
        who = {"actor_kind": "staff", "actor_id": row["decided_by_id"]}
        if chance.random() < 0.1:
            row["wave"], row["receiver_id"], row["requested_at"] = "wave-1", owner, at
            told(firm, at, "moved_in_wave", handover_id=row["id"], to=to, staff_id=owner, **who)
        else:
            if chance.random() < 0.08:
                told(firm, at - timedelta(hours=5), "handover_accepted", handover_id=row["id"], to=to, **who)
                told(
                    firm, at - timedelta(hours=4), "handover_undone", handover_id=row["id"], to=row["from_stage"], **who
                )
            told(firm, at, "handover_accepted", handover_id=row["id"], to=to, **who)
        firm.row["stage"], firm.row["stage_since"], firm.row[column] = to, at, owner
        return at.date()

    def _afterwards(self, firm: Firm) -> None:
        """Change owners, and go on to renewal."""
        chance, row = self.chance, firm.row
        if row["undecided"]:
            return
        if chance.random() < 0.25:
            at = moment(firm.began + timedelta(days=chance.randrange(30, 300)), chance)
            team = row["stage"]
            if max(row["stage_since"] if row["stage_since"] < NOW else at, row["created_at"]) <= at < NOW:
                before, owner = row[f"{team}_owner_id"], chance.choice(self.staff[team])
                row[f"{team}_owner_id"] = owner
                if chance.random() < 0.3:
                    self._move(firm, team, before, owner, at)
                else:
                    told(firm, at, "owner_assigned", team=team, staff_id=owner)
        if row["stage"] == "success" and firm.came != "live" and chance.random() < 0.3:
            last = max(at for at, key, _params in firm.events if key != "registered")
            self._hand_over(firm, last.date() + timedelta(days=chance.randrange(20, 120)))

    def _move(self, firm: Firm, team: str, before: int | None, owner: int, at: datetime) -> None:
        """Give an account to another owner of the same team, together with others."""
        self.rows["handovers"].append(
            {"id": FIRST_ID + len(self.rows["handovers"]), "account_id": firm.id, "from_stage": team, "to_stage": team,
             "state": "accepted", "requested_at": at, "requested_by_id": owner, "receiver_id": owner, "decided_at": at,
             "decided_by_id": owner, "reason": "", "reopened": [], "wave": "wave-2",
             "before": {"stage_since": at.isoformat(), "owner_id": before}}
        )  # fmt: skip
        number = self.rows["handovers"][-1]["id"]
        who = {"actor_kind": "staff", "actor_id": owner}
        told(firm, at, "owner_changed_in_wave", handover_id=number, to=team, staff_id=owner, **who)

    def _contracts(self, firm: Firm) -> None:
        chance = self.chance
        if chance.random() > 0.85:
            return
        starts = firm.began - timedelta(days=chance.randrange(0, 500) if firm.came == "live" else 0)
        for _term in range(6):
            ends = starts + timedelta(days=chance.choice((365, 182, 181, 31)))
            over = ends <= TODAY
            outcome = chance.choices(("renewed", "ended", None), (55, 20, 25))[0] if over else None
            self.rows["contracts"].append(
                {"id": FIRST_ID + len(self.rows["contracts"]), "account_id": firm.id, "starts_on": starts, "ends_on": ends,
                 "monthly_fee": chance.randrange(10, 90) * 1000 if chance.random() < 0.8 else None, "outcome": outcome,
                 "created_at": NOW}
            )  # fmt: skip
            if not over or outcome == "ended" or chance.random() < 0.15:
                return
            starts = ends

    def _use(self, firm: Firm) -> None:
        chance = self.chance
        begun = next((knot["on"] for knot in firm.row["knots"] if knot["key"] == "in_use" and knot["on"]), None)
        day = date.fromisoformat(begun) if begun else firm.began if firm.came == "live" else None
        if day is None:
            return
        if chance.random() < 0.2:
            firm.row["started_on"] = day
            return
        last = TODAY if chance.random() < 0.7 else day + timedelta(days=chance.randrange(0, 120))
        while day <= min(last, TODAY):
            self.rows["usage_days"].append(
                {"id": FIRST_ID + len(self.rows["usage_days"]), "account_id": firm.id, "store_id": None, "day": day,
                 "event": "sign_in", "recorded_at": moment(day, chance)}
            )  # fmt: skip
            day += timedelta(days=chance.choice((1, 2, 3, 7, 20)))


def told(firm: Firm, at: datetime, key: str, **params: Any) -> None:
    """Note a line of an account's history."""
    firm.events.append((at, key, params))


def tasks(chance: Random, firms: list[Firm], everybody: list[int]) -> list[dict[str, Any]]:
    """Return tasks by hand and wished dates; some are settled by nobody."""
    rows = []
    for place in range(800):
        created = moment(FIRST_DAY + timedelta(days=chance.randrange(0, 395)), chance)
        done = created + timedelta(hours=chance.randrange(1, 500)) if chance.random() < 0.75 else None
        done = done if done is not None and done < NOW else None
        wish = chance.random() < 0.1
        firm = chance.choice(firms)
        rows.append(
            {"id": FIRST_ID + place, "key": f"year:{place}", "kind": "wish" if wish else "by_hand",
             "account_id": firm.id if wish or chance.random() < 0.9 else None, "contact_id": firm.people[0]["id"] if wish else None,
             "lecture_id": None, "params": _wished(chance) if wish else {}, "words": "電話する",
             "owner_id": chance.choice(everybody) if chance.random() < 0.7 else None,
             "due_on": created.date() + timedelta(days=chance.randrange(0, 60)), "created_at": min(created, NOW),
             "done_at": done, "done_by_id": chance.choice(everybody) if done and chance.random() < 0.85 else None}
        )  # fmt: skip
    return rows


def _wished(chance: Random) -> dict[str, Any]:
    wishes = []
    for _wish in range(chance.choice((1, 1, 2, 3))):
        day = TODAY + timedelta(days=chance.randrange(-60, 30))
        on = day.isoformat() if chance.random() < 0.85 else None
        wishes.append(
            {"on": on, "part": chance.choice(("morning", "noon", "afternoon", "evening", "")), "words": "午前"}
        )
    return {"course": chance.choice(("basic", "basic", "advanced", "other")), "wishes": wishes}


def dealt_with(chance: Random, firm: Firm, everybody: list[int]) -> None:
    """Let members do things by hand and on the telephone; one press may write several lines."""
    for _ in range(chance.choice((0, 1, 2, 4, 8))):
        day = firm.began + timedelta(days=chance.randrange(0, 380))
        if day >= TODAY:
            continue
        at, who = moment(day, chance), chance.choice(everybody)
        key, channel = chance.choice([*((key, "page") for key in BY_HAND), ("registered", "phone"), ("note", "page")])
        for _line in range(chance.choice((1, 1, 2))):
            told(firm, at, key, actor_kind="staff", actor_id=who, channel=channel)
