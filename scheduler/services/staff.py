"""Answers who works here, who may sign in, and what each team may do."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.staff import TEAMS, Staff
from scheduler.rules.names import name_key
from scheduler.services import history
from scheduler.services.actors import Actor
from scheduler.services.inserting import add_missing
from scheduler.services.refusals import Invalid, NotFound

MINIMUM_PASSWORD = 10

# team × action. Who is not listed may look but not act; operations (managers, CS operations) may do everything.
PERMISSIONS: dict[str, frozenset[str]] = {
    "sales": frozenset({"view", "request_handover", "hand_in"}),
    "onboarding": frozenset(
        {
            "view", "import", "edit_accounts", "introduce", "invite_newcomers", "schedule", "register",
            "attendance", "setup", "request_handover", "accept_handover", "move_accounts", "mails", "export",
        }
    ),
    "success": frozenset(
        {
            "view", "edit_accounts", "invite_newcomers", "schedule", "register", "attendance", "setup", "request_handover",
            "accept_handover", "move_accounts", "mails", "export",
        }
    ),
    "renewal": frozenset(
        {
            "view", "edit_accounts", "invite_newcomers", "register", "request_handover", "accept_handover",
            "move_accounts", "export",
        }
    ),
    "operations": frozenset(
        {
            "view", "import", "edit_accounts", "introduce", "invite_newcomers", "schedule", "register",
            "attendance", "setup", "request_handover", "accept_handover", "move_accounts", "hand_in", "mails", "export",
            "templates", "settings", "staff",
        }
    ),
}  # fmt: skip

_hasher = PasswordHasher()


def may(team: str, action: str) -> bool:
    """Tell whether a team may do an action of the permission table."""
    return action in PERMISSIONS[team]


def add(email: str, team: str, name: str, now: datetime, actor: Actor, phone: str = "") -> int:
    """Add a member who can be given a password, or adopt the one known by this name only; return the id.

    The same address again updates team, name and phone. Raises Invalid for an unknown team or a broken address.
    """
    if team not in TEAMS:
        raise Invalid(field="team", why="unknown_team", value=team)
    address = _address(email)
    with db.writing():
        member = db.session.scalar(select(Staff).where(Staff.email == address))
        if member is None and name:
            member = db.session.scalar(select(Staff).where(Staff.email.is_(None), Staff.name_key == name_key(name)))
        if member is None:
            _insert(address, name, team, now)
            member = db.session.scalars(select(Staff).where(Staff.email == address)).one()
        member.email = address
        member.team = team
        member.name = name or member.name
        member.name_key = name_key(member.name)
        member.phone = phone or member.phone or ""
        db.session.flush()
        history.record("staff_added", now=now, actor=actor, staff_id=member.id, team=team)
        return member.id


def by_name(name: str, team: str, now: datetime) -> int:
    """Return the member of this name, made without address and password when there is none yet."""
    with db.writing():
        member = db.session.scalar(select(Staff).where(Staff.name_key == name_key(name)).order_by(Staff.id))
        if member is None:
            member = Staff(name=name, name_key=name_key(name), team=team, created_at=now)
            db.session.add(member)
            db.session.flush()
        return member.id


def by_email(email: str, team: str, now: datetime) -> int:
    """Return the member of this address, made without a password when there is none yet; raise Invalid."""
    this = select(Staff.id).where(Staff.email == email.strip().lower())
    with db.writing():
        known = db.session.scalar(this)
        if known is not None:
            return known
        address = _address(email)
        new = _insert(address, "", team, now)
        known = db.session.scalars(select(Staff.id).where(Staff.email == address)).one()
        if new:
            actor = Actor("api", None, "api")
            history.record("staff_added", now=now, actor=actor, staff_id=known, team=team)
        return known


def leave(staff_id: int, now: datetime, actor: Actor) -> None:
    """Note that a member has left: no sign-in, no mails, no new accounts; old rows keep the name. Raises NotFound.

    Who is signed in cannot leave by her own hand: Invalid(member, why).
    """
    if staff_id == actor.staff_id:
        raise Invalid(field="member", why="yourself")
    _set_active(staff_id, False, now, actor)


def come_back(staff_id: int, now: datetime, actor: Actor) -> None:
    """Let a member who had left sign in and be given accounts again; raise NotFound."""
    _set_active(staff_id, True, now, actor)


def set_password(staff_id: int, version: int, password: str, now: datetime) -> None:
    """Set a password by the link of this version, once: it ends the link and all sign-ins from before."""
    if len(password) < MINIMUM_PASSWORD:
        raise Invalid(field="password", why="password_too_short", minimum=MINIMUM_PASSWORD)
    with db.writing():
        member = db.session.get(Staff, staff_id)
        if member is None or not member.active or member.password_version != version:
            raise NotFound()
        member.password_hash = _hasher.hash(password)
        member.password_version += 1
        history.record("password_set", now=now, actor=Actor("staff", staff_id, "page"), staff_id=staff_id)


def reset_feeds(staff_id: int, now: datetime, actor: Actor) -> None:
    """Make the links of a member's calendar feeds invalid: the own one's and the team's. Raises NotFound."""
    with db.writing():
        member = db.session.get(Staff, staff_id)
        if member is None:
            raise NotFound(what="member")
        member.feed_version += 1
        history.record("staff_feeds_reset", now=now, actor=actor, staff_id=staff_id)


def authenticate(email: str, password: str) -> Staff | None:
    """Return the member whose address and password these are, else None after the same time."""
    member = db.session.scalar(select(Staff).where(Staff.email == email.strip().lower(), Staff.active))
    known = member.password_hash if member else None
    try:
        _hasher.verify(known or _nobody(), password)
    except (VerificationError, InvalidHashError):
        return None
    return member if known else None


def _set_active(staff_id: int, active: bool, now: datetime, actor: Actor) -> None:
    with db.writing():
        member = db.session.get(Staff, staff_id)
        if member is None:
            raise NotFound(what="member")
        if member.active == active:
            return
        member.active = active
        key = "staff_back" if active else "staff_left"
        history.record(key, now=now, actor=actor, staff_id=staff_id)


def _address(email: str) -> str:
    try:
        checked = validate_email(email.strip(), check_deliverability=False, allow_smtputf8=False, test_environment=True)
        return checked.normalized.lower()
    except EmailNotValidError as error:
        raise Invalid(field="email", why="email_malformed", value=email) from error


def _insert(address: str, name: str, team: str, now: datetime) -> bool:
    """Add a member; False when another request added the same address at the same moment."""
    name = name or address.partition("@")[0]
    row = {"email": address, "name": name, "name_key": name_key(name), "team": team, "created_at": now}
    return bool(add_missing(Staff, [row]))


@cache
def _nobody() -> str:
    """Make the hash that is verified when the address is unknown, so that the answer takes as long as for a known one."""
    return _hasher.hash("nobody has this password")
