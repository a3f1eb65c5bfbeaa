"""Answers what every service may know of this installation: its address, zone, language, links and working days."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parseaddr
from functools import cached_property
from zoneinfo import ZoneInfo

from scheduler.links import Links


@dataclass(frozen=True)
class Installation:
    """The wiring that services need, taken from the environment once per process."""

    base_url: str
    mail_from: str
    zone: str
    locale: str
    # Two-letter country of the public holidays.
    holidays: str
    links: Links
    # The provider tells what became of mails (TASUKI_SENDGRID_EVENT_KEY): doubtful ones wait for that.
    mail_events: bool = False
    # Mail to the sender is handed over by SendGrid (TASUKI_SENDGRID_INBOUND_SECRET): answers of calendars come in.
    reads_answers: bool = False
    # The program is reached on this machine only: then webhooks may go to this machine, too.
    is_loopback: bool = False

    @cached_property
    def sender(self) -> tuple[str, str]:
        """Return the name (empty: none) and the address that mails come from."""
        return parseaddr(self.mail_from)

    @property
    def tz(self) -> ZoneInfo:
        """Return the installation's zone."""
        return ZoneInfo(self.zone)


_installed: list[Installation] = []


def install(installation: Installation) -> None:
    """Set the process's installation; the program's edges call it once, tests once per application."""
    _installed[:] = [installation]


def here() -> Installation:
    """Return the process's installation."""
    return _installed[0]
