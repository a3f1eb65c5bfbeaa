"""Answers how a mail server hands over what came back: one message on standard input."""

from __future__ import annotations

import sys

import click

from emails import replies as reading
from emails.replies import Unreadable
from scheduler.cli.program import in_app, now
from scheduler.cli.shows import mail
from scheduler.cli.wall import NothingDone
from scheduler.cli.words import _
from scheduler.services import replies


@mail.command("receive", help=_("標準入力のメール1通を受け取ります（メールサーバーのパイプ用）。"))
@in_app
def receive() -> None:
    """Take in one message and print what came of it."""
    try:
        received = reading.read(sys.stdin.buffer.read(reading.MAX_BYTES + 1))
    except Unreadable as error:
        raise NothingDone(_refusals()[error.key]) from error
    click.echo(replies.receive(received, now()))


def _refusals() -> dict[str, str]:
    return {
        "empty": _("メールが空です。標準入力にメールを1通、そのまま渡してください。"),
        "too_large": _("メールが大きすぎます（20 MB まで）。"),
        "no_mail": _("メールとして読めません。ヘッダーから始まる元のままのメールを渡してください。"),
    }


COMMANDS = (mail,)
