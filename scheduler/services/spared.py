"""Answers who is spared what leaves by itself: people who are gone (退職・異動), accounts on hold (保留) or cancelled (解約)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ColumnElement, or_, select

from scheduler.models.accounts import Account, Contact
from scheduler.services.installation import here


def today(now: datetime) -> date:
    """Return the vendor's day, by which holds begin and end."""
    return now.astimezone(here().tz).date()


def there() -> ColumnElement[bool]:
    """Match people who are still at their company."""
    return Contact.left_on.is_(None)


def not_cancelled() -> ColumnElement[bool]:
    """Match people of accounts whose contract was not cancelled."""
    cancelled = select(Account.id).where(Account.cancelled_on.is_not(None))
    return Contact.account_id.not_in(cancelled)


def going_on(now: datetime) -> ColumnElement[bool]:
    """Match accounts that are neither cancelled nor on hold: only their people are urged or invited."""
    runs = or_(Account.on_hold_until.is_(None), Account.on_hold_until <= today(now))
    return Account.cancelled_on.is_(None) & runs


def on_hold(account: Account, now: datetime) -> bool:
    """Tell whether an account's clock stands still: until the day named, that day not included."""
    return account.on_hold_until is not None and today(now) < account.on_hold_until


def why(account: Account, now: datetime) -> str:
    """Say why an account is spared: account_cancelled or account_on_hold; empty where it is not."""
    if account.cancelled_on is not None:
        return "account_cancelled"
    return "account_on_hold" if on_hold(account, now) else ""
