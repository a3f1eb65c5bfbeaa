"""Answers /series: the rules by which courses recur, made, changed as far as a program says, and ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask import Response
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from scheduler.models.db import db
from scheduler.models.lectures import Lecture, Series
from scheduler.models.staff import Staff
from scheduler.rules.recurrence import SeriesRule
from scheduler.services import requests as transactions
from scheduler.services.installation import here
from scheduler.services.lectures.values import MEETING
from scheduler.services.refusals import Invalid, NotFound
from scheduler.services.series import changing, ending, making, planning, ruling
from scheduler.services.series.asking import Change
from scheduler.services.series.planning import Plan
from scheduler.web import edge, ids
from scheduler.web.api import paging, requests, series_examples
from scheduler.web.api.blueprint import PREFIX, Blueprint
from scheduler.web.api.schemas import Paging, page_of
from scheduler.web.api.series_schemas import (
    ChangedAnswer,
    EndQuery,
    PatchQuery,
    SeriesAnswer,
    SeriesInput,
    SeriesPatch,
)

resource = Blueprint("series", "定期開催。規則を登録すると、90 日先までの開催日程がすぐにできます。")

# What is changed as it is sent.
_PLAIN = ("minutes", "capacity", "account_limit", *MEETING, "locale", "kind")


@resource.get("/series")
@resource.arguments(Paging, location="query")
@resource.response(200, page_of(SeriesAnswer), example={"items": [series_examples.SERIES], "next": None})
@resource.operation("定期開催を一覧する")
def list_series(asked: dict[str, Any]) -> dict[str, Any]:
    """List the series by id, ended ones too."""
    related = (joinedload(Series.course), joinedload(Series.host), joinedload(Series.account))
    query = select(Series).options(*related).order_by(Series.id)
    after = paging.after_id(asked)
    if after is not None:
        query = query.where(Series.id > after)
    rows = db.session.scalars(query.limit(paging.size(asked) + 1)).all()
    page, following = paging.cut(rows, asked, lambda row: [row.id])
    return {"items": [series_answer(row) for row in page], "next": following}


@resource.get("/series/<id:series_id>")
@resource.response(200, SeriesAnswer, example=series_examples.SERIES)
@resource.operation("定期開催を一件読む")
def read_series(series_id: int) -> dict[str, Any]:
    """Read one series."""
    return series_answer(requests.series(series_id))


@resource.post("/series")
@resource.arguments(SeriesInput, example=series_examples.SERIES_INPUT)
@resource.response(201, SeriesAnswer, example=series_examples.SERIES)
@resource.operation("定期開催を登録する", "90 日先までの開催日程がすぐにできます。", creates=True)
def create_series(values: dict[str, Any]) -> Response:
    """Make a series and its lectures."""
    return requests.create(SeriesAnswer(), lambda: _create(values), lambda answer: f"{PREFIX}/series/{answer['id']}")


@resource.patch("/series/<id:series_id>")
@resource.arguments(PatchQuery, location="query")
@resource.arguments(SeriesPatch, example=series_examples.SERIES_PATCH)
@resource.response(200, ChangedAnswer, example=series_examples.SERIES_CHANGED)
@resource.operation(
    "定期開催を変更する",
    "送った項目だけを変えます。日時・参加リンクが変わる日程の申込者には、一人に一通メールで知らせます。個別に変更した項目はそのまま残り、"
    "規則に合わなくなった申込のある日程は stray として残ります。following では新しい定期開催ができ、その ID を返します。",
)
def change_series(asked: dict[str, Any], values: dict[str, Any], series_id: int) -> dict[str, Any]:
    """Change one date of a series, those from one on, or all; or say what that would do."""
    requests.series(series_id)
    if asked["dry_run"]:
        plan = planning.plan(series_id, _change(series_id, values, tried=True), edge.now(), with_clashes=True)
        return _changed(series_id, plan, dry_run=True)
    number, plan = transactions.together(
        lambda: changing.apply(
            series_id, _change(series_id, values), edge.now(), requests.actor(), values.get("fingerprint")
        )
    )
    return _changed(number, plan, dry_run=False)


@resource.delete("/series/<id:series_id>")
@resource.arguments(EndQuery, location="query")
@resource.response(204)
@resource.operation(
    "定期開催を終える", "申込のない先の開催日程は消え、申込のある日程は残ります。すでに終えていても 204 を返します。"
)
def end_series(asked: dict[str, Any], series_id: int) -> Response:
    """End a series."""
    requests.series(series_id)
    ending.end(series_id, edge.now(), requests.actor(), last_on=asked.get("until"))
    return Response(status=204)


def _create(values: dict[str, Any]) -> dict[str, Any]:
    course = requests.course(values["course"])
    zone = values.get("time_zone") or here().zone
    starts_at: datetime = values["starts_at"]
    account = values.get("account")
    number = making.create(
        course.key,
        SeriesRule(values["rrule"], starts_at, zone, values["holidays"]),
        capacity=values["capacity"],
        minutes=values.get("minutes"),
        account_limit=values.get("account_limit"),
        host_id=requests.host_id(values, course.team),
        join_url=values["join_url"],
        meeting_id=values["meeting_id"],
        passcode=values["passcode"],
        locale=values["locale"],
        kind=values["kind"],
        account_id=requests.account_id(account) if account else None,
        now=edge.now(),
        actor=requests.actor(),
    )
    return series_answer(requests.series(number))


def _change(series_id: int, values: Mapping[str, Any], tried: bool = False) -> Change:
    series = requests.series(series_id)
    columns = {name: values[name] for name in _PLAIN if name in values}
    if "course" in values:
        columns["course_id"] = requests.course(values["course"]).id
    if "host" in values:
        columns["host_id"] = _known_host(values) if tried else requests.host_id(values, series.course.team)
    rule = ("rrule", "starts_at", "time_zone", "holidays")
    if not columns and not any(name in values for name in rule):
        raise Invalid(field="scope", why="nothing_sent")
    scope = values["scope"]
    return Change(
        scope,
        _start(series_id, values) if scope != "all" else None,
        rrule=values.get("rrule"),
        starts_at=values.get("starts_at"),
        zone=values.get("time_zone"),
        holidays=values.get("holidays"),
        values=columns,
        reason=values.get("reason", {}),
    )


def _known_host(values: Mapping[str, Any]) -> int | None:
    """Return the member a change would name; one who would be made first is nobody's clash."""
    if not values["host"]:
        return None
    return db.session.scalar(select(Staff.id).where(Staff.email == str(values["host"]).lower()))


