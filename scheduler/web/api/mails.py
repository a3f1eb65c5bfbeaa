"""Answers /mails: what became of every message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response
from sqlalchemy import select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.mails import STATES, Mail
from scheduler.services import mailbox, naming, resending
from scheduler.services.refusals import NotFound
from scheduler.web import edge
from scheduler.web.api import examples, paging, requests
from scheduler.web.api.blueprint import PREFIX, Blueprint
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
        "queued 送信待ち、sending 送信中、sent 送信済み、delivered 到着、bounced 不達、failed 送信失敗、missed 期限切れ、"
        "dropped 送信取りやめ。delivered と bounced は、送信サービスから結果が届くときだけ使います。",
        metadata={"enum": list(STATES)},
    )
    reason = text("送れなかった・送らなかった理由、または待っている理由のキー。", allow_none=True)
    subject = text("件名。送る前は null。", allow_none=True)
    locale = text("送った言語。送る前は null。", allow_none=True)
    due_at = moment("この日時になったら送ります。")
    sent_at = moment("送った日時。", allow_none=True)
    delivered_at = moment("相手のサーバーに届いた日時。分からないときは null。", allow_none=True)
    opened_at = moment("ご本人が最初に開いた日時（自動で開かれたものは数えません）。", allow_none=True)
    clicked_at = moment("リンクが最初に押された日時。", allow_none=True)
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


@resource.get("/mails/<id:mail_id>")
@resource.response(200, MailAnswer, example=examples.MAIL)
@resource.operation("メールを一件読む")
def read_mail(mail_id: int) -> dict[str, Any]:
    """Read one mail."""
    return _read(mail_id)


@resource.post("/mails/<id:mail_id>/resend")
@resource.response(201, MailAnswer, example=examples.MAIL)
@resource.operation(
    "メールをもう一度送る",
    "送信失敗のメールはそのまま送信待ちに戻し、送り終えたメールは同じ内容の新しいメールにします。送信の直前に、まだ必要かどうかを"
    "もう一度確かめます。いま送っても取りやめになるときは 409（mail_not_wanted）、まだ送信待ちのときは 409（mail_waits）を返します。",
    creates=True,
)
def resend_mail(mail_id: int) -> Response:
    """Send a mail once more."""
    return requests.create(
        MailAnswer(),
        lambda: _read(resending.resend(mail_id, edge.now(), requests.actor())),
        lambda answer: f"{PREFIX}/mails/{answer['id']}",
    )


def _read(mail_id: int) -> dict[str, Any]:
    row = db.session.get(Mail, mail_id, options=mailbox.WITH_PEOPLE, populate_existing=True)
    if row is None:
        raise NotFound(what="mail")
    return mail_answers([row])[0]


def mail_answers(rows: Sequence[Mail]) -> list[dict[str, Any]]:
    """Return mails as programs get them, their people loaded."""
    names = naming.called(row.contact_id for row in rows if row.contact_id is not None)
    waits = mailbox.waits(rows, edge.now())
    ids = sorted({row.account_id for row in rows if row.account_id is not None})
    of = select(Account.id, Account.external_id).where(Account.id.in_(ids))
    accounts = dict(db.session.execute(of).all())
    return [_answer(row, names, accounts, waits.get(row.id) or row.reason) for row in rows]


def _answer(row: Mail, names: dict[int, str], accounts: dict[int, str], reason: str) -> dict[str, Any]:
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
        "reason": reason or None,
        "subject": row.subject,
        "locale": row.locale,
        "due_at": row.due_at,
        "sent_at": row.sent_at,
        "delivered_at": row.delivered_at,
        "opened_at": row.opened_at,
        "clicked_at": row.clicked_at,
        "created_at": row.created_at,
    }
