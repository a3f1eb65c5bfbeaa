"""Answers what the calendar programs that are not ours are given to read, and what they should make of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Thread

from flask import Flask
from werkzeug.serving import make_server

from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.registrations import Registration
from scheduler.models.staff import Staff
from scheduler.services import addresses
from scheduler.services.actors import WORKER
from scheduler.services.installation import here
from scheduler.services.lectures import cancelling, changing
from scheduler.services.registrations import booking, changes
from tests.factories import NOW, a_contact, a_course, a_lecture, a_member
from tests.servers import free_port

DAY = timedelta(days=1)
# Whatever breaks a careless writer or reader: separators, quotes, characters beyond 16 bits, more than 75 octets.
ODD = '基本操作編; "予約", 顧客\\売上 髙𠮷🎉①と、名前のとても長いレクチャーのご案内'


@dataclass(frozen=True)
class Entry:
    """What a calendar shows of one date."""

    starts_at: datetime
    ends_at: datetime
    title: str
    cancelled: bool


@dataclass(frozen=True)
class World:
    """A person with dates in every state, the host of them all, and what each feed should show by UID."""

    contact: Contact
    host: Staff
    registrations: list[int]
    lectures: list[int]

    def paths(self) -> dict[str, str]:
        """Return where each feed is."""
        feeds = {
            "personal": addresses.feed(self.contact),
            "own": addresses.staff_feed(self.host),
            "team": addresses.team_feed(self.host),
        }
        own = {name: address.removeprefix(here().base_url) for name, address in feeds.items()}
        return own | {"course": "/calendar/courses/basic.ics"}

    def expected(self, feed: str) -> dict[str, Entry]:
        """Return what a feed should show, told by rows and not by what writes feeds."""
        return self._of_contact() if feed == "personal" else self._of_lectures(feed)

    def _of_contact(self) -> dict[str, Entry]:
        shown = {}
        for number in self.registrations:
            row = db.session.get_one(Registration, number)
            lecture, title = row.lecture, f"{ODD} – Tasuki"
            if lecture.status == "cancelled":
                title = f"【中止】{title}"
            elif row.status == "cancelled":
                title = f"【キャンセル済み】{title}"
            gone = "cancelled" in (row.status, lecture.status)
            shown[row.uid] = Entry(lecture.starts_at, lecture.ends_at, title, gone)
        return shown

    def _of_lectures(self, feed: str) -> dict[str, Entry]:
        shown = {}
        for number in self.lectures:
            lecture = db.session.get_one(Lecture, number)
            counted = f"{ODD}（申込 {lecture.seats_taken}/{lecture.capacity} 名）"
            title = {"course": ODD, "own": counted, "team": f"{counted} {self.host.name}"}[feed]
            cancelled = lecture.status == "cancelled"
            title = f"【中止】{title}" if cancelled else title
            shown[lecture.uid] = Entry(lecture.starts_at, lecture.ends_at, title, cancelled)
        return shown


def a_world() -> World:
    """Make a dozen dates: booked, moved, changed, given up, cancelled with a reason; at night and around a clock change."""
    course = a_course("basic", name={"ja": ODD, "en": "Basics, in short; with care"})
    host, contact = a_member(name="小林 美咲"), a_contact()
    lectures = [a_lecture(course, NOW + n * 5 * DAY + n * timedelta(hours=2), host_id=host.id).id for n in range(1, 13)]
    spare = a_lecture(course, NOW + 90 * DAY, host_id=host.id).id
    rows = [booking.register(contact.id, number, NOW, WORKER) for number in lectures]
    changing.change(lectures[1], {"starts_at": NOW + 11 * DAY}, NOW + timedelta(minutes=1), WORKER)
    changes.swap(rows[2], spare, NOW + timedelta(minutes=2), WORKER)
    changes.cancel(rows[3], NOW + timedelta(minutes=3), WORKER)
    reason = {"ja": "講師の都合; 申し訳ございません,\n別の日程を…"}
    cancelling.cancel(lectures[4], reason, NOW + timedelta(minutes=4), WORKER)
    return World(contact, host, rows, [*lectures, spare])


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve the application on a loopback port; yield its address."""
    server = make_server("127.0.0.1", free_port(), app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
