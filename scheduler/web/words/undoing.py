"""Answers why something that an upload made stays when the upload is taken back."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from flask_babel import gettext as _
from sqlalchemy import select

from scheduler.models.accounts import Account, Contact, Store
from scheduler.models.db import db
from scheduler.web.words import terms
from scheduler.web.words.people import called


def why(keys: Iterable[str]) -> str:
    """Say what was built on a row: tables that refer to it, or `edited`; the reason of each once."""
    words = {
        "edited": _("あとから変更されています"),
        "imported": _("あとの取り込みでも使われています"),
        "registrations": _("申込があります"),
        "mails": _("メールを送っています"),
        "presences": _("参加記録があります"),
        "attendances": _("出欠の記録があります"),
        "feedbacks": _("受講後の回答があります"),
        "applications": _("公開フォームの申込があります"),
        "proposals": _("候補日時を送っています"),
        "completions": _("初期設定の記録があります"),
        "usage_days": _("利用の記録があります"),
        "handovers": _("引き継ぎがあります"),
        "tasks": _("タスクがあります"),
        "lectures": _("個社開催の日程があります"),
        "series": _("個社開催の日程があります"),
        "contracts": _("契約の記録があります"),
        "figures": _("試行のための数字が取り込まれています"),
        "account_tags": _("タグが付いています"),
        "calls": _("電話で連絡した記録があります"),
        "stores": _("店舗が残ります"),
        "contacts": _("先方担当者が残ります"),
        "contact_stores": _("店舗の方が残ります"),
        "mail_notes": _("メールに添える一言があります"),
        "accounts": _("担当している顧客企業があります"),
    }
    return terms.listed(dict.fromkeys(words.get(key, _("ほかの記録で使われています")) for key in sorted(keys)))


def names(rows: Collection[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """Call companies, and stores and people with their company, by table and id; read in three statements."""
    ids = {table: [number for name, number in rows if name == table] for table in ("accounts", "stores", "contacts")}
    found = {
        ("accounts", number): name
        for number, name in db.session.execute(select(Account.id, Account.name).where(Account.id.in_(ids["accounts"])))
    }
    for store, company in db.session.execute(
        select(Store, Account.name).join(Account, Account.id == Store.account_id).where(Store.id.in_(ids["stores"]))
    ):
        found["stores", store.id] = f"{company} {store.name}"
    for contact, company in db.session.execute(
        select(Contact, Account.name)
        .join(Account, Account.id == Contact.account_id)
        .where(Contact.id.in_(ids["contacts"]))
    ):
        found["contacts", contact.id] = f"{company} {called(contact)}"
    return found


def fields(columns: Iterable[str]) -> str:
    """Name columns of companies, stores and people."""
    return terms.listed(dict.fromkeys(terms.FIELDS.get(_FIELDS.get(column, column), column) for column in columns))


# What a column is called in lists.
_FIELDS = {
    "sales_owner_id": "sales_owner",
    "onboarding_owner_id": "onboarding_owner",
    "success_owner_id": "onboarding_owner",
}
