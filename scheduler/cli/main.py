"""Answers which commands `tasuki` has."""

from __future__ import annotations

import logging
from importlib.metadata import PackageNotFoundError, version

import click

from scheduler import logs
from scheduler.cli.wall import Commands
from scheduler.cli.words import _


def _version() -> str:
    try:
        return version("tasuki")
    except PackageNotFoundError:
        return "not installed"


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help=_("契約した顧客企業を、レクチャー・初期設定・利用開始を経て次のチームへ引き継ぐまでを支えます。"),
)
@click.version_option(_version(), message="%(version)s")
def commands() -> None:
    """Carry new customers from the signed contract to the success team."""


def main() -> None:
    """Run `tasuki`; what its commands have to say they print, so log lines wait for `web` and `worker`."""
    logs.set_up(logging.CRITICAL + 1)
    commands(prog_name="tasuki")


if __name__ == "__main__":
    main()
