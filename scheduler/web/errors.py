"""Answers how a refusal or a fault is told: a page in the reader's language that says what to do."""

from __future__ import annotations

from flask import Flask, current_app
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from werkzeug.exceptions import HTTPException, InternalServerError

from scheduler.services.refusals import Refused
from scheduler.web import edge
from scheduler.web.words import refusals

# What is raised when the database cannot be reached, or not in time.
UNREACHABLE = (OperationalError, InterfaceError, PoolExhausted)


def register(app: Flask) -> None:
    """Word every error that reaches a page."""
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, of_http)
    app.register_error_handler(Exception, of_fault)


def _page(status: int, title: str, advice: str) -> ResponseReturnValue:
    return _written(status, title, advice), status


def _written(status: int, title: str, advice: str) -> str:
    # Not by `render_template`, which looks up who is signed in for every page: that asks the database.
    return current_app.jinja_env.get_template("error.html").render(status=status, title=title, advice=advice)


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
    # So Flask tells of a fault that came up while another error was being worded.
    if isinstance(error, InternalServerError) and isinstance(error.original_exception, Exception):
        return of_fault(error.original_exception)
    response = error.get_response()
    response.data, response.content_type = _written(status, *_words(status)), "text/html; charset=utf-8"
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
        503: (
            _("ただいまご利用いただけません"),
            _(
                "一時的に情報を読み書きできなくなっています。変更は保存されていません。数分おいてもう一度お試しください。続く場合は担当者までご連絡ください。"
            ),
        ),
    }
    return table.get(
        status,
        (
            _("処理を完了できませんでした"),
            _("変更は保存されていません。時間をおいてもう一度お試しください。続く場合は担当者までご連絡ください。"),
        ),
    )


def status_of(error: Exception) -> int:
    """Return the status of a fault: 503 when the database cannot be reached, else 500."""
    return 503 if isinstance(error, UNREACHABLE) else 500


def of_fault(error: Exception) -> ResponseReturnValue:
    """Log what broke here, and say so without asking the database for anything: it may be what broke."""
    edge.forget_the_database()
    current_app.logger.exception("fault", exc_info=error)
    status = status_of(error)
    return _page(status, *_words(status))
