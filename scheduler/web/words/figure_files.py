"""Answers how lists of monthly figures read: why a row stops the list, and how much a list brings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from scheduler.web.words.figures.trial import measures


def refusals() -> dict[str, str]:
    """Return the sentence of everything that can be wrong with a row."""
    return {
        "month_missing": _("月がありません。"),
        "month_unreadable": _("「%(value)s」は月として読み取れません。2026-04 の形にしてください。"),
        "month_far": _(
            "%(month)s は遠すぎます（%(back)s 年前から %(ahead)s 年先までを取り込めます）。年をご確認ください。"
        ),
        "subject_missing": _("だれの（どの顧客企業の）数字かがありません。"),
        "subject_twice": _("自社担当と顧客企業の両方が書かれています。どちらか一方にしてください。"),
        "not_a_number": _("%(field)s「%(value)s」は数ではありません。"),
        "negative": _("%(field)s「%(value)s」がマイナスです。0 以上の数にしてください。"),
        "answer_unknown": _("%(field)s「%(value)s」は、はい・いいえのどちらでもありません。"),
        "figure_twice": _("%(field)sの %(month)s は、%(row)s 行目にもあります。1 か月に 1 つにしてください。"),
        "member_unknown": _("「%(value)s」という自社メンバーはいません。氏名かメールアドレスをご確認ください。"),
        "member_unknown_but": _("「%(value)s」という自社メンバーはいません。似た名前: %(like)s"),
        "member_ambiguous": _("「%(value)s」という自社メンバーは複数います。メールアドレスで書いてください。"),
        "customer_unknown": _("「%(value)s」という顧客企業はありません。顧客IDか会社名をご確認ください。"),
        "customer_unknown_but": _("「%(value)s」という顧客企業はありません。似た名前: %(like)s"),
        "customer_ambiguous": _("「%(value)s」という顧客企業は複数あります。顧客IDで書いてください。"),
        "subject_unknown": _("「%(value)s」という自社メンバーも顧客企業もありません。"),
        "subject_unknown_but": _("「%(value)s」という自社メンバーも顧客企業もありません。似た名前: %(like)s"),
        "subject_ambiguous": _(
            "「%(value)s」に当てはまる自社メンバーや顧客企業が複数あります。メールアドレスか顧客IDで書いてください。"
        ),
    }


def refusal(key: str, params: Mapping[str, Any]) -> str:
    """Word why a row stops the list."""
    told = dict(params)
    if "field" in told:
        told["field"] = measures()[told["field"]]
    sentence = refusals()[key]
    return sentence % told if told else sentence


def amounts(totals: Mapping[str, Any]) -> str:
    """Say how many figures a list changes."""
    changed = totals["new"] + totals["replaced"]
    return ngettext("数字 %(num)d 件", "数字 %(num)d 件", changed)


def counts(totals: Mapping[str, Any]) -> list[tuple[str, int]]:
    """List what a list comes to, each figure with what it counts; what there is none of is left out."""
    figures = [
        (_("新しい数字"), totals["new"]),
        (_("置き換わる数字"), totals["replaced"]),
        (_("同じ値の数字"), totals["unchanged"]),
        (_("対象の人・企業"), totals["subjects"]),
        (_("抜けている月"), totals["gaps"]),
        (_("数字のない行"), totals["silent"]),
        (_("直す必要のある行"), len(totals["refused"])),
    ]
    return [(label, count) for label, count in figures if count]
