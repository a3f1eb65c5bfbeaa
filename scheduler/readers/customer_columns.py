"""Which column of a customer list holds which field, found by its header in either language."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from scheduler.readers.tables import Unreadable

_HEADER_WITHIN = 20

# Headers by field (FORMATS, section 0, and what CRMs and spreadsheets commonly write), the surest first: of two columns
# that fit, the earlier alias wins, and a column goes to the first field that claims it.
_ALIASES = {
    "account_id": "顧客ID 企業ID 取引先ID 会社ID 顧客コード 会社コード 企業コード 取引先コード 顧客番号 契約番号 "
    "Account_ID Company_ID Customer_ID External_ID Associated_Company_IDs Associated_Company_ID Account_Number "
    "Customer_Number Company_Code Customer_Code Record_ID Record_ID_-_Company アカウントID レコードID 顧客NO "
    "企業NO",
    "account_name": "会社名 企業名 取引先名 顧客名 顧客企業名 顧客企業 法人名 契約企業名 契約者名 貴社名 社名 "
    "お客様名 取引先 Company_name Account_Name Company Account Customer_Name Customer Organization Organisation "
    "Associated_Company アカウント名 会社 企業 顧客 Name",
    "account_reading": "会社名カナ 企業名カナ 取引先名カナ 顧客名カナ 会社名フリガナ 会社名ふりがな "
    "企業名フリガナ 社名カナ 会社名かな 法人名カナ 社名フリガナ Company_Name_Kana Account_Name_Kana "
    "Company_Reading",
    "signed_on": "契約日 受注日 契約締結日 成約日 申込日 Close_Date Contract_Date Signed_on Signed_Date "
    "Date_Signed Contract_Signed_Date Closed_Date Won_Date",
    "planned_start_on": "利用開始予定日 利用開始日 利用開始予定 契約開始日 開始予定日 稼働予定日 稼働開始予定日 "
    "サービス開始日 サービス開始予定日 運用開始予定日 開始日 Contract_Start Contract_Start_Date Start_Date "
    "Planned_Start Planned_Start_Date Planned_start_on Go-live_date Go_Live Launch_Date",
    "billing_starts_on": "課金開始日 請求開始日 課金開始 課金開始予定日 請求開始予定日 料金発生日 Billing_Start "
    "Billing_Start_Date Billing_starts_on First_Billing_Date",
    "phase": "フェーズ ステータス 状態 顧客ステータス 契約ステータス 段階 ステージ Lifecycle_Stage Phase Status "
    "Stage Customer_Status Account_Status",
    "plan": "プラン 契約プラン 料金プラン 商品 商品名 製品 Plan Product Plan_Name Product_Name Subscription",
    "note": "備考 メモ 備考欄 特記事項 コメント 注意事項 Notes Note Memo Remarks Comment Comments Description",
    "it_skill": "ITスキル ITリテラシー PCスキル IT習熟度 IT_skill IT_Skills IT_Literacy Skill_Level",
    "store_code": "店舗コード 店舗ID 店舗番号 支店コード 拠点コード 拠点ID 事業所コード 店番 Store_code Store_ID "
    "Store_Number Branch_Code Branch_ID Location_Code Location_ID Shop_Code Shop_ID",
    "store_name": "店舗名 店舗名称 支店名 拠点名 事業所名 営業所名 店名 所属店舗 店舗 支店 拠点 Store Branch "
    "Location Store_Name Branch_Name Location_Name Shop Shop_Name",
    "closed_days": "定休日 休業日 休日 店休日 Closed_on Closed_days Closed Regular_Holiday Days_Closed",
    "last_name": "姓 氏 苗字 名字 姓漢字 Last_Name Family_Name Surname",
    "first_name": "名 名漢字 First_Name Given_Name",
    "name": "氏名 担当者名 先方担当者名 先方担当者 ご担当者名 ご担当者様 ご担当者 ご担当者様名 担当者氏名 お名前 "
    "受講者名 名前 Full_Name Contact Contact_Name Contact_Full_Name Person Name 担当者",
    "reading": "氏名カナ フリガナ ふりがな 担当者名カナ カナ 氏名フリガナ 氏名ふりがな 氏名かな 担当者カナ 読み "
    "よみ よみがな 担当者フリガナ 名前カナ Reading Name_Kana Kana Furigana Phonetic_Name",
    "role": "役割 役職 権限 職位 区分 肩書 肩書き Role Job_Title Title Position Contact_Role",
    "email": "メールアドレス メール 連絡先メールアドレス 担当者メールアドレス eメール eメールアドレス mail "
    "メアド Email Email_Address E-mail E-mail_Address Mail_Address Contact_Email",
    "phone": "電話番号 TEL 電話 連絡先電話番号 店舗電話番号 連絡先 直通 Phone Phone_Number Telephone Tel_No "
    "Contact_Phone Office_Phone Work_Phone",
    "mobile": "携帯 携帯電話 携帯番号 携帯電話番号 Mobile Mobile_Phone Mobile_Phone_Number Cell Cell_Phone "
    "Mobile_Number",
    "sales_owner": "営業担当 営業担当者 営業 担当営業 営業担当者名 Sales_owner Sales_Rep Sales Deal_Owner "
    "Sales_Representative",
    "owner": "自社担当 オンボ担当 担当 オンボーディング担当 オンボ担当者 自社担当者 弊社担当 CS担当 導入担当 "
    "主担当 カスタマーサクセス担当 Company_owner Owner CSM Account_Owner Onboarding_Owner Account_Manager "
    "Contact_Owner",
    "language": "言語 使用言語 希望言語 Preferred_language Language Locale",
}


def header_key(text: str) -> str:
    """Fold a header for comparison: width, case, spaces, punctuation and the words for required or optional."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    key = "".join(character for character in folded if character.isalnum())
    return key.removesuffix("必須").removesuffix("任意").removeprefix("必須").removeprefix("任意") or key


