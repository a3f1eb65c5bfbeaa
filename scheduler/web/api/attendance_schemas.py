"""Answers what /lectures/{id}/attendance says: verdicts, and who the people of a report are."""

from __future__ import annotations

from scheduler.web.api.schemas import Answer, flag, moment, parts, strings, text, whole

OUTCOMES = ("attended", "partial", "missed", "excused", "unknown")


class VerdictAnswer(Answer):
    """How one person stands with a lecture."""

    contact = text("先方担当者。その方だけのメールアドレスがあればそれ、なければ ID。")
    name = text("氏名。")
    account = text("顧客企業の外部ID。")
    verdict = text(
        "attended 出席、partial 一部参加、missed 欠席、excused 欠席連絡あり、unknown 未確認。",
        metadata={"enum": list(OUTCOMES)},
    )
    seconds = whole("参加した秒数。")
    sources = strings("判定のもとになった記録（manual、report など）。")
    reason = text("手で付けたときの理由。", allow_none=True)


class MatchedAnswer(Answer):
    """Somebody of the report who is a contact."""

    contact = text("先方担当者。")
    name = text("氏名。")
    shown_as = strings("レポートでの表示名。")
    seconds = whole("参加した秒数。")
    verdict = text("判定。", metadata={"enum": list(OUTCOMES)})


class OfferedAnswer(Answer):
    """Whom somebody of the report may be."""

    contact = text("先方担当者。")
    name = text("氏名。")
    account = text("企業名。")
    reason = text("なぜ候補か（キー）。")
    score = whole("表示名と氏名の一致度（0〜100）。")
    ticked = flag("氏名がこの日程の申込者の中でただ一人に当てはまり、確認するだけでよいか。")


class ProposedAnswer(Answer):
    """Somebody of the report who must be confirmed."""

    row = whole("レポートの最初の行番号。同じ表示名の方が複数いるときに使います。")
    name = text("レポートでの表示名。")
    seconds = whole("参加した秒数。")
    candidates = strings("候補の先方担当者（contact）。有力な順です。")
    offered = parts(OfferedAnswer, "候補の詳細。candidates と同じ順です。")


class UnmatchedAnswer(Answer):
    """Somebody of the report whom nothing names."""

    row = whole("レポートの最初の行番号。")
    name = text("レポートでの表示名。")
    seconds = whole("参加した秒数。")


class LeftOutAnswer(Answer):
    """Somebody of the report who is no customer's attendance."""

    name = text("レポートでの表示名。")
    why = text("数えない理由（host、own_people、waiting_room など）。")


class ComplaintAnswer(Answer):
    """Something in the report's file to look at."""

    row = whole("ファイルの行番号。ファイル全体については 0。")
    why = text("何を確かめるか（cut_off、unreadable_time など）。")
    detail = text("文（Accept-Language の言語）。")


class ReportAnswer(Answer):
    """What a report comes to."""

    upload = whole("取り込みの ID。")
    dry_run = flag("試しただけで、何も記録していないか。")
    tool = text("レポートの種類（zoom_meeting など）。")
    matched = parts(MatchedAnswer, "先方担当者と確かめられた方。")
    proposed = parts(ProposedAnswer, "候補はあるが確認の要る方。")
    unmatched = parts(UnmatchedAnswer, "誰かわからない方。")
    left_out = parts(LeftOutAnswer, "出席に数えない方。")
    complaints = parts(
        ComplaintAnswer, "ファイルについて確かめていただくこと（途中で切れている、読み取れない時刻など）。"
    )
    thanks = whole("お礼のメールを送る人数。")
    partial = whole("一部参加された方へのメールを送る人数。")  # type: ignore[assignment]
    missed = whole("欠席された方へのメールを送る人数。")
    excused = whole("欠席連絡をいただいた方へのメールを送る人数。")
    held = whole("誰かわからない方がいるため、お礼以外のメールを待つ人数。")
    due_at = moment("これらのメールを送り始める日時。古い日程では null で、送りません。", allow_none=True)
