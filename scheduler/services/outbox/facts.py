"""Answers what a mail's row stands for: its lecture, dates, owners and reasons as placeholders."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from emails import KINDS, FreeDate, Link, Span, Until
from emails.values import Value
from scheduler.models.accounts import Account, Contact
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.lectures import Course, Lecture
from scheduler.models.mails import LEFT, Mail
from scheduler.models.proposals import Proposal
from scheduler.models.registrations import Registration
from scheduler.models.staff import Staff
from scheduler.services import addresses, eligibility, proposed
from scheduler.services.installation import here
from scheduler.services.outbox import (
    facts_attendance,
    facts_digest,
    facts_pack,
    facts_passing,
    facts_weekly,
    progress,
    staff_news,
    told,
)
from scheduler.services.outbox.offering import free_dates, text
from scheduler.services.owners import owner_of
from scheduler.services.vendor import Vendor

# Which of a course's materials a placeholder leads to.
_MATERIALS = {"material_before_url": "before", "recording_url": "recording", "material_after_url": "after"}


def of(mail: Mail, now: datetime, details: Vendor) -> dict[str, Value]:
    """Collect the placeholders that the mail's own facts give."""
    values: dict[str, Value] = {}
    if mail.lecture_id is not None:
        values |= _of_lecture(mail, now, details)
    if mail.account_id is not None:
        account = db.session.get_one(Account, mail.account_id)
        values |= {"account_name": account.name, "account_url": Link(addresses.account(account.id))}
    if mail.handover_id is not None:
        values |= _of_handover(mail, details)
    if mail.kind in _TO_CONTACTS and mail.contact is not None:
        values |= _TO_CONTACTS[mail.kind](mail, mail.contact, now)
    if mail.kind in _TO_STAFF and mail.staff is not None:
        values |= _TO_STAFF[mail.kind](mail, mail.staff)
    if KINDS[mail.kind].subscription == "nudges" and mail.contact is not None:
        values["unsubscribe_url"] = Link(addresses.unsubscribe(mail.contact, "nudges"))
    return values


def registration_of(mail: Mail) -> Registration:
    """Return the registration the mail is about."""
    return db.session.get_one(Registration, mail.registration_id)


def lecture_of(mail: Mail) -> Lecture:
    """Return the lecture the mail is about."""
    return db.session.get_one(Lecture, mail.lecture_id)


def entry_description(contact: Contact, lecture: Lecture, page: str, details: Vendor) -> str:
    """Write what stands in the contact's calendar entry: where to join, what to read, where to change, whom to call."""
    material = lecture.course.materials.get("before")
    if contact.locale == "ja":
        lines = [f"参加: {page}"]
        lines += (
            ["ミーティング形式です（ほかの会社の方もご参加になります）"]
            if eligibility.has_other_companies(lecture)
            else []
        )
        lines += [f"事前にご覧いただく資料: {material}"] if material else []
        lines += [f"日程の変更・キャンセル: {addresses.personal(contact)}"]
        lines += [f"お問い合わせ: {details.name} {details.phone}"] if details.phone else []
    else:
        lines = [f"Join: {page}"]
        lines += ["A meeting in which other companies take part"] if eligibility.has_other_companies(lecture) else []
        lines += [f"Material to look at beforehand: {material}"] if material else []
        lines += [f"Change or cancel: {addresses.personal(contact)}"]
        lines += [f"Questions: {details.name}, {details.phone}"] if details.phone else []
    return "\n".join(lines)


def _of_lecture(mail: Mail, now: datetime, details: Vendor) -> dict[str, Value]:
    lecture = lecture_of(mail)
    reader = mail.contact or mail.application
    locale = reader.locale if reader else "ja"
    now_at = Span(lecture.starts_at, lecture.ends_at)
    values: dict[str, Value] = {
        "course_name": text(lecture.course.name, locale),
        "when": now_at,
        "new_when": now_at,
        "host_name": lecture.host.name if lecture.host else "",
        "reason": text(mail.params.get("reason", lecture.reason), locale),
        "moved_by_us": bool(mail.params.get("by_us")),
        "declined": bool(mail.params.get("declined")),
        "correction": bool(mail.params.get("correction")),
        "meeting": eligibility.has_other_companies(lecture),
        "meeting_id": lecture.meeting_id,
        "passcode": lecture.passcode,
    }
    values |= {name: _link(lecture.course.materials.get(key)) for name, key in _MATERIALS.items()}
    before = told.known(mail)
    # None: a new link, or another date at the same time.
    differs = before is not None and (before.starts_at, before.ends_at) != (lecture.starts_at, lecture.ends_at)
    values["old_when"] = Span(before.starts_at, before.ends_at) if before is not None and differs else None
    by = db.session.get(Contact, int(mail.params["by"])) if "by" in mail.params else None
    values["registered_by"] = by.name if by is not None and by.id != mail.contact_id else ""
    if mail.kind == "waitlisted":
        until = eligibility.promotes_until(lecture, details)
        values["given_until"] = Until(until) if now < until else None
    if "until" in mail.params:
        values["answer_by"] = Until(datetime.fromisoformat(mail.params["until"]))
    if mail.contact is not None and mail.kind in _OF_THE_DAY:
        values |= _of_the_day(lecture, mail.contact, now, details)
    if mail.kind == "changed" and not _was_let_in(mail, lecture):
        values |= {"meeting_id": "", "passcode": ""}
    if mail.registration_id is not None and mail.contact is not None:
        values["join_url"] = Link(addresses.join(mail.registration_id, mail.contact))
    return values


