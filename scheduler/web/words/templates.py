"""Answers what the words of a mail are said to be, and what is wrong with changed ones: what to do, and in which line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from flask_babel import gettext as _

from emails import KINDS, Entry, FreeDate, Span, Until, day_and_time, samples, when, zone_name
from emails.placeholders import MEANINGS
from emails.values import Value
from emails.words import until
from scheduler.web import edge

_MARKS = "{{ … }} {% if … %} … {% endif %} {% for … in … %} … {% endfor %}"


def audiences() -> dict[str, str]:
    """Name to whom mails go, in the order of the list."""
    return {
        "contact": _("お客様（先方担当者）"),
        "visitor": _("公開フォームから申し込まれた方"),
        "staff": _("社内（自社担当）"),
    }


def occasion(kind: str) -> str:
    """Say when a kind of mail is sent; the figures stand on the page of the timings."""
    return {
        "welcome": _("案内を開始したとき"),
        "invitation": _("案内を開始したあと、申込がないあいだ"),
        "application": _("公開フォームから申込があったとき"),
        "link_again": _("公開ページで専用リンクの再送を求められたとき"),
        "confirmation": _("申込が確定したとき"),
        "waitlisted": _("キャンセル待ちを受け付けたとき"),
        "offered": _("空いた席を確保したとき（締め切り後）"),
        "promoted": _("キャンセル待ちから申込が確定したとき"),
        "changed": _("日程が変わったとき"),
        "cancelled": _("申込が取り消されたとき"),
        "lecture_cancelled": _("開催が中止になったとき"),
        "called_off": _("緊急中止のとき（すぐに）"),
        "reminder_day": _("開催の前、お店が開いている最後の日"),
        "reminder_hour": _("開催の少し前（午前の開催では前日の夕方）"),
        "thanks": _("出席が記録された次の営業日の朝"),
        "partial": _("一部参加が記録された次の営業日の朝"),
        "missed": _("欠席が記録された次の営業日の朝"),
        "excused": _("欠席の連絡をいただいた開催の次の営業日の朝"),
        "setup_nudge": _("初期設定がしばらく進んでいないとき"),
        "usage_nudge": _("初期設定のあと、ご利用がしばらく始まらないとき"),
        "proposal": _("個社開催の候補日時を送ったとき"),
        "weekly_state": _("毎週決まった曜日に、窓口の方へ"),
        "handover_letter": _("引き継ぎを引き受けた次の営業日、窓口の方へ"),
        "feed_reset": _("カレンダーのリンクを変更したとき"),
        "staff_ready": _("顧客企業が引き継ぎ可になったとき"),
        "staff_handover_requested": _("引き継ぎが依頼されたとき"),
        "staff_handover_accepted": _("引き継ぎが引き受けられたとき"),
        "staff_handover_returned": _("引き継ぎが差し戻されたとき"),
        "staff_handover_waiting": _("引き継ぎの依頼に回答がないとき"),
        "staff_ready_waiting": _("引き継ぎ可になっても依頼されないとき"),
        "staff_accounts_moved": _("担当・フェーズをまとめて変えたとき"),
        "staff_stuck": _("顧客企業が停滞したとき"),
        "staff_report_missing": _("開催の次の営業日が終わっても、出欠が未確認のとき"),
        "staff_unreachable": _("先方担当者にメールが届かなくなったとき"),
        "staff_reply": _("お客様から返信が届いたとき"),
        "staff_digest": _("営業日の朝"),
        "staff_pack": _("毎週、選んだ曜日の朝"),
    }[kind]


def placeholders(kind: str) -> list[tuple[str, str]]:
    """List the placeholders of a kind with what each stands for, in the reader's language."""
    return [(name, MEANINGS[name][edge.locale()]) for name in KINDS[kind].placeholders]


def examples(kind: str, locale: str) -> dict[str, str]:
    """Write the sample of each placeholder of a kind as a mail in this language would."""
    values = samples(kind, locale)
    return {name: _example(value, str(values.get("zone", "")), locale) for name, value in values.items()} | {
        "zone_name": zone_name(str(values["zone"]), locale) if "zone" in values else ""
    }


