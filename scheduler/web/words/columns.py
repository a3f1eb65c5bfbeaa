"""Answers what the columns of a customer list are called."""

from __future__ import annotations

from flask_babel import gettext as _

from scheduler.readers.customer_columns import FIELDS


def options() -> list[tuple[str, str]]:
    """List the fields that a column can hold, with their names, in the order of the mapping form."""
    return [(field, label(field)) for field in FIELDS]


def label(field: str) -> str:
    """Name a field of a customer list; one that has no name of its own stays as it is."""
    return (_of_accounts() | _of_people() | _of_progress()).get(field, field)


def _of_accounts() -> dict[str, str]:
    return {
        "account_id": _("顧客ID"),
        "account_name": _("会社名"),
        "account_reading": _("会社名カナ"),
        "signed_on": _("契約日"),
        "planned_start_on": _("利用開始予定日"),
        "billing_starts_on": _("課金開始日"),
        "phase": _("フェーズ"),
        "plan": _("プラン"),
        "note": _("備考"),
        "it_skill": _("ITスキル"),
        "store_code": _("店舗コード"),
        "store_name": _("店舗名"),
        "closed_days": _("定休日"),
        "sales_owner": _("営業担当"),
        "owner": _("自社担当"),
    }


def _of_people() -> dict[str, str]:
    return {
        "name": _("氏名"),
        "last_name": _("姓"),
        "first_name": _("名"),
        "reading": _("氏名カナ"),
        "role": _("役割"),
        "email": _("メールアドレス"),
        "phone": _("電話番号"),
        "mobile": _("携帯電話番号"),
        "language": _("言語"),
    }


def _of_progress() -> dict[str, str]:
    return {
        "step": _("初期設定項目"),
        "at": _("日付"),
        "starts_on": _("開始日"),
        "month": _("月"),
        "subject": _("自社担当または顧客企業"),
        "figures": _("商談数・売上・更新のいずれか"),
    }
