"""What a list of ticks says: which set-up step of which account, or store, stands how."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, tzinfo

from scheduler.readers.customer_cells import code
from scheduler.readers.customer_columns import header_key
from scheduler.readers.customer_rows import Refusal
from scheduler.readers.headed import Days, day_complaint, read_headed

FIELDS = ("account_id", "step", "store_code", "state", "waiting_on", "at", "reason")

_ALIASES = {
    "account_id": "顧客ID 企業ID 取引先ID 会社ID 顧客コード 会社コード アカウントID Account_ID Company_ID Customer_ID "
    "External_ID",
    "step": "項目 項目キー 初期設定項目 初期設定 設定項目 ステップ Step Setup_Step Step_Key Item Task",
    "store_code": "店舗コード 店舗ID 支店コード 拠点コード 店舗 Store_code Store_ID Store Branch_Code",
    "state": "状態 ステータス 完了 進捗 State Status Done Progress",
    "waiting_on": "対応待ちの相手 待ち先 対応者 Waiting_on Waiting_for",
    "at": "日付 完了日 実施日 日時 Date Done_on Completed_on Done_at Completed_at At",
    "reason": "理由 備考 メモ Reason Note Notes Comment",
}
_STATES = {
    "done": "完了 済 済み 完 実施済 実施済み done complete completed finished yes true 1 x ok",
    "open": "未完了 未 未済 未着手 未実施 open todo no false 0 pending not_started",
    "waiting": "対応待ち 待ち 依頼中 確認中 waiting in_progress on_hold",
    "not_needed": "対象外 不要 該当なし not_needed not_applicable",
}
_DOERS = {
    "customer": "お客様 顧客 先方 customer",
    "us": "自社 弊社 当社 us ours vendor",
    "third_party": "外部の会社 外部 業者 委託先 管理会社 第三者 third_party agency",
}
# Marks that hold no letter and so have no key.
_MARKS = {"○": "done", "〇": "done", "◯": "done", "✓": "done", "✔": "done", "●": "done", "×": "open", "✕": "open"}


def _by_word(words: dict[str, str]) -> dict[str, str]:
    return {header_key(word): key for key, listed in words.items() for word in listed.split()}


_STATE_OF, _DOER_OF = _by_word(_STATES), _by_word(_DOERS)


@dataclass(frozen=True)
class TickRow:
    """One row: texts as written, its state and whom it waits on by their keys."""

    number: int
    account_id: str
    step: str
    store_code: str
    # open, waiting, done or not_needed
    state: str
    # customer, us or third_party; empty: the row does not say.
    waiting_on: str
    on: date | None
    reason: str


@dataclass(frozen=True)
class TickList:
    """A list read: its rows, those that cannot be used, and how many say nothing (an empty state)."""

    encoding: str
    rows: list[TickRow]
    refused: list[Refusal]
    silent: int


def read_ticks(data: bytes, filename: str, zone: tzinfo) -> TickList:
    """Read a list of ticks; without a column for the state every row says done. Raises Unreadable.

    Refusals: account_id_missing, step_missing, state_unknown, doer_unknown, date_open, date_impossible, date_unreadable.
    """
    found = read_headed(data, filename, _ALIASES, ("account_id", "step"))
    days = Days([values.get("at", "") for _number, values in found.lines], zone)
    rows, refused, silent = [], [], 0
    for number, values in found.lines:
        if "state" in found.fields and not values["state"]:
            silent += 1
            continue
        row = _row(number, values, days)
        if isinstance(row, TickRow):
            rows.append(row)
        else:
            refused.append(row)
    return TickList(found.encoding, rows, refused, silent)


def _row(number: int, values: dict[str, str], days: Days) -> TickRow | Refusal:
    for field in ("account_id", "step"):
        if not values[field]:
            return Refusal(number, f"{field}_missing")
    said, _bracket, who = values.get("state", "完了").replace("（", "(").partition("(")
    state = _MARKS.get(said.strip()) or _STATE_OF.get(header_key(said))
    if state is None:
        return Refusal(number, "state_unknown", {"value": values["state"]})
    waiting_on = values.get("waiting_on") or who.rstrip(")） ")
    doer = _DOER_OF.get(header_key(waiting_on)) if waiting_on and state == "waiting" else ""
    if doer is None:
        return Refusal(number, "doer_unknown", {"value": waiting_on})
    reading = days.read(values.get("at", ""))
    if complaint := day_complaint(reading):
        return Refusal(number, complaint, {"value": values["at"]})
    texts = (code(values["account_id"]), values["step"], code(values.get("store_code", "")))
    return TickRow(number, *texts, state, doer, reading.value, values.get("reason", ""))
