"""Answers who is spared what leaves by itself: people who are gone (退職・異動), accounts on hold (保留) or cancelled (解約)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ColumnElement, or_, select

from emails import KINDS
from scheduler.models.accounts import Account, Contact
from scheduler.services.installation import here


def today(now: datetime) -> date:
    """Return the vendor's day, by which holds begin and end."""
    return now.astimezone(here().tz).date()


def there() -> ColumnElement[bool]:
    """Match people who are still at their company."""
    return Contact.left_on.is_(None)


def not_cancelled(now: datetime) -> ColumnElement[bool]:
    """Match people of accounts whose contract was not cancelled, or is to end later."""
    return Contact.account_id.not_in(select(Account.id).where(Account.cancelled_on <= today(now)))


def going_on(now: datetime) -> ColumnElement[bool]:
    """Match accounts that are neither cancelled nor on hold: only their people are urged or invited."""
    runs = or_(Account.on_hold_until.is_(None), Account.on_hold_until <= today(now))
    return or_(Account.cancelled_on.is_(None), Account.cancelled_on > today(now)) & runs


def on_hold(account: Account, now: datetime) -> bool:
    """Tell whether an account's clock stands still: until the day named, that day not included."""
    return account.on_hold_until is not None and today(now) < account.on_hold_until


def cancelled(account: Account, now: datetime) -> bool:
    """Tell whether an account's contract is cancelled: from the day named on."""
    return account.cancelled_on is not None and account.cancelled_on <= today(now)


def why(account: Account, now: datetime) -> str:
    """Say why an account is spared: account_cancelled or account_on_hold; empty where it is not."""
    return reason_of(account.on_hold_until, account.cancelled_on, now)


def reason_of(on_hold_until: date | None, cancelled_on: date | None, now: datetime) -> str:
    """Say as `why` does what these days of an account mean."""
    day = today(now)
    if cancelled_on is not None and cancelled_on <= day:
        return "account_cancelled"
    return "account_on_hold" if on_hold_until is not None and day < on_hold_until else ""


def stops(kind: str, reason: str) -> bool:
    """Tell whether a kind of mail stays away for a reason that `why` names.

    A hold stops what urges or invites; a cancelled contract all that does not answer what somebody just did.
    """
    if not reason or kind not in KINDS:
        return False
    known = KINDS[kind]
    if known.subscription == "nudges" or kind in ("invitation", "welcome"):
        return True
    by_itself = known.subscription is not None or known.timing.trigger != "fact" or kind == "handover_letter"
    return reason == "account_cancelled" and by_itself
