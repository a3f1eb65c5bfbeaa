"""Answers how a feed gets into each calendar program."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from flask_babel import gettext as _


@dataclass(frozen=True)
class CalendarLink:
    """One button: what it says, where it leads, and whether the file is saved instead of subscribed to."""

    label: str
    url: str
    download: bool = False


def calendar_links(feed: str, name: str) -> list[CalendarLink]:
    """List the buttons for a feed; Google wants the webcal: address in its own, Outlook on the web the https: one."""
    webcal = f"webcal://{feed.partition('://')[2]}"
    outlook = f"https://outlook.office.com/calendar/0/addfromweb?url={quote(feed, safe='')}&name={quote(name, safe='')}"
    return [
        CalendarLink(_("Apple カレンダー"), webcal),
        CalendarLink(
            _("Google カレンダー"), f"https://calendar.google.com/calendar/render?cid={quote(webcal, safe='')}"
        ),
        CalendarLink("Outlook", outlook),
        CalendarLink(_("ファイルを保存（.ics）"), feed, download=True),
    ]
