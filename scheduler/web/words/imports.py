"""Answers how an import reads: refused and marked rows, what an account was sorted by, values before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from scheduler.readers.customer_rows import Complaint, Question
from scheduler.readers.dates import parse_date
from scheduler.rules.drafts import AccountDraft, ContactDraft, StoreDraft
from scheduler.services.imports.preview import Told
from scheduler.web import edge
from scheduler.web.words import columns, dates, terms

_ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "cp932": "Shift_JIS",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "": "Excel",
}


def refusal(key: str, params: Mapping[str, Any]) -> str:
    """Word why a row does not go in."""
    words = {
        "account_id_missing": _("顧客IDがありません。"),
        "account_name_missing": _("顧客ID %(account_id)s の会社名がどの行にもありません。"),
        "date_impossible": _("%(column)s「%(value)s」は存在しない日付です。"),
        "email_invalid": _("%(column)s「%(value)s」は正しい形ではなく、電話番号もありません。"),
        "too_long": _("%(label)sが長すぎます（%(maximum)d 文字まで）。"),
    }
    return words[key] % {**params, "label": columns.label(str(params.get("field", "")))}


def mark(key: str, params: Mapping[str, Any]) -> str:
    """Word what somebody should check about a row that goes in."""
    words = {
        "no_email": _("メールアドレスがありません。電話で連絡する方として取り込みます。"),
        "unreachable": _("メールアドレスも電話番号もありません。"),
        "email_invalid": _("%(column)s「%(value)s」は正しい形ではないため、空欄で取り込みます。"),
        "several_emails": _("%(column)s「%(value)s」に複数のアドレスがあるため、最初のものだけを取り込みます。"),
        "shared_address": _("氏名がないため、店舗などの共用アドレスとして取り込みます。"),
        "no_name": _("氏名がありません。電話番号だけの方として取り込みます。"),
        "language_unknown": _("%(column)s「%(value)s」は対応していない言語のため、標準の言語で取り込みます。"),
        "date_unreadable": _("%(column)s「%(value)s」は日付として読み取れないため、空欄で取り込みます。"),
        "closed_days_unclear": _("定休日「%(value)s」に、毎週の曜日として読み取れない部分があります。"),
        "conflict": _(
            "%(label)sが同じ顧客企業や同じ方のほかの行と違います。「%(kept)s」を使い、「%(other)s」は取り込みません。"
        ),
        "second_person": _(
            "%(first)s 様と同じメールアドレス（%(email)s）です。別の方として取り込み、一人ずつ宛名を付けて送ります。"
        ),
        "several_stores": _("複数の店舗に在籍する一人の方として取り込みます: %(stores)s"),
    }
    told = {**params, "label": columns.label(str(params.get("field", "")))}
    told["stores"] = terms.listed(params.get("stores", ()))
    told["first"] = params.get("first") or _("ご担当者")
    return words[key] % told


def standing(reason: Complaint) -> str:
    """Word what an account was sorted by."""
    phase = reason.params.get("phase", "")
    start = reason.params.get("planned_start_on")
    told = {"phase": phase, "start": dates.day(start if isinstance(start, date) else None)}
    words = {
        "phase": _("フェーズ「%(phase)s」"),
        "planned_start": _("利用開始予定日 %(start)s"),
        "phase_ended": _("フェーズ「%(phase)s」"),
        "phase_and_start_differ": _("フェーズ「%(phase)s」、利用開始予定日は %(start)s"),
        "nothing_said": _("フェーズと利用開始予定日から判断できません"),
    }
    return words[reason.key] % told


def part(told: Told) -> str:
    """Name what a field belongs to: the company itself, one of its stores, or a person."""
    if isinstance(told.part, StoreDraft):
        return _("店舗 %(name)s", name=told.part.name)
    if isinstance(told.part, ContactDraft):
        return told.part.name or told.part.email or told.part.phone or _("ご担当者様")
    return _("顧客企業")


def field(told: Told) -> str:
    """Name a field of an account, a store or a person."""
    names = {
        AccountDraft: {"name": "account_name", "reading": "account_reading", "onboarding_owner": "owner"},
        StoreDraft: {"name": "store_name"},
        ContactDraft: {"locale": "language"},
    }[type(told.part)]
    name = told.change.field
    return _("店舗") if name == "stores" else columns.label(names.get(name, name))


def value(told: Told, shown: Any) -> str:
    """Write a field's value before or after."""
    name = told.change.field
    if shown is None or shown == "":
        return _("（空欄）")
    if isinstance(shown, date):
        return dates.day(shown, year=True)
    if name == "closed_days":
        return terms.weekdays(sorted(shown)) or _("なし")
    if isinstance(shown, Sequence) and not isinstance(shown, str):
        return terms.listed(shown) or _("なし")
    named: Mapping[str, Any] = {"role": terms.ROLES, "locale": terms.LANGUAGES}.get(name, {})
    return str(named.get(shown, shown))


def encoding(name: str) -> str:
    """Name what a file is written in."""
    return _ENCODINGS.get(name, name)


def order_options(question: Question) -> list[tuple[str, str]]:
    """Say for each order of a date's parts what the file's first example would mean."""
    examples = question.params.get("examples")
    example = str(examples[0]) if isinstance(examples, list) and examples else ""
    reading = parse_date(example)
    orders = {"mdy": (_("月/日/年"), reading.month_first), "dmy": (_("日/月/年"), reading.day_first)}
    return [
        (key, _("%(order)s（%(example)s は %(day)s）", order=order, example=example, day=dates.day(on, year=True)))
        for key, (order, on) in orders.items()
    ]


def amounts(totals: Mapping[str, Mapping[str, int]]) -> str:
    """Say how much an import writes: 112 社・1,028 店舗・1,241 名."""
    accounts, stores, contacts = (
        totals[name]["new"] + totals[name]["changed"] for name in ("accounts", "stores", "contacts")
    )
    words = (
        ngettext("%(count)s 社", "%(count)s 社", accounts, count=f"{accounts:,}"),
        ngettext("%(count)s 店舗", "%(count)s 店舗", stores, count=f"{stores:,}"),
        ngettext("%(count)s 名", "%(count)s 名", contacts, count=f"{contacts:,}"),
    )
    return ("・" if edge.locale() == "ja" else ", ").join(words)
