"""Answers what was taught in the generated year: courses, lectures in four zones, bookings, mails, evidence and verdicts."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from tests.proof.year.firms import FIRST_DAY, FIRST_ID, NOW, TODAY, TOKYO, Firm, Rows, moment

BASIC, ADVANCED, EXPERT = FIRST_ID, FIRST_ID + 1, FIRST_ID + 2
# Course, weekday, local time, zone: each week one lecture.
WEEKLY = (
    (BASIC, 0, (10, 0), "Asia/Tokyo"),
    (BASIC, 1, (14, 30), "Asia/Tokyo"),
    (BASIC, 3, (19, 0), "America/New_York"),
    (ADVANCED, 2, (16, 0), "Asia/Tokyo"),
    (ADVANCED, 4, (9, 15), "Europe/London"),
    (EXPERT, 4, (11, 0), "Asia/Singapore"),
)
VERDICTS = ("attended", "partial", "missed", "excused", "unknown", "")


def courses() -> list[dict[str, Any]]:
    """Return three courses, each building on the one before."""
    told = (("basic", None, "onboarding"), ("advanced", BASIC, "success"), ("expert", ADVANCED, "success"))
    return [
        {"id": FIRST_ID + place, "key": key, "name": {"ja": key, "en": key}, "minutes": 60, "minimum_minutes": 40,
         "prerequisite_id": before, "team": team, "position": place, "revised_at": None, "wanted_step_id": None}
        for place, (key, before, team) in enumerate(told)
    ]  # fmt: skip


def lectures(chance: Random, firms: list[Firm], hosts: list[int]) -> list[dict[str, Any]]:
    """Return a year of weekly lectures with five weeks more, and 90 for one account alone."""
    rows: list[dict[str, Any]] = []
    monday = FIRST_DAY - timedelta(days=FIRST_DAY.weekday())
    for week in range((TODAY - monday).days // 7 + 6):
        for course, weekday, at, zone in WEEKLY:
            if course == EXPERT and week % 2:
                continue
            _lecture(rows, chance, course, monday + timedelta(days=week * 7 + weekday), at, zone, hosts)
    for firm in chance.sample(firms, 90):
        day = firm.began + timedelta(days=chance.randrange(5, 60))
        course = chance.choice((BASIC, BASIC, ADVANCED))
        _lecture(rows, chance, course, day, (chance.randrange(8, 18), 0), "Asia/Tokyo", hosts, firm.id)
    return rows


def _lecture(
    rows: list[dict[str, Any]], chance: Random, course: int, day: date, at: tuple[int, int], zone: str,
    hosts: list[int], account_id: int | None = None,
) -> None:  # fmt: skip
    start = datetime(day.year, day.month, day.day, *at, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    number = FIRST_ID + len(rows)
    rows.append(
        {"id": number, "uid": f"lecture-{number}@year.example", "revised_at": NOW, "course_id": course, "series_id": None,
         "slot": None, "account_id": account_id, "contact_id": None, "starts_at": start,
         "ends_at": start + timedelta(minutes=chance.choice((60, 60, 90, 45))),
         "local_start": f"{day}T{at[0]:02}:{at[1]:02}", "zone": zone, "capacity": chance.choice((8, 12, 20, 30)),
         "seats_taken": 0, "host_id": chance.choice(hosts) if chance.random() < 0.95 else None,
         "status": "cancelled" if chance.random() < 0.05 else "scheduled", "account_limit": None, "stray_since": None,
         "called_off_at": None, "code": None, "reported_at": None, "follow_up_held_at": None}
    )  # fmt: skip


def seats(chance: Random, firms: list[Firm], held: list[dict[str, Any]]) -> Rows:
    """Book people, remind them, and say what became of it; the lectures' seats are counted up."""
    rows: Rows = {"registrations": [], "attendances": [], "presences": [], "mails": []}
    shared = [one for one in held if one["account_id"] is None]
    own: dict[int, list[dict[str, Any]]] = {}
    for one in held:
        if one["account_id"] is not None:
            own.setdefault(one["account_id"], []).append(one)
    for firm in firms:
        # Hardly anybody wants the last course, so that some of its lectures may stay empty.
        open_now = [one for one in shared if one["starts_at"].astimezone(TOKYO).date() >= firm.began]
        mine = [one for one in open_now if one["course_id"] != EXPERT or chance.random() < 0.15]
        for person in firm.people:
            _invite(rows, chance, firm, person)
            wanted = chance.sample(mine, min(len(mine), chance.choices(range(8), (8, 8, 12, 20, 20, 14, 10, 8))[0]))
            for lecture in {one["id"]: one for one in [*wanted, *own.get(firm.id, [])]}.values():
                if chance.random() < 0.04:
                    _judge(rows, chance, firm, person, lecture, None)
                else:
                    _book(rows, chance, firm, person, lecture)
    booked = Counter(row["lecture_id"] for row in rows["registrations"] if row["status"] == "booked")
    for one in held:
        one["seats_taken"] = booked[one["id"]]
        one["capacity"] = max(one["capacity"], booked[one["id"]], 1)
    return rows


