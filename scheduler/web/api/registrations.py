"""Answers /lectures/{id}/registrations: who comes to a lecture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.registrations import Registration
from scheduler.services import naming
from scheduler.services.refusals import Invalid, NotFound
from scheduler.services.registrations import booking, changes, waiting
from scheduler.services.registrations.booking import LONGEST_REASON
from scheduler.services.registrations.companions import LONGEST, MOST, set_companions
from scheduler.web import edge
from scheduler.web.api import examples, paging, requests
from scheduler.web.api.blueprint import PREFIX, Blueprint
from scheduler.web.api.fields import LARGEST_ID, Choice, Flag, Named, NamesOrCount, Text, Whole
from scheduler.web.api.schemas import Answer, Input, Paging, flag, moment, page_of, strings, text, whole

resource = Blueprint("registrations", "申込。先方担当者一人が、一つの開催日程に申し込んだもの。")

ONE = "/lectures/<id:lecture_id>/registrations/<id:registration_id>"
ALL = "/lectures/<id:lecture_id>/registrations"


class RegistrationAnswer(Answer):
    """One registration."""

    id = whole("ID。日程を変えても変わりません。")
    contact = text("先方担当者。その方だけのメールアドレスがあればそれ、なければ ID。")
    name = text("氏名。")
    account = text("顧客企業の外部ID。")
    lecture = whole("開催日程の ID。")
    status = text(
        "booked 申込済み、waitlisted キャンセル待ち、cancelled キャンセル。",
        metadata={"enum": ["booked", "waitlisted", "cancelled"]},
    )
    companions = strings("同席者の氏名。")
    unnamed_companions = whole("氏名のわからない同席者の人数。")
    offered_until = moment(
        "キャンセル待ちの方に席を確保している期限。確保していなければ null。席数には数えます。", allow_none=True
    )
    exception = text("前提レクチャーを受講していない方を受け付けた理由。なければ空。")
    mails = flag("この申込についてメールを送るか。")
    uid = text("招待の変わらない識別子。")
    sequence = whole("招待の版（RFC 5545 の SEQUENCE）。")
    registered_at = moment("申し込んだ日時。")
    cancelled_at = moment("キャンセルした日時。", allow_none=True)


class RegistrationInput(Input):
    """A registration as it is posted."""

    contact = Named(
        required=True,
        metadata={
            "description": "先方担当者の ID、またはその方だけのメールアドレス。共用アドレスなら 409 で候補を返します。"
        },
    )
    companions = NamesOrCount(
        MOST,
        LONGEST,
        load_default=list,
        metadata={"description": "同じ画面で受講する同席者の氏名。氏名がわからなければ人数。"},
    )
    waitlist = Flag(
        load_default=True,
        metadata={"description": "満席のとき、true ならキャンセル待ちに登録し、false なら 409 を返します。"},
    )
    exception = Text(
        LONGEST_REASON,
        load_default="",
        metadata={"description": "前提レクチャーを受講していない方を受け付ける理由。あれば受講の確認を省きます。"},
    )
    over_limit = Flag(load_default=False, metadata={"description": "true なら、1社あたりの上限を超えて受け付けます。"})
    mails = Flag(load_default=True, metadata={"description": "false なら、この申込についてメールを送りません。"})


class RegistrationPatch(Input):
    """A change of date, of companions, or the acceptance of a seat that is kept."""

    lecture = Whole(0, LARGEST_ID, metadata={"description": "変更先の開催日程の ID。"})
    status = Choice("booked", metadata={"description": "booked で、確保されている席を受けます。"})
    companions = NamesOrCount(
        MOST, LONGEST, metadata={"description": "同じ画面で受講する同席者の氏名。氏名がわからなければ人数。"}
    )
    over_limit = Flag(load_default=False, metadata={"description": "true なら、1社あたりの上限を超えて受け付けます。"})


class RegistrationQuery(Paging):
    """Which registrations are listed."""

    status = Choice("booked", "waitlisted", "cancelled", metadata={"description": "この状態のものだけ。"})


@resource.get(ALL)
@resource.arguments(RegistrationQuery, location="query")
@resource.response(200, page_of(RegistrationAnswer), example={"items": [examples.REGISTRATION], "next": None})
@resource.operation("申込を一覧する", "キャンセルされたものも含みます。status で絞り込めます。")
def list_registrations(asked: dict[str, Any], lecture_id: int) -> dict[str, Any]:
    """List a lecture's registrations by id."""
    requests.lecture(lecture_id)
    query = _loaded().where(Registration.lecture_id == lecture_id).order_by(Registration.id)
    if "status" in asked:
        query = query.where(Registration.status == asked["status"])
    after = paging.after_id(asked)
    if after is not None:
        query = query.where(Registration.id > after)
    rows = db.session.scalars(query.limit(paging.size(asked) + 1)).all()
    page, following = paging.cut(rows, asked, lambda row: [row.id])
    return {"items": registration_answers(page), "next": following}


