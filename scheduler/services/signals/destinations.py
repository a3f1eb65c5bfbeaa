"""Answers where signals go: webhooks and chat rooms, set up, tried out, given a new key, ended and taken up again."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from scheduler.models.db import db
from scheduler.models.signals import SIGNALS, Delivery, Destination, Signal
from scheduler.models.staff import Staff
from scheduler.rules import reach
from scheduler.services import history
from scheduler.services.actors import Actor
from scheduler.services.inserting import add_missing
from scheduler.services.installation import here
from scheduler.services.refusals import Invalid, NotFound, Refused
from scheduler.services.signals import chatting, ending, posting
from scheduler.services.signals.tell import new_uid, queued

KINDS = ("webhook", "chat")
LOCALES = ("ja", "en")
LONGEST_NAME = 100
# What of a destination can be changed; a chat room's link only by a new one, since it is not shown.
CHANGEABLE = ("name", "url", "signals", "locale")


class DestinationEnded(Refused):
    """It gets no signals any more; it can be taken up again."""

    key = "destination_ended"


def add(kind: str, values: Mapping[str, Any], now: datetime, actor: Actor) -> tuple[int, str]:
    """Set a destination up (name, url, signals, and a chat room's locale); return its id and, the only time, its key.

    The key signs what a webhook gets; a chat room has none. Raises Invalid for a field, also where the host cannot be found
    or is not public, and where it is told already.
    """
    if kind not in KINDS:
        raise Invalid(field="kind", why="not_a_choice", value=kind, choices=", ".join(KINDS))
    good = _checked(kind, values)
    with db.writing():
        if actor.staff_id is not None:
            # A form sent twice is looked at one after the other: both would be told of everything.
            db.session.execute(select(Staff.id).where(Staff.id == actor.staff_id).with_for_update(key_share=True))
        _check_new(good["url"])
        row = Destination(kind=kind, **good, created_at=now, created_by_id=actor.staff_id)
        row.secret = _new_secret() if kind == "webhook" else ""
        db.session.add(row)
        db.session.flush()
        history.record("destination_added", now=now, actor=actor, destination_id=row.id)
        return row.id, row.secret


def change(destination_id: int, values: Mapping[str, Any], now: datetime, actor: Actor) -> None:
    """Change a destination's name, link, signals or language; an empty link stays as it is. Raises NotFound, Invalid."""
    known = _found(destination_id)
    good = _checked(known.kind, {**values, "url": values.get("url") or known.url})
    with db.writing():
        row = _locked(destination_id)
        _check_new(good["url"], row.id)
        fields = [name for name in CHANGEABLE if getattr(row, name) != good[name]]
        for name in fields:
            setattr(row, name, good[name])
        if fields:
            history.record("destination_changed", now=now, actor=actor, destination_id=row.id, fields=fields)


def end(destination_id: int, now: datetime, actor: Actor) -> None:
    """Send nothing there any more; what waits is dropped. Raises NotFound."""
    with db.writing():
        row = _locked(destination_id)
        if row.ended_at is None:
            ending.end(row, "by_hand", now, actor)


def resume(destination_id: int, now: datetime, actor: Actor) -> None:
    """Take a destination up again, from now on; what it missed can be sent again by hand. Raises NotFound."""
    with db.writing():
        row = _locked(destination_id)
        if row.ended_at is not None:
            row.ended_at = row.ended_why = None
            history.record("destination_resumed", now=now, actor=actor, destination_id=row.id)
            ending.settle_tasks(row.id, now, actor)


def rotate(destination_id: int, now: datetime, actor: Actor) -> str:
    """Give a webhook a new key and return it, the only time it is seen; the one before signs too until it is dropped.

    Raises NotFound, also for a chat room.
    """
    with db.writing():
        row = _locked(destination_id)
        if row.kind != "webhook":
            raise NotFound()
        row.secret, row.old_secret = _new_secret(), row.secret
        history.record("destination_key_changed", now=now, actor=actor, destination_id=row.id)
        return row.secret


def drop_old_secret(destination_id: int, now: datetime, actor: Actor) -> None:
    """Let a webhook's old key sign no more: the other side knows the new one. Raises NotFound."""
    with db.writing():
        row = _locked(destination_id)
        if row.old_secret:
            row.old_secret = ""
            history.record("destination_old_key_dropped", now=now, actor=actor, destination_id=row.id)


def test(destination_id: int, form_key: str, now: datetime, actor: Actor) -> None:
    """Owe a destination a test message, which is tried once; the same form sent twice owes one.

    Raises NotFound, DestinationEnded.
    """
    with db.writing():
        row = _active(destination_id)
        signal = {"uid": new_uid(), "key": f"test:{row.id}:{form_key}", "kind": "test", "data": {}, "at": now}
        if add_missing(Signal, [signal | {"account_id": None}]):
            number = db.session.scalars(select(Signal.id).where(Signal.key == signal["key"])).one()
            add_missing(Delivery, [queued(number, row.id, now)])
            history.record("destination_tested", now=now, actor=actor, destination_id=row.id)


def replay(delivery_id: int, now: datetime, actor: Actor) -> None:
    """Send a signal again to a destination, with the message id it had. Raises NotFound, DestinationEnded."""
    with db.writing():
        known = db.session.get(Delivery, delivery_id)
        if known is None:
            raise NotFound()
        _again([known.signal_id], _active(known.destination_id), now, actor)


def replay_missed(destination_id: int, now: datetime, actor: Actor) -> int:
    """Send again what never arrived at a destination and is not on its way; return how many. Raises NotFound, DestinationEnded."""
    with db.writing():
        row = _active(destination_id)
        return _again(missed(row.id), row, now, actor)


def missed(destination_id: int) -> list[int]:
    """List the signals that were given up or dropped for a destination, and neither arrived since nor wait; tests apart."""
    mine = Delivery.destination_id == destination_id
    fine = select(Delivery.signal_id).where(mine, Delivery.state.in_(("queued", "sending", "delivered")))
    query = (
        select(Delivery.signal_id)
        .join(Delivery.signal)
        .where(mine, Delivery.state.in_(("failed", "dropped")), Delivery.signal_id.not_in(fine), Signal.kind != "test")
        .distinct()
    )
    return sorted(db.session.scalars(query))


def _again(signal_ids: Collection[int], row: Destination, now: datetime, actor: Actor) -> int:
    """Owe signals once more, but those that are on their way."""
    mine = (Delivery.destination_id == row.id, Delivery.signal_id.in_(signal_ids))
    under_way = set(
        db.session.scalars(select(Delivery.signal_id).where(*mine, Delivery.state.in_(("queued", "sending"))))
    )
    last = select(Delivery.signal_id, func.max(Delivery.replay)).where(*mine).group_by(Delivery.signal_id)
    rows = [
        queued(number, row.id, now, replay=replay + 1)
        for number, replay in db.session.execute(last)
        if number not in under_way
    ]
    count = add_missing(Delivery, rows)
    if count:
        history.record("signals_sent_again", now=now, actor=actor, destination_id=row.id, count=count)
    return count


def _checked(kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    name, link = str(values.get("name", "")).strip(), str(values.get("url", "")).strip()
    signals, locale = list(dict.fromkeys(values.get("signals", ()))), values.get("locale") or here().locale
    if not name:
        raise Invalid(field="name", why="missing")
    if len(name) > LONGEST_NAME:
        raise Invalid(field="name", why="too_long", maximum=LONGEST_NAME)
    if not link:
        raise Invalid(field="url", why="missing")
    if locale not in LOCALES:
        raise Invalid(field="locale", why="not_a_choice", value=locale, choices=", ".join(LOCALES))
    if not signals or not set(signals) <= set(SIGNALS):
        raise Invalid(field="signals", why="signals_missing")
    if kind == "chat":
        chatting.check(link)
    else:
        _check_webhook(link)
    return {"name": name, "url": link, "signals": signals, "locale": locale}


def _check_new(link: str, own_id: int = 0) -> None:
    """Raise Invalid(url) where another destination that has not ended is told there already."""
    same = (Destination.url == link, Destination.ended_at.is_(None), Destination.id != own_id)
    if db.session.scalar(select(Destination.id).where(*same).limit(1)) is not None:
        raise Invalid(field="url", why="destination_known")


def _check_webhook(link: str) -> None:
    try:
        posting.addresses(reach.endpoint(link, loopback=here().is_loopback))
    except reach.Unusable as error:
        raise Invalid(field="url", why=f"webhook_{error.why}") from error
    except posting.Unreachable as error:
        raise Invalid(field="url", why=error.why) from error


def _new_secret() -> str:
    """Make a key as Standard Webhooks writes them: 24 to 64 random bytes in base64 behind whsec_."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode('ascii')}"


def _found(destination_id: int) -> Destination:
    row = db.session.get(Destination, destination_id, populate_existing=True)
    if row is None:
        raise NotFound()
    return row


def _locked(destination_id: int) -> Destination:
    row = db.session.get(Destination, destination_id, populate_existing=True, with_for_update=True)
    if row is None:
        raise NotFound()
    return row


def _active(destination_id: int) -> Destination:
    row = _locked(destination_id)
    if row.ended_at is not None:
        raise DestinationEnded()
    return row
