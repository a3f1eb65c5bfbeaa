"""Answers what tasks are called, and how what is known of each reads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from scheduler.models.tasks import Task
from scheduler.web.words import dates, mails, terms
from scheduler.web.words.texts import plain

PARTS = ("any", "morning", "noon", "afternoon", "evening")


def kind(key: str) -> str:
    """Name a kind of task."""
    return kinds().get(key, key)


def kinds() -> dict[str, str]:
    """Name every kind of task."""
    return {
        "by_hand": _("タスク"),
        "wish": _("日程のご希望への対応"),
        "talk": _("個別に相談したい方への連絡"),
        "attendee": _("どなたかわからない参加者への対応"),
        "offer": _("確保した席のご案内（電話）"),
        "stray": _("定期開催からはずれた日程の判断"),
        "reply": _("届いた返信への対応"),
        "report_missing": _("開催後の出欠の記録（レポートの取り込み）"),
        "unreachable": _("メールが届かない方への電話と、アドレスの確認"),
        "step_wanted": _("受講の前に済ませておきたい初期設定の確認"),
        "call": _("お電話での状況の確認"),
        "escalated": _("進め方の相談"),
        "seats": _("申込済みの日程の扱いの決定"),
        "hold_over": _("保留明けのご連絡"),
        "destination_ended": _("停止した外部連携の確認"),
        "nudges_used_up": _("メールで進まない顧客企業への電話"),
    }


def title(task: Task) -> str:
    """Say in a line what is to be done: what a member wrote down, else what kind it is."""
    return task.words if task.kind == "by_hand" else kind(task.kind)


def details(task: Task) -> list[str]:
    """List what is known of a task beside its title, a line each."""
    lines = [
        _("第%(n)d希望: %(wish)s", n=number, wish=wish(one))
        for number, one in enumerate(task.params.get("wishes", ()), start=1)
    ]
    if "until" in task.params:
        lines.append(_("回答の期限: %(until)s", until=dates.moment(datetime.fromisoformat(task.params["until"]))))
    if task.kind == "attendee":
        lines += [one for one in (task.params["name"], task.params["email"]) if one]
        lines += [str(terms.UNDERSTANDINGS[said])] if (said := task.params["understanding"]) else []
    if task.kind == "unreachable":
        lines += [line for line in (mails.suppression("all", task.params["reason"]), task.params["detail"]) if line]
    if task.kind == "step_wanted":
        step, course = plain(task.params["step_name"]), plain(task.params["course_name"])
        lines.append(
            _("「%(course)s」の前に求めている「%(step)s」が済んでいません（受講はできます）", course=course, step=step)
        )
    if task.params.get("tries"):
        lines.append(_("%(n)d 回つながりませんでした", n=task.params["tries"]))
    if task.kind == "seats":
        lines.append(_("申込 %(n)d 件を、残すか取り消すか決めてください", n=task.params["count"]))
    if task.kind == "nudges_used_up":
        since, mail = dates.iso_day(task.params["since"]), mails.kind(task.params["kind"])
        lines.append(
            _(
                "%(since)sから進みがなく、「%(mail)s」を%(n)d回送りました",
                since=since,
                mail=mail,
                n=task.params["times"],
            )
        )
    return [*lines, task.words] if task.words and task.kind != "by_hand" else lines


def wish(one: Mapping[str, Any]) -> str:
    """Write a wished time: 4月7日(火) 午前 – 10時以降."""
    when = " ".join(
        part
        for part in (dates.iso_day(one["on"]) if one.get("on") else "", part_of_day(one.get("part", "any")))
        if part
    )
    return " – ".join(part for part in (when, one.get("words", "")) if part)


def part_of_day(key: str) -> str:
    """Name a part of the day; nothing for any."""
    return {
        "morning": _("午前"),
        "noon": _("お昼ごろ"),
        "afternoon": _("午後"),
        "evening": _("夕方以降"),
    }.get(key, "")
