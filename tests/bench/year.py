"""Answers what a year of a large vendor looks like: a hundred thousand accounts, twenty thousand lectures, a million seats.

Written within PostgreSQL by its own generate_series, so that it stands in a minute; what is even about it (every lecture
has fifty seats) does not matter to how long counting takes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import text

from scheduler.models.db import db
from scheduler.services import defaults

ACCOUNTS, LECTURES, SEATS, MEMBERS = 100_000, 20_000, 50, 60
CONTACTS = 2 * ACCOUNTS

# In the order of their references; :now is the moment, :day its day.
_ROWS = (
    f"""
    INSERT INTO staff (id, email, name, name_key, team, phone, password_version, feed_version, locale, zone, active, created_at)
    SELECT n, 'm' || n || '@vendor.example', '担当' || n, '担当' || n,
        (ARRAY['sales', 'onboarding', 'success', 'renewal'])[n % 4 + 1], '', 1, 1, 'ja', 'Asia/Tokyo', true, :now
    FROM generate_series(1000, {999 + MEMBERS}) n
    """,
    f"""
    INSERT INTO accounts (id, external_id, name, reading, stage, stage_since, undecided, plan, note, it_skill, promises,
        open_points, signed_on, planned_start_on, started_source, sales_owner_id, onboarding_owner_id, success_owner_id,
        renewal_owner_id, hold_reason, cancel_reason, cancelled_on, introduced_at, introduced_to, ready_since, clauses,
        reopened, level, level_reasons, next_step, knots, imported, created_at)
    SELECT i, 'Y' || i, '株式会社' || i, '',
        CASE WHEN i % 10 = 0 THEN 'sales' WHEN i % 10 < 4 THEN 'onboarding' WHEN i % 10 < 9 THEN 'success' ELSE 'renewal' END,
        at + interval '60 days', false, (ARRAY['ライト', 'スタンダード', 'プレミアム'])[i % 3 + 1], '',
        (ARRAY['', '低', '中', '高'])[i % 4 + 1], '', '', at::date, at::date + 45 + i % 20, '',
        1000 + i % {MEMBERS}, 1000 + (i + 1) % {MEMBERS}, 1000 + (i + 2) % {MEMBERS}, 1000 + (i + 3) % {MEMBERS}, '', '',
        CASE WHEN i % 37 = 0 THEN at::date + 100 END, at + interval '3 days', 'everyone',
        CASE WHEN i % 10 >= 2 THEN at + interval '50 days' END, '[]', '[]',
        CASE WHEN i % 11 = 0 THEN 'stuck' WHEN i % 7 = 0 THEN 'behind' ELSE 'on_track' END, '[]', 'invite',
        jsonb_build_array(
            jsonb_build_object('key', 'signed', 'state', 'met', 'on', at::date),
            jsonb_build_object('key', 'invited', 'state', 'met', 'on', at::date + 3),
            jsonb_build_object('key', 'registered', 'state', CASE WHEN i % 10 > 0 THEN 'met' ELSE 'missing' END, 'on', at::date + 6 + i % 5),
            jsonb_build_object('key', 'attended', 'state', CASE WHEN i % 10 > 0 THEN 'met' ELSE 'missing' END, 'on', at::date + 14 + i % 9),
            jsonb_build_object('key', 'set_up', 'state', CASE WHEN i % 10 > 1 THEN 'met' ELSE 'missing' END, 'on', at::date + 30 + i % 11),
            jsonb_build_object('key', 'in_use', 'state', CASE WHEN i % 10 > 2 THEN 'met' ELSE 'missing' END, 'on', at::date + 40 + i % 13),
            jsonb_build_object('key', 'handed_over', 'state', CASE WHEN i % 10 > 3 THEN 'met' ELSE 'missing' END, 'on', at::date + 60)
        ), '{{}}', at
    FROM (SELECT i, cast(:now AS timestamptz) - interval '1 day' * ((i * 7) % 700 + 1) AS at FROM generate_series(1, {ACCOUNTS}) i) made
    """,
    f"""
    INSERT INTO stores (account_id, code, name, closed_days, scope, imported)
    SELECT i, 'S' || k, '店' || k, '[]', 'in', '{{}}'
    FROM generate_series(1, {ACCOUNTS}) i CROSS JOIN LATERAL generate_series(1, 1 + i % 4) k
    """,
    f"""
    INSERT INTO contacts (id, account_id, name, name_key, reading, role, email, phone, phone_digits, note, locale, zone,
        link_version, feed_version, checks, imported, created_at)
    SELECT n, (n - 1) % {ACCOUNTS} + 1, '人' || n, '人' || n, '', 'member', 'p' || n || '@c.example', '', '', '', 'ja',
        'Asia/Tokyo', 1, 1, '[]', '{{}}', :now
    FROM generate_series(1, {CONTACTS}) n
    """,
    """
    INSERT INTO contact_stores (contact_id, store_id)
    SELECT contacts.id, min(stores.id) FROM contacts JOIN stores ON stores.account_id = contacts.account_id
    GROUP BY contacts.id
    """,
    f"""
    INSERT INTO lectures (id, uid, sequence, revised_at, course_id, starts_at, ends_at, local_start, zone, capacity,
        seats_taken, host_id, join_url, meeting_id, passcode, locale, status, reason, edited, kind)
    SELECT n, 'y' || n || '@bench.example', 0, at, CASE WHEN n % 4 = 0 THEN second.id ELSE first.id END, at,
        at + interval '1 hour', to_char(at AT TIME ZONE 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI'), 'Asia/Tokyo',
        {SEATS}, {SEATS}, 1000 + n % {MEMBERS}, '', '', '', 'ja', 'scheduled', '{{}}', false, 'webinar'
    FROM (SELECT n, date_trunc('hour', cast(:now AS timestamptz)) - interval '1 day' * (n % 364 + 1) - interval '1 hour' * (n / 364 % 9) AS at
        FROM generate_series(1, {LECTURES}) n) made,
        (SELECT min(id) AS id FROM courses) first, (SELECT max(id) AS id FROM courses) second
    """,
    f"""
    INSERT INTO registrations (id, lecture_id, contact_id, status, uid, sequence, revised_at, registered_at, channel,
        companions, unnamed_companions, exception, absence_told_by, mails)
    SELECT n, lectures.id, (n * 7919::bigint) % {CONTACTS} + 1, 'booked', 'y' || n, 0, starts_at - interval '1 day' * (n % 20),
        starts_at - interval '1 day' * (n % 20), 'page', '[]', 0, '', '', true
    FROM generate_series(1, {LECTURES * SEATS}) n JOIN lectures ON lectures.id = (n - 1) / {SEATS} + 1
    """,
    """
    INSERT INTO attendances (lecture_id, contact_id, verdict, seconds, sources, reason, decided_at)
    SELECT lecture_id, contact_id, (ARRAY['attended', 'attended', 'attended', 'missed', 'partial', 'attended', 'missed', 'excused'])[id % 8 + 1],
        3000, '["report"]', '', registered_at
    FROM registrations WHERE id % 20 > 0
    """,
    """
    INSERT INTO mails (key, kind, contact_id, registration_id, lecture_id, params, state, reason, created_at, due_at,
        next_try_at, attempts, sent_at, opened_at)
    SELECT 'reminder_day:' || registrations.id, 'reminder_day', registrations.contact_id, registrations.id, lecture_id, '{}', 'delivered', '',
        starts_at, starts_at, starts_at, 1, starts_at - interval '1 day', CASE WHEN registrations.id % 3 = 0 THEN starts_at END
    FROM registrations JOIN lectures ON lectures.id = lecture_id WHERE registrations.id % 2 = 0
    """,
    f"""
    INSERT INTO mails (key, kind, contact_id, account_id, params, state, reason, created_at, due_at, next_try_at, attempts, sent_at)
    SELECT 'invitation:' || n, 'invitation', n, account_id, '{{}}', 'delivered', '', accounts.created_at, accounts.created_at,
        accounts.created_at, 1, introduced_at
    FROM generate_series(1, {CONTACTS}) n JOIN contacts ON contacts.id = n JOIN accounts ON accounts.id = account_id
    """,
    """
    INSERT INTO handovers (account_id, from_stage, to_stage, state, requested_at, requested_by_id, note, early_reason, receiver_id,
        decided_at, decided_by_id, reason, reopened, clauses, letter, before)
    SELECT id, 'onboarding', 'success', CASE WHEN id % 10 > 3 THEN 'accepted' ELSE 'returned' END,
        created_at + interval '55 days', onboarding_owner_id, '', '', success_owner_id, created_at + interval '60 days', success_owner_id,
        CASE WHEN id % 10 > 3 THEN '' ELSE '未完了' END, '[]', '[]', true, '{}'
    FROM accounts WHERE id % 10 > 3 OR id % 30 = 1
    """,
    """
    INSERT INTO events (at, account_id, key, params, actor_kind, channel)
    SELECT created_at, id, 'account_added', '{"stage": "onboarding"}'::jsonb, 'api', 'api' FROM accounts
    UNION ALL
    SELECT created_at, id, 'owner_assigned', jsonb_build_object('team', 'onboarding', 'staff_id', onboarding_owner_id), 'api', 'api' FROM accounts
    UNION ALL
    SELECT created_at + interval '50 days', id, 'ready', '{}', 'worker', 'page' FROM accounts WHERE ready_since IS NOT NULL
    UNION ALL
    SELECT handovers.decided_at, account_id, 'handover_accepted',
        jsonb_build_object('handover_id', id, 'from', 'onboarding', 'to', 'success'), 'staff', 'page'
    FROM handovers WHERE state = 'accepted'
    """,
    """
    INSERT INTO contracts (account_id, starts_on, ends_on, monthly_fee, outcome, created_at)
    SELECT id, signed_on, signed_on + 365, 20000 + id % 9 * 5000,
        CASE WHEN signed_on + 365 > :day THEN NULL WHEN id % 6 = 0 THEN 'ended' ELSE 'renewed' END, created_at
    FROM accounts
    """,
    """
    INSERT INTO usage_days (account_id, day, event, recorded_at)
    SELECT id, signed_on + 40 + 15 * k, 'order', :now FROM accounts CROSS JOIN generate_series(1, 5) k
    WHERE id % 10 > 2 AND signed_on + 40 + 15 * k < :day
    """,
    """
    INSERT INTO tasks (key, kind, account_id, params, words, owner_id, due_on, created_at, done_at, done_by_id)
    SELECT 'y' || id || '-' || k, 'by_hand', id, '{}', '', onboarding_owner_id, signed_on + 20 * k, created_at,
        CASE WHEN id % 5 > 0 THEN created_at + interval '20 days' * k END, CASE WHEN id % 5 > 0 THEN onboarding_owner_id END
    FROM accounts CROSS JOIN generate_series(1, 2) k
    """,
    "INSERT INTO tags (id, name, name_key, created_at) VALUES (1, '試行', '試行', :now), (2, '比較', '比較', :now)",
    f"INSERT INTO account_tags (account_id, tag_id) SELECT i, i / 10 % 2 + 1 FROM generate_series(1, {ACCOUNTS}, 10) i",
    """
    INSERT INTO trials (id, name, subjects, baseline_from, baseline_to, trial_from, trial_to, measures, note, created_at)
    SELECT 1, '試行', 'accounts', month - interval '12 months', month - interval '7 months', month - interval '6 months',
        month - interval '1 month', '["attendance", "days_to_ready", "returned_handovers", "contacts", "meetings", "revenue"]', '', :now
    FROM (SELECT date_trunc('month', cast(:day AS date)) AS month) made
    """,
    "INSERT INTO trial_groups (trial_id, tag_id, tried, position) VALUES (1, 1, true, 0), (1, 2, false, 1)",
    """
    INSERT INTO figures (month, account_id, measure, value)
    SELECT (date_trunc('month', cast(:day AS date)) - interval '1 month' * k)::date, account_id, measure, 100 + account_id % 50 - k
    FROM account_tags CROSS JOIN generate_series(1, 12) k CROSS JOIN (VALUES ('meetings'), ('revenue')) made (measure)
    """,
)


def add(now: datetime) -> None:
    """Fill an empty installation on PostgreSQL."""
    defaults.ensure(now)
    with db.writing():
        # Each row's references are right by how they are made; checking two million of them would take longer than the rest.
        db.session.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in _statements():
            db.session.execute(text(statement), {"now": now, "day": now.date()})
        for name in ("staff", "accounts", "contacts", "lectures", "registrations", "tags", "trials"):
            db.session.execute(text(f"SELECT setval('{name}_id_seq', (SELECT max(id) FROM {name}))"))
    with db.writing():
        db.session.execute(text("ANALYZE"))


def _statements() -> Iterator[str]:
    # A colon of a cast is no parameter.
    return (statement.replace("::", "\\:\\:") for statement in _ROWS)