@resource.get(ONE)
@resource.response(200, RegistrationAnswer, example=examples.REGISTRATION)
@resource.operation("申込を一件読む")
def read_registration(lecture_id: int, registration_id: int) -> dict[str, Any]:
    """Read one registration."""
    return registration_answers([_the(lecture_id, registration_id)])[0]


@resource.post(ALL)
@resource.arguments(RegistrationInput, example=examples.REGISTRATION_INPUT)
@resource.response(201, RegistrationAnswer, example=examples.REGISTRATION)
@resource.operation(
    "申込を登録する",
    "空きがあれば booked、満席なら waitlisted になります。受付終了・中止・重複・1社あたりの上限などは 409 と理由を返します。",
    creates=True,
)
def create_registration(values: dict[str, Any], lecture_id: int) -> Response:
    """Register a contact, or put her on the waiting list of a full lecture."""
    return requests.create(
        RegistrationAnswer(),
        lambda: _create(lecture_id, values),
        lambda answer: f"{PREFIX}/lectures/{answer['lecture']}/registrations/{answer['id']}",
    )


@resource.patch(ONE)
@resource.arguments(RegistrationPatch, example=examples.REGISTRATION_PATCH)
@resource.response(200, RegistrationAnswer, example=examples.REGISTRATION)
@resource.operation(
    "申込を変更する",
    "日程は一度の操作で移します。変更先が満席なら 409 を返し、元の席はそのまま残ります。"
    "同席者の変更と、キャンセル待ちの方に確保された席を受けることもできます。",
)
def change_registration(values: dict[str, Any], lecture_id: int, registration_id: int) -> dict[str, Any]:
    """Change the date of a registration or its companions, or take the seat that is kept for it."""
    _the(lecture_id, registration_id)
    if not values.keys() & {"lecture", "status", "companions"}:
        raise Invalid(field="lecture", why="missing")
    if "lecture" in values:
        requests.lecture(values["lecture"])
    with db.writing():
        _change(registration_id, values)
    return registration_answers([_the(values.get("lecture", lecture_id), registration_id)])[0]


@resource.delete(ONE)
@resource.response(204)
@resource.operation(
    "申込をキャンセルする",
    "空いた席はキャンセル待ちの先頭の方に移ります。キャンセル待ちの方は、待つのをやめるか、確保された席を見送ります。",
)
def cancel_registration(lecture_id: int, registration_id: int) -> Response:
    """Cancel a registration."""
    _the(lecture_id, registration_id)
    changes.cancel(registration_id, edge.now(), requests.actor())
    return Response(status=204)


def registration_answers(rows: Sequence[Registration]) -> list[dict[str, Any]]:
    """Return registrations as programs get them, people and their accounts loaded."""
    names = naming.called(row.contact_id for row in rows)
    return [
        {
            "id": row.id,
            "contact": names[row.contact_id],
            "name": row.contact.name,
            "account": row.contact.account.external_id,
            "lecture": row.lecture_id,
            "status": row.status,
            "companions": row.companions,
            "unnamed_companions": row.unnamed_companions,
            "offered_until": row.offered_until,
            "exception": row.exception,
            "mails": row.mails,
            "uid": row.uid,
            "sequence": row.sequence,
            "registered_at": row.registered_at,
            "cancelled_at": row.revised_at if row.status == "cancelled" else None,
        }
        for row in rows
    ]


def _loaded() -> Select[Registration]:
    people = joinedload(Registration.contact).joinedload(Contact.account)
    return select(Registration).options(people).execution_options(populate_existing=True)


def _the(lecture_id: int, registration_id: int) -> Registration:
    query = _loaded().where(Registration.id == registration_id, Registration.lecture_id == lecture_id)
    row = db.session.scalar(query)
    if row is None:
        raise NotFound(what="registration", value=registration_id)
    return row


def _create(lecture_id: int, values: dict[str, Any]) -> dict[str, Any]:
    requests.lecture(lecture_id)
    number = booking.register(
        naming.contact_named(values["contact"]),
        lecture_id,
        edge.now(),
        requests.actor(),
        **_companions(values),
        waitlist=values["waitlist"],
        mails=values["mails"],
        exception=values["exception"],
        over_limit=values["over_limit"],
    )
    return registration_answers([_the(lecture_id, number)])[0]


def _change(registration_id: int, values: dict[str, Any]) -> None:
    now, actor = edge.now(), requests.actor()
    # What locks a lecture comes before what locks the account alone, as everywhere.
    if "status" in values:
        waiting.accept(registration_id, now, actor)
    if "lecture" in values:
        changes.swap(registration_id, values["lecture"], now, actor, over_limit=values["over_limit"])
    if "companions" in values:
        given = _companions(values)
        set_companions(registration_id, given["companions"], now, actor, unnamed=given["unnamed"])


def _companions(values: dict[str, Any]) -> dict[str, Any]:
    """Return companions as names and how many more there are."""
    given = values["companions"]
    return {"companions": [], "unnamed": given} if isinstance(given, int) else {"companions": given, "unnamed": 0}