def _start(series_id: int, values: Mapping[str, Any]) -> int:
    """Return the lecture that `from` names: by its id, or by the local day of its slot or of its start."""
    named = str(values.get("start", "")).strip()
    if not named:
        raise Invalid(field="from", why="missing")
    if named.isdecimal():
        number = ids.read_id(named)
        if number is None:
            raise NotFound(what="lecture", field="from", value=named)
        return number
    try:
        day = date.fromisoformat(named[:10]).isoformat()
    except ValueError:
        raise Invalid(field="from", why="day_unreadable", value=named) from None
    of_series = select(Lecture.id).where(Lecture.series_id == series_id, Lecture.slot.is_not(None))
    for column in (Lecture.slot, Lecture.local_start):
        found = db.session.scalar(of_series.where(column.startswith(day)).order_by(Lecture.id).limit(1))
        if found is not None:
            return found
    raise NotFound(what="lecture", field="from", value=named)


def _changed(series_id: int, plan: Plan, dry_run: bool) -> dict[str, Any]:
    dates = [
        {
            "lecture": line.lecture_id,
            "what": line.what,
            "starts_at": line.starts_at,
            "ends_at": line.ends_at,
            "old_starts_at": line.old_starts_at,
            "old_ends_at": line.old_ends_at,
            "changes": sorted(name for name in line.values if name not in ("local_start", "zone")),
            "by_hand": list(line.by_hand),
            "booked": line.people.booked,
            "waiting": line.people.waiting,
            "mails": line.mails,
            "clashes": len(line.clashes),
        }
        for line in plan.lines
    ]
    told = {"dry_run": dry_run, "mails": plan.mails, "fingerprint": plan.fingerprint, "dates": dates}
    return series_answer(requests.series(series_id)) | told


def series_answer(row: Series) -> dict[str, Any]:
    """Return a series as programs get it."""
    until = ruling.last_on(row)
    return {
        "id": row.id,
        "course": row.course.key,
        "rrule": row.rrule,
        "starts_at": f"{row.starts_at_local}:00",
        "time_zone": row.zone,
        "holidays": row.holidays,
        "minutes": row.minutes,
        "capacity": row.capacity,
        "account_limit": row.account_limit,
        "host": row.host.email if row.host is not None else None,
        "join_url": row.join_url,
        "meeting_id": row.meeting_id,
        "passcode": row.passcode,
        "locale": row.locale,
        "kind": row.kind,
        "account": row.account.external_id if row.account is not None else None,
        "until": until.isoformat() if until is not None else None,
        "follows": row.follows_id,
        "ended_at": row.ended_at,
    }
