"""Answers what leaves for a destination: the signed request of a webhook, or the words for a chat room."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version

import structlog
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from standardwebhooks import Webhook

from emails.phrases import reason
from emails.words import when
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.signals import Delivery, Signal
from scheduler.services import addresses
from scheduler.services.signals import chatting, posting, words
from scheduler.services.signals.posting import Answer

log = structlog.get_logger()


@dataclass(frozen=True)
class Parcel:
    """One delivery with all that sending it takes: whoever sends it asks the database nothing."""

    delivery_id: int
    destination_id: int
    kind: str
    link: str
    secrets: tuple[str, ...]
    uid: str
    title: str
    # None: it could not be made, by a fault of ours.
    body: str | None


def make(delivery_ids: Sequence[int]) -> list[Parcel]:
    """Make the parcels of these deliveries, in their order, from what stands in the database now."""
    query = (
        select(Delivery)
        .where(Delivery.id.in_(delivery_ids))
        .options(joinedload(Delivery.destination), joinedload(Delivery.signal).joinedload(Signal.account))
        .execution_options(populate_existing=True)
    )
    rows = {row.id: row for row in db.session.scalars(query)}
    lectures = _lectures({row.signal.data.get("lecture") for row in rows.values() if row.destination.kind == "chat"})
    made = [_parcel(rows[number], lectures) for number in delivery_ids if number in rows]
    db.session.rollback()
    return made


def send(parcel: Parcel, now: datetime) -> Answer:
    """Send a parcel at `now`, which is what its signature says, and return what came of it."""
    if parcel.body is None:
        return Answer(error="fault")
    if parcel.kind == "chat":
        return chatting.say(parcel.link, parcel.title, parcel.body)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"Tasuki/{version('tasuki')}",
        "webhook-id": parcel.uid,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(Webhook(key).sign(parcel.uid, now, parcel.body) for key in parcel.secrets),
    }
    return posting.post(parcel.link, parcel.body.encode(), headers, now)


def payload(signal: Signal) -> str:
    """Write the body of a webhook, the same on every try: what happened, when, and to what."""
    moment = signal.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    body = {"type": signal.kind, "timestamp": moment, "data": signal.data}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _parcel(row: Delivery, lectures: dict[int, Lecture]) -> Parcel:
    destination = row.destination
    title, body = _content(row, lectures)
    return Parcel(
        delivery_id=row.id,
        destination_id=destination.id,
        kind=destination.kind,
        link=destination.url,
        secrets=tuple(key for key in (destination.secret, destination.old_secret) if key),
        uid=row.signal.uid,
        title=title,
        body=body,
    )


def _content(row: Delivery, lectures: dict[int, Lecture]) -> tuple[str, str | None]:
    """Return the title of a chat room's message and the text, or the body of a webhook alone; a fault keeps no other from leaving."""
    signal, locale = row.signal, row.destination.locale
    if row.destination.kind == "webhook":
        return "", payload(signal)
    try:
        named = _named(signal, lectures.get(signal.data.get("lecture", 0)), locale)
        return words.message(signal.kind, signal.data, named, locale)
    except Exception:
        log.exception("signal_unworded", delivery=row.id)
        return "", None


def _named(signal: Signal, lecture: Lecture | None, locale: str) -> words.Named:
    account = signal.account
    if account is not None:
        reasons = account.level_reasons if signal.kind == "account.stuck" and account.level == "stuck" else []
        said = tuple(reason(one["key"], one["params"], locale) for one in reasons)
        return words.Named(account=account.name, reasons=said, link=addresses.account(account.id))
    if lecture is not None:
        name = lecture.course.name.get(locale) or next(iter(lecture.course.name.values()), lecture.course.key)
        held = when(lecture.starts_at, lecture.ends_at, lecture.zone, locale)
        return words.Named(lecture=f"{name} {held}", link=addresses.lecture(lecture.id))
    return words.Named()


def _lectures(ids: set[int | None]) -> dict[int, Lecture]:
    wanted = select(Lecture).where(Lecture.id.in_([one for one in ids if one])).options(joinedload(Lecture.course))
    return {row.id: row for row in db.session.scalars(wanted)}
