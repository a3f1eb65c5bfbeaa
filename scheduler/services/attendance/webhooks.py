"""Answers who is in the room of a lecture as the meeting tool tells it, event by event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import exists, select

from scheduler.models.accounts import Contact
from scheduler.models.attendance import Attendance, Presence
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.staff import Staff
from scheduler.readers.reports.display import is_phone, names_behind, names_nobody
from scheduler.readers.reports.shapes import ReportPerson
from scheduler.readers.zoom_hooks import Passage
from scheduler.rules import rooms
from scheduler.rules.matching import match
from scheduler.rules.spellings import company_domain
from scheduler.services import seating, vendor
from scheduler.services.actors import Actor
from scheduler.services.attendance import candidates, staging, verdicts
from scheduler.services.installation import here

ZOOM = Actor("worker", None, "webhook")
# What is told of a lecture so long after its end changes nothing by itself; the report does.
SETTLED_WITHIN = timedelta(days=1)


def take(passage: Passage, now: datetime) -> bool:
    """Note that somebody came or left; tell whether it was news. The same again, in whatever order, changes nothing.

    What happens in no lecture's room, and what our own people do, is left alone.
    """
    if passage.is_host or _is_ours(passage.email):
        return False
    lecture_id = _lecture_id(passage)
    if lecture_id is None:
        return False
    with db.writing():
        lecture = seating.lock(lecture_id)
        prefix = _prefix(lecture_id, passage)
        known = _rows(lecture_id, prefix)
        before = {row.contact_id for row in known}
        rows = _told(lecture_id, prefix, known, passage, now)
        if rows is None:
            return False
        contact_id, staff_id = _settled(lecture, known) or (_who(lecture, rows[0]), None)
        for row in rows:
            row.contact_id, row.staff_id = contact_id, staff_id
        touched = {number for number in before | {contact_id} if number is not None}
        if touched:
            verdicts.rejudge(lecture, touched, now, ZOOM)
        return True


def settle(now: datetime) -> int:
    """Judge those whom the tool saw leave a lecture before its end, once it is over; return how many verdicts changed."""
    judged = exists().where(Attendance.lecture_id == Presence.lecture_id, Attendance.contact_id == Presence.contact_id)
    query = (
        select(Presence.lecture_id, Presence.contact_id)
        .join(Lecture, Lecture.id == Presence.lecture_id)
        .where(
            Presence.source == "webhook",
            Presence.contact_id.is_not(None),
            Presence.from_at < Lecture.ends_at,
            Presence.to_at > Lecture.starts_at,
            Lecture.status == "scheduled",
            Lecture.ends_at > now - SETTLED_WITHIN,
            Lecture.ends_at <= now,
            ~judged,
        )
        .distinct()
    )
    open_ones: dict[int, set[int]] = {}
    for lecture_id, contact_id in db.session.execute(query):
        if contact_id is not None:
            open_ones.setdefault(lecture_id, set()).add(contact_id)
    changed = 0
    for lecture_id, contacts in sorted(open_ones.items()):
        with db.writing():
            changed += len(verdicts.rejudge(seating.lock(lecture_id), contacts, now, ZOOM))
    return changed


def _is_ours(email: str) -> bool:
    """Tell whether an address is a member's, or of the vendor's own domain and nobody's at a customer."""
    if not email:
        return False
    if db.session.scalar(select(Staff.id).where(Staff.email == email)) is not None:
        return True
    own = {company_domain(address) for address in (here().sender[1], vendor.get().reply_to) if address}
    own |= {company_domain(address) for address in db.session.scalars(select(Staff.email)) if address}
    domain = company_domain(email)
    return (
        bool(domain) and domain in own and db.session.scalar(select(Contact.id).where(Contact.email == email)) is None
    )


def _lecture_id(passage: Passage) -> int | None:
    near = select(Lecture.id, Lecture.starts_at, Lecture.ends_at, Lecture.meeting_id, Lecture.join_url).where(
        Lecture.status == "scheduled",
        Lecture.starts_at <= passage.at + rooms.AROUND,
        Lecture.ends_at >= passage.at - rooms.AROUND,
    )
    in_room = [
        rooms.Held(number, starts_at, ends_at)
        for number, starts_at, ends_at, meeting_id, join_url in db.session.execute(near)
        if rooms.meeting_number(meeting_id, join_url) == passage.meeting
    ]
    found = rooms.lecture_of(passage.at, passage.starts_at, in_room)
    return found.id if found is not None else None


