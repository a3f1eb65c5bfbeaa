"""Answers /handovers: accounts passing from one team to the next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from scheduler.models.accounts import STAGES
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.staff import Staff
from scheduler.services import handovers
from scheduler.services.refusals import Invalid, NotFound
from scheduler.web import edge
from scheduler.web.api import handover_examples, paging, requests
from scheduler.web.api.blueprint import PREFIX, Blueprint
from scheduler.web.api.fields import NOTE, Choice, Items, Named, Part, Text
from scheduler.web.api.schemas import Answer, Input, Paging, moment, page_of, strings, text, whole

resource = Blueprint("handovers", "引き継ぎ。顧客企業を次のチームに渡します。")

# The longest text of a field of the account.
SHEET_NOTE = 5000
STATES = ("requested", "accepted", "returned", "withdrawn")


class HandoverAnswer(Answer):
    """One handover."""

    id = whole("ID。")
    account = text("顧客企業の外部ID。")
    from_stage = text("渡す側のフェーズ。", data_key="from", metadata={"enum": list(STAGES)})
    to_stage = text(
        "受け取る側のフェーズ。担当だけが変わったときは from と同じです。",
        data_key="to",
        metadata={"enum": list(STAGES)},
    )
    state = text(
        "requested 依頼中、accepted 引き受け済み、returned 差し戻し、withdrawn 取り下げ。",
        metadata={"enum": list(STATES)},
    )
    reason = text("差し戻し・取り下げの理由。", allow_none=True)
    note = text("渡す側からの申し送り。")
    early_reason = text("条件が残るまま依頼した理由。", allow_none=True)
    receiver = text("引き受ける方（自社担当）のメールアドレス。", allow_none=True)
    reopened = strings("差し戻しのとき未達に戻した条件のキー。")
    wave = text("まとめて移したときの名前。一社ずつの引き継ぎでは null。", allow_none=True)
    requested_at = moment("依頼した日時。")
    decided_at = moment("引き受け・差し戻し・取り下げの日時。", allow_none=True)


class SheetInput(Input):
    """Fields of the account that the giver fills in while asking; a boundary may demand some of them."""

    promises = Text(SHEET_NOTE, metadata={"description": "お客様に約束したこと。"})
    open_points = Text(SHEET_NOTE, metadata={"description": "未解決の事項。"})
    it_skill = Text(metadata={"description": "ITスキル。"})
    plan = Text(metadata={"description": "プラン。"})
    note = Text(SHEET_NOTE, metadata={"description": "備考。"})


class HandoverInput(Input):
    """A request to take an account over."""

    account = Named(required=True, metadata={"description": "顧客企業の外部ID。"})
    to = Choice(*STAGES[1:], required=True, metadata={"description": "受け取るチーム。次のフェーズだけです。"})
    note = Text(NOTE, load_default="", metadata={"description": "申し送り。"})
    receiver = Text(
        allow_none=True, metadata={"description": "引き受ける方のメールアドレス。送らなければチームの誰でも。"}
    )
    reason = Text(
        NOTE, allow_none=True, metadata={"description": "条件が残るまま依頼する理由。条件がそろっていれば不要です。"}
    )
    sheet = Part(SheetInput, metadata={"description": "引き継ぎシートの項目。送った項目は顧客企業に保存されます。"})


class HandoverPatch(Input):
    """What becomes of a request."""

    action = Choice(
        *("accept", "return", "withdraw"),
        required=True,
        metadata={"description": "accept 引き受ける、return 差し戻す、withdraw 取り下げる。"},
    )
    reason = Text(NOTE, allow_none=True, metadata={"description": "理由。差し戻しのときは必ず送ります。"})
    reopened = Items(
        Text(blank=False),
        30,
        metadata={
            "description": "return のとき: 未達に戻す条件のキー（attended、setup_complete など）。"
            "渡す側が確認済みにするまで、引き継ぎ可になりません。"
        },
    )
    receiver = Text(
        allow_none=True,
        metadata={
            "description": "accept のとき: 担当になる方のメールアドレス。送らなければ依頼の receiver、"
            "それもなければ受け取るチームの今の担当のままです。"
        },
    )


class HandoverQuery(Paging):
    """Which handovers are listed."""

    account = Text(metadata={"description": "顧客企業の外部ID。"})
    state = Choice(*STATES, metadata={"description": "この状態のものだけ。"})


@resource.get("/handovers")
@resource.arguments(HandoverQuery, location="query")
@resource.response(200, page_of(HandoverAnswer), example={"items": [handover_examples.HANDOVER], "next": None})
@resource.operation("引き継ぎを一覧する", "新しい順です。")
def list_handovers(asked: dict[str, Any]) -> dict[str, Any]:
    """List handovers, newest first."""
    query = _loaded().order_by(Handover.id.desc())
    if "account" in asked:
        query = query.where(Handover.account_id == requests.account_id(asked["account"]))
    if "state" in asked:
        query = query.where(Handover.state == asked["state"])
    before = paging.after_id(asked)
    if before is not None:
        query = query.where(Handover.id < before)
    rows = db.session.scalars(query.limit(paging.size(asked) + 1)).all()
    page, following = paging.cut(rows, asked, lambda row: [row.id])
    return {"items": handover_answers(page), "next": following}


@resource.get("/handovers/<id:handover_id>")
@resource.response(200, HandoverAnswer, example=handover_examples.HANDOVER)
@resource.operation("引き継ぎを一件読む")
def read_handover(handover_id: int) -> dict[str, Any]:
    """Read one handover."""
    return _answer(handover_id)


@resource.post("/handovers")
@resource.arguments(HandoverInput, example=handover_examples.HANDOVER_INPUT)
@resource.response(201, HandoverAnswer, example=handover_examples.HANDOVER)
@resource.operation(
    "引き継ぎを依頼する",
    "条件が残っていて reason がなければ 409（not_ready）、シートに必要な項目が空なら 422（sheet_incomplete）を返します。",
    creates=True,
)
def create_handover(values: dict[str, Any]) -> Response:
    """Ask the next team to take an account over."""
    return requests.create(
        HandoverAnswer(), lambda: _create(values), lambda answer: f"{PREFIX}/handovers/{answer['id']}"
    )


@resource.patch("/handovers/<id:handover_id>")
@resource.arguments(HandoverPatch, example=handover_examples.HANDOVER_PATCH)
@resource.response(200, HandoverAnswer, example=handover_examples.HANDOVER)
@resource.operation(
    "引き継ぎを引き受ける・差し戻す・取り下げる",
    "引き受けると顧客企業のフェーズが変わり、窓口の方への担当者変更のご案内が翌営業日 10 時に送られます。",
)
def change_handover(values: dict[str, Any], handover_id: int) -> dict[str, Any]:
    """Accept, return or withdraw a handover."""
    _the(handover_id)
    now, actor, reason = edge.now(), requests.actor(), values.get("reason") or ""
    if values["action"] == "accept":
        handovers.accept(handover_id, now, actor, receiver_id=_receiver(values.get("receiver")))
    elif values["action"] == "return":
        handovers.give_back(handover_id, reason, now, actor, values.get("reopened") or ())
    else:
        handovers.withdraw(handover_id, reason, now, actor)
    return _answer(handover_id)


def handover_answers(rows: Sequence[Handover]) -> list[dict[str, Any]]:
    """Return handovers as programs get them, account and receiver loaded."""
    return [
        {
            "id": row.id,
            "account": row.account.external_id,
            "from_stage": row.from_stage,
            "to_stage": row.to_stage,
            "state": row.state,
            "reason": row.reason or None,
            "note": row.note,
            "early_reason": row.early_reason or None,
            "receiver": row.receiver.email if row.receiver is not None else None,
            "reopened": row.reopened,
            "wave": row.wave,
            "requested_at": row.requested_at,
            "decided_at": row.decided_at,
        }
        for row in rows
    ]


def _loaded() -> Select[Handover]:
    query = select(Handover).options(joinedload(Handover.account), joinedload(Handover.receiver))
    return query.execution_options(populate_existing=True)


def _the(handover_id: int) -> Handover:
    row = db.session.scalar(_loaded().where(Handover.id == handover_id))
    if row is None:
        raise NotFound(what="handover", value=handover_id)
    return row


def _answer(handover_id: int) -> dict[str, Any]:
    return handover_answers([_the(handover_id)])[0]


def _create(values: dict[str, Any]) -> dict[str, Any]:
    number = handovers.request(
        requests.account_id(values["account"]),
        values["to"],
        edge.now(),
        requests.actor(),
        note=values["note"],
        receiver_id=_receiver(values.get("receiver")),
        reason=values.get("reason"),
        sheet=values.get("sheet"),
    )
    return _answer(number)


def _receiver(email: str | None) -> int | None:
    if not email:
        return None
    known = db.session.scalar(select(Staff.id).where(Staff.email == email.strip().lower()))
    if known is None:
        raise Invalid(field="receiver", why="unknown_member", value=email)
    return known
