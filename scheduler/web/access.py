"""Answers who may pass: the gates of staff, customers and programs, and who is behind each."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user
from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import joinedload, selectinload

from scheduler.links import BadLink, PurposeName
from scheduler.models.accounts import Contact
from scheduler.models.db import db, table
from scheduler.models.staff import Staff
from scheduler.services import staff, tokens
from scheduler.services.installation import here
from scheduler.web import edge, limits

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])

login = LoginManager()


class Member(UserMixin):
    """The signed-in member of staff, as pages see them."""

    def __init__(self, row: Staff) -> None:
        self.id, self.name, self.team, self.email = row.id, row.name, row.team, row.email
        self.locale, self.zone = row.locale, row.zone
        self._version = row.password_version

    def get_id(self) -> str:
        """Name the member and the password's version: a new password ends every sign-in."""
        return f"{self.id}.{self._version}"

    def may(self, action: str) -> bool:
        """Tell whether the member's team may do this."""
        return staff.may(self.team, action)

    def gives(self, stage: str) -> bool:
        """Tell whether the member may ask for accounts of this stage to be taken over: those of the own team."""
        return self.may("request_handover") and self.team in (stage, "operations")

    def settles(self, owner_id: int | None) -> bool:
        """Tell whether the member may tick a task off: who looks after accounts, and whoever was given it."""
        return self.may("edit_accounts") or owner_id == self.id

    def invites_to(self, team: str) -> bool:
        """Tell whether the member may invite people to a course of this team: the own one's, or whoever introduces."""
        return self.may("invite_newcomers") and (self.may("introduce") or self.team == team)

    def receives(self, stage: str) -> bool:
        """Tell whether the member may answer for the team of this stage."""
        return self.may("accept_handover") and self.team in (stage, "operations")


@login.user_loader
def _load(identity: str) -> Member | None:
    number, _, version = identity.partition(".")
    row = db.session.get(Staff, int(number)) if number.isdigit() else None
    return Member(row) if row and row.active and str(row.password_version) == version else None


def staff_gate() -> ResponseReturnValue | None:
    """Let signed-in members pass; send everybody else to the sign-in page (put before every request of a blueprint)."""
    if current_user.is_authenticated:
        return None
    target = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("staff_door.sign_in", next=target))


def requires(action: str) -> Callable[[View], View]:
    """Let only teams pass that may do `action` of the permission table; others get 403."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            if not current_user.may(action):
                abort(403)
            return view(*args, **kwargs)

        guarded.requires = action  # type: ignore[attr-defined]
        return cast(View, guarded)

    return decorate


def contact_gate(purpose: PurposeName) -> Callable[[], None]:
    """Make a gate that reads the signed link of `purpose` in the path's `token` and puts its contact into `g.contact`."""

    def gate() -> None:
        token = (request.view_args or {}).get("token", "")
        try:
            signed = here().links.read(purpose, token)
        except BadLink:
            limits.refused("link")
            abort(404)
        contact = _row(signed.subject_id) if request.method == "POST" else _whole(signed.subject_id)
        if contact is None or contact.link_version != signed.version or contact.left_on is not None:
            limits.refused("link")
            abort(404)
        g.contact = contact
        g.token = token

    return gate


def whole_contact() -> None:
    """Read the account and stores of `g.contact` too, for a page that is shown in answer to a form."""
    g.contact = _whole(g.contact.id)


_people = table(Contact)
_PERSON = select(_people).where(_people.c.id == bindparam("contact_id"))
_WHOLE = (
    select(Contact)
    .where(Contact.id == bindparam("contact_id"))
    .options(joinedload(Contact.account, innerjoin=True), selectinload(Contact.stores))
)


def _row(contact_id: int) -> Row[*tuple[Any, ...]] | None:
    """Read the person alone: what a form sends is mostly answered by a redirect."""
    return db.core(_PERSON, {"contact_id": contact_id}).one_or_none()


def _whole(contact_id: int) -> Contact | None:
    contact = db.session.scalar(_WHOLE, {"contact_id": contact_id})
    if contact is not None:
        # Who is reading stays as read: a service's transaction would expire the row, and every word asks for its language.
        db.session.expunge(contact)
    return contact


def api_gate() -> None:
    """Let programs with a valid token pass: 401 without one, 403 for writing with a token that only reads."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    row = tokens.authenticate(token.strip(), edge.now()) if scheme.lower() == "bearer" and token else None
    if row is None:
        limits.refused("token")
        abort(401)
    if request.method not in ("GET", "HEAD", "OPTIONS") and "write" not in row.scopes:
        abort(403)
    g.token_id = row.id
