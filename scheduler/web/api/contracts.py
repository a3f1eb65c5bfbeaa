"""Answers /accounts/{external_id}/contracts: on which terms an account is a customer, and what became of each contract."""

from __future__ import annotations

from typing import Any

from scheduler.models.accounts import Contract
from scheduler.services import contracts
from scheduler.web import edge
from scheduler.web.api import examples, paging, requests
from scheduler.web.api.account_schemas import ContractAnswer, ContractInput
from scheduler.web.api.blueprint import Blueprint
from scheduler.web.api.schemas import Paging, page_of

resource = Blueprint("contracts", "契約。期間、月額、更新されたかどうか。")

_EXAMPLE: dict[str, Any] = examples.ACCOUNT["contracts"][0]
_RENEWED = _EXAMPLE | {"outcome": "renewed"}


@resource.get("/accounts/<name:external_id>/contracts")
@resource.arguments(Paging, location="query")
@resource.response(200, page_of(ContractAnswer), example={"items": [_EXAMPLE], "next": None})
@resource.operation("契約を一覧する", "開始日の新しい順です。")
def list_contracts(asked: dict[str, Any], external_id: str) -> dict[str, Any]:
    """List an account's contracts, the latest first."""
    before = paging.after_id(asked)
    found = contracts.of_account(requests.account_id(external_id))
    # No two begin on one day, so that the day's number tells where to go on.
    rows = [row for row in found if before is None or row.starts_on.toordinal() < before]
    page, following = paging.cut(rows[: paging.size(asked) + 1], asked, lambda row: [row.starts_on.toordinal()])
    return {"items": page, "next": following}


@resource.put("/accounts/<name:external_id>/contracts")
@resource.arguments(ContractInput, example=_RENEWED)
@resource.response(200, ContractAnswer, example=_RENEWED)
@resource.operation(
    "契約を登録・変更する",
    "開始日が同じ契約があれば送った項目だけを変更し、なければ登録します。同じ内容を何度送っても結果は変わりません。",
)
def put_contract(values: dict[str, Any], external_id: str) -> Contract:
    """Add a contract, or change the one that begins on that day."""
    number = requests.account_id(external_id)
    contracts.put(number, values, edge.now(), requests.actor())
    return next(row for row in contracts.of_account(number) if row.starts_on == values["starts_on"])
