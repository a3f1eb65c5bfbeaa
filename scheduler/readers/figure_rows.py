"""What a list of monthly figures says: which month of which member or account brought how much of what."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from scheduler.readers.customer_columns import header_key
from scheduler.readers.customer_rows import Refusal
from scheduler.readers.dates import parse_date
from scheduler.readers.headed import read_headed
from scheduler.readers.tables import Unreadable

#: What may be handed in, in the order of pages: meetings 商談数, revenue 売上, renewed 更新 (1 yes, 0 no).
MEASURES = ("meetings", "revenue", "renewed")
#: Whose a figure is: a member's, an account's, or whichever of both bears the name.
SUBJECTS = ("person", "account", "subject")

_ALIASES = {
    "month": "月 年月 対象月 対象年月 月次 Month Year_Month Period Date",
    "person": "自社担当 担当者 担当 メンバー 自社メンバー 営業担当 営業 社員 氏名 メールアドレス メール Person Member Staff Seller Rep "
    "Sales_Rep Email E-mail Owner",
    "account": "顧客企業 顧客ID 企業ID 取引先ID 会社ID 顧客コード 会社コード 顧客 取引先 会社名 企業名 Account Account_ID "
    "Account_Name Company Company_ID Customer Customer_ID External_ID",
    "subject": "担当者または顧客企業 顧客企業または担当者 担当者/顧客企業 対象 Person_or_account Account_or_person Subject Name",
    "meetings": "商談数 商談 商談件数 訪問数 面談数 Meetings Sales_Meetings Meeting_Count",
    "revenue": "売上 売上高 売上額 売上金額 受注額 Revenue Sales Amount",
    "renewed": "更新 更新結果 契約更新 更新有無 更新済み Renewed Renewal Is_Renewed",
}
_ANSWERS = {
    1.0: "はい 有 有り あり 更新 更新済 更新済み 継続 済 yes y true 1 renewed",
    0.0: "いいえ 無 無し なし 未更新 解約 終了 no n false 0 ended lost cancelled churned",
}
# Marks that hold no letter and so have no key.
_MARKS = {"○": 1.0, "〇": 1.0, "◯": 1.0, "◎": 1.0, "✓": 1.0, "✔": 1.0, "×": 0.0, "✕": 0.0, "✗": 0.0}
_ANSWER_OF = {header_key(word): value for value, words in _ANSWERS.items() for word in words.split()}

_NUMBER = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
_BEFORE, _AFTER = re.compile(r"^(?:jpy|usd|[¥\\$€])\s*"), re.compile(r"\s*(?:円|件|回|jpy|usd)$")
_BELOW_ZERO = re.compile(r"[-−▲△]\s*(.+)|\((.+)\)")
# Nobody's month brings more; beyond it a column holds something else.
_MOST = 1e15
_YEARS = range(1990, 2100)
_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?(?:度|分)?")
_MONTH_FIRST = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{4})")
_COMPACT = re.compile(r"(\d{4})(\d{2})")
_NAMES = "jan feb mar apr may jun jul aug sep oct nov dec"
_NAMED = re.compile(rf"({_NAMES.replace(' ', '|')})[a-z]*\.?[\s,-]+(?:(\d{{4}})|(\d{{2}}))")
_YEAR_THEN_NAMED = re.compile(rf"(\d{{4}})[\s,-]+({_NAMES.replace(' ', '|')})[a-z]*\.?")
_ERA = re.compile(r"(?:令和|令|r)\.?\s*(元|\d{1,2})\s*[-/.年]\s*(\d{1,2})\s*月?(?:度|分)?")
_ERA_BEGAN = 2018


@dataclass(frozen=True)
class FigureRow:
    """One row: the first day of its month, whose it is as written, and what it says by measure."""

    number: int
    month: date
    # person, account or subject, and what stands there.
    kind: str
    subject: str
    values: Mapping[str, float]


@dataclass(frozen=True)
class FigureList:
    """A list read: its rows, those that cannot be used, how many say nothing, and the columns that are left out."""

    encoding: str
    rows: list[FigureRow]
    refused: list[Refusal]
    silent: int
    left_out: tuple[str, ...]


def read_figures(data: bytes, filename: str) -> FigureList:
    """Read a list of monthly figures; raise Unreadable.

    Refusals: month_missing, month_unreadable, subject_missing, subject_twice, not_a_number, negative, answer_unknown.
    """
    found = read_headed(data, filename, _ALIASES, ("month",))
    missing = [] if found.fields & set(SUBJECTS) else ["subject"]
    missing += [] if found.fields & set(MEASURES) else ["figures"]
    if missing:
        raise Unreadable("columns_missing", {"missing": missing, "columns": list(found.unread)})
    rows, refused, silent = [], [], 0
    for number, values in found.lines:
        texts = {name: values[name] for name in MEASURES if _says(values.get(name, ""))}
        if not texts:
            silent += 1
            continue
        row = _row(number, values, texts)
        if isinstance(row, FigureRow):
            rows.append(row)
        else:
            refused.append(row)
    return FigureList(found.encoding, rows, refused, silent, found.unread)


def parse_month(text: str) -> date | None:
    """Read a month, or any day of it, as Japanese and English lists write it; None for anything else."""
    cell = unicodedata.normalize("NFKC", text).strip().casefold()
    year, month = _month(cell)
    if year in _YEARS and 1 <= month <= 12:
        return date(year, month, 1)
    day = parse_date(cell).value
    return day.replace(day=1) if day is not None and day.year in _YEARS else None


def parse_amount(text: str) -> float | str:
    """Read an amount of zero or more; else name what is wrong with it: not_a_number, negative."""
    cell = unicodedata.normalize("NFKC", text).strip().casefold()
    below = _BELOW_ZERO.fullmatch(_BEFORE.sub("", cell))
    bare = _AFTER.sub("", _BEFORE.sub("", (below[1] or below[2]).strip() if below else cell))
    if not _NUMBER.fullmatch(bare) or float(bare.replace(",", "")) > _MOST:
        return "not_a_number"
    value = float(bare.replace(",", ""))
    return "negative" if below and value else value


def _row(number: int, values: Mapping[str, str], texts: Mapping[str, str]) -> FigureRow | Refusal:
    if not values["month"]:
        return Refusal(number, "month_missing")
    month = parse_month(values["month"])
    if month is None:
        return Refusal(number, "month_unreadable", {"value": values["month"]})
    told = [name for name in SUBJECTS if values.get(name)]
    if len(told) != 1:
        return Refusal(number, "subject_twice" if told else "subject_missing")
    read: dict[str, float] = {}
    for name, text in texts.items():
        value = _answer(text) if name == "renewed" else parse_amount(text)
        if isinstance(value, str):
            return Refusal(number, value, {"field": name, "value": text})
        read[name] = value
    return FigureRow(number, month, told[0], values[told[0]], read)


def _answer(text: str) -> float | str:
    value = _MARKS.get(unicodedata.normalize("NFC", text).strip(), _ANSWER_OF.get(header_key(text)))
    return "answer_unknown" if value is None else value


def _says(text: str) -> bool:
    """Tell whether a cell says anything; なし says no where a renewal is asked for, so only blanks and dashes are silent."""
    return unicodedata.normalize("NFKC", text).strip() not in ("", "-", "--", "–", "—", "―", "ー", "n/a", "N/A")


def _month(cell: str) -> tuple[int, int]:
    """Take year and month out of a cell that names no day; (0, 0) for anything else."""
    if found := _YEAR_FIRST.fullmatch(cell) or _COMPACT.fullmatch(cell):
        return int(found[1]), int(found[2])
    if found := _MONTH_FIRST.fullmatch(cell):
        return int(found[2]), int(found[1])
    if found := _NAMED.fullmatch(cell):
        return int(found[2] or f"20{found[3]}"), _NAMES.index(found[1]) // 4 + 1
    if found := _YEAR_THEN_NAMED.fullmatch(cell):
        return int(found[1]), _NAMES.index(found[2]) // 4 + 1
    if found := _ERA.fullmatch(cell):
        return _ERA_BEGAN + (1 if found[1] == "元" else int(found[1])), int(found[2])
    return 0, 0
