"""Answers which mails there are, to whom they go, and which placeholders their words may use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from emails.samples import SAMPLES
from emails.values import Value

Audience = Literal["contact", "staff", "visitor"]
Subscription = Literal["invitations", "nudges"]
Method = Literal["REQUEST", "CANCEL"]


@dataclass(frozen=True)
class Kind:
    """One kind of mail; its words are `templates/email/<name>.<locale>.md`."""

    name: str
    audience: Audience
    # What the words may name; the zone of the dates is always among them.
    placeholders: tuple[str, ...]
    # The list a reader can leave in one click; None: owed because of what the reader did, always sent.
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
_STAFF = ("staff_name", "vendor_name")
_ACCOUNT = (*_STAFF, "account_name", "account_url")

_ALL = (
    Kind(
        "invitation",
        "contact",
        (*_CONTACT, "course_name", "course_summary", "minutes", "dates", "unsubscribe_url"),
        subscription="invitations",
    ),
    Kind("confirmation", "contact", (*_CONTACT, *_JOIN, *_BEFORE, "calendar_url", "registered_by"), calendar="REQUEST"),
    Kind(
        "waitlisted", "contact", (*_CONTACT, *_LECTURE, "meeting", "registered_by", "old_when", "reason", "given_until")
    ),
    Kind("offered", "contact", (*_CONTACT, *_LECTURE, "meeting", "answer_by")),
    Kind("promoted", "contact", (*_CONTACT, *_JOIN, *_BEFORE, "calendar_url"), calendar="REQUEST"),
    Kind(
        "changed",
        "contact",
        (*_CONTACT, "course_name", "old_when", "new_when", "host_name", "join_url", *_BEFORE, "moved_by_us", "reason"),
        calendar="REQUEST",
    ),
    Kind("proposal", "contact", (*_CONTACT, "course_name", "minutes", "host_name", "for_company", "dates")),
    Kind("cancelled", "contact", (*_CONTACT, *_LECTURE), calendar="CANCEL"),
    Kind("lecture_cancelled", "contact", (*_CONTACT, *_LECTURE, "reason", "dates"), calendar="CANCEL"),
    Kind("called_off", "contact", (*_CONTACT, *_LECTURE, "reason", "dates"), calendar="CANCEL"),
    Kind("reminder_day", "contact", (*_CONTACT, *_JOIN, *_BEFORE)),
    Kind("reminder_hour", "contact", (*_CONTACT, *_JOIN, "meeting")),
    Kind(
        "thanks",
        "contact",
        (*_CONTACT, *_LECTURE, *_AFTER, "next_course_name", "dates", "unsubscribe_url"),
        subscription="invitations",
    ),
    Kind("missed", "contact", (*_CONTACT, *_LECTURE, "dates", "unsubscribe_url"), subscription="nudges"),
    Kind("handover_letter", "contact", (*_CONTACT, "old_owner_name", "new_owner_name", "new_owner_phone", "note")),
    Kind("application", "visitor", (*_VISITOR, "course_name", "when", "apply_url", "declined")),
    Kind("staff_ready", "staff", _ACCOUNT),
    Kind("staff_handover_requested", "staff", (*_ACCOUNT, "from_name", "request_note")),
    Kind("staff_handover_accepted", "staff", (*_ACCOUNT, "accepted_by")),
    Kind("staff_handover_returned", "staff", (*_ACCOUNT, "returned_by", "return_reason")),
)
KINDS: dict[str, Kind] = {kind.name: kind for kind in _ALL}
# What the facts may lack: None, "" or no dates. Everything else has a value.
MAY_BE_EMPTY = frozenset(
    {
        *("store", "name", "owner_name", "owner_phone", "vendor_phone", "vendor_hours", "vendor_address"),
        *("vendor_reply_to", "course_summary", "host_name", "registered_by", "next_course_name", "dates", "reason"),
        *("moved_by_us", "old_when", "given_until", "for_company"),
        *("meeting", "material_before_url", "recording_url", "material_after_url"),
        *("old_owner_name", "new_owner_phone", "note", "request_note", "return_reason", "declined"),
    }
)


def samples(kind: str, locale: str) -> dict[str, Value]:
    """Give every placeholder of a kind a believable value, for previews and for checking changed words."""
    return {name: SAMPLES[name][locale] for name in KINDS[kind].placeholders if name != "zone_name"}
