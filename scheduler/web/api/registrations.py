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
from scheduler.services.refusals import NotFound
from scheduler.services.registrations import booking, changes
from scheduler.web import edge
from scheduler.web.api import examples, paging, requests
from scheduler.web.api.blueprint import PREFIX, Blueprint
from scheduler.web.api.fields import LARGEST_ID, Choice, Flag, Items, Named, Text, Whole
from scheduler.web.api.schemas import Answer, Input, Paging, flag, moment, page_of, strings, text, whole

resource = Blueprint("registrations", "申込。先方担当者一人が、一つの開催日程に申し込んだもの。")

ONE = "/lectures/<id:lecture_id>/registrations/<id:registration_id>"
ALL = "/lectures/<id:lecture_id>/registrations"
MOST_COMPANIONS = 50


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
    companions = Items(
        Text(),
        MOST_COMPANIONS,
        load_default=list,
        metadata={"description": "同じ画面で受講する同席者の氏名。"},
    )
    mails = Flag(load_default=True, metadata={"description": "false なら、この申込についてメールを送りません。"})


class RegistrationPatch(Input):
    """A change of date."""

    lecture = Whole(0, LARGEST_ID, required=True, metadata={"description": "変更先の開催日程の ID。"})


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
    "空きがあれば booked、満席なら waitlisted になります。受付終了・中止・重複などは 409 と理由を返します。",
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
    "申込の日程を変更する", "一度の操作で席を移します。変更先が満席なら 409 を返し、元の席はそのまま残ります。"
)
def change_registration(values: dict[str, Any], lecture_id: int, registration_id: int) -> dict[str, Any]:
    """Change the date of a registration."""
    _the(lecture_id, registration_id)
    requests.lecture(values["lecture"])
    changes.swap(registration_id, values["lecture"], edge.now(), requests.actor())
    return registration_answers([_the(values["lecture"], registration_id)])[0]


@resource.delete(ONE)
@resource.response(204)
@resource.operation("申込をキャンセルする", "空いた席はキャンセル待ちの先頭の方に移ります。")
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
        companions=[name.strip() for name in values["companions"] if name.strip()],
        waitlist=True,
        mails=values["mails"],
    )
    return registration_answers([_the(lecture_id, number)])[0]
