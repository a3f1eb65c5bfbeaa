"""Answers how an empty database becomes the demo company, and where the file to try the report upload with comes from."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from scheduler.cli.program import in_app, now, settings
from scheduler.cli.wall import NothingDone
from scheduler.cli.words import _
from scheduler.demo import fill, house, sample
from scheduler.services import staff, today


@click.command(
    "demo",
    help=_("空のデータベースに、デモ用の会社（顧客企業 約320社・店舗 約1,700店、過去1年の履歴つき）を用意します。"),
)
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    help=_(
        "会社は用意せず、レポート未取り込みの開催日程の参加レポートをこのファイルに書き出します（取り込みの試用）。"
    ),
)
@in_app
def demo(report: Path | None) -> None:
    """Fill an empty database with the demo company, or write a report to try the upload with."""
    if report is not None:
        _write_report(report)
        return
    if not fill.is_empty():
        raise NothingDone(_("データベースは空ではありません。デモ用の会社は空のデータベースにだけ用意できます。"))
    summary = fill_up()
    click.echo(
        _("デモ用の会社を用意しました: 顧客企業 %(accounts)d 社、店舗 %(stores)d 店、先方担当者 %(contacts)d 名。")
        % {"accounts": summary.accounts, "stores": summary.stores, "contacts": summary.contacts}
    )
    click.echo(_("レポートの取り込みを試すには: %(command)s") % {"command": "tasuki demo --report report.csv"})
    click.echo(sign_in())


def fill_up() -> fill.Summary:
    """Fill the database, with a sign of life on a terminal."""
    with Console(stderr=True).status(_("デモ用の会社を用意しています（10秒ほどかかります）")):
        return fill.fill(now())


def sign_in() -> str:
    """Say how to sign in to the demo company; empty when that is not possible, or no longer."""
    if staff.authenticate(house.EMAIL, house.PASSWORD) is None:
        return ""
    return _("サインイン: %(email)s / %(password)s") % {"email": house.EMAIL, "password": house.PASSWORD}


def _write_report(path: Path) -> None:
    waiting = today.unreported(now())
    if not waiting:
        raise NothingDone(_("レポート未取り込みの開催日程がありません。"))
    try:
        with path.open("xb") as file:
            file.write(sample.report_of(waiting[0]))
    except FileExistsError as error:
        words = _("%(file)s はすでにあります。別の名前を指定してください。")
        raise NothingDone(words % {"file": path}) from error
    except OSError as error:
        words = _("%(file)s に保存できません。（%(why)s）")
        raise NothingDone(words % {"file": path, "why": error.strerror}) from error
    page = f"{settings().base_url}/staff/lectures/{waiting[0].id}"
    click.echo(_("%(file)s に保存しました。次のページで取り込めます: %(page)s") % {"file": path, "page": page})


COMMANDS = (demo,)
