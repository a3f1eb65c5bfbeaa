"""Answers whether what leaves because nothing happened is still wanted: meanwhile something may have."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import exists, select

from scheduler.models.accounts import Contact
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.mails import LEFT, Mail, Suppression
from scheduler.models.registrations import Registration
from scheduler.models.replies import Reply
from scheduler.services import boundaries
from scheduler.services.outbox import (
    facts_attendance,
    facts_digest,
    facts_pack,
    facts_passing,
    facts_setup,
    facts_weekly,
)
from scheduler.services.outbox.about import About


def onboarding(about: About) -> str:
    """Want the account still at its beginning."""
    account = about.account
    return (
        ""
        if account is not None and account.stage in boundaries.beginning() and not account.undecided
        else "stage_changed"
    )


def _greeting(about: About) -> str:
    """Want an account at its beginning, and a person who was not invited before the greeting left."""
    invited = exists().where(Mail.contact_id == about.mail.contact_id, Mail.kind == "invitation", Mail.state.in_(LEFT))
    return onboarding(about) or ("superseded" if db.session.scalar(select(invited)) else "")


def never_registered(mail: Mail) -> str:
    """Want somebody who, asked once, has taken no seat of the course, nor been there without one."""
    of_course = Lecture.course_id == mail.params["course_id"]
    seat = exists().where(
        Registration.contact_id == mail.contact_id,
        Registration.status != "cancelled",
        Lecture.id == Registration.lecture_id,
        of_course,
    )
    came = exists().where(
        Attendance.contact_id == mail.contact_id,
        Attendance.verdict == "attended",
        Lecture.id == Attendance.lecture_id,
        of_course,
    )
    has_seat, was_there = db.session.execute(select(seat, came)).one()
    return "already_attended" if was_there else "already_registered" if has_seat else ""


def stuck(about: About) -> str:
    """Want an account that is stuck as it was last judged."""
    is_stuck = about.account is not None and about.account.level == "stuck"
    return onboarding(about) or ("" if is_stuck else "no_longer_stuck")


def closed(about: About) -> str:
    """Want a person whose address still takes no mail; she may have a new one."""
    contact = db.session.get(Contact, about.mail.params["contact_id"])
    if contact is None or contact.email is None:
        return "reachable_again"
    shut = exists().where(Suppression.address == contact.email.lower(), Suppression.list == "all")
    return "" if db.session.scalar(select(shut)) else "reachable_again"


def kept(about: About) -> str:
    """Want a reply that is still kept."""
    return "" if db.session.get(Reply, about.mail.params["reply_id"]) is not None else "reply_gone"


CHECKS: dict[str, Callable[[About], str]] = {
    "welcome": _greeting,
    "setup_nudge": facts_setup.setup_wanted,
    "usage_nudge": facts_setup.usage_wanted,
    "weekly_state": facts_weekly.wanted,
    "staff_stuck": stuck,
    "staff_handover_waiting": facts_passing.answer_wanted,
    "staff_ready_waiting": facts_passing.request_wanted,
    "staff_accounts_moved": facts_passing.moved_wanted,
    "staff_report_missing": facts_attendance.report_wanted,
    "staff_unreachable": closed,
    "staff_reply": kept,
    "staff_digest": facts_digest.wanted,
    "staff_pack": facts_pack.wanted,
}
