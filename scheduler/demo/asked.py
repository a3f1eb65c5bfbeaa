"""Answers what people of the demo asked for lately: wishes for a date, times offered, visitors, mails that came back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time, timedelta

from sqlalchemy import select

from emails.replies import Received
from scheduler.demo.days import Days
from scheduler.demo.house import House
from scheduler.demo.plays import Play
from scheduler.demo.rooms import Room, Rooms
from scheduler.models.applications import Application
from scheduler.models.db import db
from scheduler.services import addresses, proposals, replies, tasks, wishes
from scheduler.services.actors import Actor
from scheduler.services.applications import applying, completing
from scheduler.services.bookings import Own

_VISITORS = (
    ("株式会社ひなた不動産", "本店", "森下 結衣", "morishita@hinata-fudosan.example"),
    ("みどり住宅販売", "", "大西 徹", "onishi@midori-jutaku.example"),
)


def ask(plays: Sequence[Play], rooms: Rooms, house: House, days: Days) -> None:
    """Let customers wish for a date, choose between times, write back; let strangers apply; let staff note what to do."""
    missed = [play for play in plays if play.story.key == "missed" and play.coordinators]
    if missed:
        _wish(missed[0], days)
        _note(missed[-1], days)
        _offer(missed[-1], days)
    ahead = [room for room in rooms.ahead("basic") if room.free and room.starts_at > days.now + timedelta(days=2)]
    if ahead:
        _apply(ahead[0], days)
    _write_back(missed, days)


def _wish(play: Play, days: Days) -> None:
    person = play.coordinators[0]
    some_day = days.calendar.next_working_day(days.today + timedelta(days=5))
    wanted = [wishes.Wish(some_day, "morning"), wishes.Wish(some_day + timedelta(days=7), "evening")]
    words = "水曜は定休日です。店長と二人で受けたいです。"
    wishes.ask(person.id, "basic", wanted, "090-0000-1234", words, days.now, Actor("contact", person.id, "page"))


def _note(play: Play, days: Days) -> None:
    by = Actor("staff", play.owner_id, "page")
    words = "店長会議で5分いただけるか、窓口の方に電話で伺う"
    tasks.add_by_hand(play.account.id, "demo", words, play.owner_id, days.ahead((1, 3)), days.now, by)


def _offer(play: Play, days: Days) -> None:
    """Offer a lecture of its own to a company whose people missed the others."""
    own = Own(
        account_id=play.account.id,
        course_key="basic",
        people=(play.coordinators[0].id,),
        only_person=False,
        minutes=None,
        capacity=8,
        host_id=play.owner_id,
        join_url="https://meeting.example/j/81200009100",
        kind="webinar",
        locale="ja",
        zone=days.zone,
    )
    first = days.calendar.next_working_day(days.today + timedelta(days=6))
    second = days.calendar.next_working_day(first)
    times = [(first, time(10)), (first, time(16)), (second, time(11))]
    starts = [days.local(days.at(day, at.hour)) for day, at in times]
    proposals.offer(own, starts, days.now, Actor("staff", play.owner_id, "page"))


def _apply(room: Room, days: Days) -> None:
    """Let two companies that nobody knows apply on the public page and open their links."""
    for company, store, name, email in _VISITORS:
        form = {"company": company, "store": store, "name": name, "email": email, "phone": ""}
        applying.apply(room.id, form | {"locale": "ja", "zone": days.zone}, days.now)
    for row in db.session.scalars(select(Application).where(Application.state == "sent")).all():
        completing.complete(row.id, addresses.application_version(row), days.now)


def _write_back(plays: Sequence[Play], days: Days) -> None:
    """Let somebody answer an invitation in words of her own."""
    writer = next((person for play in plays for person in play.people if person.email is not None), None)
    if writer is not None and writer.email is not None:
        words = "当日は15分ほど遅れて参加いたします。録画があれば教えてください。"
        subject = "Re: 【ご予約確認】基本操作編"
        replies.receive(Received("demo-1@customer.example", writer.email, subject, words, False, False, None), days.now)
