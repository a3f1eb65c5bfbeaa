"""Answers how lists of ticks, of usage and of contracts read: why a row does not go in, and how much a list brings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from scheduler.web.words import figure_files, terms
from scheduler.web.words.faults import SENTENCES
from scheduler.web.words.refusals import SENTENCES as REFUSALS


def refusal(key: str, params: Mapping[str, Any]) -> str:
    """Word why a row does not go in."""
    if key in figure_files.refusals():
        return figure_files.refusal(key, params)
    words = {
        "account_id_missing": _("顧客IDがありません。"),
        "step_missing": _("初期設定項目がありません。"),
        "step_unknown": _("初期設定項目「%(value)s」はありません。項目のキーか名称を入力してください。"),
        "state_unknown": _("状態「%(value)s」は、完了・対応待ち・対象外・未完了のどれでもありません。"),
        "doer_unknown": _("「%(value)s」は、お客様・自社・外部の会社のどれでもありません。"),
        "waiting_on_nobody": _("だれの対応を待っているかがありません（お客様・自社・外部の会社）。"),
        "date_missing": _("日付がありません。"),
        "starts_on_missing": _("開始日がありません。"),
        "ends_on_missing": _("新しい契約なので、終了日が必要です。"),
        "ends_twice": _("終了日と更新日が合いません。更新日は終了日の翌日にするか、どちらか一方にしてください。"),
        "fee_unreadable": _("月額「%(value)s」は、0 以上の整数として読み取れません。80000 の形にしてください。"),
        "outcome_unknown": _("結果「%(value)s」は、更新・終了・継続中のどれでもありません。"),
        "date_open": _("「%(value)s」は月と日のどちらが先か分かりません。2026-04-01 の形にしてください。"),
        "date_impossible": _("「%(value)s」は存在しない日付です。"),
        "date_unreadable": _("「%(value)s」は日付として読み取れません。2026-04-01 の形にしてください。"),
    }
    sentence = words.get(key) or str(REFUSALS.get(key) or SENTENCES[key])
    return sentence % dict(params) if "%(" in sentence else sentence


def amounts(kind: str, totals: Mapping[str, Any]) -> str:
    """Say how much a list brings: 12 社の 34 件 / 12 社の 34 日分."""
    accounts = ngettext("%(num)d 社", "%(num)d 社", totals["accounts"])
    if kind == "setup":
        changed = ngettext("%(num)d 件", "%(num)d 件", totals["changed"])
        return _("%(accounts)sの記録 %(n)s", accounts=accounts, n=changed)
    if kind == "contracts":
        changed = ngettext("%(num)d 件", "%(num)d 件", totals["changed"])
        return _("%(accounts)sの契約 %(n)s", accounts=accounts, n=changed)
    days = ngettext("%(num)d 日分", "%(num)d 日分", totals["new_days"])
    return _("%(accounts)sの利用 %(n)s", accounts=accounts, n=days)


def counts(kind: str, totals: Mapping[str, Any]) -> list[tuple[str, int]]:
    """List what a list comes to, each figure with what it counts; what there is none of is left out."""
    if kind == "setup":
        figures = [(str(terms.SETUP_STATES[key]), totals["states"][key]) for key in ("done", "waiting", "not_needed")]
        figures += [(_("未完了に戻す"), totals["states"]["open"]), (_("変わらない行"), totals["unchanged"])]
        figures.append((_("状態が空欄の行"), totals["silent"]))
    elif kind == "contracts":
        figures = [(_("新しい契約"), totals["new"]), (_("変わる契約"), totals["changed"] - totals["new"])]
        figures.append((_("変わらない行"), totals["unchanged"]))
    else:
        figures = [(_("新しい利用日（店舗・操作ごと）"), totals["new_days"]), (_("記録済みの利用日"), totals["known"])]
    figures.append((_("取り込めない行"), len(totals["refused"])))
    return [(label, count) for label, count in figures if count]
