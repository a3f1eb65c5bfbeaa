"""Answers what a giver enters who asks the next team to take an account over: the receiver, the sheet's fields, a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import render_template, request
from flask_babel import gettext as _

from scheduler.models.accounts import Account
from scheduler.services import conditions, receivers
from scheduler.services import handovers as service
from scheduler.services.refusals import NotReady, Refused, SheetIncomplete
from scheduler.web import inputs
from scheduler.web.staff import sheets
from scheduler.web.words import loads as load_words
from scheduler.web.words import refusals, terms

# What only the giver knows, whatever the boundary demands.
ALWAYS = ("it_skill", "promises", "open_points")


@dataclass(frozen=True)
class Field:
    """A field of the account as the giver fills it in; `demanded`: without it nothing is asked."""

    name: str
    label: str
    value: Any
    demanded: bool

    @property
    def kind(self) -> str:
        """Return how it is entered."""
        return "date" if self.name.endswith("_on") else "line" if self.name in ("plan", "it_skill") else "area"


def page(account: Account, errors: dict[str, str]) -> str:
    """Render the form; `errors` are sentences by field."""
    to = service.NEXT_STAGE[account.stage]
    return render_template(
        "staff/handovers/form.html",
        to=to,
        early=not conditions.is_ready(account),
        receivers=able(to),
        receiver=request.form.get("receiver", receivers.proposed(account, to) or ""),
        fields=_fields(account),
        errors=errors,
        **sheets.context(account),
    )


def able(stage: str) -> list[tuple[int, str]]:
    """List who may take an account over, each with how much she looks after already."""
    return [(one.staff_id, load_words.member(one)) for one in receivers.loads(stage)]


def _fields(account: Account) -> list[Field]:
    """List what the giver fills in while asking: what the boundary demands, and what no system knows."""
    demanded = conditions.demanded(account.stage)
    return [
        Field(
            name, str(terms.FIELDS[name]), request.form.get(f"sheet-{name}", getattr(account, name)), name in demanded
        )
        for name in dict.fromkeys((*demanded, *ALWAYS))
    ]


def filled_in(stage: str) -> dict[str, str]:
    """Return the fields of the account that the form brings, as entered."""
    names = (*conditions.demanded(stage), *ALWAYS)
    return {name: request.form[f"sheet-{name}"] for name in names if f"sheet-{name}" in request.form}


def errors(error: Refused) -> dict[str, str]:
    """Put each fault where its field stands."""
    if isinstance(error, SheetIncomplete):
        return {f"sheet-{name}": _("引き継ぎに必要な項目です。入力してください。") for name in error.params["fields"]}
    if isinstance(error, NotReady):
        return {"reason": refusals.sentence(error)}
    # `note` is what the giver tells the receiver; the account's own note is part of the sheet only where it is demanded.
    of_sheet = terms.FIELDS.keys() - {"note"}
    return {(f"sheet-{name}" if name in of_sheet else name): text for name, text in inputs.errors(error).items()}
