"""Answers how a contact's dates get into the own calendar, and gives the feed another link when somebody else knows it."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.services import addresses, contacts
from scheduler.web import access, edge
from scheduler.web.customer.private import private
from scheduler.web.subscribing import calendar_links

calendar = Blueprint("my_calendar", __name__, url_prefix="/me/<token>/calendar")
calendar.before_request(access.contact_gate("me"))
calendar.after_request(private)


@calendar.get("")
def show(token: str) -> ResponseReturnValue:
    """Show the buttons for each calendar program, the link itself, and the way to another one."""
    feed = addresses.feed(g.contact)
    return render_template("customer/calendar.html", feed=feed, links=calendar_links(feed, _("レクチャー日程")))


@calendar.get("/reset")
def ask_reset(token: str) -> ResponseReturnValue:
    """Ask whether the link shall be changed."""
    return render_template("customer/calendar_reset.html")


@calendar.post("/reset")
def reset(token: str) -> ResponseReturnValue:
    """Give the feed another link; the old one ends."""
    contacts.reset_feed(g.contact.id, edge.now(), edge.contact_actor())
    flash(_("リンクを変更しました。お使いのカレンダーに、新しいリンクでもう一度ご登録ください。"))
    return redirect(url_for(".show", token=token), 303)
