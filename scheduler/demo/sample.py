"""Answers which file to try the report upload with: a meeting tool's report of a lecture that waits for one."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from scheduler.demo.reports import Guest, as_file, in_room
from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.registrations import Registration

# How people came, and how they are named in the room, each as often as it stands here.
_OUTCOMES = ("attended",) * 7 + ("partial", "missed", "missed")
_SHOWN = ("plain", "plain", "plain", "shop", "shop", "device", "kana")
_WITH_ADDRESS = 0.3
_PHONE = "81300000000"


def report_of(lecture: Lecture) -> bytes:
    """Write a report as guests' ones usually are: hardly an address, some names with a shop or behind a device's.

    The same lecture gives the same file.
    """
    dice = Random(f"{lecture.course_id} {lecture.local_start}")
    booked = select(Registration).where(Registration.lecture_id == lecture.id, Registration.status == "booked")
    people = joinedload(Registration.contact).selectinload(Contact.stores)
    guests = []
    # Dealt like cards, not thrown like dice: of any ten people some come, one leaves early and two do not come.
    cards: list[str] = []
    for registration in db.session.scalars(booked.options(people).order_by(Registration.id)):
        cards = cards or dice.sample(_OUTCOMES, len(_OUTCOMES))
        times = in_room(cards.pop(), lecture, dice)
        contact = registration.contact
        email = (contact.email or "") if dice.random() < _WITH_ADDRESS else ""
        shown = _shown(contact, dice.choice(_SHOWN))
        if times:
            guests.append(Guest(contact.id, shown, email, times))
    called = lecture.starts_at + timedelta(minutes=6)
    guests.append(Guest(None, _PHONE, "", ((called, lecture.ends_at - timedelta(minutes=2)),)))
    return as_file(lecture, guests)


def _shown(contact: Contact, how: str) -> str:
    shop = contact.stores[0].name if contact.stores else ""
    if not contact.name:
        return shop or contact.email or ""
    if how == "shop" and shop:
        return f"{shop}　{contact.name.replace(' ', '')}"
    if how == "device":
        return f"iPhone ({contact.name})"
    if how == "kana" and contact.reading:
        return f"{contact.reading} ({contact.name})"
    return contact.name
