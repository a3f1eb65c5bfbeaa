"""Answers /mails: what became of every message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.mails import STATES, Mail
from scheduler.services import mailbox, naming
from scheduler.web.api import examples, paging, requests
from scheduler.web.api.blueprint import Blueprint
from scheduler.web.api.fields import Choice, Text
from scheduler.web.api.schemas import Answer, Paging, moment, page_of, text, whole

resource = Blueprint("mails", "メール。送るもの・送ったもの・送らなかったものと、その理由。")


class MailAnswer(Answer):
    """One message."""

    id = whole("ID。")
    kind = text("種類（invitation、confirmation、reminder_day など）。")
    contact = text("宛先の先方担当者。自社担当宛なら null。", allow_none=True)
    staff = text("宛先の自社担当のメールアドレス。先方担当者宛なら null。", allow_none=True)
    application = whole("公開フォームから申し込んだ方宛のとき、その申し込みの ID。ほかは null。", allow_none=True)
    account = text("顧客企業の外部ID。", allow_none=True)
    lecture = whole("開催日程の ID。", allow_none=True)
    registration = whole("申込の ID。", allow_none=True)
    to = text("宛先のメールアドレス。", allow_none=True)
    state = text(
        "queued 送信待ち、sending 送信中、sent 送信済み、failed 送信失敗、missed 期限切れ、dropped 送信取りやめ。",
        metadata={"enum": list(STATES)},
    )
    reason = text("送れなかった、または送らなかった理由のキー。", allow_none=True)
    subject = text("件名。送る前は null。", allow_none=True)
    locale = text("送った言語。送る前は null。", allow_none=True)
    due_at = moment("この日時になったら送ります。")
    sent_at = moment("送った日時。", allow_none=True)
    created_at = moment("作られた日時。")


class MailQuery(Paging):
    """Which mails are listed."""

    account = Text(metadata={"description": "顧客企業の外部ID。"})
    contact = Text(metadata={"description": "先方担当者の ID、またはその方だけのメールアドレス。"})
    kind = Text(metadata={"description": "種類。"})
    state = Choice(*STATES, metadata={"description": "この状態のものだけ。"})


@resource.get("/mails")
@resource.arguments(MailQuery, location="query")
@resource.response(200, page_of(MailAnswer), example={"items": [examples.MAIL], "next": None})
@resource.operation("メールを一覧する", "新しい順です。")
def list_mails(asked: dict[str, Any]) -> dict[str, Any]:
    """List the mails, newest first."""
    query = select(Mail).options(*mailbox.WITH_PEOPLE).order_by(Mail.id.desc())
    if "account" in asked:
        query = query.where(Mail.account_id == requests.account_id(asked["account"]))
    if "contact" in asked:
        query = query.where(Mail.contact_id == naming.contact_named(asked["contact"]))
    for column, key in ((Mail.kind, "kind"), (Mail.state, "state")):
        if key in asked:
            query = query.where(column == asked[key])
    before = paging.after_id(asked)
    if before is not None:
        query = query.where(Mail.id < before)
    rows = db.session.scalars(query.limit(paging.size(asked) + 1)).all()
    page, following = paging.cut(rows, asked, lambda row: [row.id])
    return {"items": mail_answers(page), "next": following}


def mail_answers(rows: Sequence[Mail]) -> list[dict[str, Any]]:
    """Return mails as programs get them, their people loaded."""
    names = naming.called(row.contact_id for row in rows if row.contact_id is not None)
    ids = sorted({row.account_id for row in rows if row.account_id is not None})
    of = select(Account.id, Account.external_id).where(Account.id.in_(ids))
    accounts = dict(db.session.execute(of).all())
    return [_answer(row, names, accounts) for row in rows]


def _answer(row: Mail, names: dict[int, str], accounts: dict[int, str]) -> dict[str, Any]:
    person = row.contact or row.staff or row.application
    return {
        "id": row.id,
        "kind": row.kind,
        "contact": names[row.contact_id] if row.contact_id is not None else None,
        "staff": row.staff.email if row.staff is not None else None,
        "application": row.application_id,
        "account": accounts.get(row.account_id) if row.account_id is not None else None,
        "lecture": row.lecture_id,
        "registration": row.registration_id,
        "to": row.to_address or (person.email if person is not None else None),
        "state": row.state,
        "reason": row.reason or None,
        "subject": row.subject,
        "locale": row.locale,
        "due_at": row.due_at,
        "sent_at": row.sent_at,
        "created_at": row.created_at,
    }
