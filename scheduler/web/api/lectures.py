"""Answers /lectures: dated meetings, made, moved, cancelled and brought back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response
from marshmallow import ValidationError, validates_schema
from sqlalchemy import select

from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.lectures import Course, Lecture
from scheduler.services import naming, rosters
from scheduler.services import requests as transactions
from scheduler.services.lectures import cancelling, changing, making
from scheduler.services.lectures.values import KINDS, MEETING
from scheduler.services.refusals import Invalid
from scheduler.web import edge
from scheduler.web.api import examples, paging, requests
from scheduler.web.api.blueprint import PREFIX, Blueprint
from scheduler.web.api.fields import (
    Bilingual,
    Choice,
    Fault,
    Flag,
    Link,
    Moment,
    Named,
    Text,
    Whole,
)
from scheduler.web.api.formed import Address, Code, Zone
from scheduler.web.api.schemas import Answer, Input, Paging, moment, page_of, text, texts, whole
from scheduler.web.api.series_schemas import MEETING_ID, PASSCODE

resource = Blueprint("lectures", "開催日程。定期開催の各回、単発の開催、一社だけの個社開催。")

# Seats of a lecture for one account, where the program does not say.
ONE_TO_ONE = 1


class LectureAnswer(Answer):
    """One dated lecture."""

    id = whole("ID。")
    uid = text("カレンダーでの変わらない識別子。")
    course = text("レクチャーのキー。")
    series = whole("定期開催の ID。単発なら null。", allow_none=True)
    account = text("個社開催のとき、その顧客企業の外部ID。", allow_none=True)
    starts_at = moment("開始（UTC）。")
    ends_at = moment("終了（UTC）。")
    time_zone = text("開催のタイムゾーン（IANA 名）。")
    capacity = whole("定員。")
    seats_taken = whole("申込済みの席数。")
    waiting = whole("キャンセル待ちの人数。")
    status = text("scheduled 開催予定、cancelled 中止。", metadata={"enum": ["scheduled", "cancelled"]})
    reason = texts("中止・変更の理由。")
    sequence = whole("時間・場所・状態が変わるたびに増えます（RFC 5545 の SEQUENCE）。")
    host = text("講師（自社担当）のメールアドレス。", allow_none=True)
    join_url = text("オンライン会議の参加リンク。")
    meeting_id = text(MEETING_ID)
    passcode = text(PASSCODE)
    locale = text("開催の言語。ja または en。")
    contact = text("お一人だけの個社開催のとき、その先方担当者。", allow_none=True)
    kind = text(
        "webinar（ほかの参加者は見えません）か meeting（ほかの会社の方も参加します）。", metadata={"enum": [*KINDS]}
    )
    account_limit = whole("1 社が取れる席数の上限。なければ null。", allow_none=True)
    called_off_at = moment("緊急中止にした日時。なければ null。", allow_none=True)


# What is changed as it is sent.
_PLAIN = ("starts_at", "ends_at", "capacity", *MEETING, "kind", "account_limit")
_HOST = "講師のメールアドレス。未登録ならパスワードのない自社担当として登録します。null なら講師なし。"
_ENDS = "終了。時差（Z など）を付けます。"
_STARTS = "開始。時差（Z など）を付けます。"
_KIND = "形式。meeting では、ほかの会社の方も参加することをお客様に伝えます。"
_LIMIT = "1 社が取れる席数の上限。null なら上限なし。"


class LectureInput(Input):
    """A lecture as it is posted."""

    course = Text(blank=False, required=True, metadata={"description": "レクチャーのキー。"})
    starts_at = Moment(required=True, metadata={"description": f"{_STARTS}過去の日時も使えます（記録のため）。"})
    ends_at = Moment(metadata={"description": f"{_ENDS}送らなければレクチャーの長さで決まります。"})
    time_zone = Zone(metadata={"description": "開催のタイムゾーン（IANA 名）。送らなければ設置場所のもの。"})
    capacity = Whole(1, 10_000, metadata={"description": "定員。個社開催で送らなければ 1。ほかでは必ず送ります。"})
    account = Named(
        allow_none=True, metadata={"description": "個社開催にするとき、顧客企業の外部ID。その企業だけに見えます。"}
    )
    host = Address(allow_none=True, metadata={"description": _HOST})
    join_url = Link(load_default="", metadata={"description": "オンライン会議の参加リンク。"})
    meeting_id = Code(load_default="", metadata={"description": MEETING_ID})
    passcode = Code(load_default="", metadata={"description": PASSCODE})
    locale = Choice("ja", "en", load_default="ja", metadata={"description": "開催の言語。"})
    contact = Named(
        allow_none=True,
        metadata={"description": "お一人だけのために開くとき、その先方担当者の ID かメールアドレス。"},
    )
    kind = Choice(*KINDS, load_default="webinar", metadata={"description": _KIND})
    account_limit = Whole(1, 10_000, allow_none=True, metadata={"description": _LIMIT})

    @validates_schema
    def _check_capacity(self, data: Mapping[str, Any], **_: Any) -> None:
        if "capacity" not in data and not data.get("account") and not data.get("contact"):
            raise ValidationError({"capacity": [Fault("capacity_missing")]})


class LecturePatch(Input):
    """What is changed about a lecture."""

    course = Text(
        blank=False, metadata={"description": "レクチャーのキー。申込か出欠のある開催日程では変えられません。"}
    )
    account = Named(
        allow_none=True,
        metadata={
            "description": "個社開催の顧客企業の外部ID。null なら全社に公開。申込か出欠のある開催日程では変えられません。"
        },
    )
    starts_at = Moment(metadata={"description": f"{_STARTS}終了を送らなければ長さはそのままです。"})
    ends_at = Moment(metadata={"description": _ENDS})
    capacity = Whole(1, 10_000, metadata={"description": "定員。申込済みの席数より少なくはできません。"})
    host = Address(allow_none=True, metadata={"description": _HOST})
    join_url = Link(metadata={"description": "オンライン会議の参加リンク。"})
    meeting_id = Code(metadata={"description": MEETING_ID})
    passcode = Code(metadata={"description": PASSCODE})
    kind = Choice(*KINDS, metadata={"description": _KIND})
    account_limit = Whole(1, 10_000, allow_none=True, metadata={"description": _LIMIT})
    status = Choice("scheduled", "cancelled", metadata={"description": "cancelled で中止、scheduled で元に戻します。"})
    reason = Bilingual(500, metadata={"description": "お客様に伝える理由。中止のときは必ず送ります。"})
    urgent = Flag(
        metadata={"description": "中止と一緒に true を送ると緊急中止にし、電話で連絡する方の一覧を開きます。"}
    )


class LectureQuery(Paging):
    """Which lectures are listed."""

    earliest = Moment(data_key="from", metadata={"description": "この日時以降に始まるもの。"})
    latest = Moment(data_key="to", metadata={"description": "この日時より前に始まるもの。"})
    course = Text(metadata={"description": "レクチャーのキー。"})


@resource.get("/lectures")
@resource.arguments(LectureQuery, location="query")
@resource.response(200, page_of(LectureAnswer), example={"items": [examples.LECTURE], "next": None})
@resource.operation("開催日程を一覧する", "開始の早い順です。from も to もなければ、過去を含むすべてを返します。")
def list_lectures(asked: dict[str, Any]) -> dict[str, Any]:
    """List the lectures by start."""
    query = select(Lecture).options(*requests.of_lecture()).order_by(Lecture.starts_at, Lecture.id)
    if "earliest" in asked:
        query = query.where(Lecture.starts_at >= asked["earliest"])
    if "latest" in asked:
        query = query.where(Lecture.starts_at < asked["latest"])
    if "course" in asked:
        query = query.where(Lecture.course_id.in_(select(Course.id).where(Course.key == asked["course"])))
    after = paging.after_moment(asked)
    if after is not None:
        start, number = after
        query = query.where((Lecture.starts_at > start) | ((Lecture.starts_at == start) & (Lecture.id > number)))
    rows = db.session.scalars(query.limit(paging.size(asked) + 1)).all()
    page, following = paging.cut(rows, asked, lambda row: [row.starts_at.isoformat(), row.id])
    return {"items": lecture_answers(page), "next": following}


@resource.get("/lectures/<id:lecture_id>")
@resource.response(200, LectureAnswer, example=examples.LECTURE)
@resource.operation("開催日程を一件読む")
def read_lecture(lecture_id: int) -> dict[str, Any]:
    """Read one lecture."""
    return _answer(lecture_id)


@resource.post("/lectures")
@resource.arguments(LectureInput, example=examples.LECTURE_INPUT)
@resource.response(201, LectureAnswer, example=examples.LECTURE)
@resource.operation(
    "開催日程を登録する", "単発の開催、または account を添えて一社だけの個社開催を登録します。", creates=True
)
def create_lecture(values: dict[str, Any]) -> Response:
    """Make a one-off lecture, or one for a single account."""
    return requests.create(LectureAnswer(), lambda: _create(values), lambda answer: f"{PREFIX}/lectures/{answer['id']}")


@resource.patch("/lectures/<id:lecture_id>")
@resource.arguments(LecturePatch, example=examples.LECTURE_PATCH)
@resource.response(200, LectureAnswer, example=examples.LECTURE)
@resource.operation(
    "開催日程を変更・中止する",
    "送った項目だけを変えます。日時・参加リンク・ミーティングID・パスコードの変更と中止は、申込済みの方にメールで知らせます。"
    "status を変えるときは、ほかに reason と urgent だけを送ります。",
)
def change_lecture(values: dict[str, Any], lecture_id: int) -> dict[str, Any]:
    """Change, cancel or bring back one lecture."""
    transactions.together(lambda: _change(lecture_id, values))
    return _answer(lecture_id)


def lecture_answers(rows: Sequence[Lecture]) -> list[dict[str, Any]]:
    """Return lectures as programs get them, course, host and account loaded."""
    waiting = rosters.waiting_counts([row.id for row in rows])
    names = naming.called(row.contact_id for row in rows if row.contact_id is not None)
    return [
        {
            "id": row.id,
            "uid": row.uid,
            "course": row.course.key,
            "series": row.series_id,
            "account": row.account.external_id if row.account is not None else None,
            "starts_at": row.starts_at,
            "ends_at": row.ends_at,
            "time_zone": row.zone,
            "capacity": row.capacity,
            "seats_taken": row.seats_taken,
            "waiting": waiting.get(row.id, 0),
            "status": row.status,
            "reason": row.reason,
            "sequence": row.sequence,
            "host": row.host.email if row.host is not None else None,
            "join_url": row.join_url,
            "meeting_id": row.meeting_id,
            "passcode": row.passcode,
            "locale": row.locale,
            "contact": names[row.contact_id] if row.contact_id is not None else None,
            "kind": row.kind,
            "account_limit": row.account_limit,
            "called_off_at": row.called_off_at,
        }
        for row in rows
    ]


def _answer(lecture_id: int) -> dict[str, Any]:
    return lecture_answers([requests.lecture(lecture_id)])[0]


def _create(values: Mapping[str, Any]) -> dict[str, Any]:
    course = requests.course(values["course"])
    account_id, contact_id = _whose(values)
    number = making.create(
        course.key,
        values["starts_at"],
        values.get("ends_at"),
        capacity=values.get("capacity", ONE_TO_ONE),
        host_id=requests.host_id(values, course.team),
        join_url=values["join_url"],
        meeting_id=values["meeting_id"],
        passcode=values["passcode"],
        account_id=account_id,
        contact_id=contact_id,
        kind=values["kind"],
        account_limit=values.get("account_limit"),
        zone=values.get("time_zone"),
        locale=values["locale"],
        now=edge.now(),
        actor=requests.actor(),
    )
    return _answer(number)


def _whose(values: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """Return the account and the person a lecture is for alone; a person brings the account along."""
    account_id = requests.account_id(values["account"]) if values.get("account") else None
    if not values.get("contact"):
        return account_id, None
    contact = db.session.get_one(Contact, naming.contact_named(values["contact"]))
    return account_id or contact.account_id, contact.id


def _change(lecture_id: int, values: Mapping[str, Any]) -> None:
    now, actor = edge.now(), requests.actor()
    team = requests.lecture(lecture_id).course.team
    if "status" in values:
        if set(values) - {"status", "reason", "urgent"}:
            raise Invalid(field="status", why="status_alone")
        if values["status"] == "cancelled":
            end = cancelling.call_off if values.get("urgent") else cancelling.cancel
            end(lecture_id, values.get("reason", {}), now, actor)
        else:
            cancelling.bring_back(lecture_id, now, actor)
        return
    fields = {key: values[key] for key in _PLAIN if key in values}
    if "course" in values:
        fields["course_id"] = requests.course(values["course"]).id
    if "account" in values:
        fields["account_id"] = requests.account_id(values["account"]) if values["account"] else None
    if "host" in values:
        fields["host_id"] = requests.host_id(values, team)
    if "urgent" in values:
        raise Invalid(field="urgent", why="status_missing")
    if "reason" in values and not fields:
        raise Invalid(field="reason", why="nothing_sent")
    changing.change(lecture_id, fields, now, actor, reason=values.get("reason"))
