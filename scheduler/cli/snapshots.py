"""Answers how the tables that reports count from are brought up to date at once."""

from __future__ import annotations

import click

from scheduler.cli.program import in_app, now
from scheduler.cli.words import _
from scheduler.services.snapshots import making


@click.command("snapshots", help=_("レポートの集計をいまの内容に更新します。ふだんは定期処理が行います。"))
@click.option(
    "--rebuild",
    is_flag=True,
    help=_("フェーズ・担当・店舗数の推移を、対応履歴からすべて作り直します。対応履歴に残らない変更は失われます。"),
)
@in_app
def snapshots(*, rebuild: bool) -> None:
    """Bring the counts up to date, or make them anew from the history, and print how many rows that changed."""
    count = making.rebuild(now()) if rebuild else making.make(now())
    click.echo(_("%(count)s 行を更新しました。") % {"count": count})


COMMANDS = (snapshots,)
