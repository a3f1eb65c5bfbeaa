"""Answers who typed the code that the host shows, and how they say it went: 理解できた, 少し不安, 個別に相談したい."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import randbelow

from sqlalchemy import and_, select
from sqlalchemy.orm import joinedload

from scheduler.models.accounts import Contact
from scheduler.models.attendance import Feedback, Presence
from scheduler.models.db import db
from scheduler.models.lectures import Course, Lecture
from scheduler.models.registrations import Registration
from scheduler.models.tasks import Task
from scheduler.readers.reports.people import usable_email
from scheduler.readers.reports.shapes import ReportPerson
from scheduler.rules.matching import match
from scheduler.rules.names import clean_name, name_key
from scheduler.rules.roster import Candidate
from scheduler.rules.spellings import place_spellings
from scheduler.services import history, joining, seating, tasks
from scheduler.services.actors import Actor
from scheduler.services.attendance import candidates, evidence, verdicts
from scheduler.services.inserting import add_missing
from scheduler.services.refusals import CodeUnknown, Invalid, LectureCancelled, NotFound

DIGITS = 6
# How long after the lecture the code is still taken.
AFTER = timedelta(hours=3)
UNDERSTANDINGS = ("understood", "unsure", "talk")
LONGEST_NAME, LONGEST_COMMENT = 100, 500


@dataclass(frozen=True)
class Said:
    """What the short form says beside the code; `understanding` None: nothing was chosen."""

    understanding: str | None = None
    comment: str = ""


@dataclass(frozen=True)
class Who:
    """Who somebody says to be on the public form."""

    name: str
    company: str = ""
    email: str = ""


def show(lecture_id: int, now: datetime, actor: Actor) -> str:
    """Return the code of a lecture, made when it is first asked for; raise NotFound, LectureCancelled."""
    with db.writing():
        lecture = seating.lock(lecture_id)
        if lecture.code is None:
            if lecture.status == "cancelled":
                raise LectureCancelled()
            lecture.code = _new()
            history.record("code_shown", now=now, actor=actor, lecture_id=lecture_id)
        return lecture.code


def plain(code: str) -> str:
    """Take the digits of a code as people type it: with spaces, in full width."""
    return "".join(character for character in unicodedata.normalize("NFKC", code) if character.isdecimal())


def take(contact_id: int, code: str, said: Said, now: datetime, actor: Actor) -> int:
    """Note that a person typed the code, and what she said; once more changes what was said. Returns the lecture's id.

    Raises CodeUnknown: no lecture has this code now, or it is another account's; Invalid.
    """
    _check(said)
    with db.writing():
        lecture = _open(code, now)
        _take(lecture, contact_id, said, now, actor)
        return lecture.id


def take_of(who: Who, code: str, said: Said, now: datetime) -> int:
    """Note that somebody typed the code on the public form; the same whether or not we know who it is.

    Who is certain counts as `take`; anybody else stands on the roster until somebody says who it is, and whoever wants to
    talk or wrote something becomes a task. Returns the lecture's id. Raises CodeUnknown, Invalid.
    """
    who = _checked(who)
    _check(said)
    with db.writing():
        lecture = _open(code, now)
        contact_id = _certain(lecture, who)
        if contact_id is not None:
            _take(lecture, contact_id, said, now, Actor("contact", contact_id, "code"))
        else:
            _take_of_unknown(lecture, who, said, now)
        return lecture.id


def open_for(contact_id: int, now: datetime) -> list[tuple[Lecture, Feedback | None]]:
    """List the lectures a person is booked on whose code was shown and can be typed now, with what she said so far."""
    same = and_(Feedback.lecture_id == Lecture.id, Feedback.contact_id == contact_id)
    query = (
        select(Lecture, Feedback)
        .join(Registration, Registration.lecture_id == Lecture.id)
        .outerjoin(Feedback, same)
        .where(
            Registration.contact_id == contact_id,
            Registration.status == "booked",
            Lecture.status == "scheduled",
            Lecture.code.is_not(None),
            Lecture.starts_at <= now + joining.OPENS_BEFORE,
            Lecture.ends_at > now - AFTER,
        )
        .options(joinedload(Lecture.course))
        .order_by(Lecture.starts_at, Lecture.id)
    )
    return [(lecture, said) for lecture, said in db.session.execute(query)]


def is_open(lecture: Lecture, now: datetime) -> bool:
    """Tell whether a lecture's code can be typed now."""
    shown = lecture.code is not None and lecture.status == "scheduled"
    return shown and joining.opens_at(lecture) <= now < lecture.ends_at + AFTER


def said_by(contact_id: int, lecture_id: int) -> Feedback | None:
    """Return what a person said of a lecture; None: the code was not typed."""
    query = select(Feedback).where(Feedback.contact_id == contact_id, Feedback.lecture_id == lecture_id)
    return db.session.scalar(query.execution_options(populate_existing=True))


def settle_task(presence: Presence, contact_id: int, now: datetime, actor: Actor) -> None:
    """Give what somebody unknown said to the person she turned out to be, within the open transaction."""
    task = db.session.scalar(select(Task).where(Task.key == f"attendee:{presence.key}"))
    if task is not None:
        _say(presence.lecture_id, contact_id, Said(task.params["understanding"], task.words), now, actor)
        tasks.done(task.id, now, actor)


