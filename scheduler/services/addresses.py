"""Answers at which address each person finds their pages: signed links, complete."""

from __future__ import annotations

from datetime import date

from scheduler.models.accounts import Contact
from scheduler.models.applications import Application
from scheduler.models.staff import Staff
from scheduler.services.installation import here


def personal(contact: Contact, lecture_id: int | None = None) -> str:
    """Return the address of a contact's personal page; `lecture_id` points at one date."""
    url = f"{here().base_url}/me/{here().links.sign('me', contact.id, contact.link_version)}"
    return url if lecture_id is None else f"{url}?lecture={lecture_id}"


def calendar(contact: Contact) -> str:
    """Return the address of the page with a button for each calendar program: the feed's own would save a file that stands still."""
    return f"{personal(contact)}/calendar"


def join(registration_id: int, contact: Contact) -> str:
    """Return the address of the page with the button into the meeting."""
    return f"{here().base_url}/join/{here().links.sign('join', registration_id, contact.link_version)}"


def feed(contact: Contact) -> str:
    """Return the address of a contact's calendar feed."""
    return f"{here().base_url}/calendar/{here().links.sign('calendar', contact.id, contact.feed_version)}.ics"


def staff_feed(member: Staff) -> str:
    """Return the address of the feed of the lectures that a member hosts."""
    token = here().links.sign("staff_calendar", member.id, member.feed_version)
    return f"{here().base_url}/calendar/staff/{token}.ics"


def team_feed(member: Staff) -> str:
    """Return the address of the feed of a member's team; it is the member's own."""
    return f"{here().base_url}/calendar/team/{here().links.sign('team_calendar', member.id, member.feed_version)}.ics"


def unsubscribe(contact: Contact, wanted_list: str) -> str:
    """Return the address that takes a contact's address off a list (RFC 8058)."""
    token = here().links.sign("unsubscribe", contact.id, contact.link_version)
    return f"{here().base_url}/unsubscribe/{token}?list={wanted_list}"


def application(row: Application) -> str:
    """Return the address at which whoever reads a visitor's mail completes the application."""
    return f"{here().base_url}/apply/{here().links.sign('application', row.id, application_version(row))}"


def application_version(row: Application) -> int:
    """Return the version of an application's link: a newer link of the same application ends the older ones.

    Ids are taken up again by some databases when rows are gone; the moment keeps an old link from opening another's.
    """
    return int(row.created_at.timestamp())


def password(member: Staff) -> str:
    """Return the address at which a member chooses a password, once."""
    return f"{here().base_url}/staff/password/{here().links.sign('password', member.id, member.password_version)}"


def account(account_id: int) -> str:
    """Return the address of an account's page for staff."""
    return f"{here().base_url}/staff/accounts/{account_id}"


def person(contact: Contact) -> str:
    """Return the address of a person's page for staff."""
    return f"{account(contact.account_id)}/people/{contact.id}"


def handover(handover_id: int) -> str:
    """Return the address of a handover's page for staff."""
    return f"{here().base_url}/staff/handovers/{handover_id}"


def hand_on(account_id: int) -> str:
    """Return the address at which staff ask the next team to take an account over."""
    return f"{account(account_id)}/handover"


def wave(name: str) -> str:
    """Return the address of the page of accounts that moved together, for staff."""
    return f"{here().base_url}/staff/waves/{name}"


def replies() -> str:
    """Return the address of the page of mails that came back, for staff."""
    return f"{here().base_url}/staff/replies"


def tasks() -> str:
    """Return the address of the page of tasks, for staff."""
    return f"{here().base_url}/staff/tasks"


def lecture(lecture_id: int) -> str:
    """Return the address of a lecture's page for staff, with its roster."""
    return f"{here().base_url}/staff/lectures/{lecture_id}"


def mail(mail_id: int) -> str:
    """Return the address of a mail's page for staff."""
    return f"{here().base_url}/staff/mails/{mail_id}"


def today() -> str:
    """Return the address of the page of the day for staff."""
    return f"{here().base_url}/staff/today"


def pack(monday: date) -> str:
    """Return the address of the weekly pack of a week, for staff."""
    return f"{here().base_url}/staff/reports/pack?week={monday.isoformat()}"


def programme() -> str:
    """Return the address of the public programme."""
    return f"{here().base_url}/lectures"
