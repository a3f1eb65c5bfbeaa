"""Answers how a refusal or a fault is told: a page in the reader's language that says what to do."""

from __future__ import annotations

from flask import Flask, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from scheduler.services.refusals import Refused
from scheduler.web.words import refusals


def register(app: Flask) -> None:
    """Word every error that reaches a page."""
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, of_http)
    app.register_error_handler(Exception, _fault(app))


def _page(status: int, title: str, advice: str) -> ResponseReturnValue:
    return render_template("error.html", status=status, title=title, advice=advice), status


def _refused(error: Refused) -> ResponseReturnValue:
    return _page(error.status, _("ご希望の操作を完了できませんでした"), refusals.sentence(error))


def _csrf(_error: CSRFError) -> ResponseReturnValue:
    return _page(
        400,
        _("ページの有効期限が切れました"),
        _("前のページに戻って再読み込みし、もう一度お試しください。入力内容は保存されていません。"),
    )


def of_http(error: HTTPException) -> ResponseReturnValue:
    """Show the page of an HTTP error."""
    status = error.code or 500
    if status < 400:
        return error.get_response()
    title, advice = _words(status)
    page, _status = render_template("error.html", status=status, title=title, advice=advice), status
    response = error.get_response()
    response.data, response.content_type = page, "text/html; charset=utf-8"
    return response


def _words(status: int) -> tuple[str, str]:
    table = {
        400: (
            _("入力内容を読み取れません"),
            _(
                "アドレスか入力欄に使えない文字があるか、内容が途中で切れています。前のページに戻り、入力し直してください。"
            ),
        ),
        401: (_("サインインが必要です"), _("サインインしてから、もう一度お試しください。")),
        403: (
            _("この操作の権限がありません"),
            _("所属チームでは行えない操作です。必要な場合は管理者にご相談ください。"),
        ),
        404: (
            _("ページが見つかりません"),
            _(
                "リンクが古いか、途中で切れている可能性があります。メールのリンクをもう一度開くか、担当者までご連絡ください。"
            ),
        ),
        405: (_("この操作はできません"), _("前のページに戻り、画面のボタンからお試しください。")),
        413: (
            _("ファイルが大きすぎます"),
            _("取り込めるファイルは 20 MB までです。分割するか、不要な列や行を除いてお試しください。"),
        ),
        429: (
            _("しばらくお待ちください"),
            _("短い時間に続けて失敗したため、一時的に受け付けを止めています。15分ほどたってからお試しください。"),
        ),
    }
    return table.get(
        status,
        (
            _("処理を完了できませんでした"),
            _("変更は保存されていません。時間をおいてもう一度お試しください。続く場合は担当者までご連絡ください。"),
        ),
    )


def _fault(app: Flask):  # type: ignore[no-untyped-def]
    def handler(error: Exception) -> ResponseReturnValue:
        app.logger.exception("fault", exc_info=error)
        title, advice = _words(500)
        return _page(500, title, advice)

    return handler