def _invite(rows: Rows, chance: Random, firm: Firm, person: dict[str, Any]) -> None:
    for _again in range(chance.choice((0, 1, 1, 2, 3))):
        at = moment(firm.began + timedelta(days=chance.randrange(0, 60)), chance)
        state = chance.choices(("sent", "delivered", "bounced", "failed", "dropped"), (60, 20, 5, 10, 5))[0]
        course = chance.choice((BASIC, BASIC, ADVANCED))
        _mail(rows, firm, person, "invitation", at, state, {"course_id": course})


def _mail(
    rows: Rows, firm: Firm, person: dict[str, Any], kind: str, at: datetime, state: str, params: dict[str, Any],
    registration_id: int | None = None, opened: datetime | None = None, clicked: datetime | None = None,
) -> None:  # fmt: skip
    number = FIRST_ID + len(rows["mails"])
    left = state in ("sent", "delivered", "bounced")
    rows["mails"].append(
        {"id": number, "key": f"year:{number}", "kind": kind, "contact_id": person["id"], "account_id": firm.id,
         "registration_id": registration_id, "params": params, "state": state, "created_at": at, "due_at": at,
         "next_try_at": at, "expires_at": None, "claimed_by": None, "sent_at": at if left else None,
         "opened_at": opened, "clicked_at": clicked, "staff_id": None, "application_id": None, "lecture_id": None,
         "handover_id": None, "note_id": None, "delivered_at": None, "message_id": None, "provider_id": None,
         "to_address": None, "locale": None, "subject": None, "text": None, "template_version": None, "batch": None}
    )  # fmt: skip


def _book(rows: Rows, chance: Random, firm: Firm, person: dict[str, Any], lecture: dict[str, Any]) -> None:
    number = FIRST_ID + len(rows["registrations"])
    days = chance.choice((0, 0, 1, 2, 3, 4, 6, 7, 8, 12, 14, 15, 25))
    start = lecture["starts_at"]
    at = start - timedelta(days=days, hours=chance.randrange(-1, 24), minutes=chance.randrange(60))
    at = min(at, NOW - timedelta(minutes=5))
    others = [one["name"] for one in firm.people if one is not person] + [one["name"] for one in firm.stores]
    rows["registrations"].append(
        {"id": number, "lecture_id": lecture["id"], "contact_id": person["id"],
         "status": chance.choices(("booked", "cancelled", "waitlisted"), (82, 12, 6))[0], "revised_at": at,
         "uid": f"registration-{number}@year.example", "registered_at": at, "offered_until": None, "reply": None,
         "companions": [chance.choice(others)] if others and chance.random() < 0.1 else [], "absence_told_at": None}
    )  # fmt: skip
    status = rows["registrations"][-1]["status"]
    firm.events.append((at, "registered", {"registration_id": number}))
    for kind in ("reminder_day", "reminder_hour"):
        if status == "booked" and chance.random() < 0.8:
            state = chance.choices(("sent", "delivered", "missed", "queued"), (60, 20, 15, 5))[0]
            told = state in ("sent", "delivered")
            opened = start if told and chance.random() < 0.4 else None
            clicked = start if told and chance.random() < 0.1 else None
            _mail(rows, firm, person, kind, start - timedelta(hours=1), state, {}, number, opened, clicked)
    if status == "booked" and lecture["ends_at"] <= NOW:
        _judge(rows, chance, firm, person, lecture, number)


def _judge(
    rows: Rows, chance: Random, firm: Firm, person: dict[str, Any], lecture: dict[str, Any], registration: int | None
) -> None:
    """Say what became of a seat, or of somebody who came without one; evidence does not always go with the verdict."""
    if lecture["ends_at"] > NOW or lecture["status"] == "cancelled":
        return
    monday = date.fromisoformat(lecture["local_start"][:10]).weekday() == 0
    verdict = chance.choices(VERDICTS, (35 if monday else 60, 10, 30 if monday else 15, 6, 3, 6))[0]
    if registration is None:
        verdict = chance.choice(("attended", "partial"))
    if verdict:
        rows["attendances"].append(
            {"id": FIRST_ID + len(rows["attendances"]), "lecture_id": lecture["id"], "contact_id": person["id"],
             "verdict": verdict, "marked_by_id": None, "decided_at": lecture["ends_at"]}
        )  # fmt: skip
    if verdict == "attended":
        firm.attended.append(lecture["starts_at"].astimezone(TOKYO).date())
    shown = {
        "attended": ("report",),
        "partial": ("report",),
        "missed": ("join_click", "recording", "checkin"),
        "": ("code",),
    }
    for source in shown.get(verdict, ()):
        if chance.random() < (0.9 if source == "report" else 0.2):
            rows["presences"].append(
                {"id": FIRST_ID + len(rows["presences"]), "lecture_id": lecture["id"], "contact_id": person["id"],
                 "source": source, "upload_id": None, "from_at": None, "to_at": None, "seconds": 1800,
                 "recorded_at": lecture["ends_at"], "key": None, "staff_id": None}
            )  # fmt: skip
