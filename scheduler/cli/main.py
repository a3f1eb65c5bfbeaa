"""Answers which commands `tasuki` has."""

from __future__ import annotations

import click

from scheduler.cli import database, imports, people, run, serving, shows
from scheduler.cli.program import Commands
from scheduler.cli.words import _


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help=_("契約した顧客企業を、説明会・初期設定・利用開始を経て次のチームへ引き継ぐまでを支えます。"),
)
@click.version_option(package_name="tasuki", message="%(version)s")
def main() -> None:
    """Carry new customers from the signed contract to the success team."""


for _module in (run, serving, database, imports, people, shows):
    for _command in _module.COMMANDS:
        main.add_command(_command)

if __name__ == "__main__":
    main(prog_name="tasuki")
