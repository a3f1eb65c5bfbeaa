"""Answers the handover sheet to programs: all that is known of an account, as its receiver reads it."""

from __future__ import annotations

from typing import Any

from marshmallow import fields as plain
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.services import overviews
from scheduler.services import sheets as service
from scheduler.services.refusals import NotFound
from scheduler.services.sheets import Held, Sheet
from scheduler.web import edge
from scheduler.web.api import handover_examples, requests
from scheduler.web.api.account_schemas import AccountAnswer
from scheduler.web.api.accounts import account_answer
from scheduler.web.api.blueprint import Blueprint
from scheduler.web.api.handovers import HandoverAnswer, handover_answers
from scheduler.web.api.progress import EventAnswer, event_answers
from scheduler.web.api.schemas import Answer, moment, parts, strings, text, whole

resource = Blueprint("sheets", "引き継ぎシート。顧客企業についてわかっていることのすべてです。")


class SeenAnswer(Answer):
    """One person at a lecture."""

    contact = text("先方担当者。")
    name = text("氏名。")
    verdict = text("attended 出席、partial 一部参加。", metadata={"enum": ["attended", "partial"]})
    companions = strings("同じ画面で一緒に見た方。")


class HeldAnswer(Answer):
    """One lecture with those of the account who were there."""

    lecture = whole("開催日程の ID。")
    course = text("レクチャーのキー。")
    starts_at = moment("開始（UTC）。")
    people = parts(SeenAnswer, "この企業から参加した方。")


class StoreLineAnswer(Answer):
    """How far a store is with what is set up per store."""

    code = text("店舗コード。")
    name = text("店舗名。")
    closed = whole("済んだ項目の数（対象外も含みます）。")
    total = whole("店舗ごとの項目の数。")


class UseAnswer(Answer):
    """How much the product was used."""

    days = whole("利用のあった日数。")
    first_on = text("最初の利用日。YYYY-MM-DD。", allow_none=True, metadata={"format": "date"})
    last_on = text("最近の利用日。YYYY-MM-DD。", allow_none=True, metadata={"format": "date"})
    confirmed_on = text("人が確認した利用開始日。YYYY-MM-DD。", allow_none=True, metadata={"format": "date"})
    confirmed_how = text("確認方法。")


class NoteAnswer(Answer):
    """What is noted about a person."""

    contact = text("先方担当者。")
    note = text("書き留めたこと。")


class SheetAnswer(Answer):
    """The whole sheet."""

    handover = plain.Nested(
        HandoverAnswer, allow_none=True, metadata={"description": "この引き継ぎ。企業のシートでは null。"}
    )
    account = plain.Nested(
        AccountAnswer, metadata={"description": "顧客企業。約束したこと、人、店舗、出欠、初期設定、条件、タスク。"}
    )
    contact_notes = parts(NoteAnswer, "先方担当者について書き留めたこと。")
    lectures = parts(HeldAnswer, "受講した日程。古い順です。")
    stores = parts(StoreLineAnswer, "店舗ごとの初期設定。")
    usage = plain.Nested(UseAnswer, metadata={"description": "利用状況。"})
    mails = plain.Dict(metadata={"description": "お客様へのメールの数。状態ごと。"})
    handovers = parts(HandoverAnswer, "これまでの引き継ぎ。新しい順です。")
    events = parts(EventAnswer, "最近の対応履歴。")


@resource.get("/accounts/<name:external_id>/sheet")
@resource.response(200, SheetAnswer, example=handover_examples.SHEET)
@resource.operation("顧客企業の引き継ぎシートを読む", "印刷用のページと同じ内容です。")
def read_account_sheet(external_id: str) -> dict[str, Any]:
    """Read the sheet of an account."""
    return _sheet(requests.account_id(external_id), None)


@resource.get("/handovers/<id:handover_id>/sheet")
@resource.response(200, SheetAnswer, example=handover_examples.SHEET)
@resource.operation("引き継ぎのシートを読む", "その引き継ぎと、顧客企業のいまの内容です。")
def read_handover_sheet(handover_id: int) -> dict[str, Any]:
    """Read the sheet of a handover."""
    people = (joinedload(Handover.account), joinedload(Handover.receiver))
    row = db.session.scalar(select(Handover).where(Handover.id == handover_id).options(*people))
    if row is None:
        raise NotFound(what="handover", value=handover_id)
    return _sheet(row.account_id, row)


def _sheet(account_id: int, handover: Handover | None) -> dict[str, Any]:
    overview, sheet = overviews.of([account_id])[0], service.of(account_id, edge.now())
    account, names = overview.account, overview.names
    return {
        "handover": handover_answers([handover])[0] if handover is not None else None,
        "account": account_answer(overview),
        "contact_notes": [
            {"contact": names[person.id], "note": person.note} for person in overview.contacts if person.note
        ],
        "lectures": [_held(held, names) for held in sheet.lectures],
        "stores": [
            {"code": line.store.code, "name": line.store.name, "closed": line.closed, "total": line.total}
            for line in sheet.stores
        ],
        "usage": {
            "days": sheet.use.days,
            **{name: day.isoformat() if day is not None else None for name, day in _days(sheet, account.started_on)},
            "confirmed_how": account.started_source,
        },
        "mails": sheet.mails,
        "handovers": handover_answers(sheet.handovers),
        "events": event_answers(sheet.events),
    }


def _held(held: Held, names: Any) -> dict[str, Any]:
    return {
        "lecture": held.lecture.id,
        "course": held.lecture.course.key,
        "starts_at": held.lecture.starts_at,
        "people": [
            {
                "contact": names[seen.contact.id],
                "name": seen.contact.name,
                "verdict": seen.verdict,
                "companions": list(seen.companions),
            }
            for seen in held.people
        ],
    }


def _days(sheet: Sheet, started_on: Any) -> tuple[tuple[str, Any], ...]:
    return ("first_on", sheet.use.first_on), ("last_on", sheet.use.last_on), ("confirmed_on", started_on)
