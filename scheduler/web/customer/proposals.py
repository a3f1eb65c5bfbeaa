"""Answers how a contact chooses one of the times offered for a lecture of its own."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.services import proposals as service
from scheduler.services.refusals import ProposalChosen, Refused
from scheduler.web import access, edge
from scheduler.web.customer import acting
from scheduler.web.customer.page import home, shown
from scheduler.web.customer.private import private
from scheduler.web.words import refusals

proposals = Blueprint("my_proposals", __name__, url_prefix="/me/<token>/proposals")
proposals.before_request(access.contact_gate("me"))
proposals.before_request(acting.for_oneself)
proposals.after_request(private)


@proposals.post("/<id:proposal_id>/choose")
def choose(token: str, proposal_id: int) -> ResponseReturnValue:
    """Choose a time: the lecture is made and the seat booked; pressing twice books once."""
    contact_id = g.contact.id
    try:
        service.choose(proposal_id, request.form.get("at", ""), edge.now(), edge.contact_actor(), contact_id=contact_id)
    except ProposalChosen as refusal:
        flash(refusals.sentence(refusal), "info")
        return home()
    except Refused as refusal:
        return shown(refusal)
    flash(
        _("日時が決まりました。お申し込みの確認メールをお送りします。")
        if g.contact.email
        else _("日時が決まりました。")
    )
    return home()


@proposals.get("/<id:proposal_id>/choose")
def chosen(token: str, proposal_id: int) -> ResponseReturnValue:
    """Lead a reloaded page back to the offer."""
    return redirect(url_for("me.show", token=token, _anchor=f"proposal-{proposal_id}"))
