"""Answers what moves an account along: set-up steps, signs of use, introductions, and its history."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import fields as plain
from marshmallow import pre_load

from scheduler.models.history import Event
from scheduler.services import history, introductions, naming, setup, ticks, usage
from scheduler.services.refusals import NotFound
from scheduler.services.usage import UsageSignal
from scheduler.web import edge
from scheduler.web.api import examples, paging, requests
from scheduler.web.api.account_schemas import SetupAnswer
from scheduler.web.api.accounts import step_answer
from scheduler.web.api.blueprint import Blueprint
from scheduler.web.api.fields import Choice, Flag, Moment, Text, fault
from scheduler.web.api.schemas import Answer, Input, Paging, moment, page_of, text, whole
from scheduler.web.words.history import lines

resource = Blueprint("progress", "顧客企業の進み具合。初期設定、利用状況、案内、対応履歴。")


class SetupInput(Input):
    """What is said of a set-up step."""

    done = Flag(load_default=True, metadata={"description": "true で完了、false で未完了に戻します。"})
    state = Choice(
        *ticks.STATES,
        metadata={
            "description": "open 未完了、waiting 対応待ち、done 完了、not_needed 対象外。送った場合は done より優先します。"
        },
    )
    waiting_on = Choice(
        *ticks.DOERS,
        allow_none=True,
        metadata={"description": "対応待ちのとき、だれの対応か。customer お客様、us 自社、third_party 外部の会社。"},
    )
    reason = Text(
        ticks.LONGEST_REASON,
        metadata={"description": "対象外の理由（必須）、または対応待ちの説明。"},
    )
    at = Moment(allow_none=True, metadata={"description": "完了した日時。送らなければ今。"})
    store = Text(allow_none=True, metadata={"description": "店舗ごとの項目のとき、店舗コード。"})


class UsageInput(Input):
    """One sign of use."""

    at = Moment(required=True, metadata={"description": "利用した日時。"})
    event = Text(
        usage.LONGEST_EVENT, blank=False, required=True, metadata={"description": "何が行われたか（製品での呼び名）。"}
    )
    store = Text(allow_none=True, metadata={"description": "店舗コード。"})

    @pre_load(pass_collection=True)
    def _one_or_many(self, data: Any, **_: Any) -> Any:
        if not isinstance(data, dict | list):
            raise fault("not_an_object")
        return [data] if isinstance(data, dict) else data


class UsageAnswer(Answer):
    """What was recorded."""

    received = whole("受け取った件数。")
    new_days = whole("新しく利用日になった件数。同じ日・店舗・event の再送は数えません。")


class IntroductionInput(Input):
    """Whom to invite."""

    audience = Choice(
        *introductions.AUDIENCES,
        load_default="coordinator",
        metadata={"description": "coordinator 窓口のみ、manager 窓口と店長、everyone 全員。"},
    )


class IntroductionAnswer(Answer):
    """Who was invited, and who was not."""

    introduced = plain.Boolean(metadata={"description": "案内の対象か。導入中でなければ false で、何も送りません。"})
    invited = whole("招待のメールを送る人数。")
    already = whole("すでに招待または申込のある人数。")
    without_email = whole("メールアドレスがなく、電話で連絡する人数。")
    unsubscribed = whole("案内の配信を停止している人数。")


class EventAnswer(Answer):
    """One line of the history."""

    id = whole("ID。")
    at = moment("日時。")
    key = text("何が起きたか（registered、ready など）。")
    sentence = text("文（Accept-Language の言語）。", data_key="text")
    contact = text("先方担当者。", allow_none=True)
    lecture = whole("開催日程の ID。", allow_none=True)
    actor = text("contact、staff、api、worker、cli のいずれか。")
    by = text("行った人またはプログラムの名前。")
    channel = text("page、phone、import、report、api など。")


@resource.put("/accounts/<name:external_id>/setup/<name:step>")
@resource.arguments(SetupInput, example=examples.SETUP_INPUT)
@resource.response(200, SetupAnswer, example=examples.SETUP)
@resource.operation(
    "初期設定の項目を記録する",
    "完了、対応待ち、対象外、または未完了にします。同じ内容を何度送っても結果は変わりません。",
)
def put_setup(values: dict[str, Any], external_id: str, step: str) -> dict[str, Any]:
    """Record that a set-up step is done, waits, is not needed, or is open again."""
    number = requests.account_id(external_id)
    _known(number, step)
    setup.complete(
        number,
        step,
        edge.now(),
        requests.actor(),
        store_code=values.get("store"),
        done=values.get("state", "done" if values["done"] else "open") != "open",
        at=values.get("at"),
        state=values.get("state", "done"),
        waiting_on=values.get("waiting_on"),
        reason=values.get("reason", ""),
    )
    return step_answer(_known(number, step))


@resource.post("/accounts/<name:external_id>/usage")
@resource.arguments(UsageInput(many=True), example=examples.USAGE_INPUT)
@resource.response(201, UsageAnswer, example=examples.USAGE)
@resource.operation(
    "利用状況を記録する", "一件のオブジェクト、または 1,000 件までの配列を送ります。順序は問いません。", creates=True
)
def record_usage(signals: list[dict[str, Any]], external_id: str) -> Response:
    """Record one sign of use, or several."""
    return requests.create(UsageAnswer(), lambda: _record(external_id, signals))


@resource.post("/accounts/<name:external_id>/introduction")
@resource.arguments(IntroductionInput, example=examples.INTRODUCTION_INPUT)
@resource.response(201, IntroductionAnswer, example=examples.INTRODUCTION)
@resource.operation(
    "案内を開始する",
    "選んだ方に基本操作編の招待を一通ずつ送ります。もう一度送っても、新しい方だけが招待されます。",
    creates=True,
)
def introduce(values: dict[str, Any], external_id: str) -> Response:
    """Invite an account's people to the basic course."""
    return requests.create(IntroductionAnswer(), lambda: _introduce(external_id, values["audience"]))


