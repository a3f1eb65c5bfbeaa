"""What a list of usage says: which account, or store, used the product on which day, and how."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, tzinfo

from scheduler.readers.customer_cells import code
from scheduler.readers.customer_rows import Refusal
from scheduler.readers.headed import Days, day_complaint, read_headed

FIELDS = ("account_id", "at", "event", "store_code")

_ALIASES = {
    "account_id": "顧客ID 企業ID 取引先ID 会社ID 顧客コード 会社コード アカウントID Account_ID Company_ID Customer_ID "
    "External_ID",
    "at": "日付 利用日 日時 利用日時 年月日 ログイン日 最終ログイン日 Date Day Used_on Used_at At Timestamp Time",
    "event": "イベント 操作 内容 機能 種別 Event Action Feature Type",
    "store_code": "店舗コード 店舗ID 支店コード 拠点コード 店舗 Store_code Store_ID Store Branch_Code",
}
# What a row says that names no event.
USED = "used"


@dataclass(frozen=True)
class UsageRow:
    """One row: an account's external id, a day in the installation's zone, what happened, and the store's code."""

    number: int
    account_id: str
    on: date
    event: str
    store_code: str


@dataclass(frozen=True)
class UsageList:
    """A list read: its rows, and those that cannot be used."""

    encoding: str
    rows: list[UsageRow]
    refused: list[Refusal]


def read_usage(data: bytes, filename: str, zone: tzinfo) -> UsageList:
    """Read a list of usage; moments count for their day in `zone`. Raises Unreadable.

    Refusals: account_id_missing, date_missing, date_open, date_impossible, date_unreadable.
    """
    found = read_headed(data, filename, _ALIASES, ("account_id", "at"))
    days = Days([values["at"] for _number, values in found.lines], zone)
    rows, refused = [], []
    for number, values in found.lines:
        row = _row(number, values, days)
        if isinstance(row, UsageRow):
            rows.append(row)
        else:
            refused.append(row)
    return UsageList(found.encoding, rows, refused)


def _row(number: int, values: dict[str, str], days: Days) -> UsageRow | Refusal:
    if not values["account_id"]:
        return Refusal(number, "account_id_missing")
    reading = days.read(values["at"])
    if complaint := day_complaint(reading):
        return Refusal(number, complaint, {"value": values["at"]})
    if reading.value is None:
        return Refusal(number, "date_missing")
    account_id, store_code = code(values["account_id"]), code(values.get("store_code", ""))
    return UsageRow(number, account_id, reading.value, values.get("event") or USED, store_code)
