"""Answers which mails there are: to whom they go, when, whether they can be left, and which placeholders their words may use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from emails.samples import SAMPLES
from emails.values import Value

Audience = Literal["contact", "staff", "visitor"]
Subscription = Literal["invitations", "nudges"]
Method = Literal["REQUEST", "CANCEL"]
# What sets a mail off: something happened; a lecture comes nearer; days passed without progress; a day of the week; a morning.
Trigger = Literal["fact", "before", "after", "weekly", "daily"]
Unit = Literal["days", "minutes", "times", "time", "weekday"]


@dataclass(frozen=True)
class Number:
    """One figure of a kind's timing that operations may change: `time` is HH:MM in the reader's zone, `weekday` 0 = Monday."""

    name: str
    default: int | str
    unit: Unit


@dataclass(frozen=True)
class Timing:
    """When a kind leaves: what sets it off, what it waits for, and the figures that operations may change."""

    trigger: Trigger = "fact"
    # It can wait: not during quiet hours of the reader, and not before the closed days of the vendor are over, since it causes calls.
    waits: bool = False
    # It leaves by itself, so on working days of the vendor only.
    working_days: bool = False
    # Not on days on which the reader's shop is closed.
    open_days: bool = False
    # Operations may switch it off.
    optional: bool = False
    numbers: tuple[Number, ...] = ()


@dataclass(frozen=True)
class Kind:
    """One kind of mail; its words are `templates/email/<name>.<locale>.md`."""

    name: str
    audience: Audience
    # What the words may name; the zone of the dates is always among them.
    placeholders: tuple[str, ...]
    timing: Timing = Timing()
    # The list a reader can leave in one click; None: transactional, owed because of what the reader did, always sent.
    subscription: Subscription | None = None
    # The calendar entry it carries.
    calendar: Method | None = None


_VENDOR = ("vendor_name", "vendor_phone", "vendor_hours", "vendor_address", "vendor_reply_to")
_CONTACT = (
    *("salutation", "company", "store", "name", "zone", "zone_name", "owner_name", "owner_phone"),
    *("personal_url", *_VENDOR),
)
# Nobody we know: the address is not proven to be whoever wrote it into the form.
_VISITOR = ("salutation", "zone", "zone_name", *_VENDOR)
_LECTURE = ("course_name", "when", "host_name")
# What to know before the day: whether other companies take part, and what to read.
_BEFORE = ("meeting", "material_before_url")
_AFTER = ("recording_url", "material_after_url")
_JOIN = (*_LECTURE, "join_url")
_NEW_DATES = (*_CONTACT, *_LECTURE, "dates", "correction", "unsubscribe_url")
# What helps on the day itself: the meeting's number and passcode where the link tells them, and whom to call.
_DAY = ("meeting_id", "passcode", "day_phone")
_STAFF = ("staff_name", "vendor_name")
_ACCOUNT = (*_STAFF, "account_name", "account_url")
_WAITING = ("waiting_days", "to_operations", "handover_url")

_HOURS = (Number("from", "10:00", "time"), Number("until", "17:00", "time"))
_PRESSED = Timing(waits=True)
_ANSWER = Timing(
    "after",
    waits=True,
    working_days=True,
    optional=True,
    numbers=(Number("team_days", 2, "days"), Number("operations_days", 5, "days")),
)
_NEXT_MORNING = Timing(waits=True, optional=True, numbers=(Number("at", "10:00", "time"),))


def _nudge(after_days: int, at_most: int) -> Timing:
    repeated = (
        Number("after_days", after_days, "days"),
        Number("every_days", 7, "days"),
        Number("at_most", at_most, "times"),
    )
    return Timing("after", waits=True, working_days=True, open_days=True, optional=True, numbers=(*repeated, *_HOURS))


_ALL = (
    Kind("welcome", "contact", (*_CONTACT, "course_name", "planned_start"), Timing(waits=True)),
    Kind(
        "invitation",
        "contact",
        (
            *_CONTACT,
            "course_name",
            "course_summary",
            "minutes",
            "prerequisite_name",
            "again",
            "dates",
            "unsubscribe_url",
        ),
        Timing(
            waits=True,
            numbers=(Number("every_days", 7, "days"), Number("at_most", 2, "times")),
        ),
        subscription="invitations",
    ),
    Kind("application", "visitor", (*_VISITOR, "course_name", "when", "apply_url", "declined")),
    Kind("link_again", "contact", _CONTACT),
    Kind(
        "confirmation",
        "contact",
        (*_CONTACT, *_JOIN, *_BEFORE, "calendar_url", "registered_by", "answers_read"),
        calendar="REQUEST",
    ),
    Kind(
        "waitlisted", "contact", (*_CONTACT, *_LECTURE, "meeting", "registered_by", "old_when", "reason", "given_until")
    ),
    Kind("offered", "contact", (*_CONTACT, *_LECTURE, "meeting", "answer_by")),
    Kind("promoted", "contact", (*_CONTACT, *_JOIN, *_BEFORE, "calendar_url", "answers_read"), calendar="REQUEST"),
    Kind(
        "changed",
        "contact",
        (
            *(*_CONTACT, "course_name", "old_when", "new_when", "host_name", "join_url", *_BEFORE),
            *("meeting_id", "passcode", "moved_by_us", "reason", "answers_read"),
        ),
        calendar="REQUEST",
    ),
    Kind("cancelled", "contact", (*_CONTACT, *_LECTURE), calendar="CANCEL"),
    Kind("lecture_cancelled", "contact", (*_CONTACT, *_LECTURE, "reason", "dates"), calendar="CANCEL"),
    Kind("called_off", "contact", (*_CONTACT, *_LECTURE, "reason", "dates"), calendar="CANCEL"),
    Kind(
        "reminder_day",
        "contact",
        (*_CONTACT, *_JOIN, *_BEFORE, *_DAY),
        Timing("before", open_days=True, optional=True, numbers=(Number("days_before", 1, "days"),)),
    ),
    Kind(
        "reminder_hour",
        "contact",
        (*_CONTACT, *_JOIN, "meeting", *_DAY, "evening_before"),
        Timing(
            "before",
            optional=True,
            numbers=(
                Number("minutes_before", 60, "minutes"),
                Number("morning_until", "11:00", "time"),
                Number("evening_at", "18:00", "time"),
            ),
        ),
    ),
    Kind(
        "thanks",
        "contact",
        (*_CONTACT, *_LECTURE, *_AFTER, "next_course_name", "dates", "correction", "unsubscribe_url"),
        _NEXT_MORNING,
        subscription="invitations",
    ),
    Kind(
        "partial",
        "contact",
        (
            *(*_CONTACT, *_LECTURE, *_AFTER, "present_minutes", "missed_minutes", "dates", "correction"),
            "unsubscribe_url",
        ),
        _NEXT_MORNING,
        subscription="nudges",
    ),
    Kind("missed", "contact", _NEW_DATES, _NEXT_MORNING, subscription="nudges"),
    Kind("excused", "contact", _NEW_DATES, _NEXT_MORNING, subscription="nudges"),
    Kind(
        "setup_nudge",
        "contact",
        (*_CONTACT, "steps", "done_count", "step_count", "planned_start", "unsubscribe_url"),
        _nudge(5, 3),
        subscription="nudges",
    ),
    Kind(
        "usage_nudge", "contact", (*_CONTACT, "planned_start", "unsubscribe_url"), _nudge(5, 2), subscription="nudges"
    ),
    Kind("proposal", "contact", (*_CONTACT, "course_name", "minutes", "host_name", "for_company", "dates"), _PRESSED),
    Kind(
        "weekly_state",
        "contact",
        (
            *(*_CONTACT, "course_name", "stores", "booked_count", "attended_count", "open_count", "dates"),
            *("programme_url", "unsubscribe_url"),
        ),
        Timing(
            "weekly",
            waits=True,
            working_days=True,
            open_days=True,
            optional=True,
            numbers=(Number("weekday", 0, "weekday"), Number("at", "10:00", "time")),
        ),
        subscription="nudges",
    ),
    Kind(
        "handover_letter",
        "contact",
        (*_CONTACT, "old_owner_name", "new_owner_name", "new_owner_phone", "note"),
        Timing(waits=True, numbers=(Number("at", "10:00", "time"),)),
    ),
    Kind("feed_reset", "contact", (*_CONTACT, "calendar_url")),
    Kind("staff_ready", "staff", _ACCOUNT),
    Kind("staff_handover_requested", "staff", (*_ACCOUNT, "from_name", "request_note")),
    Kind("staff_handover_waiting", "staff", (*_ACCOUNT, "from_name", "receiver_name", *_WAITING), _ANSWER),
    Kind("staff_ready_waiting", "staff", (*_ACCOUNT, "owner_name", *_WAITING), _ANSWER),
    Kind("staff_handover_accepted", "staff", (*_ACCOUNT, "accepted_by")),
    Kind("staff_handover_returned", "staff", (*_ACCOUNT, "returned_by", "return_reason")),
    Kind("staff_accounts_moved", "staff", (*_STAFF, "moved_by", "account_count", "accounts", "wave_url")),
    Kind(
        "staff_stuck",
        "staff",
        (*_ACCOUNT, "reasons", "next_step"),
        Timing(waits=True, working_days=True, optional=True),
    ),
    Kind(
        "staff_report_missing",
        "staff",
        (*_STAFF, "zone", "zone_name", "course_name", "when", "unsettled_count", "lecture_url"),
        Timing(
            "after",
            optional=True,
            numbers=(Number("working_days", 1, "days"), Number("at", "18:00", "time")),
        ),
    ),
    Kind("staff_unreachable", "staff", (*_ACCOUNT, "contact_name", "contact_address", "why", "contact_url")),
    Kind("staff_reply", "staff", (*_ACCOUNT, "contact_name", "reply_subject", "reply_text", "reply_url")),
    Kind(
        "staff_digest",
        "staff",
        (
            *(*_STAFF, "day", "lectures", "ready", "stuck", "missing_reports", "failed_mails", "week", "weekly"),
            "today_url",
        ),
        Timing("daily", working_days=True, optional=True, numbers=(Number("at", "08:30", "time"),)),
    ),
    Kind(
        "staff_pack",
        "staff",
        (
            *(*_STAFF, "pack_week", "new_accounts", "became_ready", "stuck", "handed_over", "returned"),
            *(
                "held_lectures",
                "coming_lectures",
                "waiting_handovers",
                "open_points",
                "overdue_tasks",
                "unread_replies",
            ),
            "pack_url",
        ),
        Timing(
            "weekly",
            working_days=True,
            optional=True,
            numbers=(Number("weekday", 0, "weekday"), Number("at", "08:00", "time")),
        ),
    ),
)
KINDS: dict[str, Kind] = {kind.name: kind for kind in _ALL}
# What follows a lecture, by the verdict on the reader's attendance.
FOLLOW_UP = {"attended": "thanks", "partial": "partial", "missed": "missed", "excused": "excused"}
# What the facts may lack: None, "", False or an empty list. Everything else has a value.
MAY_BE_EMPTY = frozenset(
    {
        *("store", "name", "owner_name", "owner_phone", "vendor_phone", "vendor_hours", "vendor_address"),
        *("vendor_reply_to", "course_summary", "host_name", "registered_by", "next_course_name", "dates", "reason"),
        *("moved_by_us", "old_when", "given_until", "for_company", "prerequisite_name", "again", "planned_start"),
        *("meeting", "material_before_url", "recording_url", "material_after_url"),
        *("meeting_id", "passcode", "day_phone", "evening_before", "stores", "programme_url"),
        *("old_owner_name", "new_owner_phone", "note", "request_note", "return_reason", "declined"),
        *("reasons", "lectures", "ready", "stuck", "missing_reports", "failed_mails", "week", "weekly", "contact_name"),
        *("reply_subject", "reply_text", "next_step", "answers_read", "correction"),
        *("receiver_name", "to_operations", "moved_by"),
        *("new_accounts", "became_ready", "handed_over", "returned", "held_lectures", "coming_lectures"),
        *("waiting_handovers", "open_points", "overdue_tasks", "unread_replies"),
    }
)


def samples(kind: str, locale: str) -> dict[str, Value]:
    """Give every placeholder of a kind a believable value, for previews and for checking changed words."""
    return {name: SAMPLES[name][locale] for name in KINDS[kind].placeholders if name != "zone_name"}
