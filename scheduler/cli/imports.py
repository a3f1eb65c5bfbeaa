"""Answers how files come in from the command line."""

from __future__ import annotations

import click

from scheduler.cli.words import _


@click.group("import", help=_("顧客リストや参加レポートのファイルを取り込みます。"))
def import_() -> None:
    """Take in a file."""


COMMANDS = (import_,)
