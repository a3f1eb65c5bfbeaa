"""Answers who gets in: members of staff and programs, added from the command line."""

from __future__ import annotations

import sys

import click

from scheduler.cli.program import in_app, now, settings
from scheduler.cli.words import _
from scheduler.models.db import db
from scheduler.models.staff import TEAMS, Staff
from scheduler.services import staff as members
from scheduler.services import tokens
from scheduler.services.actors import CLI
from scheduler.services.installation import here


@click.group("staff", help=_("社内メンバーを管理します。"))
def staff() -> None:
    """Members of the vendor's teams."""


@staff.command("add", help=_("社内メンバーを追加するか、名前だけで登録済みの人にメールアドレスを付けます。"))
@click.argument("email")
@click.option("--team", required=True, type=click.Choice(TEAMS), help=_("所属チーム"))
@click.option("--name", default="", help=_("氏名（省略時はメールアドレスの先頭）"))
@click.option("--phone", default="", help=_("顧客に案内する電話番号"))
@click.option("--password-stdin", is_flag=True, help=_("パスワードを標準入力の1行目から読みます。"))
@in_app
def add_member(email: str, team: str, name: str, phone: str, password_stdin: bool) -> None:
    """Add a member; without a password given, print the link by which the member chooses one."""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    # One transaction: a password that is refused adds nobody.
    with db.writing():
        member = db.session.get_one(Staff, members.add(email, team, name, now(), CLI, phone))
        if password is not None:
            members.set_password(member.id, member.password_version, password, now())
    if password is not None:
        click.echo(_("%(email)s を登録しました。サインインできます。") % {"email": member.email})
        return
    click.echo(_("%(email)s を登録しました。次のリンクでパスワードを設定してください。") % {"email": member.email})
    click.echo(
        f"{settings().base_url}/staff/password/{here().links.sign('password', member.id, member.password_version)}"
    )


@click.group("token", help=_("APIトークンを管理します。"))
def token() -> None:
    """Keys of programs that call the API."""


@token.command(
    "add", help=_("APIトークンを発行します。表示されるのは一度だけです。同じ名前の古いものは無効になります。")
)
@click.argument("name")
@click.option("--read-only", is_flag=True, help=_("参照だけを許可します。"))
@in_app
def add_token(name: str, read_only: bool) -> None:
    """Print a new token; it is the last word of the output."""
    text = tokens.add(name, ("read",) if read_only else ("read", "write"), now(), CLI)
    click.echo(_("%(name)s のトークン（再表示できません）: %(token)s") % {"name": name, "token": text})


COMMANDS = (staff, token)
