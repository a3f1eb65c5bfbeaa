"""Answers /hand-ins: sales hands in a newly signed account, in one request."""

from __future__ import annotations

from typing import Any

from flask import Response

from scheduler.services import handing_in
from scheduler.web import edge
from scheduler.web.api import examples, requests
from scheduler.web.api.account_schemas import AccountInput
from scheduler.web.api.blueprint import PREFIX, Blueprint
from scheduler.web.api.fields import NOTE, Named, Part, Text
from scheduler.web.api.schemas import Answer, Input, strings, text, whole

resource = Blueprint("hand-ins", "受注の引き渡し。契約した顧客企業を、オンボーディングに渡します。")


class HandInInput(Input):
    """A newly signed account with what the next team must know."""

    external_id = Named(required=True, metadata={"description": "顧客企業の外部ID（CRM のキー）。"})
    account = Part(AccountInput, required=True, metadata={"description": "顧客企業。PUT /accounts と同じ項目です。"})
    note = Text(NOTE, load_default="", metadata={"description": "オンボーディングへの申し送り。"})
    reason = Text(NOTE, load_default="", metadata={"description": "条件が残るまま渡す理由。そろっていれば不要です。"})


class HandInAnswer(Answer):
    """What became of it."""

    account = text("顧客企業の外部ID。")
    handover = whole("引き継ぎの ID。条件が残っていてまだ依頼していなければ null。", allow_none=True)
    missing = strings("残っている条件（signed_on、contact_email、planned_start_on など）。")


INPUT: dict[str, Any] = {
    "external_id": "A-1024",
    "account": {
        "name": "株式会社みほん不動産",
        "signed_on": "2026-11-10",
        "planned_start_on": "2026-12-21",
        "promises": "開店前に店長研修を一度行う。",
        "contacts": examples.ACCOUNT_INPUT["contacts"],
    },
    "note": "店長様がITに詳しく、早めのご案内をご希望です。",
}


@resource.post("/hand-ins")
@resource.arguments(HandInInput, example=INPUT)
@resource.response(201, HandInAnswer, example={"account": "A-1024", "handover": 12, "missing": []})
@resource.operation(
    "契約した顧客企業を渡す",
    "登録とオンボーディングへの依頼を一度に行います。条件が残っていて reason がなければ、登録だけを行い missing に返します。",
    creates=True,
)
def create_hand_in(values: dict[str, Any]) -> Response:
    """Save the account and ask onboarding to take it over."""

    def act() -> dict[str, Any]:
        done = handing_in.hand_in(
            values["external_id"],
            values["account"],
            edge.now(),
            requests.actor(),
            note=values["note"],
            reason=values["reason"],
        )
        return {"account": values["external_id"], "handover": done.handover_id, "missing": list(done.missing)}

    return requests.create(HandInAnswer(), act, lambda answer: f"{PREFIX}/accounts/{answer['account']}")