def _example(value: Value | FreeDate | Entry, zone: str, locale: str) -> str:
    if isinstance(value, bool):
        return _("はい") if value else _("いいえ")
    if isinstance(value, Span):
        return when(value.starts_at, value.ends_at, zone, locale)
    if isinstance(value, Until):
        return until(value.at, zone, locale)
    if isinstance(value, FreeDate):
        return day_and_time(value.starts_at, value.ends_at, zone, locale)
    if isinstance(value, Entry):
        return " ".join(filter(None, (value.what, value.note)))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"{_example(value[0], zone, locale)} …" if value else ""
    return "" if value is None else str(value)


def sentence(kind: str, params: Mapping[str, Any]) -> str:
    """Word why no mail can be made of words (`why` and what it names), with the place first."""
    line = params.get("line")
    words = {
        "no_subject": _no_subject,
        "no_body": lambda _kind, _params: _("本文を入力してください。"),
        "syntax": _syntax,
        "undefined_name": _undefined,
        "not_allowed": _not_allowed,
        "too_large": _too_large,
        "foreign_link": _foreign_link,
        "not_shown": _not_shown,
    }.get(str(params["why"]), _failed)(kind, params)
    return f"{place(int(line))}: {words}" if line else words


def place(line: int) -> str:
    """Name a line of the words as the form has it: the first is the subject."""
    return _("件名") if line == 1 else _("本文の %(n)d 行目", n=line - 1)


def field(params: Mapping[str, Any]) -> str:
    """Tell in which field of the form the fault is: subject or body."""
    return "subject" if params.get("line") == 1 or params.get("why") == "no_subject" else "body"


def _no_subject(_kind: str, params: Mapping[str, Any]) -> str:
    if params.get("example") in ("bare", "empty"):
        return _("差し込む内容がないときに件名が空になります。必ず表示される言葉を件名に入れてください。")
    return _("件名を入力してください。")


def _syntax(_kind: str, params: Mapping[str, Any]) -> str:
    return _(
        "差し込みの記号が正しく対になっていません。%(marks)s をご確認ください（%(detail)s）。",
        marks=_MARKS,
        detail=params.get("detail", ""),
    )


def _undefined(kind: str, params: Mapping[str, Any]) -> str:
    name = str(params["name"]).split(", ")[0]
    words = _("「%(name)s」という差し込み項目は、このメールにはありません。一覧にある項目を使ってください。", name=name)
    near = get_close_matches(name, KINDS[kind].placeholders, n=1, cutoff=0.6)
    return words + (_("「%(name)s」ではありませんか。", name=near[0]) if near else "")


def _not_allowed(_kind: str, params: Mapping[str, Any]) -> str:
    if "name" in params:
        return _(
            "「%(name)s」は、ここではそのまま使えません。一覧は for で回し、はい・いいえの項目は if で使ってください。",
            name=params["name"],
        )
    return _("この書き方は使えません。使えるのは、差し込み・場合分け・一覧の繰り返しです: %(marks)s", marks=_MARKS)


def _too_large(_kind: str, params: Mapping[str, Any]) -> str:
    if params.get("example") in ("long", "hostile"):
        return _("長い名前や多い項目を差し込むと、メールの上限（100KB）を超えます。文面か繰り返しを短くしてください。")
    return _("文面が長すぎます。20,000 文字以内、メール全体で 100KB 以内にしてください。")


def _foreign_link(_kind: str, params: Mapping[str, Any]) -> str:
    return _(
        "リンク先「%(url)s」が、差し込む内容によって変わります。リンクには、決まったアドレスか、リンク用の項目（名前が _url で終わるもの）をそのまま使ってください。",
        url=params.get("url", ""),
    )


def _not_shown(_kind: str, params: Mapping[str, Any]) -> str:
    names = [f"「{MEANINGS[name][edge.locale()]}」（{name}）" for name in str(params["names"]).split(", ")]
    either = _("または").join(names) if edge.locale() == "ja" else f" {_('または')} ".join(names)
    if params.get("example") == "bare":
        return _("ほかの項目が空のときに、このメールに必要な%(names)sが本文に表示されません。", names=either)
    return _("このメールに必要な%(names)sが、本文にありません。差し込んでください。", names=either)


def _failed(_kind: str, params: Mapping[str, Any]) -> str:
    return _(
        "この文面ではメールを作成できません。直前の変更を見直してください（%(detail)s）。",
        detail=params.get("detail", ""),
    )
