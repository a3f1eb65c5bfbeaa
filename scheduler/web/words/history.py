"""Answers how an account's history reads: each event as a sentence, who did it, and through what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from scheduler.models.history import Event
from scheduler.web.words import dates, happenings, mails, tasks, terms
from scheduler.web.words.people import Names


@dataclass(frozen=True)
class Line:
    """One line of the history as it is read."""

    at: datetime
    sentence: str
    # Who did it, and 電話にて, 取り込み, … where it was not the page.
    by: str
    channel: str


def lines(events: Sequence[Event]) -> list[Line]:
    """Word events, the names in them read in a handful of statements."""
    names = _names(events)
    return [
        Line(event.at, sentence(event, names), _by(event, names), channels().get(event.channel, "")) for event in events
    ]


def sentence(event: Event, names: Names) -> str:
    """Word one event; a key without words of its own is shown as it is."""
    words = happenings.sentences().get(event.key)
    return words % _Params(event, names) if words is not None else event.key


def _names(events: Sequence[Event]) -> Names:
    lectures = [event.lecture_id for event in events]
    lectures += [event.params.get(key) for event in events for key in ("old_lecture_id", "to_lecture_id")]
    members = [event.actor_id for event in events if event.actor_kind == "staff"]
    members += [event.params.get(key) for event in events for key in ("staff_id", "receiver_id")]
    people = [event.contact_id for event in events]
    people += [event.params.get("successor_id") for event in events]
    people += [event.actor_id for event in events if event.actor_kind == "contact"]
    return Names(
        contacts=people,
        lectures=lectures,
        staff=members,
        stores=[event.params.get("store_id") for event in events],
        tokens=[event.actor_id for event in events if event.actor_kind == "api"],
        tasks=[event.params.get("task_id") for event in events],
        destinations=[event.params.get("destination_id") for event in events],
        mails=[event.params.get("mail_id") for event in events if event.contact_id is None],
        returned=[event.params.get("handover_id") for event in events if event.key == "condition_taken_back"],
    )


class _Params(Mapping[str, str]):
    """What a sentence may name of its event, each worded only when it is asked for."""

    def __init__(self, event: Event, names: Names) -> None:
        self._event, self._names = event, names

    def __getitem__(self, key: str) -> str:
        event, names, params = self._event, self._names, self._event.params
        if key in _TERMS:
            return str(_TERMS[key].get(params.get(key, ""), params.get(key, "")))
        named = {
            "person": lambda: names.contact(event.contact_id),
            "lecture": lambda: names.lecture(event.lecture_id),
            "old_lecture": lambda: names.lecture(params.get("old_lecture_id")),
            "to_lecture": lambda: names.lecture(params.get("to_lecture_id")),
            "member": lambda: names.staff(params.get("staff_id")),
            "place": lambda: (
                _("（%(store)s）", store=names.store(params["store_id"])) if params.get("store_id") else ""
            ),
            "store": lambda: names.store(params.get("store_id")),
            "destination": lambda: names.destination(params.get("destination_id")),
            "course": lambda: names.course(params.get("course") or params.get("course_id") or ""),
            "step": lambda: names.step(params.get("step", "")),
            "fields": lambda: terms.listed(terms.FIELDS.get(field, field) for field in params.get("fields", ())),
            "clauses": lambda: terms.listed(terms.CONDITIONS.get(key, key) for key in params.get("clauses", ())),
            "conditions": lambda: terms.listed(terms.CONDITIONS.get(key, key) for key in params.get("conditions", ())),
            "settled": lambda: names.taken_back(params.get("handover_id"), params.get("conditions", ())),
            "on": lambda: dates.iso_day(params.get("on")),
            "until": lambda: dates.iso_day(params.get("until")),
            "successor": lambda: (
                _("（後任: %(person)s）", person=names.contact(params["successor_id"]))
                if params.get("successor_id")
                else ""
            ),
            "changes": lambda: _changes(params),
            "tags": lambda: terms.listed(params.get("tags", ())) or _("なし"),
            "mail": lambda: mails.kind(params.get("kind", "")),
            "recipient": lambda: _recipient(event, names),
            "task": lambda: names.task(params.get("task_id")) or tasks.kind(params.get("task", "")),
        }
        return named[key]() if key in named else str(params.get(key, "–"))

    def __iter__(self) -> Any:
        return iter(())

    def __len__(self) -> int:
        return 0


_TERMS: dict[str, Mapping[str, Any]] = {
    "stage": terms.STAGES,
    "to": terms.STAGES,
    "from": terms.STAGES,
    "team": terms.TEAMS,
    "audience": terms.AUDIENCES,
    "verdict": terms.VERDICTS,
    "reply": terms.REPLIES,
    "list": terms.LISTS,
    "suppressed": terms.SUPPRESSED,
    "waiting_on": terms.SETUP_DOERS,
    "moment": terms.FIRST_CONTACTS,
}


def _changes(params: Mapping[str, Any]) -> str:
    """Say what an import changed of an account that was there."""
    if params.get("new", True):
        return ""
    parts = [str(terms.FIELDS.get(field, field)) for field in params.get("fields", ())]
    if params.get("stores"):
        parts.append(_("店舗 %(n)d 件", n=params["stores"]))
    if params.get("contacts"):
        parts.append(_("先方担当者 %(n)d 名", n=params["contacts"]))
    return _("（変更: %(parts)s）", parts=terms.listed(parts))


def _recipient(event: Event, names: Names) -> str:
    """Name whom a mail went to; to a member of staff only the mail itself says it."""
    name = names.contact(event.contact_id) if event.contact_id else names.mailed(event.params.get("mail_id"))
    return f" – {name}" if name else ""


def _by(event: Event, names: Names) -> str:
    if event.actor_kind == "staff":
        return names.staff(event.actor_id)
    if event.actor_kind == "contact":
        return names.contact(event.actor_id)
    return {"api": names.token(event.actor_id), "worker": _("自動"), "cli": _("コマンド")}[event.actor_kind]


def channels() -> dict[str, str]:
    """Name the ways by which something came, but the pages themselves."""
    return {
        "phone": _("電話にて"),
        "import": _("取り込み"),
        "report": _("参加レポート"),
        "api": _("API"),
        "calendar": _("カレンダーの返信"),
        "webhook": _("Zoom の通知"),
        "code": _("参加コード"),
    }
