"""Evidence beside reports, set-up as operations decide it, holds, contracts, who has left, and signals to other programs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

Json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), 'postgresql')
Moment = sa.DateTime(timezone=True)

# Table, name, condition before and after.
CHECKS = (
    ('presences', 'source', "source IN ('report', 'webhook', 'checkin', 'join_click', 'manual')",
     "source IN ('report', 'webhook', 'checkin', 'code', 'join_click', 'recording', 'manual')"),
    ('attendances', 'verdict', "verdict IN ('attended', 'partial', 'missed', 'unknown')",
     "verdict IN ('attended', 'partial', 'missed', 'excused', 'unknown')"),
    ('completions', 'state', "state IN ('done', 'not_needed')", "state IN ('waiting', 'done', 'not_needed')"),
    ('uploads', 'kind', "kind IN ('customers', 'attendance')", "kind IN ('customers', 'attendance', 'setup', 'usage')"),
)


def there(condition: str) -> dict[str, Any]:
    return {'sqlite_where': sa.text(condition), 'postgresql_where': sa.text(condition)}


def key_of(table: str, column: str, other: str) -> str:
    return op.f(f'fk_{table}_{column}_{other}')


@contextmanager
def without_person_index() -> Iterator[None]:
    """Take the index of expressions away while SQLite makes the table anew: it cannot carry it over."""
    op.drop_index('uq_contacts_person', 'contacts')
    yield
    person: Any = ['account_id', sa.text("coalesce(email, '')"), 'name_key', 'phone_digits']
    op.create_index('uq_contacts_person', 'contacts', person, unique=True)


def upgrade() -> None:
    op.create_table('contracts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('monthly_fee', sa.Integer(), nullable=True),
    sa.Column('outcome', sa.String(), nullable=True),
    sa.Column('created_at', Moment, nullable=False),
    sa.CheckConstraint('ends_on > starts_on', name=op.f('ck_contracts_order')),
    sa.CheckConstraint("outcome IN ('renewed', 'ended')", name=op.f('ck_contracts_outcome')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=key_of('contracts', 'account_id', 'accounts'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contracts')),
    sa.UniqueConstraint('account_id', 'starts_on', name=op.f('uq_contracts_account_id'))
    )
    op.create_index(op.f('ix_contracts_ends_on'), 'contracts', ['ends_on'], unique=False)
    op.create_table('feedbacks',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('lecture_id', sa.Integer(), nullable=False),
    sa.Column('contact_id', sa.Integer(), nullable=False),
    sa.Column('understanding', sa.String(), nullable=True),
    sa.Column('comment', sa.String(), nullable=False),
    sa.Column('given_at', Moment, nullable=False),
    sa.CheckConstraint("understanding IN ('understood', 'unsure', 'talk')", name=op.f('ck_feedbacks_understanding')),
    sa.ForeignKeyConstraint(['lecture_id'], ['lectures.id'], name=key_of('feedbacks', 'lecture_id', 'lectures')),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=key_of('feedbacks', 'contact_id', 'contacts'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feedbacks')),
    sa.UniqueConstraint('lecture_id', 'contact_id', name=op.f('uq_feedbacks_lecture_id'))
    )
    op.create_index(op.f('ix_feedbacks_contact_id'), 'feedbacks', ['contact_id'], unique=False)
    op.create_table('report_layouts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('header_key', sa.String(), nullable=False),
    sa.Column('columns', Json, nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=True),
    sa.Column('created_at', Moment, nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=key_of('report_layouts', 'staff_id', 'staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report_layouts')),
    sa.UniqueConstraint('header_key', name=op.f('uq_report_layouts_header_key'))
    )
    op.create_table('destinations',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('url', sa.String(), nullable=False),
    sa.Column('secret', sa.String(), nullable=False),
    sa.Column('old_secret', sa.String(), nullable=False),
    sa.Column('signals', Json, nullable=False),
    sa.Column('locale', sa.String(), nullable=False),
    sa.Column('created_at', Moment, nullable=False),
    sa.Column('created_by_id', sa.Integer(), nullable=True),
    sa.Column('ended_at', Moment, nullable=True),
    sa.Column('ended_why', sa.String(), nullable=True),
    sa.CheckConstraint("kind IN ('webhook', 'chat')", name=op.f('ck_destinations_kind')),
    sa.CheckConstraint("ended_why IN ('by_hand', 'gone', 'failing')", name=op.f('ck_destinations_ended_why')),
    sa.ForeignKeyConstraint(['created_by_id'], ['staff.id'], name=key_of('destinations', 'created_by_id', 'staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_destinations'))
    )
    op.create_table('signals',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('uid', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('data', Json, nullable=False),
    sa.Column('at', Moment, nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=key_of('signals', 'account_id', 'accounts'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signals')),
    sa.UniqueConstraint('uid', name=op.f('uq_signals_uid')),
    sa.UniqueConstraint('key', name=op.f('uq_signals_key'))
    )
    op.create_index(op.f('ix_signals_account_id'), 'signals', ['account_id'], unique=False)
    op.create_index(op.f('ix_signals_at'), 'signals', ['at'], unique=False)
    op.create_table('deliveries',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('signal_id', sa.Integer(), nullable=False),
    sa.Column('destination_id', sa.Integer(), nullable=False),
    sa.Column('replay', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('next_try_at', Moment, nullable=False),
    sa.Column('claimed_by', sa.String(), nullable=True),
    sa.Column('status', sa.Integer(), nullable=True),
    sa.Column('error', sa.String(), nullable=False),
    sa.Column('created_at', Moment, nullable=False),
    sa.Column('delivered_at', Moment, nullable=True),
    sa.CheckConstraint("state IN ('queued', 'sending', 'delivered', 'failed', 'dropped')", name=op.f('ck_deliveries_state')),
    sa.ForeignKeyConstraint(['signal_id'], ['signals.id'], name=key_of('deliveries', 'signal_id', 'signals'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['destination_id'], ['destinations.id'], name=key_of('deliveries', 'destination_id', 'destinations'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deliveries')),
    sa.UniqueConstraint('signal_id', 'destination_id', 'replay', name=op.f('uq_deliveries_signal_id'))
    )
    op.create_index('ix_deliveries_waiting', 'deliveries', ['next_try_at'], unique=False, **there("state IN ('queued', 'sending')"))
    op.create_index('ix_deliveries_destination', 'deliveries', ['destination_id', 'id'], unique=False)
    with op.batch_alter_table('setup_steps') as batch:
        batch.add_column(sa.Column('tickers', Json, nullable=False, server_default='["customer", "staff", "api"]'))
        batch.add_column(sa.Column('due_days', sa.Integer(), nullable=True))
        batch.add_column(sa.Column('guide_url', sa.String(), nullable=False, server_default=''))
        batch.add_column(sa.Column('asked_from', Moment, nullable=True))
        batch.create_check_constraint(op.f('ck_setup_steps_due_days'), 'due_days >= 0')
    # Until now only the customer's own steps could be ticked on the customer's page.
    few, many = '["staff", "api"]', '["customer", "staff", "api"]'
    op.execute(f"UPDATE setup_steps SET tickers = CASE WHEN doer = 'customer' THEN '{many}' ELSE '{few}' END"
               if op.get_bind().dialect.name == 'sqlite' else
               f"UPDATE setup_steps SET tickers = CASE WHEN doer = 'customer' THEN '{many}'::jsonb ELSE '{few}'::jsonb END")
    for table, name, _before, after in CHECKS:
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(op.f(f'ck_{table}_{name}'), type_='check')
            batch.create_check_constraint(op.f(f'ck_{table}_{name}'), after)
    with op.batch_alter_table('completions') as batch:
        batch.add_column(sa.Column('waiting_on', sa.String(), nullable=True))
        batch.create_check_constraint(op.f('ck_completions_waiting_on'), "waiting_on IN ('customer', 'us', 'third_party')")
        batch.create_check_constraint(op.f('ck_completions_waits_on_somebody'), "(state = 'waiting') = (waiting_on IS NOT NULL)")
    with op.batch_alter_table('courses') as batch:
        batch.add_column(sa.Column('wanted_step_id', sa.Integer(), nullable=True))
        batch.create_foreign_key(key_of('courses', 'wanted_step_id', 'setup_steps'), 'setup_steps', ['wanted_step_id'], ['id'])
    with op.batch_alter_table('lectures') as batch:
        batch.add_column(sa.Column('code', sa.String(), nullable=True))
        batch.create_unique_constraint(op.f('uq_lectures_code'), ['code'])
    with op.batch_alter_table('registrations') as batch:
        batch.add_column(sa.Column('absence_told_at', Moment, nullable=True))
        batch.add_column(sa.Column('absence_told_by', sa.String(), nullable=False, server_default=''))
    with op.batch_alter_table('presences') as batch:
        batch.add_column(sa.Column('key', sa.String(), nullable=True))
        batch.add_column(sa.Column('email', sa.String(), nullable=False, server_default=''))
        batch.add_column(sa.Column('personal_key', sa.String(), nullable=False, server_default=''))
        batch.add_column(sa.Column('staff_id', sa.Integer(), nullable=True))
        batch.create_unique_constraint(op.f('uq_presences_key'), ['key'])
        batch.create_foreign_key(key_of('presences', 'staff_id', 'staff'), 'staff', ['staff_id'], ['id'])
    with op.batch_alter_table('known_names') as batch:
        batch.add_column(sa.Column('upload_id', sa.Integer(), nullable=True))
        batch.create_foreign_key(key_of('known_names', 'upload_id', 'uploads'), 'uploads', ['upload_id'], ['id'])
        batch.create_index(op.f('ix_known_names_upload_id'), ['upload_id'], unique=False)
    with op.batch_alter_table('uploads') as batch:
        batch.add_column(sa.Column('before', Json, nullable=True))
        batch.add_column(sa.Column('undone_at', Moment, nullable=True))
        batch.add_column(sa.Column('undone_by_id', sa.Integer(), nullable=True))
        batch.create_foreign_key(key_of('uploads', 'undone_by_id', 'staff'), 'staff', ['undone_by_id'], ['id'])
    with op.batch_alter_table('accounts') as batch:
        batch.add_column(sa.Column('promises', sa.String(), nullable=False, server_default=''))
        batch.add_column(sa.Column('open_points', sa.String(), nullable=False, server_default=''))
        batch.add_column(sa.Column('on_hold_until', sa.Date(), nullable=True))
        batch.add_column(sa.Column('hold_reason', sa.String(), nullable=False, server_default=''))
        batch.add_column(sa.Column('cancelled_on', sa.Date(), nullable=True))
        batch.add_column(sa.Column('cancel_reason', sa.String(), nullable=False, server_default=''))
        batch.add_column(sa.Column('reopened', Json, nullable=False, server_default='[]'))
        batch.create_index('ix_accounts_on_hold', ['on_hold_until'], unique=False, **there('on_hold_until IS NOT NULL'))
        batch.create_index(op.f('ix_accounts_cancelled_on'), ['cancelled_on'], unique=False)
    with without_person_index(), op.batch_alter_table('contacts') as batch:
        batch.add_column(sa.Column('left_on', sa.Date(), nullable=True))
        batch.add_column(sa.Column('successor_id', sa.Integer(), nullable=True))
        batch.create_foreign_key(key_of('contacts', 'successor_id', 'contacts'), 'contacts', ['successor_id'], ['id'], ondelete='SET NULL')
    with op.batch_alter_table('handovers') as batch:
        batch.add_column(sa.Column('reopened', Json, nullable=False, server_default='[]'))
        batch.add_column(sa.Column('clauses', Json, nullable=False, server_default='[]'))
        batch.add_column(sa.Column('letter', sa.Boolean(), nullable=False, server_default=sa.true()))
        batch.add_column(sa.Column('wave', sa.String(), nullable=True))
        batch.create_index(op.f('ix_handovers_wave'), ['wave'], unique=False)
    op.create_index('ix_events_key', 'events', ['key', 'id'], unique=False)
    op.create_index('ix_events_at', 'events', ['at'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_events_at', 'events')
    op.drop_index('ix_events_key', 'events')
    with op.batch_alter_table('handovers') as batch:
        batch.drop_index(op.f('ix_handovers_wave'))
        for column in ('wave', 'letter', 'clauses', 'reopened'):
            batch.drop_column(column)
    with without_person_index(), op.batch_alter_table('contacts') as batch:
        batch.drop_constraint(key_of('contacts', 'successor_id', 'contacts'), type_='foreignkey')
        batch.drop_column('successor_id')
        batch.drop_column('left_on')
    with op.batch_alter_table('accounts') as batch:
        batch.drop_index(op.f('ix_accounts_cancelled_on'))
        batch.drop_index('ix_accounts_on_hold')
        for column in ('reopened', 'cancel_reason', 'cancelled_on', 'hold_reason', 'on_hold_until', 'open_points', 'promises'):
            batch.drop_column(column)
    with op.batch_alter_table('uploads') as batch:
        batch.drop_constraint(key_of('uploads', 'undone_by_id', 'staff'), type_='foreignkey')
        for column in ('undone_by_id', 'undone_at', 'before'):
            batch.drop_column(column)
    with op.batch_alter_table('known_names') as batch:
        batch.drop_index(op.f('ix_known_names_upload_id'))
        batch.drop_constraint(key_of('known_names', 'upload_id', 'uploads'), type_='foreignkey')
        batch.drop_column('upload_id')
    with op.batch_alter_table('presences') as batch:
        batch.drop_constraint(key_of('presences', 'staff_id', 'staff'), type_='foreignkey')
        batch.drop_constraint(op.f('uq_presences_key'), type_='unique')
        for column in ('staff_id', 'personal_key', 'email', 'key'):
            batch.drop_column(column)
    with op.batch_alter_table('registrations') as batch:
        batch.drop_column('absence_told_by')
        batch.drop_column('absence_told_at')
    with op.batch_alter_table('lectures') as batch:
        batch.drop_constraint(op.f('uq_lectures_code'), type_='unique')
        batch.drop_column('code')
    with op.batch_alter_table('courses') as batch:
        batch.drop_constraint(key_of('courses', 'wanted_step_id', 'setup_steps'), type_='foreignkey')
        batch.drop_column('wanted_step_id')
    op.execute("DELETE FROM completions WHERE state = 'waiting'")
    with op.batch_alter_table('completions') as batch:
        batch.drop_constraint(op.f('ck_completions_waits_on_somebody'), type_='check')
        batch.drop_constraint(op.f('ck_completions_waiting_on'), type_='check')
        batch.drop_column('waiting_on')
    op.execute("UPDATE presences SET source = 'checkin' WHERE source = 'code'")
    op.execute("DELETE FROM presences WHERE source = 'recording'")
    op.execute("UPDATE attendances SET verdict = 'missed' WHERE verdict = 'excused'")
    op.execute("DELETE FROM uploads WHERE kind IN ('setup', 'usage')")
    for table, name, before, _after in CHECKS:
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(op.f(f'ck_{table}_{name}'), type_='check')
            batch.create_check_constraint(op.f(f'ck_{table}_{name}'), before)
    with op.batch_alter_table('setup_steps') as batch:
        batch.drop_constraint(op.f('ck_setup_steps_due_days'), type_='check')
        for column in ('asked_from', 'guide_url', 'due_days', 'tickers'):
            batch.drop_column(column)
    for table in ('deliveries', 'signals', 'destinations', 'report_layouts', 'feedbacks', 'contracts'):
        op.drop_table(table)