def _prefix(lecture_id: int, passage: Passage) -> str:
    """Name what is told of one person in one room; the tool's own ids may be of any length and any characters."""
    whole = "\n".join((str(lecture_id), passage.meeting, passage.occasion, passage.person))
    return f"zoom:{sha256(whole.encode()).hexdigest()[:32]}"


def _rows(lecture_id: int, prefix: str) -> list[Presence]:
    query = select(Presence).where(
        Presence.lecture_id == lecture_id, Presence.source == "webhook", Presence.key.startswith(f"{prefix}:")
    )
    return list(db.session.scalars(query.order_by(Presence.id).execution_options(populate_existing=True)))


def _told(
    lecture_id: int, prefix: str, known: Sequence[Presence], passage: Passage, now: datetime
) -> list[Presence] | None:
    """Write down a person's stays as all that was told comes to; None when this was told before.

    Whatever is told stands in the rows again, so they depend on what was told and not on when: comings and goings as
    their times, the name as the earliest coming showed it (else the earliest going), an address or key once one is told.
    """
    joined = {row.from_at for row in known if row.from_at is not None}
    left = {row.to_at for row in known if row.to_at is not None}
    if passage.at in (joined if passage.way == "joined" else left):
        return None
    name = known[0].display_name if known and not _tells_name(passage, joined, left) else passage.name
    (joined if passage.way == "joined" else left).add(passage.at)
    email = max((passage.email, *(row.email for row in known)))
    registrant = max((passage.registrant, *(row.personal_key for row in known)))
    of_key = {row.key: row for row in known}
    rows = []
    for stay in rooms.stays(joined, left):
        key = f"{prefix}:{int((stay.from_at or stay.to_at or passage.at).timestamp())}"
        row = of_key.pop(key, None)
        if row is None:
            row = Presence(lecture_id=lecture_id, source="webhook", key=key, recorded_at=now)
            db.session.add(row)
        row.from_at, row.to_at = stay.from_at, stay.to_at
        row.display_name, row.email, row.personal_key = name, email, registrant
        rows.append(row)
    for row in of_key.values():
        db.session.delete(row)
    return rows


def _tells_name(passage: Passage, joined: set[datetime], left: set[datetime]) -> bool:
    """Tell whether this is earlier than all that was told so far; a coming tells more than a going."""
    if passage.way == "joined":
        return all(passage.at < one for one in joined)
    return not joined and all(passage.at < one for one in left)


def _settled(lecture: Lecture, known: Sequence[Presence]) -> tuple[int, int | None] | None:
    """Return who a person was said to be, on the roster (and by which member) or with the report, which knew of everybody."""
    said = [(row.contact_id, row.staff_id) for row in known if row.contact_id is not None]
    by_hand = [(contact_id, staff_id) for contact_id, staff_id in said if staff_id is not None]
    if not said or by_hand:
        return by_hand[0] if by_hand else None
    return said[0] if staging.latest(lecture.id) is not None else None


def _who(lecture: Lecture, row: Presence) -> int | None:
    """Return who a person certainly is: by address, by personal link, or by a name that somebody confirmed before.

    Each by itself, whoever else is in the room, so that it does not matter who came first; the report, which tells of
    everybody at once, may still ask.
    """
    shown, original = names_behind(row.display_name)
    owners = _owners(row)
    known = candidates.load(lecture, {row.email} if row.email else set(), owners)
    among = [
        replace(one, personal_keys=frozenset({row.personal_key})) if one.contact_id in owners else one
        for one in known.by_id.values()
    ]
    person = ReportPerson(
        name=shown,
        original_name=original,
        email=row.email,
        personal_key=row.personal_key,
        phone_like=is_phone(original or shown),
        flags=frozenset({"nobody"}) if names_nobody(original or shown) else frozenset(),
    )
    return match([person], among, known.known_names).matches[0].contact_id


def _owners(row: Presence) -> list[int]:
    """Return the one contact who came by this personal link to another lecture; none where it was several."""
    if not row.personal_key:
        return []
    query = select(Presence.contact_id).where(
        Presence.personal_key == row.personal_key,
        Presence.lecture_id != row.lecture_id,
        Presence.contact_id.is_not(None),
    )
    found = [number for number in db.session.scalars(query.distinct()) if number is not None]
    return found if len(found) == 1 else []