def _was_let_in(mail: Mail, lecture: Lecture) -> bool:
    """Tell whether a reminder told the reader a number or passcode: before that nobody gets them, after it the new ones."""
    if not (lecture.meeting_id or lecture.passcode):
        return False
    reminded = select(Mail.id).where(
        Mail.registration_id == mail.registration_id, Mail.kind.in_(_OF_THE_DAY), Mail.state.in_((*LEFT, "sending"))
    )
    return db.session.scalar(reminded.limit(1)) is not None


def _of_the_day(lecture: Lecture, contact: Contact, now: datetime, details: Vendor) -> dict[str, Value]:
    """Say whom to call when it does not work, and whether the lecture is on the reader's next day."""
    owner = owner_of(contact.account)
    phones = (one.phone for one in (lecture.host, owner) if one is not None and one.phone)
    zone = ZoneInfo(contact.zone)
    return {
        "day_phone": next(phones, details.phone),
        # A mail that was held up until the day itself no longer speaks of tomorrow.
        "evening_before": now.astimezone(zone).date() < lecture.starts_at.astimezone(zone).date(),
    }


def _link(address: str | None) -> Link | None:
    return Link(address) if address else None


def _of_handover(mail: Mail, details: Vendor) -> dict[str, Value]:
    handover = db.session.get_one(Handover, mail.handover_id)
    account = handover.account
    # Where nothing but the owner changed, or a stage was passed over, the customer knows somebody else.
    giver_id = handover.before.get("giver_id")
    old = db.session.get(Staff, giver_id) if giver_id else getattr(account, f"{handover.from_stage}_owner")
    new = getattr(account, f"{handover.to_stage}_owner")
    values: dict[str, Value] = {
        "old_owner_name": old.name if old else "",
        "from_name": handover.requested_by.name if handover.requested_by else (old.name if old else ""),
        "request_note": handover.note,
        "note": mail.params.get("note", ""),
        "accepted_by": handover.decided_by.name if handover.decided_by else "",
        "returned_by": handover.decided_by.name if handover.decided_by else "",
        "return_reason": handover.reason,
    }
    values |= {
        "new_owner_name": new.name if new else details.name or here().sender[0],
        "new_owner_phone": (new.phone if new else "") or details.phone,
    }
    return values


def _invitation(mail: Mail, contact: Contact, now: datetime) -> dict[str, Value]:
    course = db.session.get_one(Course, mail.params["course_id"])
    return {
        "course_name": text(course.name, contact.locale),
        "course_summary": text(course.summary, contact.locale),
        "minutes": course.minutes,
        "prerequisite_name": _attended_before(contact, course),
        "again": bool(mail.params.get("again")),
        "dates": free_dates(contact, course, now),
    }


def _attended_before(contact: Contact, course: Course) -> str:
    """Name the course that had to come first, where the contact has attended it."""
    before = course.prerequisite
    if before is None or not eligibility.has_attended(contact.id, before.id):
        return ""
    return text(before.name, contact.locale)


def _same_course(mail: Mail, contact: Contact, now: datetime) -> dict[str, Value]:
    return {"dates": free_dates(contact, lecture_of(mail).course, now)}


def _next_course(mail: Mail, contact: Contact, now: datetime) -> dict[str, Value]:
    """Offer the course that wanted this one first, unless the contact has attended it already."""
    done = lecture_of(mail).course_id
    course = db.session.scalar(select(Course).where(Course.prerequisite_id == done).order_by(Course.position).limit(1))
    if course is None or eligibility.has_attended(contact.id, course.id):
        return {"next_course_name": "", "dates": []}
    return {"next_course_name": text(course.name, contact.locale), "dates": free_dates(contact, course, now)}


def _proposal(mail: Mail, contact: Contact, now: datetime) -> dict[str, Value]:
    """Offer the times that are still ahead."""
    row = db.session.get_one(Proposal, mail.params["proposal_id"])
    page = Link(f"{addresses.personal(contact)}#proposal-{row.id}")
    spans = [proposed.span_of(row, time) for time in row.times]
    return {
        "course_name": text(row.course.name, contact.locale),
        "minutes": row.minutes,
        "host_name": row.host.name if row.host else "",
        "for_company": row.for_company,
        "dates": [FreeDate(begins, ends, page) for begins, ends in spans if begins > now],
    }


# The mails that help to get in on the day.
_OF_THE_DAY = ("reminder_day", "reminder_hour")
_TO_CONTACTS: dict[str, Callable[[Mail, Contact, datetime], dict[str, Value]]] = {
    "invitation": _invitation,
    "lecture_cancelled": _same_course,
    "called_off": _same_course,
    "missed": _same_course,
    "excused": _same_course,
    "partial": facts_attendance.partial,
    "proposal": _proposal,
    "thanks": _next_course,
    "welcome": progress.welcome,
    "setup_nudge": progress.setup_nudge,
    "usage_nudge": progress.usage_nudge,
    "weekly_state": facts_weekly.values,
}
_TO_STAFF: dict[str, Callable[[Mail, Staff], dict[str, Value]]] = {
    "staff_stuck": staff_news.stuck,
    "staff_handover_waiting": facts_passing.waiting,
    "staff_ready_waiting": facts_passing.unasked,
    "staff_accounts_moved": facts_passing.moved,
    "staff_report_missing": facts_attendance.report_missing,
    "staff_unreachable": staff_news.unreachable,
    "staff_reply": staff_news.reply,
    "staff_digest": facts_digest.values,
    "staff_pack": facts_pack.values,
}
