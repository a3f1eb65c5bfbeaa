"""Answers how signals, their destinations and what came of them read on the staff's pages."""

from __future__ import annotations

from http import HTTPStatus

from flask_babel import gettext as _

from scheduler.models.signals import SIGNALS, Delivery


def kinds() -> dict[str, str]:
    """Name every signal, in the order in which they are offered."""
    words = {
        "account.ready": _("引き継ぎ可になった"),
        "account.stuck": _("停滞になった"),
        "handover.requested": _("引き継ぎが依頼された"),
        "handover.accepted": _("引き継ぎが引き受けられた"),
        "handover.returned": _("引き継ぎが差し戻された"),
        "handover.withdrawn": _("引き継ぎの依頼が取り下げられた"),
        "attendance.recorded": _("参加レポートから出欠が記録された"),
    }
    return {key: words[key] for key in SIGNALS}


def kind(key: str) -> str:
    """Name a signal."""
    return _("テスト送信") if key == "test" else kinds().get(key, key)


def destination(key: str) -> str:
    """Name what a destination is."""
    return {"webhook": _("Webhook"), "chat": _("チャットルーム")}[key]


def state(row: Delivery) -> tuple[str, str]:
    """Say how far a delivery is: the shape and the word."""
    if row.state == "queued" and row.attempts:
        return "waiting", _("再送待ち")
    return {
        "queued": ("waiting", _("送信待ち")),
        "sending": ("waiting", _("送信中")),
        "delivered": ("met", _("到達")),
        "failed": ("stuck", _("届かず")),
        "dropped": ("none", _("取りやめ")),
    }[row.state]


def states() -> list[tuple[str, str]]:
    """List what the log can be narrowed to."""
    return [
        ("delivered", _("到達")),
        ("waiting", _("送信待ち・再送待ち")),
        ("failed", _("届かず")),
        ("dropped", _("取りやめ")),
    ]


def answer(row: Delivery) -> str:
    """Say what the other side answered last, or why it could not; nothing before the first try."""
    if row.status is not None:
        phrase = {one.value: one.phrase for one in HTTPStatus}.get(row.status, "")
        return f"{row.status} {phrase}".strip()
    return _errors().get(row.error, row.error)


def why_ended(key: str | None) -> str:
    """Say why a destination gets nothing any more."""
    return {
        "by_hand": _("手動で停止"),
        "gone": _("相手先が受信を終了（410）"),
        "failing": _("3日間届かず停止"),
    }.get(key or "", "")


def history() -> dict[str, str]:
    """Word what members did to destinations, and what became of these, for the history."""
    return {
        "destination_added": _("外部連携を追加しました: %(destination)s"),
        "destination_changed": _("外部連携を変更しました: %(destination)s"),
        "destination_ended": _("外部連携への通知を停止しました: %(destination)s"),
        "destination_resumed": _("外部連携への通知を再開しました: %(destination)s"),
        "destination_key_changed": _("外部連携の署名の鍵を変更しました: %(destination)s"),
        "destination_old_key_dropped": _("外部連携の以前の鍵での署名を終えました: %(destination)s"),
        "destination_tested": _("外部連携へテスト送信しました: %(destination)s"),
        "signals_sent_again": _("外部連携へ通知を再送しました: %(destination)s（%(count)s 件）"),
    }


def _errors() -> dict[str, str]:
    return {
        "no_such_host": _("ホスト名が見つかりません"),
        "private_address": _("社内などの非公開のアドレスのため送信しません"),
        "no_connection": _("接続できません"),
        "too_slow": _("時間内に応答がありません"),
        "no_tls": _("証明書を確認できません"),
        "broken_off": _("通信が途中で切れました"),
        "malformed": _("URL を読み取れません"),
        "not_https": _("https ではないため送信しません"),
        "userinfo": _("URL にユーザー名があるため送信しません"),
        "fault": _("送信の処理で問題が起きました"),
    }