@resource.get("/accounts/<name:external_id>/events")
@resource.arguments(Paging, location="query")
@resource.response(200, page_of(EventAnswer), example={"items": [examples.EVENT], "next": None})
@resource.operation("対応履歴を一覧する", "新しい順です。")
def list_events(asked: dict[str, Any], external_id: str) -> dict[str, Any]:
    """List an account's history, newest first."""
    number = requests.account_id(external_id)
    rows = history.of_account(number, limit=paging.size(asked) + 1, before=paging.after_id(asked))
    page, following = paging.cut(rows, asked, lambda row: [row.id])
    return {"items": event_answers(page), "next": following}


def _known(account_id: int, key: str) -> setup.StepProgress:
    known = next((step for step in setup.progress(account_id) if step.key == key), None)
    if known is None:
        raise NotFound(what="step", field="step", value=key)
    return known


def _record(external_id: str, signals: list[dict[str, Any]]) -> dict[str, int]:
    known = [UsageSignal(signal["at"], signal["event"], signal.get("store")) for signal in signals]
    new = usage.record(requests.account_id(external_id), known, edge.now(), requests.actor())
    return {"received": len(known), "new_days": new}


def _introduce(external_id: str, audience: str) -> dict[str, Any]:
    plan = introductions.start([requests.account_id(external_id)], audience, edge.now(), requests.actor())
    return {
        "introduced": bool(plan.accounts),
        "invited": len(plan.invited),
        "already": len(plan.already),
        "without_email": len(plan.without_email),
        "unsubscribed": len(plan.unsubscribed),
    }


def event_answers(rows: list[Event]) -> list[dict[str, Any]]:
    """Return lines of the history as programs get them."""
    names = naming.called(row.contact_id for row in rows if row.contact_id is not None)
    return [
        {
            "id": row.id,
            "at": row.at,
            "key": row.key,
            "sentence": line.sentence,
            "contact": names.get(row.contact_id) if row.contact_id is not None else None,
            "lecture": row.lecture_id,
            "actor": row.actor_kind,
            "by": line.by,
            "channel": row.channel,
        }
        for row, line in zip(rows, lines(rows), strict=True)
    ]
