"""Answers how a contact's feed gets into each calendar program."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from flask_babel import gettext as _

from scheduler.models.accounts import Contact
from scheduler.services import addresses


@dataclass(frozen=True)
class CalendarLink:
    """One button: what it says, where it leads, and whether the file is saved instead of subscribed to."""

    label: str
    url: str
    download: bool = False


def calendar_links(contact: Contact) -> list[CalendarLink]:
    """List the buttons; Google wants the webcal: address in its own, Outlook on the web the https: one."""
    feed = addresses.feed(contact)
    webcal = f"webcal://{feed.partition('://')[2]}"
    name = _("レクチャー日程")
    outlook = f"https://outlook.office.com/calendar/0/addfromweb?url={quote(feed, safe='')}&name={quote(name, safe='')}"
    return [
        CalendarLink(_("Apple カレンダー"), webcal),
        CalendarLink(
            _("Google カレンダー"), f"https://calendar.google.com/calendar/render?cid={quote(webcal, safe='')}"
        ),
        CalendarLink("Outlook", outlook),
        CalendarLink(_("ファイルを保存（.ics）"), feed, download=True),
    ]
