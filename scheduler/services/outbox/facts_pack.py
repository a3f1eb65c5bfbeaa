"""Answers what the weekly pack tells a member by mail: the same lists as its page, shortened, in the member's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from emails import Link, lines, phrases
from emails.values import Entry, Value
from scheduler.models.mails import Mail
from scheduler.models.staff import Staff
from scheduler.services import addresses
from scheduler.services.installation import here
from scheduler.services.meeting.lists import LISTS, Asking, read
from scheduler.services.meeting.weeks import Week
from scheduler.services.outbox.about import About
from scheduler.services.outbox.offering import text

# How many lines each list has at the most, and how many characters of what somebody wrote a line tells.
LISTED, LONGEST = 10, 120
# What the lists are called among a mail's placeholders.
PLACEHOLDERS = {
    "new": "new_accounts",
    "ready": "became_ready",
    "stuck": "stuck",
    "handed_over": "handed_over",
    "returned": "returned",
    "held": "held_lectures",
    "coming": "coming_lectures",
    "handovers": "waiting_handovers",
    "open_points": "open_points",
    "tasks": "overdue_tasks",
    "replies": "unread_replies",
}


def values(mail: Mail, member: Staff) -> dict[str, Value]:
    """Give what the pack of a week lists; params: monday. What is open is told as it is when the mail was due."""
    week, locale = _week(mail), member.locale
    page = Link(addresses.pack(week.monday))
    told: dict[str, Value] = {"pack_week": lines.days(week.monday, week.sunday, locale), "pack_url": page}
    for name, placeholder in PLACEHOLDERS.items():
        found = read(name, Asking(week, mail.due_at, limit=LISTED))
        entries = [_entry(name, line, locale) for line in found.lines]
        if found.total > len(entries):
            rest = found.total - LISTED + 1
            entries = [*entries[: LISTED - 1], Entry(lines.more(rest, locale), "", page)]
        told[placeholder] = entries
    return told


def wanted(about: About) -> str:
    """Tell why the pack is not wanted any more; empty: it is."""
    asked = Asking(_week(about.mail), about.mail.due_at, limit=1)
    return "" if any(read(name, asked).lines for name in LISTS) else "nothing_to_tell"


def _week(mail: Mail) -> Week:
    return Week(date.fromisoformat(mail.params["monday"]))


def _entry(name: str, line: Mapping[str, Any], locale: str) -> Entry:
    if name in ("held", "coming"):
        what = lines.held_on(line["on"], text(line["lecture"], locale), here().zone, locale)
        return Entry(what, _NOTES[name](line, locale), Link(addresses.lecture(line["lecture_id"])))
    if name == "replies":
        return Entry(line["subject"] or line["sender"], lines.since(_day(line), locale), Link(addresses.replies()))
    note = _NOTES.get(name, _who_when)(line, locale)
    if line["account_id"] is None:
        # A task about a lecture: its words, else nothing but when it was due.
        return Entry(line["words"] or note, note if line["words"] else "", Link(addresses.tasks()))
    return Entry(line["account"], note, Link(addresses.account(line["account_id"])))


def _day(line: Mapping[str, Any]) -> date:
    on = line["on"]
    return on.astimezone(here().tz).date() if isinstance(on, datetime) else on


def _who_when(line: Mapping[str, Any], locale: str) -> str:
    return lines.who_when(_day(line), line["who"] or "", locale)


def _stuck(line: Mapping[str, Any], locale: str) -> str:
    gravest = line["reasons"][0] if line["reasons"] else None
    return phrases.reason(gravest["key"], gravest["params"], locale) if gravest else ""


def _due(line: Mapping[str, Any], locale: str) -> str:
    told = (lines.due(_day(line), locale), line["who"] or "")
    return (" " if locale == "ja" else ", ").join(part for part in told if part)


def _words(line: Mapping[str, Any], _locale: str) -> str:
    words = " ".join(line["words"].split())
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"


_NOTES: Mapping[str, Callable[[Mapping[str, Any], str], str]] = {
    "stuck": _stuck,
    "returned": _words,
    "open_points": _words,
    "tasks": _due,
    "handovers": lambda line, locale: lines.since(_day(line), locale),
    "held": lambda line, locale: lines.came(line["booked"], line["attended"], line["known"], locale),
    "coming": lambda line, locale: lines.seats(line["booked"], line["capacity"], locale),
}
