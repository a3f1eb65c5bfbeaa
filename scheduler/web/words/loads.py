"""Answers how it reads how much a member looks after."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from scheduler.services.receivers import Load
from scheduler.web.words import terms


def member(load: Load) -> str:
    """Name a member with her load: 受取 花子（担当 12 社・依頼中 1 件）."""
    accounts = ngettext("担当 %(num)d 社", "担当 %(num)d 社", load.accounts)
    asked = ngettext("依頼中 %(num)d 件", "依頼中 %(num)d 件", load.asked) if load.asked else ""
    team = str(terms.TEAMS[load.team]) if load.team == "operations" else ""
    about = " · ".join(part for part in (team, accounts, asked) if part)
    return _("%(name)s（%(about)s）", name=load.name, about=about)
