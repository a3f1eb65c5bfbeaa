"""Answers how the conditions of a boundary and the thresholds of a stage read, as operations edit them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from scheduler.rules.readiness import Rule
from scheduler.web.words import tasks, terms
from scheduler.web.words.texts import plain


def joined(kind: str) -> str:
    """Name a way to join conditions."""
    return {
        "all": _("まとまり: すべてを満たす"),
        "any": _("まとまり: いずれかを満たす"),
        "at_least": _("まとまり: 指定した件数以上を満たす"),
    }[kind]


def lines(rule: Rule, courses: Mapping[str, Mapping[str, str]]) -> list[tuple[int, str]]:
    """Word a rule as indented lines: how deep, and the sentence."""
    return _lines(rule.to_json()["clauses"], courses, 0)


def _lines(
    clauses: list[dict[str, Any]], courses: Mapping[str, Mapping[str, str]], depth: int
) -> list[tuple[int, str]]:
    found = []
    for clause in clauses:
        found.append((depth, sentence(clause, courses)))
        found += _lines(clause.get("clauses", []), courses, depth + 1)
    return found


def sentence(clause: Mapping[str, Any], courses: Mapping[str, Mapping[str, str]]) -> str:
    """Word one condition as it is kept (Rule.to_json)."""
    kind = clause["kind"]
    if kind == "attended":
        return _attended(clause, courses)
    if kind == "usage_started":
        return _used(clause)
    if kind == "no_open_task" and clause.get("tasks"):
        return _("次のタスクが残っていない: %(kinds)s", kinds=terms.listed(tasks.kind(one) for one in clause["tasks"]))
    plain_ones = {
        "setup_complete": lambda: _("必須の初期設定がすべて完了か対象外"),
        "field_filled": lambda: _(
            "「%(field)s」が入力されている", field=terms.FIELDS.get(clause["field"], clause["field"])
        ),
        "days_in_stage": lambda: _("このフェーズになって %(days)s 日以上", days=clause["days"]),
        "no_open_task": lambda: _("未完了のタスクがない"),
        "contract_ends": lambda: _("契約の終了まで %(days)s 日以内", days=clause["days"]),
        "all": lambda: _("次のすべてを満たす"),
        "any": lambda: _("次のいずれかを満たす"),
        "at_least": lambda: _("次のうち %(number)s 件以上を満たす", number=clause["number"]),
    }
    return plain_ones[kind]() if kind in plain_ones else kind


def _attended(clause: Mapping[str, Any], courses: Mapping[str, Mapping[str, str]]) -> str:
    course = plain(courses.get(clause["course"], {})) or clause["course"]
    parts = [_("「%(course)s」を %(contacts)s 名以上が受講", course=course, contacts=clause["contacts"])]
    if clause["coordinator"]:
        parts.append(_("窓口の方を含む"))
    if clause["share"]:
        parts.append(_("対象店舗の %(percent)s%% 以上", percent=round(clause["share"] * 100)))
    if clause["recordings"]:
        parts.append(_("録画視聴も数える"))
    least, most = clause["stores_from"], clause["stores_to"]
    if most is not None:
        parts.append(_("対象店舗 %(least)s–%(most)s 店舗の場合", least=least, most=most))
    elif least:
        parts.append(_("対象店舗 %(least)s 店舗以上の場合", least=least))
    return terms.listed(parts)


def _used(clause: Mapping[str, Any]) -> str:
    if clause["within"]:
        parts = [_("%(within)s 日間のうち %(days)s 日以上の利用", within=clause["within"], days=clause["days"])]
    else:
        parts = [_("%(days)s 日以上の利用", days=clause["days"])]
    if clause["since_setup"]:
        parts.append(_("初期設定の完了後の日だけを数える"))
    if clause["confirmed"]:
        parts.append(_("担当者による確認でもよい"))
    return terms.listed(parts)


def thresholds() -> dict[str, str]:
    """Name the thresholds of a stage, in the order of its form."""
    return {
        "start_near_days": _("利用開始予定日まで、残り何営業日から「遅れ」にするか"),
        "in_stage_behind_days": _("フェーズに入って何営業日で「遅れ」にするか"),
        "in_stage_stuck_days": _("フェーズに入って何営業日で「停滞」にするか"),
        "no_progress_behind_days": _("動きがないまま何営業日で「遅れ」にするか"),
        "no_progress_stuck_days": _("動きがないまま何営業日で「停滞」にするか"),
        "not_registered_days": _("案内から申込がないまま何営業日で「遅れ」にするか"),
        "invited_times": _("何回案内しても申込がなければ「遅れ」にするか"),
        "missed_times": _("続けて何回欠席したら「遅れ」にするか"),
    }
