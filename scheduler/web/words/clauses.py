"""Answers how the conditions of a handover and the reasons for following up read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _

from scheduler.web.words import dates, tasks, terms
from scheduler.web.words.people import Names
from scheduler.web.words.texts import plain


@dataclass(frozen=True)
class Clause:
    """One condition as it is read: what it asks, how it stands, on which evidence, and since which day it is met."""

    key: str
    met: bool
    title: str
    sentence: str
    evidence: list[str]
    since: str
    # Of a group: the conditions in it.
    parts: list[Clause]


def clauses(kept: Sequence[Mapping[str, Any]], courses: Mapping[str, Mapping[str, str]]) -> list[Clause]:
    """Word the clauses kept with an account (rules.clauses.ClauseResult as JSON); `courses` are names by key."""
    return of_many([kept], courses)[0]


def of_many(
    accounts: Sequence[Sequence[Mapping[str, Any]]], courses: Mapping[str, Mapping[str, str]]
) -> list[list[Clause]]:
    """Word the clauses of several accounts, reading what they name once for all."""
    every = [clause for kept in accounts for clause in _flat(kept)]
    names = Names(
        contacts=[item.get("contact") for clause in every for item in clause["evidence"]],
        stores=[number for clause in every for number in clause["params"].get("stores_missing", ())],
    )
    return [[_clause(clause, names, courses) for clause in kept] for kept in accounts]


def _flat(kept: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for clause in kept:
        yield clause
        yield from _flat(clause.get("parts", ()))


def reason(key: str, params: Mapping[str, Any]) -> str:
    """Word why an account is behind or stuck (rules.stalling)."""
    days = [name for name in ("on", "since", "until") if params.get(name)]
    values = {**params, **{name: dates.iso_day(str(params[name])) for name in days}}
    if params.get("working_days") == 0 and f"{key}_none" in _reasons():
        key = f"{key}_none"
    words = _reasons().get(key)
    return words % values if words is not None else key


def next_step(key: str) -> str:
    """Word the step proposed next; nothing for one that is not to be done by us."""
    return {
        "request_handover": _("引き継ぎを依頼する"),
        "invite": _("案内を開始する"),
        "call": _("電話する"),
        "offer_own_lecture": _("個別レクチャーを案内する"),
        "propose_dates": _("日程を提案する"),
        "remind_setup": _("初期設定の残りを案内する"),
        "confirm_usage": _("利用開始を確認する"),
        "fill_field": _("顧客情報を入力する"),
        "do_tasks": _("タスクを片付ける"),
    }.get(key, "")


def _clause(kept: Mapping[str, Any], names: Names, courses: Mapping[str, Mapping[str, str]]) -> Clause:
    key, params = kept["key"], kept["params"]
    return Clause(
        key=key,
        met=kept["met"],
        title=title(key, params, courses),
        sentence=_sentence(kept["reason"], params, names),
        evidence=[_evidence(item, names) for item in kept["evidence"]],
        since=kept["since"] or "",
        parts=[_clause(part, names, courses) for part in kept.get("parts", ())],
    )


def title(key: str, params: Mapping[str, Any], courses: Mapping[str, Mapping[str, str]]) -> str:
    """Say in a few words what a condition asks."""
    course = plain(courses.get(params.get("course", ""), {})) or params.get("course", "")
    titles = {
        "attended": _("%(course)sの受講", course=course),
        "field_filled": _("%(field)sの入力", field=terms.FIELDS.get(params.get("field", ""), params.get("field", ""))),
        "all": _("次のすべて"),
        "any": _("次のいずれか"),
        "at_least": _("次のうち %(needed)d 件以上", needed=params.get("needed") or 1),
    }
    return titles.get(key) or str(terms.CONDITIONS.get(key, key))


def _sentence(reason_key: str, params: Mapping[str, Any], names: Names) -> str:
    missing = params.get("stores_missing", ())
    days = {"from": dates.iso_day(params["from"])} if params.get("from") else {}
    if params.get("ends_on"):
        days["ends_on"] = dates.last_day(date.fromisoformat(params["ends_on"]))
    values = {
        **params,
        **days,
        "days_left": params.get("days_needed", 0) - params.get("days", 0),
        "open_tasks": _shortened([tasks.kind(kind) for kind in params.get("tasks", ())]),
        "people_left": params.get("people_needed", 0) - params.get("people", 0),
        "stores_left": params.get("stores_needed", 0) - params.get("stores_covered", 0),
        "missing": _shortened([names.store(number) for number in missing]),
        "open_steps": _shortened([_step(step, names) for step in params.get("steps", ())]),
    }
    words = _clause_sentences(params).get(reason_key)
    return words % values if words is not None else reason_key


def _clause_sentences(params: Mapping[str, Any]) -> dict[str, str]:
    coordinator = (
        _("窓口の方が登録されていません。")
        if params.get("coordinator") == "nobody"
        else _("窓口の方の受講がまだです。")
    )
    stores = _("受講した店舗は %(stores_covered)d / %(stores)d です。あと %(stores_left)d 店舗: %(missing)s")
    nobody = not params.get("people")
    return {
        "attended_met": _("%(people)d 名が受講しました。")
        if not params.get("stores_needed")
        else _("%(people)d 名、%(stores_covered)d / %(stores)d 店舗が受講しました。"),
        "attended_people_short": _("受講した方がまだいません。")
        if nobody
        else _("あと %(people_left)d 名の受講が必要です。"),
        "attended_coordinator_missing": coordinator,
        "attended_stores_short": stores,
        "attended_coordinator_and_stores": f"{coordinator} {stores}",
        "setup_met": _("必須の %(total)d 項目がすべて完了しました。"),
        "setup_open": _("必須 %(total)d 項目のうち %(left)d 項目が残っています: %(open_steps)s"),
        "setup_nothing_required": _("必須の項目はありません。"),
        "usage_met": _("製品の利用を確認できました（%(days)d 日）。"),
        "usage_confirmed": _("自社担当が利用開始を確認しました。"),
        "usage_none": _("まだ利用の記録がありません。"),
        "usage_days_short": _("利用した日は %(days)d 日です（必要 %(days_needed)d 日）。"),
        "usage_not_within": _("%(within)d 日間のうち %(days_needed)d 日の利用がまだありません。"),
        "usage_before_setup": _("初期設定の完了後の利用がまだありません。"),
        "field_filled": _("入力済みです。"),
        "field_empty": _("まだ入力されていません。"),
        "days_in_stage_met": _("このフェーズになって %(days)d 日です。"),
        "days_in_stage_short": _("このフェーズになって %(days)d 日です（あと %(days_left)d 日）。"),
        "no_open_task": _("未完了のタスクはありません。"),
        "tasks_open": _("タスクが %(left)d 件残っています: %(open_tasks)s"),
        "contract_ends": _("契約は %(ends_on)s に終わります。"),
        "contract_ends_later": _("契約は %(ends_on)s に終わります。%(from)s から引き継げます。"),
        "contract_unknown": _("契約の終了日が登録されていません。"),
        "group_met": _("%(of)d 件のうち %(met)d 件を満たしています（必要 %(needed)d 件）。"),
        "group_short": _("%(of)d 件のうち %(met)d 件を満たしています（必要 %(needed)d 件）。"),
        "reopened": _("引き継ぎ先から差し戻されました。解消したら、何をしたかを書いて確認済みにしてください。"),
    }


def _evidence(item: Mapping[str, Any], names: Names) -> str:
    day = dates.iso_day(item["on"]) if item.get("on") else ""
    if "contact" in item:
        return _("%(person)s %(day)s", person=names.contact(item["contact"]), day=day)
    if "step" in item:
        return f"{_step(item, names)} {day}".strip()
    if item.get("source") == "person":
        return _("%(day)s（確認方法: %(how)s）", day=day, how=item["how"])
    return _("%(day)s 製品の利用記録", day=day)


def _step(step: Mapping[str, Any], names: Names) -> str:
    name = names.step(step["step"])
    return name if step["total"] == 1 else f"{name} {step['done']}/{step['total']}"


def _shortened(names: Iterable[str], most: int = 5) -> str:
    """Join names, the first few of many."""
    known = list(names)
    text = terms.listed(known[:most])
    return text if len(known) <= most else _("%(names)s ほか %(n)d 件", names=text, n=len(known) - most)


def _reasons() -> dict[str, str]:
    return {
        "past_planned_start": _(
            "利用開始予定日（%(on)s）を %(working_days)d 営業日過ぎ、条件が %(open)d 件残っています"
        ),
        "planned_start_near": _("利用開始予定日（%(on)s）まで %(working_days)d 営業日、条件が %(open)d 件残っています"),
        # No working day lies between today and the planned start.
        "past_planned_start_none": _("利用開始予定日（%(on)s）を過ぎ、条件が %(open)d 件残っています"),
        "planned_start_near_none": _("利用開始予定日（%(on)s）まで営業日がなく、条件が %(open)d 件残っています"),
        "no_progress": _("%(working_days)d 営業日、動きがありません（%(since)s から）"),
        "long_in_stage": _("同じフェーズが %(working_days)d 営業日続いています（%(since)s から）"),
        "missed_repeatedly": _("続けて %(times)d 回欠席しています"),
        "invited_in_vain": _("%(invitations)d 回案内しましたが、申込がありません"),
        "not_registered": _("案内から %(working_days)d 営業日、申込がありません"),
        "unreachable": _("メールが届いていません"),
        "on_hold": _("%(until)s まで保留中です"),
        "cancelled": _("%(on)s に解約しました"),
    }
