"""Answers what one owed mail is about, as the database has it at this very moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import contains_eager

from emails import KINDS
from scheduler.models.accounts import Account, Contact
from scheduler.models.applications import Application
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail, Suppression
from scheduler.models.registrations import Registration
from scheduler.models.staff import Staff


@dataclass(frozen=True)
class About:
    """A mail with everything that decides whether it is still wanted.

    Whoever holds it also holds the rows for the session: words made from them read nothing twice.
    """

    mail: Mail
    account: Account | None
    registration: Registration | None
    lecture: Lecture | None
    handover: Handover | None
    # The verdict on the contact's attendance of the lecture.
    verdict: str | None
    # Why the address gets none of these: it left the list they belong to, or nothing arrives there; or None.
    suppressed: str | None


_LIST_OF = case({kind.name: kind.subscription for kind in KINDS.values() if kind.subscription}, value=Mail.kind)
# What closes an address altogether, whoever reads there, goes before a list that was left.
_ADDRESS = func.lower(func.coalesce(Contact.email, Staff.email, Application.email))
_SUPPRESSED = (
    select(Suppression.reason)
    .where(
        Suppression.address == _ADDRESS,
        or_(Suppression.list == "all", Suppression.list == _LIST_OF),
    )
    .order_by(Suppression.list)
    .limit(1)
    .correlate(Mail, Contact, Staff, Application)
    .scalar_subquery()
)
_READ = (
    select(Mail, Account, Registration, Lecture, Handover, Attendance.verdict, _SUPPRESSED)
    .select_from(Mail)
    .outerjoin(Contact, Contact.id == Mail.contact_id)
    .outerjoin(Staff, Staff.id == Mail.staff_id)
    .outerjoin(Application, Application.id == Mail.application_id)
    .outerjoin(Account, Account.id == Mail.account_id)
    .outerjoin(Registration, Registration.id == Mail.registration_id)
    .outerjoin(Lecture, Lecture.id == Mail.lecture_id)
    .outerjoin(Handover, Handover.id == Mail.handover_id)
    .outerjoin(Attendance, and_(Attendance.lecture_id == Mail.lecture_id, Attendance.contact_id == Mail.contact_id))
    .options(
        contains_eager(Mail.contact).joinedload(Contact.stores),
        contains_eager(Mail.staff),
        contains_eager(Mail.application),
    )
    .execution_options(populate_existing=True)
)


def read(mail_id: int) -> About | None:
    """Read a mail and what it is about in one statement, whatever the session knew of them; None when it is gone."""
    return read_many([mail_id]).get(mail_id)


def read_many(mail_ids: Iterable[int]) -> dict[int, About]:
    """Read mails and what they are about, by id, in one statement, whatever the session knew of them."""
    rows = db.session.execute(_READ.where(Mail.id.in_(list(mail_ids)))).unique()
    return {row[0].id: About(*row) for row in rows}
