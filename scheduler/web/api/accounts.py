"""Answers /accounts: customer companies with all that is known of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from flask import Response, current_app
from flask.typing import ResponseReturnValue

from scheduler.models.accounts import STAGES
from scheduler.services import accounts, addresses, overviews
from scheduler.services.installation import here
from scheduler.services.overviews import Overview
from scheduler.services.setup import StepProgress
from scheduler.web import edge
from scheduler.web.api import examples, paging, requests
from scheduler.web.api.account_schemas import AccountAnswer, AccountInput
from scheduler.web.api.blueprint import PREFIX, Blueprint
from scheduler.web.api.fields import Choice, Flag
from scheduler.web.api.schemas import Paging, page_of
from scheduler.web.api.tasks import task_answer

resource = Blueprint("accounts", "顧客企業。外部ID（CRM のキー）で指定します。")


class AccountQuery(Paging):
    """Which accounts are listed."""

    stage = Choice(*STAGES, metadata={"description": "このフェーズの企業だけ。"})
    ready = Flag(metadata={"description": "true で引き継ぎ可の企業、false でそれ以外。"})
    stuck = Flag(metadata={"description": "true で停滞している企業、false でそれ以外。"})


@resource.get("/accounts")
@resource.arguments(AccountQuery, location="query")
@resource.response(200, page_of(AccountAnswer), example={"items": [examples.ACCOUNT], "next": None})
@resource.operation("顧客企業を一覧する", "登録順です。stage、ready、stuck は組み合わせて絞り込めます。")
def list_accounts(asked: dict[str, Any]) -> dict[str, Any]:
    """List accounts by id."""
    wanted = overviews.Wanted(asked.get("stage"), asked.get("ready"), asked.get("stuck"))
    rows = overviews.listed(wanted, paging.size(asked) + 1, paging.after_id(asked))
    page, following = paging.cut(rows, asked, lambda row: [row.account.id])
    return {"items": [account_answer(row) for row in page], "next": following}


@resource.get("/accounts/<name:external_id>")
@resource.response(200, AccountAnswer, example=examples.ACCOUNT)
@resource.operation(
    "顧客企業を一件読む", "店舗、先方担当者、出欠、初期設定、引き継ぎ条件とその根拠、未完了のタスクを含みます。"
)
def read_account(external_id: str) -> dict[str, Any]:
    """Read one account."""
    return account_answer(overviews.of([requests.account_id(external_id)])[0])


@resource.put("/accounts/<name:external_id>")
@resource.arguments(AccountInput, example=examples.ACCOUNT_INPUT)
@resource.response(200, AccountAnswer, example=examples.ACCOUNT)
@resource.alt_response(201, schema=AccountAnswer, description="Created", example=examples.ACCOUNT, success=True)
@resource.operation(
    "顧客企業を登録・変更する",
    "新しい外部ID なら登録して 201、あれば送った項目だけを変更して 200 を返します。"
    "店舗はコードで、先方担当者は ID、なければメールアドレスと氏名で照合します。メールは誰にも送りません。",
)
def put_account(values: dict[str, Any], external_id: str) -> ResponseReturnValue:
    """Make or change an account; it mails nobody."""
    number, new = accounts.upsert(external_id, values, edge.now(), requests.actor())
    row = overviews.of([number])[0]
    body = current_app.json.dumps(AccountAnswer().dump(account_answer(row)))
    response = Response(body, 201 if new else 200, content_type="application/json")
    if new:
        response.headers["Location"] = f"{here().base_url}{PREFIX}/accounts/{quote(row.account.external_id, safe='')}"
    return response


def account_answer(row: Overview) -> dict[str, Any]:
    """Return an account as programs get it."""
    one = row.account
    plain = (
        *("external_id", "name", "reading", "stage", "stage_since", "undecided", "plan", "note", "it_skill"),
        *("promises", "open_points", "on_hold_until", "cancelled_on"),
        *("signed_on", "planned_start_on", "billing_starts_on", "started_on", "introduced_at", "introduced_to"),
    )
    owners = {stage: getattr(one, f"{stage}_owner") for stage in STAGES}
    return {key: getattr(one, key) for key in plain} | {
        "owners": {stage: owner.email if owner is not None else None for stage, owner in owners.items()},
        "stores": row.stores,
        "contacts": _contacts(row),
        "attendance": _attendance(row),
        "setup": [step_answer(step) for step in row.setup],
        "readiness": {
            "ready": one.ready_since is not None,
            "since": one.ready_since,
            "clauses": [_clause(clause, row) for clause in one.clauses],
        },
        "contracts": row.contracts,
        "tags": [tag.name for tag in row.tags],
        "tasks": [task_answer(task, row.names) for task in row.tasks],
        "state": {"level": one.level, "reasons": one.level_reasons, "next_step": one.next_step or None},
    }


def step_answer(step: StepProgress) -> dict[str, Any]:
    """Return a set-up step as programs get it."""
    return {
        "step": step.key,
        "name": step.name,
        "per": step.per,
        "required": step.required,
        "doer": step.doer,
        "tickers": list(step.tickers),
        "due_on": step.due_on,
        "guide_url": step.guide_url or None,
        "done": step.done,
        "settled": step.closed,
        "total": step.total,
        "at": step.at,
        "items": [
            {
                "store": item.store_code or None,
                "state": item.state,
                "waiting_on": item.waiting_on or None,
                "at": item.at,
                "reason": item.reason or None,
            }
            for item in step.items
        ],
    }


def _contacts(row: Overview) -> list[dict[str, Any]]:
    plain = ("id", "email", "name", "reading", "role", "phone", "locale", "zone", "left_on", "checks")
    return [
        {key: getattr(person, key) for key in plain}
        | {
            "stores": [store.code for store in person.stores],
            "personal_url": addresses.personal(person),
            "feed_url": addresses.feed(person),
        }
        for person in row.contacts
    ]


def _attendance(row: Overview) -> list[dict[str, Any]]:
    return [
        {
            "contact": row.names[verdict.contact_id],
            "lecture": verdict.lecture_id,
            "course": verdict.lecture.course.key,
            "starts_at": verdict.lecture.starts_at,
            "verdict": verdict.verdict,
            "seconds": verdict.seconds,
            "sources": verdict.sources,
        }
        for verdict in row.attendance
    ]


def _clause(kept: Mapping[str, Any], row: Overview) -> dict[str, Any]:
    """Return a clause with people and stores named as programs name them."""
    codes = {store.id: store.code for store in row.stores}
    params = dict(kept["params"])
    if "stores_missing" in params:
        params["stores_missing"] = [codes[number] for number in params["stores_missing"] if number in codes]
    return dict(kept) | {
        "params": params,
        "evidence": [_evidence(item, codes, row) for item in kept["evidence"]],
        "parts": [_clause(part, row) for part in kept.get("parts", ())],
    }


def _evidence(item: Mapping[str, Any], codes: Mapping[int, str], row: Overview) -> dict[str, Any]:
    named = dict(item)
    if "contact" in item:
        named["contact"] = row.names.get(item["contact"], str(item["contact"]))
    if "stores" in item:
        named["stores"] = [codes[number] for number in item["stores"] if number in codes]
    return named
