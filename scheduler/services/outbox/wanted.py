"""Answers whether a mail is still wanted at the moment it would leave, and if not, why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import exists, select

from emails import FOLLOW_UP
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail, Suppression
from scheduler.models.proposals import Proposal
from scheduler.models.registrations import Registration
from scheduler.services import boundaries, spared
from scheduler.services.outbox import still, told
from scheduler.services.outbox.about import About


def unwanted(about: About, now: datetime) -> tuple[str, str] | None:
    """Return (state, reason) when the mail is not to be sent: ("missed", …) too late, ("dropped", …) no longer wanted."""
    mail = about.mail
    if mail.expires_at is not None and now >= mail.expires_at:
        return "missed", "too_late"
    if mail.contact is not None and mail.contact.left_on is not None:
        return "dropped", "contact_left"
    person = mail.contact or mail.staff or mail.application
    if person is None or not person.email:
        return "dropped", "no_address"
    if mail.staff is not None and not mail.staff.active:
        return "dropped", "member_left"
    if about.suppressed:
        return "dropped", about.suppressed
    reason = _spared(about, now) or _CHECKS.get(mail.kind, _always)(about)
    return ("dropped", reason) if reason else None


def suppressed(address: str, wanted_list: str) -> bool:
    """Tell whether this address gets none of this list's mails."""
    return bool(
        db.session.scalar(
            select(exists().where(Suppression.address == address.lower(), Suppression.list == wanted_list))
        )
    )


def _spared(about: About, now: datetime) -> str:
    """Say why an account on hold or cancelled gets none of this kind; empty where it does."""
    if about.mail.contact is None or about.account is None:
        return ""
    reason = spared.why(about.account, now)
    return reason if spared.stops(about.mail.kind, reason) else ""


def _always(_about: About) -> str:
    return ""


def _booked(about: About) -> str:
    """A later change owes a mail of its own, which says it all."""
    if reason := _cancelled(about):
        return reason
    row, lecture = about.registration, about.lecture
    scheduled = lecture is not None and lecture.status == "scheduled"
    if row is None or row.status != "booked" or not scheduled:
        return "cancelled"
    return "changed_back" if told.never_missed(about.mail) else ""


def _changed(about: About) -> str:
    return _booked(about) or _back(about)


def _back(about: About) -> str:
    """What was changed and changed back before anybody was told is no news."""
    before, lecture = told.known(about.mail), about.lecture
    if before is None or lecture is None or not before.back:
        return ""
    return "changed_back" if (before.starts_at, before.ends_at) == (lecture.starts_at, lecture.ends_at) else ""


def _waitlisted(about: About) -> str:
    """Whoever was given or offered a seat meanwhile, or a new date, is told so by a mail of its own."""
    waits = about.registration is not None and about.registration.status == "waitlisted"
    if not waits:
        return "superseded"
    return _cancelled(about) or _back(about) or ("changed_back" if told.never_missed(about.mail) else "")


def _offered(about: About) -> str:
    row = about.registration
    return _waitlisted(about) or ("" if row is not None and row.offered_until is not None else "superseded")


def _cancelled(about: About) -> str:
    row = about.registration
    return "" if row is not None and row.sequence == about.mail.params["sequence"] else "superseded"


def _lecture_cancelled(about: About) -> str:
    still = about.lecture is not None and about.lecture.status == "cancelled"
    return _cancelled(about) or ("" if still else "brought_back")


def _reminder(about: About) -> str:
    row, lecture = about.registration, about.lecture
    if row is None or lecture is None or row.status != "booked":
        return "cancelled"
    if row.lecture_id != lecture.id or lecture.status != "scheduled":
        return "cancelled"
    if row.absence_told_at is not None:
        return "absence_told"
    return "" if lecture.starts_at.isoformat() == about.mail.params["starts_at"] else "moved"


def _invitation(about: About) -> str:
    # Invitations of 案内を開始 belong to the beginning; those to a course go to accounts in any stage.
    if about.account is None or not (about.mail.params.get("any_stage") or _is_beginning(about.account.stage)):
        return "stage_changed"
    if about.mail.params.get("again") and (reason := still.never_registered(about.mail)):
        return reason
    return "already_registered" if _has_another(about.mail, about.mail.params["course_id"]) else ""


def _is_beginning(stage: str) -> bool:
    """Tell whether customers are introduced in a stage; most are in onboarding, of which nobody need be asked."""
    return stage == "onboarding" or stage in boundaries.beginning()


def _follow_up(about: About) -> str:
    """Want the verdict that the mail follows."""
    return "" if FOLLOW_UP.get(about.verdict or "") == about.mail.kind else "verdict_changed"


def _new_dates(about: About) -> str:
    """New dates are no help to whoever has taken one already."""
    if about.lecture is None:
        return "verdict_changed"
    if reason := _follow_up(about):
        return reason
    return "already_registered" if _has_another(about.mail, about.lecture.course_id) else ""


def _has_another(mail: Mail, course_id: int) -> bool:
    """Tell whether the contact is on another lecture of this course than the mail is about."""
    has_one = exists().where(
        Registration.contact_id == mail.contact_id,
        Registration.status != "cancelled",
        Registration.lecture_id != (mail.lecture_id or 0),
        Lecture.id == Registration.lecture_id,
        Lecture.course_id == course_id,
        Lecture.starts_at > mail.created_at,
    )
    return bool(db.session.scalar(select(has_one)))


def _proposal(about: About) -> str:
    row = db.session.get(Proposal, about.mail.params["proposal_id"], populate_existing=True)
    return "" if row is not None and row.state == "open" else "proposal_closed"


def _ready(about: About) -> str:
    account = about.account
    ready = account is not None and account.ready_since is not None
    return "" if ready else "no_longer_ready"


def _application(about: About) -> str:
    """A link is of use while it can be pressed or its reader asks again; a refusal while it stands."""
    row, lecture = about.mail.application, about.lecture
    declined = bool(about.mail.params.get("declined"))
    if row is None or lecture is None or row.state not in (("refused",) if declined else ("sent", "waiting")):
        return "application_closed"
    return "" if declined or lecture.status == "scheduled" else "application_closed"


def _handover(state: str) -> Callable[[About], str]:
    def check(about: About) -> str:
        return "" if about.handover is not None and about.handover.state == state else "handover_changed"

    return check


def _letter(about: About) -> str:
    """A letter names the contact person: once the account has passed on again, the later handover's words are right."""
    row = about.handover
    if row is None or row.state != "accepted":
        return "handover_changed"
    later = exists().where(Handover.account_id == row.account_id, Handover.id > row.id, Handover.state == "accepted")
    return "handover_changed" if db.session.scalar(select(later)) else ""


_CHECKS: dict[str, Callable[[About], str]] = still.CHECKS | {
    "invitation": _invitation,
    "confirmation": _booked,
    "promoted": _booked,
    "changed": _changed,
    "waitlisted": _waitlisted,
    "offered": _offered,
    "cancelled": _cancelled,
    "lecture_cancelled": _lecture_cancelled,
    "called_off": _lecture_cancelled,
    "reminder_day": _reminder,
    "reminder_hour": _reminder,
    "thanks": _follow_up,
    "partial": _new_dates,
    "missed": _new_dates,
    "excused": _new_dates,
    "proposal": _proposal,
    "staff_ready": _ready,
    "staff_handover_requested": _handover("requested"),
    "staff_handover_accepted": _handover("accepted"),
    "staff_handover_returned": _handover("returned"),
    "application": _application,
    "handover_letter": _letter,
}
