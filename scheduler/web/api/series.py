"""Answers /series: the rules by which courses recur."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from scheduler.models.db import db
from scheduler.models.lectures import Series
from scheduler.rules.recurrence import SeriesRule
from scheduler.services.installation import here
from scheduler.services.series import ending, making
from scheduler.web import edge
from scheduler.web.api import examples, paging, requests
from scheduler.web.api.blueprint import PREFIX, Blueprint
from scheduler.web.api.fields import NOTE, Address, Choice, Link, LocalMoment, Text, Whole, Zone
from scheduler.web.api.schemas import Answer, Input, Paging, moment, page_of, text, whole

resource = Blueprint("series", "定期開催。規則を登録すると、90 日先までの開催日程がすぐにできます。")


class SeriesAnswer(Answer):
    """One series."""

    id = whole("ID。")
    course = text("レクチャーのキー。")
    rrule = text("RFC 5545 の繰り返し規則。")
    starts_at = text("最初の日時（time_zone の現地時刻、時差なし）。")
    time_zone = text("タイムゾーン（IANA 名）。")
    holidays = text("祝日の扱い。keep 開催、skip 休講、next 翌営業日に振り替え。")
    minutes = whole("長さ（分）。")
    capacity = whole("各回の定員。")
    host = text("講師（自社担当）のメールアドレス。", allow_none=True)
    join_url = text("オンライン会議の参加リンク。")
    locale = text("開催の言語。ja または en。")
    ended_at = moment("終了した日時。続いていれば null。", allow_none=True)


class SeriesInput(Input):
    """A series as it is posted."""

    course = Text(blank=False, required=True, metadata={"description": "レクチャーのキー。"})
    rrule = Text(
        NOTE,
        blank=False,
        required=True,
        metadata={"description": "RFC 5545 の繰り返し規則（DTSTART なし）。例: FREQ=WEEKLY;BYDAY=MO,FR"},
    )
    starts_at = LocalMoment(
        required=True, metadata={"description": "最初の日時。time_zone の現地時刻を時差なしで送ります。"}
    )
    time_zone = Zone(metadata={"description": "タイムゾーン（IANA 名）。送らなければ設置場所のもの。"})
    holidays = Choice(
        *("keep", "skip", "next"),
        load_default="skip",
        metadata={"description": "祝日の扱い。keep 開催、skip 休講、next 翌営業日に振り替え。"},
    )
    minutes = Whole(1, 720, metadata={"description": "長さ（分）。送らなければレクチャーの長さ。"})
    capacity = Whole(1, 10_000, required=True, metadata={"description": "各回の定員。"})
    host = Address(
        allow_none=True,
        metadata={"description": "講師のメールアドレス。未登録ならパスワードのない自社担当として登録します。"},
    )
    join_url = Link(load_default="", metadata={"description": "オンライン会議の参加リンク。"})
    locale = Choice("ja", "en", load_default="ja", metadata={"description": "開催の言語。"})


@resource.get("/series")
@resource.arguments(Paging, location="query")
@resource.response(200, page_of(SeriesAnswer), example={"items": [examples.SERIES], "next": None})
@resource.operation("定期開催を一覧する")
def list_series(asked: dict[str, Any]) -> dict[str, Any]:
    """List the series by id, ended ones too."""
    query = select(Series).options(joinedload(Series.course), joinedload(Series.host)).order_by(Series.id)
    after = paging.after_id(asked)
    if after is not None:
        query = query.where(Series.id > after)
    rows = db.session.scalars(query.limit(paging.size(asked) + 1)).all()
    page, following = paging.cut(rows, asked, lambda row: [row.id])
    return {"items": [series_answer(row) for row in page], "next": following}


@resource.get("/series/<id:series_id>")
@resource.response(200, SeriesAnswer, example=examples.SERIES)
@resource.operation("定期開催を一件読む")
def read_series(series_id: int) -> dict[str, Any]:
    """Read one series."""
    return series_answer(requests.series(series_id))


@resource.post("/series")
@resource.arguments(SeriesInput, example=examples.SERIES_INPUT)
@resource.response(201, SeriesAnswer, example=examples.SERIES)
@resource.operation("定期開催を登録する", "90 日先までの開催日程がすぐにできます。", creates=True)
def create_series(values: dict[str, Any]) -> Response:
    """Make a series and its lectures."""
    return requests.create(SeriesAnswer(), lambda: _create(values), lambda answer: f"{PREFIX}/series/{answer['id']}")


@resource.delete("/series/<id:series_id>")
@resource.response(204)
@resource.operation(
    "定期開催を終える", "申込のない先の開催日程は消え、申込のある日程は残ります。すでに終えていても 204 を返します。"
)
def end_series(series_id: int) -> Response:
    """End a series."""
    requests.series(series_id)
    ending.end(series_id, edge.now(), requests.actor())
    return Response(status=204)


def _create(values: dict[str, Any]) -> dict[str, Any]:
    course = requests.course(values["course"])
    zone = values.get("time_zone") or here().zone
    starts_at: datetime = values["starts_at"]
    number = making.create(
        course.key,
        SeriesRule(values["rrule"], starts_at, zone, values["holidays"]),
        capacity=values["capacity"],
        minutes=values.get("minutes"),
        host_id=requests.host_id(values, course.team),
        join_url=values["join_url"],
        locale=values["locale"],
        now=edge.now(),
        actor=requests.actor(),
    )
    return series_answer(requests.series(number))


def series_answer(row: Series) -> dict[str, Any]:
    """Return a series as programs get it."""
    return {
        "id": row.id,
        "course": row.course.key,
        "rrule": row.rrule,
        "starts_at": f"{row.starts_at_local}:00",
        "time_zone": row.zone,
        "holidays": row.holidays,
        "minutes": row.minutes,
        "capacity": row.capacity,
        "host": row.host.email if row.host is not None else None,
        "join_url": row.join_url,
        "locale": row.locale,
        "ended_at": row.ended_at,
    }
