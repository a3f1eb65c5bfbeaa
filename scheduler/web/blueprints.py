"""Answers which doors the program has: one blueprint is one audience with one gate."""

from __future__ import annotations

from flask import Blueprint

from scheduler.web.customer.absences import absences as my_absences
from scheduler.web.customer.attend import attend as my_attend
from scheduler.web.customer.calendar import calendar as my_calendar
from scheduler.web.customer.join import join
from scheduler.web.customer.page import page
from scheduler.web.customer.people import people as my_people
from scheduler.web.customer.proposals import proposals as my_proposals
from scheduler.web.customer.registrations import registrations
from scheduler.web.customer.wishes import wishes
from scheduler.web.health import health
from scheduler.web.hooks import hooks
from scheduler.web.language import language
from scheduler.web.metrics import metrics
from scheduler.web.public.apply import apply
from scheduler.web.public.attend import attend
from scheduler.web.public.complete import complete
from scheduler.web.public.find_mail import find_mail
from scheduler.web.public.programme import public
from scheduler.web.staff.account import account
from scheduler.web.staff.accounts import accounts
from scheduler.web.staff.applications import applications
from scheduler.web.staff.attendance_reports import attendance_reports
from scheduler.web.staff.board import board
from scheduler.web.staff.bookings import bookings
from scheduler.web.staff.calendar import calendar as staff_calendar
from scheduler.web.staff.calls import calls
from scheduler.web.staff.checkin import checkin
from scheduler.web.staff.contracts import contracts
from scheduler.web.staff.copying import copying
from scheduler.web.staff.corrections import corrections
from scheduler.web.staff.courses import courses
from scheduler.web.staff.door import door
from scheduler.web.staff.figures import figures
from scheduler.web.staff.follow_ups import follow_ups
from scheduler.web.staff.hand_in import hand_in
from scheduler.web.staff.handovers import handovers
from scheduler.web.staff.history import history
from scheduler.web.staff.holding import holding
from scheduler.web.staff.imports import imports
from scheduler.web.staff.introductions import introductions
from scheduler.web.staff.leaving import leaving
from scheduler.web.staff.lectures import lectures
from scheduler.web.staff.mail_holding import mail_holding
from scheduler.web.staff.mail_notes import mail_notes
from scheduler.web.staff.mail_plan import mail_plan
from scheduler.web.staff.mail_rules import mail_rules
from scheduler.web.staff.mails import mails
from scheduler.web.staff.members import members
from scheduler.web.staff.moves import moves
from scheduler.web.staff.pack import pack
from scheduler.web.staff.people import people
from scheduler.web.staff.progress_files import pages as progress_files
from scheduler.web.staff.proposals import proposals
from scheduler.web.staff.replies import replies
from scheduler.web.staff.report_columns import report_columns
from scheduler.web.staff.report_undo import report_undo
from scheduler.web.staff.reports import reports
from scheduler.web.staff.roster import roster
from scheduler.web.staff.rules import rules
from scheduler.web.staff.series import series
from scheduler.web.staff.series_changes import series_changes
from scheduler.web.staff.settings import settings
from scheduler.web.staff.sheets import sheets
from scheduler.web.staff.signals import signals
from scheduler.web.staff.staffing import staffing
from scheduler.web.staff.steps import steps
from scheduler.web.staff.suppressions import suppressions
from scheduler.web.staff.tags import tags
from scheduler.web.staff.tasks import tasks
from scheduler.web.staff.templates import templates
from scheduler.web.staff.today import today
from scheduler.web.staff.trials import trials
from scheduler.web.staff.waves import waves
from scheduler.web.unsubscribe import unsubscribe

BLUEPRINTS: list[Blueprint] = [
    health,
    metrics,
    language,
    public,
    apply,
    complete,
    find_mail,
    attend,
    page,
    registrations,
    my_absences,
    my_proposals,
    wishes,
    my_people,
    my_calendar,
    my_attend,
    join,
    unsubscribe,
    door,
    today,
    board,
    follow_ups,
    tags,
    tasks,
    accounts,
    account,
    holding,
    people,
    leaving,
    copying,
    contracts,
    bookings,
    proposals,
    settings,
    signals,
    staffing,
    steps,
    mail_plan,
    mail_rules,
    rules,
    courses,
    members,
    imports,
    progress_files,
    figures,
    introductions,
    hand_in,
    history,
    handovers,
    sheets,
    waves,
    lectures,
    checkin,
    calls,
    corrections,
    moves,
    attendance_reports,
    report_columns,
    report_undo,
    reports,
    pack,
    trials,
    series,
    series_changes,
    applications,
    roster,
    staff_calendar,
    mails,
    mail_holding,
    replies,
    suppressions,
    templates,
    mail_notes,
    hooks,
]