def _open(code: str, now: datetime) -> Lecture:
    """Lock the lecture of a code that can be typed now; raise CodeUnknown."""
    number = db.session.scalar(select(Lecture.id).where(Lecture.code == plain(code))) if plain(code) else None
    lecture = seating.lock(number) if number is not None else None
    if lecture is None or not is_open(lecture, now):
        raise CodeUnknown()
    return lecture


def _take(lecture: Lecture, contact_id: int, said: Said, now: datetime, actor: Actor) -> None:
    try:
        accounts = evidence.people(lecture, [contact_id])
    except NotFound as error:
        raise CodeUnknown() from error
    new = evidence.note(lecture, [contact_id], "code", now, actor)
    evidence.tell("code_typed", lecture.id, new, accounts, now, actor)
    _say(lecture.id, contact_id, said, now, actor)
    verdicts.rejudge(lecture, new, now, actor)


def _say(lecture_id: int, contact_id: int, said: Said, now: datetime, actor: Actor) -> None:
    """Keep what a person says of a lecture; who wants to talk becomes a task of the account's owner, once."""
    row = said_by(contact_id, lecture_id)
    if row is None:
        row = Feedback(lecture_id=lecture_id, contact_id=contact_id, understanding=None, comment="", given_at=now)
        db.session.add(row)
    if said.understanding is not None or said.comment:
        row.understanding, row.comment, row.given_at = said.understanding, said.comment, now
    if said.understanding == "talk":
        account_id = db.session.scalars(select(Contact.account_id).where(Contact.id == contact_id)).one()
        tasks.add(
            f"talk:{lecture_id}:{contact_id}",
            "talk",
            now=now,
            account_id=account_id,
            contact_id=contact_id,
            lecture_id=lecture_id,
            params={"course": _course_key(lecture_id)},
            words=said.comment,
            actor=actor,
        )
    db.session.flush()


def _course_key(lecture_id: int) -> str:
    query = select(Course.key).join(Lecture, Lecture.course_id == Course.id)
    return db.session.scalars(query.where(Lecture.id == lecture_id)).one()


def _take_of_unknown(lecture: Lecture, who: Who, said: Said, now: datetime) -> None:
    name = f"{who.company} {who.name}".strip()
    same = sha256("\n".join((name_key(name), who.email)).encode()).hexdigest()[:32]
    key = f"code:{lecture.id}:{same}"
    row = {
        "key": key,
        "lecture_id": lecture.id,
        "source": "code",
        "display_name": name,
        "email": who.email,
        "from_at": now,
        "recorded_at": now,
    }
    add_missing(Presence, [row])
    if said.understanding == "talk" or said.comment:
        tasks.add(
            f"attendee:{key}",
            "attendee",
            now=now,
            account_id=None,
            lecture_id=lecture.id,
            params={"name": name, "email": who.email, "understanding": said.understanding},
            words=said.comment,
            owner_id=lecture.host_id,
        )


def _certain(lecture: Lecture, who: Who) -> int | None:
    """Return whom an address, or a name somebody confirmed before, or the name and company of one who is booked names."""
    known = candidates.load(lecture, {who.email} if who.email else set())
    person = ReportPerson(name=who.name, email=who.email)
    found = match([person], known.by_id.values(), known.known_names).matches[0]
    certain = known.by_id.get(found.contact_id or 0)
    if certain is not None:
        # Whoever is known elsewhere is answered as anybody else: who our customers' people are is told to nobody.
        return certain.contact_id if lecture.account_id in (None, certain.account_id) else None
    ticked = known.by_id.get(found.ticked or 0)
    return ticked.contact_id if ticked is not None and _works_there(ticked, who.company) else None


def _works_there(candidate: Candidate, company: str) -> bool:
    named = place_spellings(company)
    return any(named & place_spellings(place) for place in (candidate.account, *candidate.stores) if place)


def _check(said: Said) -> None:
    if said.understanding is not None and said.understanding not in UNDERSTANDINGS:
        raise Invalid(
            field="understanding", why="not_a_choice", value=said.understanding, choices=", ".join(UNDERSTANDINGS)
        )
    if len(said.comment) > LONGEST_COMMENT or "\x00" in said.comment:
        raise Invalid(field="comment", why="too_long", maximum=LONGEST_COMMENT)


def _checked(who: Who) -> Who:
    """Return who somebody says to be as it is kept; raise Invalid(field, why) for what says nothing or is too long."""
    name, company = clean_name(who.name), clean_name(who.company)
    if not name_key(name):
        raise Invalid(field="name", why="missing")
    for field, text in (("name", name), ("company", company), ("email", who.email)):
        if len(text) > LONGEST_NAME or not text.isprintable():
            raise Invalid(field=field, why="too_long", maximum=LONGEST_NAME)
    email = usable_email(who.email)
    if who.email.strip() and not email:
        raise Invalid(field="email", why="email_malformed", value=who.email)
    return Who(name, company, email)


def _new() -> str:
    """Make a code that no lecture has or had; several digits, since people type it on telephones."""
    while True:
        code = f"{randbelow(10**DIGITS):0{DIGITS}d}"
        if db.session.scalar(select(Lecture.id).where(Lecture.code == code)) is None:
            return code
