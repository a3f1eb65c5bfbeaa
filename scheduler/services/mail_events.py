"""Answers what becomes of mails that have left, as the provider tells it: in any order, some of it more than once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Row, ScalarSelect, bindparam, case, func, select, update

from emails import KINDS
from emails.events import Told
from scheduler.models.db import db, table
from scheduler.models.mails import LEFT, Mail, MailEvent
from scheduler.services import history, suppressions, unreachable
from scheduler.services.actors import WORKER
from scheduler.services.inserting import added
from scheduler.services.suppressions import ALL, Closing

# Why a mail did not arrive: what weighs most first.
FAILED = ("bounced", "dropped", "blocked")

_MAILS, _EVENTS = table(Mail), table(MailEvent)
_LOOKED_AT = (
    *("id", "kind", "state", "attempts", "provider_id"),
    *("account_id", "contact_id", "to_address"),
)
# Written out: a thousand parameters take longer than the statement itself.
_OURS: BindParameter[int] = bindparam("ids", expanding=True, literal_execute=True)
# In the order of their ids and for the whole transaction: two requests that tell of the same mails come one after the
# other, and each sees what the one before has written.
_LOCK = (
    select(*(_MAILS.c[name] for name in _LOOKED_AT))
    .where(_MAILS.c.id.in_(_OURS))
    .order_by(_MAILS.c.id)
    .with_for_update(key_share=True)
)


def _earliest(*kinds: str) -> ScalarSelect[Any]:
    which = [_EVENTS.c.mail_id == _MAILS.c.id] + ([_EVENTS.c.kind.in_(kinds)] if kinds else [])
    return select(func.min(_EVENTS.c.at)).where(*which).correlate(_MAILS).scalar_subquery()


_REASON = (
    select(_EVENTS.c.detail)
    .where(_EVENTS.c.mail_id == _MAILS.c.id, _EVENTS.c.kind.in_(FAILED))
    .order_by(
        case({kind: at for at, kind in enumerate(FAILED)}, value=_EVENTS.c.kind), _EVENTS.c.at, _EVENTS.c.event_id
    )
    .limit(1)
    .correlate(_MAILS)
    .scalar_subquery()
)
# What is written follows from all events known of a mail, never from the order in which they came.
_SETTLE = (
    update(_MAILS)
    .where(_MAILS.c.id.in_(_OURS))
    .values(
        state=case((_earliest("delivered").is_not(None), "delivered"), else_="sent"),
        reason="",
        claimed_by=None,
        sent_at=_earliest(),
        delivered_at=_earliest("delivered"),
    )
)
_LEFT_AT = update(_MAILS).where(_MAILS.c.id.in_(_OURS)).values(sent_at=_earliest())
_DELIVER = (
    update(_MAILS)
    .where(_MAILS.c.id.in_(_OURS))
    .values(
        delivered_at=_earliest("delivered"),
        state=case((_MAILS.c.state == "bounced", "bounced"), else_="delivered"),
    )
)
_UPDATES: dict[tuple[str, ...], Any] = {
    FAILED: update(_MAILS).where(_MAILS.c.id.in_(_OURS)).values(state="bounced", reason=_REASON),
    ("opened", "clicked"): update(_MAILS)
    .where(_MAILS.c.id.in_(_OURS))
    .values(opened_at=_earliest("opened", "clicked"), clicked_at=_earliest("clicked")),
}


def take(told: Sequence[Told], now: datetime) -> int:
    """Record what the provider tells of mails of ours, with all that follows; return how many of the events were news.

    A mail whose fate was unknown counts as sent by any of them and is not sent again. An address that bounced or whose
    reader complained is closed; who unsubscribed leaves the list of that mail.
    """
    numbers = {number for one in told if (number := _number(one.mail)) is not None}
    if not numbers:
        return 0
    with db.writing():
        mails = {row.id: row for row in db.core(_LOCK, {"ids": sorted(numbers)})}
        news = _added([one for one in told if _number(one.mail) in mails])
        if not news:
            return 0
        _update(news, mails, now)
        # What the session had read of them is older than this.
        db.session.expire_all()
        return len(news)


def _number(opaque_id: str) -> int | None:
    """Read a mail's id from the name it was sent with; None for what we never gave."""
    return int(opaque_id) if opaque_id.isascii() and opaque_id.isdigit() and len(opaque_id) < 10 else None


def _added(told: Sequence[Told]) -> list[Told]:
    rows = [
        {
            "event_id": one.event_id,
            "mail_id": _number(one.mail),
            "kind": one.kind,
            "at": one.at,
            "detail": one.detail or (one.kind if one.kind in FAILED else ""),
        }
        for one in told
    ]
    new = {event_id for (event_id,) in added(MailEvent, rows, "event_id")}
    return [one for one in told if one.event_id in new]


def _update(news: Sequence[Told], mails: Mapping[int, Row[Any]], now: datetime) -> None:
    """Bring the mails up to date, a statement for each thing that can be told of them, and do what follows."""
    counting = [one for one in news if _counts(mails[int(one.mail)])]
    touched = _mails_of(counting)
    settled = [number for number in touched if mails[number].state in LEFT]
    unsettled = [number for number in touched if mails[number].state not in LEFT]
    _run(_SETTLE, unsettled)
    # Where the transport's answer never came, events alone tell when the mail left.
    _run(_LEFT_AT, [number for number in settled if not mails[number].provider_id])
    _run(_DELIVER, _mails_of([one for one in counting if mails[int(one.mail)].state in LEFT], ("delivered",)))
    for kinds, statement in _UPDATES.items():
        _run(statement, _mails_of(counting, kinds))
    lost = [mails[number] for number in _mails_of(counting, FAILED) if mails[number].state != "bounced"]
    lines = [_line("mail_sent", mails[number]) for number in unsettled]
    lines += [_line("mail_bounced", mail) for mail in lost]
    history.record_many([line for line in lines if line["account_id"] is not None], now, WORKER)
    accounts = {mail.account_id for mail in lost if mail.account_id is not None and mail.contact_id is not None}
    unreachable.close(_closings(news, mails), now, also=accounts)


def _mails_of(news: Iterable[Told], kinds: Collection[str] = ()) -> list[int]:
    return sorted({int(one.mail) for one in news if not kinds or one.kind in kinds})


def _run(statement: Any, ids: Sequence[int]) -> None:
    if ids:
        db.core(statement, {"ids": ids})


def _counts(mail: Row[Any]) -> bool:
    """Tell whether an event is of the try that the mail's row is about: one queued afresh by hand is to be sent once more."""
    return mail.state != "queued" or mail.attempts > 0


def _line(key: str, mail: Row[Any]) -> dict[str, Any]:
    return history.about_one(
        key, account_id=mail.account_id, contact_id=mail.contact_id, mail_id=mail.id, kind=mail.kind
    )


def _closings(news: Iterable[Told], mails: Mapping[int, Row[Any]]) -> list[Closing]:
    """List what the events say of addresses: of those the mails went to, whose name is kept unless a try was lost."""
    found = []
    for one in news:
        mail = mails[int(one.mail)]
        address = (mail.to_address or one.address).lower()
        if not one.closes or not address:
            continue
        if one.closes == "unsubscribed":
            left = KINDS[mail.kind].subscription if mail.kind in KINDS else None
            found += [Closing(address, name, "unsubscribed") for name in ((left,) if left else suppressions.LISTS)]
        else:
            found.append(Closing(address, ALL, one.closes, one.detail))
    return found
