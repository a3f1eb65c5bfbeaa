"""What a list of contracts says: which account has which terms from which day on, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta, tzinfo

from scheduler.readers.customer_cells import code
from scheduler.readers.customer_columns import header_key
from scheduler.readers.customer_rows import Refusal
from scheduler.readers.figure_rows import parse_amount
from scheduler.readers.headed import Days, day_complaint, read_headed

FIELDS = ("account_id", "starts_on", "last_on", "ends_on", "monthly_fee", "outcome")

# People write the last day of a term, programs (as our own) the first day after it: each has headers of its own.
_ALIASES = {
    "account_id": "顧客ID 企業ID 取引先ID 会社ID 顧客コード 会社コード アカウントID Account_ID Company_ID Customer_ID "
    "External_ID Account",
    "starts_on": "開始日 契約開始日 契約期間開始日 適用開始日 Starts_on Start_Date Contract_Start Contract_Start_Date Start From",
    "last_on": "終了日 契約終了日 契約期間終了日 満了日 契約満了日 最終日 Last_Day Last_on End_Date Contract_End "
    "Contract_End_Date Expiry_Date Expiration_Date Expires_on Until",
    "ends_on": "更新日 契約更新日 次回更新日 更新予定日 Ends_on Renewal_Date Renews_on Next_Renewal",
    "monthly_fee": "月額 月額料金 月額費用 月額利用料 料金 MRR Monthly_fee Monthly_Price Fee",
    "outcome": "結果 契約結果 更新結果 更新状況 契約状況 Outcome Renewal_Outcome Result",
}
_OUTCOMES = {
    "renewed": "更新 更新済 更新済み 継続 自動更新 renewed renew renewal",
    "ended": "終了 解約 満了 非更新 未更新 契約終了 ended end churned churn cancelled canceled terminated lost not_renewed expired",
    "running": "継続中 契約中 利用中 有効 running active open current",
}
_OUTCOME_OF = {header_key(word): key for key, words in _OUTCOMES.items() for word in words.split()}


@dataclass(frozen=True)
class ContractRow:
    """One row; None and an empty outcome: it does not say. `ends_on` is the first day after the term."""

    number: int
    account_id: str
    starts_on: date
    ends_on: date | None
    monthly_fee: int | None
    # renewed, ended or running.
    outcome: str


@dataclass(frozen=True)
class ContractList:
    """A list read: its rows, and those that cannot be used."""

    encoding: str
    rows: list[ContractRow]
    refused: list[Refusal]


def read_contracts(data: bytes, filename: str, zone: tzinfo) -> ContractList:
    """Read a list of contracts; raise Unreadable.

    Refusals: account_id_missing, starts_on_missing, date_open, date_impossible, date_unreadable, fee_unreadable,
    outcome_unknown, ends_twice (a last day and a day after it that do not fit together).
    """
    found = read_headed(data, filename, _ALIASES, ("account_id", "starts_on"))
    days = {
        name: Days([values.get(name, "") for _number, values in found.lines], zone)
        for name in ("starts_on", "last_on", "ends_on")
    }
    rows, refused = [], []
    for number, values in found.lines:
        row = _row(number, values, days)
        if isinstance(row, ContractRow):
            rows.append(row)
        else:
            refused.append(row)
    return ContractList(found.encoding, rows, refused)


def _row(number: int, values: dict[str, str], days: dict[str, Days]) -> ContractRow | Refusal:
    for field in ("account_id", "starts_on"):
        if not values[field]:
            return Refusal(number, f"{field}_missing")
    read: dict[str, date | None] = {}
    for name, column in days.items():
        reading = column.read(values.get(name, ""))
        if complaint := day_complaint(reading):
            return Refusal(number, complaint, {"value": values[name]})
        read[name] = reading.value
    starts_on, last_on, ends_on = read["starts_on"], read["last_on"], read["ends_on"]
    if starts_on is None:
        return Refusal(number, "starts_on_missing")
    if last_on is not None:
        after = last_on + timedelta(days=1)
        if ends_on not in (None, after):
            return Refusal(number, "ends_twice")
        ends_on = after
    fee = _fee(values.get("monthly_fee", ""))
    if isinstance(fee, str):
        return Refusal(number, "fee_unreadable", {"value": fee})
    said = values.get("outcome", "")
    outcome = _OUTCOME_OF.get(header_key(said), "") if said else ""
    if said and not outcome:
        return Refusal(number, "outcome_unknown", {"value": said})
    return ContractRow(number, code(values["account_id"]), starts_on, ends_on, fee, outcome)


def _fee(text: str) -> int | str | None:
    """Read a fee in whole units; an empty cell says nothing, and what is no such amount comes back as it is."""
    if not text:
        return None
    amount = parse_amount(text)
    return int(amount) if isinstance(amount, float) and amount.is_integer() else text