FIELDS = tuple(_ALIASES)
_KEYS = {field: [header_key(alias) for alias in aliases.split()] for field, aliases in _ALIASES.items()}


@dataclass(frozen=True)
class Columns:
    """The header row found: `headers` by position as shown, `fields` with the position of each field's column."""

    header_row: int
    headers: list[str]
    fields: dict[str, int]


def find_columns(rows: list[list[str]], mapping: Mapping[str, str] | None = None) -> Columns:
    """Find the header row and each field's column; `mapping` (field to header, "" for none) overrides what is found.

    Raises Unreadable: mapping_unknown_field, mapping_unknown_column, columns_missing (with what the file has instead
    and which of it is known).
    """
    wanted = dict(mapping or {})
    for field in wanted:
        if field not in _KEYS:
            raise Unreadable("mapping_unknown_field", {"field": field})
    row_numbers = [number for number, row in enumerate(rows[:_HEADER_WITHIN]) if row]
    if not row_numbers:
        raise Unreadable("columns_missing", {"missing": ["account_id", "account_name"], "columns": []})
    found = [Columns(number, headers := _unique(rows[number]), _match(headers, wanted)) for number in row_numbers]
    best = max(found, key=lambda columns: (_identifies(columns), len(columns.fields), len(_named(columns))))
    for field, header in wanted.items():
        if header and field not in best.fields:
            raise Unreadable("mapping_unknown_column", {"field": field, "column": header, "columns": _named(best)})
    missing = [field for field in ("account_id", "account_name") if field not in best.fields]
    if missing:
        found_fields = {field: best.headers[position] for field, position in best.fields.items()}
        raise Unreadable("columns_missing", {"missing": missing, "columns": _named(best), "mapping": found_fields})
    return best


def _match(headers: list[str], wanted: Mapping[str, str]) -> dict[str, int]:
    positions: dict[str, list[int]] = {}
    for position, header in enumerate(headers):
        positions.setdefault(header_key(header), []).append(position)
    fields: dict[str, int] = {}
    for field, header in wanted.items():
        if header in headers:
            fields[field] = headers.index(header)
        elif header and header_key(header) in positions:
            fields[field] = positions[header_key(header)][0]
    taken = set(fields.values())
    for field, aliases in _KEYS.items():
        if field not in wanted:
            free = (position for alias in aliases for position in positions.get(alias, ()) if position not in taken)
            if (chosen := next(free, None)) is not None:
                fields[field] = chosen
                taken.add(chosen)
    return fields


def _unique(row: list[str]) -> list[str]:
    """Show headers trimmed, repeated ones numbered, so that each column can be named in a mapping."""
    headers: list[str] = []
    for cell in row:
        header = " ".join(cell.split())
        nth = 2
        shown = header
        while header and shown in headers:
            shown = f"{header} ({nth})"
            nth += 1
        headers.append(shown)
    return headers


def _identifies(columns: Columns) -> int:
    return ("account_id" in columns.fields) + ("account_name" in columns.fields)


def _named(columns: Columns) -> list[str]:
    return [header for header in columns.headers if header]
