"""Answers what stands around every page: the vendor, the person to call, the menu and the addresses of assets."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import current_app, g, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.staff import Staff
from scheduler.services import mail_batches, mail_holding, owners
from scheduler.services import vendor as vendor_service
from scheduler.services.mail_batches import Batch
from scheduler.services.mail_holding import Pause
from scheduler.services.outbox import closing
from scheduler.services.outbox.closing import Closed
from scheduler.services.vendor import Vendor


@dataclass(frozen=True)
class MenuItem:
    """One line of the staff's menu."""

    path: str
    label: str
    current: bool


@dataclass(frozen=True)
class MailStanding:
    """What keeps mails from leaving, and what can still be called back."""

    pause: Pause | None
    # Who pressed, empty if nobody we know.
    paused_by: str
    closed: Closed | None
    batches: list[Batch]


def vendor() -> Vendor:
    """Read the vendor's details once per request."""
    if "vendor" not in g:
        g.vendor = vendor_service.get()
    return g.vendor


def mail_standing() -> MailStanding:
    """Read what keeps mails from leaving, once per request."""
    if "mail_standing" not in g:
        pause = mail_holding.paused_everything()
        by = db.session.get(Staff, pause.by) if pause is not None and pause.by is not None else None
        g.mail_standing = MailStanding(pause, by.name if by else "", closing.state(), mail_batches.waiting())
    standing: MailStanding = g.mail_standing
    return standing


def owner(account: Account) -> Staff | None:
    """Return the member a customer should call."""
    return owners.owner_of(account)


def reply_address(owner: Staff | None = None) -> str:
    """Return the address at which a customer's mail is read, the owner's where operations chose so; empty: none."""
    return vendor_service.reply_address(vendor(), owner)


def menu() -> list[MenuItem]:
    """List the staff's menu, without what the member's team may not open."""
    lines = [
        ("/staff/today", _("今日・今週"), "view", ("/staff/tasks",)),
        ("/staff/accounts", _("顧客"), "view", ("/staff/introductions",)),
        ("/staff/lectures", _("スケジュール"), "view", ("/staff/series", "/staff/applications", "/staff/calendar")),
        ("/staff/handovers", _("引き継ぎ"), "view", ()),
        ("/staff/hand-in", _("受注の引き渡し"), "hand_in", ()),
        ("/staff/mails", _("メール"), "view", ("/staff/replies",)),
        ("/staff/reports", _("レポート"), "view", ()),
        ("/staff/imports", _("取り込み"), "import", ()),
        ("/staff/settings", _("管理"), "settings", ("/staff/members", "/staff/courses")),
    ]
    return [
        MenuItem(path, label, any(_is_under(folder) for folder in (path, *others)))
        for path, label, action, others in lines
        if current_user.may(action)
    ]


def _is_under(folder: str) -> bool:
    return request.path == folder or request.path.startswith(folder + "/")


def this_page(**changes: Any) -> str:
    """Return the address of the page being read with other values in its query; None takes one away."""
    query: dict[str, Any] = dict(request.args.lists())
    return url_for(str(request.endpoint), **(query | (request.view_args or {}) | changes))


def readable_page() -> str:
    """Return an address at which this page can be read again: its own, or the nearest above one that only takes POSTs."""
    if request.method in ("GET", "HEAD"):
        return request.full_path.rstrip("?")
    path = request.path
    while path and not _can_be_read(path):
        path = path.rpartition("/")[0]
    return path or "/"


def _can_be_read(path: str) -> bool:
    addresses = current_app.create_url_adapter(request)
    try:
        return addresses is not None and bool(addresses.match(path, method="GET"))
    except RequestRedirect:
        return True
    except (NotFound, MethodNotAllowed):
        return False


def asset(name: str) -> str:
    """Return the address of a file of ours; a mark of its content makes browsers fetch it again when it changes."""
    return url_for("static", filename=name, v=_mark(str(current_app.static_folder), name))


@cache
def _mark(folder: str, name: str) -> str:
    return sha256((Path(folder) / name).read_bytes()).hexdigest()[:12]
