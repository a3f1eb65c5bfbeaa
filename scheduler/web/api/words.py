"""Answers how an error reads to whoever writes the program that calls: what happened and what to send instead."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _

from scheduler.services import refusals, tokens
from scheduler.services.refusals import Invalid, Refused
from scheduler.web.api.fields import Fault
from scheduler.web.words.refusals import sentence as business_sentence

# The reason key of a plain HTTP error.
REASONS = {
    400: "bad_request",
    401: "unauthorized",
    403: "read_only_token",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    429: "too_many_refusals",
    500: "fault",
    503: "unavailable",
}
# The refusals a program can meet, with values for the sentences of the documentation.
_FILE = {"filename": "participants.csv", "limit_mb": 20}
_KINDS: dict[type[Refused], dict[str, Any]] = {
    refusals.Invalid: {},
    refusals.LectureFull: {},
    refusals.LectureOver: {},
    refusals.LectureCancelled: {},
    refusals.LectureUndecided: {},
    refusals.LectureNotBegun: {},
    refusals.AlreadyBooked: {},
    refusals.PrerequisiteMissing: {},
    refusals.AccountLimitReached: {"limit": 3},
    refusals.OfferGone: {},
    refusals.NotBooked: {},
    refusals.CapacityBelowBooked: {"taken": 12},
    refusals.MailWaits: {},
    refusals.MailNotWanted: {"reason": "already_registered"},
    refusals.CourseInUse: {},
    refusals.NotReady: {"open": 2},
    refusals.HandoverOpen: {},
    refusals.HandoverClosed: {},
    refusals.Ambiguous: {},
    refusals.UploadExpired: {},
    refusals.FileUnreadable: {"why": "not_a_table"} | _FILE,
    refusals.FileTooLarge: {"why": "too_large"} | _FILE,
    tokens.AnotherBody: {"why": "another_body"},
}

# What a status means, and what to do about it.
_TITLES = {
    400: _("リクエストを読み取れません"),
    401: _("APIトークンが必要です"),
    403: _("許可されていません"),
    404: _("見つかりません"),
    405: _("このメソッドは使えません"),
    409: _("今の状態では実行できません"),
    413: _("送られた内容が大きすぎます"),
    422: _("入力内容に誤りがあります"),
    429: _("しばらくお待ちください"),
    500: _("処理を完了できませんでした"),
    503: _("ただいまご利用いただけません"),
}
_OTHER_TITLE = _("リクエストを処理できません")
_OF_STATUS = {
    400: _("アドレスに使えない文字（NUL）があります。その文字を除いて送ってください。"),
    401: _(
        "Authorization: Bearer に続けて有効なAPIトークンを送ってください。トークンは tasuki token add で発行します。"
    ),
    403: _("このトークンでは読み取りだけができます。書き込みには write の権限を持つトークンをお使いください。"),
    404: _("このアドレスには何もありません。/api/docs でアドレスをご確認ください。"),
    405: _("このアドレスで使えるメソッドは Allow ヘッダーにあります。"),
    413: _("送れるのは 20 MB までです。分けて送ってください。"),
    429: _("誤ったトークンが続いたため、一時的に受け付けを止めています。Retry-After の秒数だけお待ちください。"),
    500: _("変更は保存されていません。時間をおいてもう一度お試しください。"),
    503: _(
        "一時的に情報を読み書きできません。Retry-After の秒数だけ待って、同じ内容を送り直してください。"
        "同じ Idempotency-Key を付けた POST は、二重には行われません。"
    ),
}
_OF_OTHER_STATUS = _("リクエストの形式をご確認ください。形式は /api/docs にあります。")

_OWN_FAULTS = {
    "not_an_object": _("JSON のオブジェクト {…} を送ってください。"),
    "not_a_list": _("JSON の配列 […] を送ってください。"),
    "too_many": _("%(maximum)d 件までにしてください。"),
    "not_bilingual": _('文字、または {"ja": "…", "en": "…"} の形で送ってください。'),
    "not_a_number": _("「%(value)s」は整数ではありません。"),
    "out_of_range": _("%(lowest)d から %(highest)d までの整数にしてください。"),
    "moment_unreadable": _(
        "「%(value)s」は日時として読み取れません。2026-04-01T05:00:00Z の形で送ってください（時差のない日時の項目では 2026-04-01T14:00）。"
    ),
    "offset_given": _("この日時は time_zone の現地時刻です。時差を付けずに 2026-04-01T14:00 の形で送ってください。"),
    "cursor_unreadable": _("cursor には、前の応答の next の値をそのまま送ってください。"),
    "status_alone": _("status を変えるときは、ほかに reason と urgent だけを送ってください。"),
    "status_missing": _("urgent は、status の cancelled と一緒に送ってください。"),
    "lecture_has_people": _(
        "申込か出欠のある開催日程では、レクチャーと顧客企業を変えられません。別に登録してください。"
    ),
    "capacity_missing": _("定員（capacity）を送ってください。省けるのは個社開催（account）のときだけです。"),
    "name_or_row": _("表示名（name）か行番号（row）のどちらか一方を送ってください。"),
    "nothing_sent": _("変える項目を少なくとも一つ送ってください。"),
}
_UNKNOWN = {
    "no_account": _("外部ID「%(value)s」の顧客企業はありません。外部IDをご確認ください。"),
    "no_contact": _("「%(value)s」という先方担当者はいません。ID かメールアドレスをご確認ください。"),
    "no_course": _("「%(value)s」というレクチャーはありません。/api/v1/courses でキーをご確認ください。"),
    "no_lecture": _("この ID の開催日程はありません。/api/v1/lectures でご確認ください。"),
    "no_series": _("この ID の定期開催はありません。/api/v1/series でご確認ください。"),
    "no_registration": _("この開催日程に、この ID の申込はありません。"),
    "no_handover": _("この ID の引き継ぎはありません。/api/v1/handovers でご確認ください。"),
    "no_attendance": _("この方は、この開催日程に申込も参加の記録もありません。"),
    "no_upload": _("この開催日程には、まだ参加レポートが取り込まれていません。先に取り込んでください。"),
    "no_report": _("「%(value)s」というレポートはありません。/api/v1/reports でご確認ください。"),
    "no_step": _("「%(value)s」という初期設定項目はありません。/api/v1/accounts/… の setup でキーをご確認ください。"),
}
# What the API says in words of its own, by reason.
_OWN = _OWN_FAULTS | _UNKNOWN


def title(status: int) -> str:
    """Name what a status means."""
    return str(_TITLES.get(status, _OTHER_TITLE))


def of_status(status: int) -> str:
    """Say what to do about a plain HTTP error."""
    return str(_OF_STATUS.get(status, _OF_OTHER_STATUS))


def malformed(line: int, column: int) -> str:
    """Say where a body is no JSON."""
    return str(_("本文を JSON として読み取れません（%(line)d 行 %(column)d 文字目）。", line=line, column=column))


def not_json() -> str:
    """Say that a body is no JSON at all."""
    return str(_("本文を JSON として読み取れません。UTF-8 の JSON を送ってください。"))


def sentence(error: Refused) -> str:
    """Word a refusal."""
    what = error.params.get("why") or (f"no_{error.params['what']}" if "what" in error.params else error.key)
    words = _OWN.get(str(what))
    return str(words) % {"value": "", **error.params} if words is not None else business_sentence(error)


def of_fault(fault: Fault, field: str) -> str:
    """Word what is wrong with one field."""
    return sentence(Invalid(why=fault.why, **{"value": field, **fault.params}))


def kinds() -> list[tuple[str, int, str]]:
    """List the kinds of problems for the documentation: reason, status, and the sentence with example values."""
    told = {(kind.key, kind.status): sentence(kind(**example)) for kind, example in _KINDS.items()}
    told |= {(reason, status): of_status(status) for status, reason in REASONS.items()}
    told[("malformed_json", 400)] = not_json()
    return sorted(
        ((reason, status, words) for (reason, status), words in told.items()), key=lambda one: (one[1], one[0])
    )
