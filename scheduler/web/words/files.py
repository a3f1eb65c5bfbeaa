"""Answers how it reads that a handed-in file cannot be used: what is wrong with it and how to hand it in again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _

from scheduler.web.words import columns, dates, terms

# The most headers that a sentence names.
_SOME = 12


def sentence(why: str, params: Mapping[str, Any]) -> str:
    """Word why a file cannot be used."""
    told = dict(params)
    if why == "too_large" and "limit_cells" in params:
        why = "too_many_cells"
    if why == "columns_missing" and "mapping" not in params:
        why = "headers_missing"
    for name in ("columns", "headers", "examples"):
        told[name] = _some(params.get(name, ()))
    for name in ("first_at", "last_at"):
        told[name] = dates.moment(params.get(name))
    told["missing"] = terms.listed(columns.label(name) for name in params.get("missing", ()))
    told["label"] = columns.label(str(params.get("field", "")))
    return sentences()[why] % told


def sentences() -> dict[str, str]:
    """Word every `why` of a file that cannot be used."""
    return _of_files() | _of_columns() | _of_reports()


def _some(headers: Iterable[str]) -> str:
    listed = list(headers)
    more = _("ほか %(n)d 列", n=len(listed) - _SOME) if len(listed) > _SOME else ""
    return terms.listed([*listed[:_SOME], *([more] if more else [])]) or _("なし")


def _of_files() -> dict[str, str]:
    return {
        "empty": _("「%(filename)s」は空のファイルです。中身のあるファイルをお選びください。"),
        "too_large": _("「%(filename)s」は大きすぎます。%(limit_mb)d MB までのファイルに分けてお試しください。"),
        "too_many_cells": _(
            "「%(filename)s」は行や列が多すぎます。ファイルを分けるか、不要な列を除いてお試しください。"
        ),
        "encrypted": _(
            "「%(filename)s」はパスワードで保護されています。保護を解除して保存し直してからお試しください。"
        ),
        "old_excel": _(
            "「%(filename)s」は古い形式の Excel ファイル（.xls）です。Excel で .xlsx か CSV に保存し直してからお試しください。"
        ),
        "not_a_table": _("「%(filename)s」は表として読み取れません。CSV か Excel（.xlsx）のファイルをお選びください。"),
        "unknown_encoding": _(
            "「%(filename)s」の文字コードが分かりません。UTF-8 か Shift_JIS の CSV、または Excel（.xlsx）で保存し直してからお試しください。"
        ),
        "unclosed_quote": _(
            '「%(filename)s」の %(line)d 行目から始まる引用符（"）が閉じられていません。その行を直してからお試しください。'
        ),
        "broken_workbook": _(
            "「%(filename)s」は Excel ファイルとして壊れています。Excel で開いて保存し直すか、CSV に書き出してからお試しください。"
        ),
        "formulas_without_values": _(
            "「%(filename)s」の %(line)d 行目に、計算結果の保存されていない数式があります。Excel で開いて保存し直してからお試しください。"
        ),
        "no_row_fits": _(
            "取り込める行が 1 行もありません。各行の理由をご確認のうえ、ファイルを直してからお試しください。"
        ),
        "rows_refused": _(
            "直す必要のある行があるため、何も取り込んでいません。行を直してから、もう一度お試しください。"
        ),
        "no_rows": _(
            "「%(filename)s」には見出しの下に 1 行もデータがありません。データのあるファイルをお選びください。"
        ),
    }


def _of_columns() -> dict[str, str]:
    return {
        "columns_missing": _(
            "必要な列が見つかりません: %(missing)s。ファイルにある列: %(columns)s。見出しを直すか、取り込みの画面でどの列かを選んでください。"
        ),
        # Where nobody can say on a page which column is which.
        "headers_missing": _(
            "必要な列が見つかりません: %(missing)s。ファイルにある列: %(columns)s。見出しを直してから、もう一度お試しください。"
        ),
        "mapping_unknown_field": _("「%(field)s」という項目はありません。"),
        "mapping_unknown_column": _(
            "%(label)sに指定した列「%(column)s」はファイルにありません。ファイルにある列: %(columns)s"
        ),
        "date_order_unknown": _("日付の順序は「月/日/年」か「日/月/年」からお選びください。"),
        "date_order_open": _(
            "%(columns)sの日付（例: %(examples)s）は、月と日のどちらが先か分かりません。順序を指定してください。"
        ),
    }


def _of_reports() -> dict[str, str]:
    return {
        "unknown_columns": _(
            "「%(filename)s」に参加者の一覧が見つかりません。ファイルにある列: %(headers)s。Zoom、Teams、Google Meet、Webex の参加者レポートか、氏名またはメールアドレスと、時刻または長さの列がある CSV・Excel をお選びください。見出しが違うだけの表は、取り込みの画面でどの列が何かを一度選ぶと、次からは読み取れます。"
        ),
        "too_many_rows": _(
            "「%(filename)s」には %(limit)d 行を超える参加者の行があります。この開催日程の分だけを書き出してお試しください。"
        ),
        "other_lecture": _(
            "「%(filename)s」は別の時刻のレポートのようです（%(first_at)s から %(last_at)s まで）。開催日程とタイムゾーンをご確認ください。"
        ),
        "unknown_zone": _("タイムゾーン「%(zone)s」が見つかりません。Asia/Tokyo のように入力してください。"),
    }
