"""First tables."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('api_tokens',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('token_hash', sa.String(), nullable=False),
    sa.Column('scopes', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), 'postgresql'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_api_tokens')),
    sa.UniqueConstraint('name', name=op.f('uq_api_tokens_name')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_api_tokens_token_hash'))
    )
    op.create_table('courses',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('name', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), 'postgresql'), nullable=False),
    sa.Column('summary', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), 'postgresql'), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('minimum_minutes', sa.Integer(), nullable=False),
    sa.Column('prerequisite_id', sa.Integer(), nullable=True),
    sa.Column('team', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['prerequisite_id'], ['courses.id'], name=op.f('fk_courses_prerequisite_id_courses')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_courses')),
    sa.UniqueConstraint('key', name=op.f('uq_courses_key'))
    )
    op.create_table('job_runs',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('error', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_job_runs'))
    )
    op.create_table('settings',
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('value', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), 'postgresql'), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_settings'))
    )
    op.create_table('setup_steps',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('name', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), 'postgresql'), nullable=False),
    sa.Column('help', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), 'postgresql'), nullable=False),
    sa.Column('per', sa.String(), nullable=False),
    sa.Column('required', sa.Boolean(), nullable=False),
    sa.Column('doer', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.CheckConstraint("doer IN ('customer', 'us', 'third_party')", name=op.f('ck_setup_steps_doer')),
    sa.CheckConstraint("per IN ('account', 'store')", name=op.f('ck_setup_steps_per')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_setup_steps')),
    sa.UniqueConstraint('key', name=op.f('uq_setup_steps_key'))
    )
    op.create_table('staff',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('email', sa.String(), nullable=True),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('name_key', sa.String(), nullable=False),
    sa.Column('team', sa.String(), nullable=False),
    sa.Column('phone', sa.String(), nullable=False),
    sa.Column('password_hash', sa.String(), nullable=True),
    sa.Column('password_version', sa.Integer(), nullable=False),
    sa.Column('locale', sa.String(), nullable=False),
    sa.Column('zone', sa.String(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("team IN ('sales', 'onboarding', 'success', 'renewal', 'operations')", name=op.f('ck_staff_team')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff')),
    sa.UniqueConstraint('email', name=op.f('uq_staff_email'))
    )
    with op.batch_alter_table('staff', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_staff_name_key'), ['name_key'], unique=False)

    op.create_table('suppressions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('address', sa.String(), nullable=False),
    sa.Column('list', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_suppressions')),
    sa.UniqueConstraint('address', 'list', name=op.f('uq_suppressions_address'))
    )
    op.create_table('accounts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('external_id', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('reading', sa.String(), nullable=False),
    sa.Column('stage', sa.String(), nullable=False),
    sa.Column('stage_since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('undecided', sa.Boolean(), nullable=False),
    sa.Column('plan', sa.String(), nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('it_skill', sa.String(), nullable=False),
    sa.Column('signed_on', sa.Date(), nullable=True),
    sa.Column('planned_start_on', sa.Date(), nullable=True),
    sa.Column('billing_starts_on', sa.Date(), nullable=True),
    sa.Column('started_on', sa.Date(), nullable=True),
    sa.Column('started_source', sa.String(), nullable=False),
    sa.Column('started_by_id', sa.Integer(), nullable=True),
    sa.Column('sales_owner_id', sa.Integer(), nullable=True),
    sa.Column('onboarding_owner_id', sa.Integer(), nullable=True),
    sa.Column('success_owner_id', sa.Integer(), nullable=True),
    sa.Column('renewal_owner_id', sa.Integer(), nullable=True),
    sa.Column('introduced_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('introduced_to', sa.String(), nullable=True),
    sa.Column('ready_since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('clauses', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), 'postgresql'), nullable=False),
    sa.Column('level', sa.String(), nullable=False),
    sa.Column('level_reasons', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), 'postgresql'), nullable=False),
    sa.Column('next_step', sa.String(), nullable=False),
    sa.Column('knots', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), 'postgresql'), nullable=False),
    sa.Column('imported', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), 'postgresql'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("level IN ('on_track', 'behind', 'stuck')", name=op.f('ck_accounts_level')),
    sa.CheckConstraint("stage IN ('sales', 'onboarding', 'success', 'renewal')", name=op.f('ck_accounts_stage')),
    sa.ForeignKeyConstraint(['onboarding_owner_id'], ['staff.id'], name=op.f('fk_accounts_onboarding_owner_id_staff')),
    sa.ForeignKeyConstraint(['renewal_owner_id'], ['staff.id'], name=op.f('fk_accounts_renewal_owner_id_staff')),
    sa.ForeignKeyConstraint(['sales_owner_id'], ['staff.id'], name=op.f('fk_accounts_sales_owner_id_staff')),
    sa.ForeignKeyConstraint(['started_by_id'], ['staff.id'], name=op.f('fk_accounts_started_by_id_staff')),
    sa.ForeignKeyConstraint(['success_owner_id'], ['staff.id'], name=op.f('fk_accounts_success_owner_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_accounts')),
    sa.UniqueConstraint('external_id', name=op.f('uq_accounts_external_id'))
    )
    with op.batch_alter_table('accounts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_accounts_level'), ['level'], unique=False)
        batch_op.create_index(batch_op.f('ix_accounts_onboarding_owner_id'), ['onboarding_owner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_accounts_renewal_owner_id'), ['renewal_owner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_accounts_sales_owner_id'), ['sales_owner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_accounts_stage'), ['stage'], unique=False)
        batch_op.create_index('ix_accounts_stage_ready', ['stage', 'ready_since'], unique=False)
        batch_op.create_index(batch_op.f('ix_accounts_success_owner_id'), ['success_owner_id'], unique=False)

    op.create_table('idempotent_answers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('request_hash', sa.String(), nullable=False),
    sa.Column('status', sa.Integer(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['token_id'], ['api_tokens.id'], name=op.f('fk_idempotent_answers_token_id_api_tokens'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_idempotent_answers')),
    sa.UniqueConstraint('token_id', 'key', name=op.f('uq_idempotent_answers_token_id'))
    )
    with op.batch_alter_table('idempotent_answers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_idempotent_answers_created_at'), ['created_at'], unique=False)

    op.create_table('series',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('course_id', sa.Integer(), nullable=False),
    sa.Column('rrule', sa.String(), nullable=False),
    sa.Column('starts_at_local', sa.String(), nullable=False),
    sa.Column('zone', sa.String(), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('holidays', sa.String(), nullable=False),
    sa.Column('capacity', sa.Integer(), nullable=False),
    sa.Column('host_id', sa.Integer(), nullable=True),
    sa.Column('join_url', sa.String(), nullable=False),
    sa.Column('locale', sa.String(), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("holidays IN ('keep', 'skip', 'next')", name=op.f('ck_series_holidays')),
    sa.CheckConstraint('capacity > 0', name=op.f('ck_series_capacity')),
    sa.ForeignKeyConstraint(['course_id'], ['courses.id'], name=op.f('fk_series_course_id_courses')),
    sa.ForeignKeyConstraint(['host_id'], ['staff.id'], name=op.f('fk_series_host_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_series'))
    )
    with op.batch_alter_table('series', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_series_course_id'), ['course_id'], unique=False)

    op.create_table('contacts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('name_key', sa.String(), nullable=False),
    sa.Column('reading', sa.String(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('email', sa.String(), nullable=True),
    sa.Column('phone', sa.String(), nullable=False),
    sa.Column('phone_digits', sa.String(), nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('locale', sa.String(), nullable=False),
    sa.Column('zone', sa.String(), nullable=False),
    sa.Column('link_version', sa.Integer(), nullable=False),
    sa.Column('feed_version', sa.Integer(), nullable=False),
    sa.Column('checks', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), 'postgresql'), nullable=False),
    sa.Column('imported', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), 'postgresql'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("role IN ('coordinator', 'manager', 'member')", name=op.f('ck_contacts_role')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_contacts_account_id_accounts'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contacts'))
    )
    with op.batch_alter_table('contacts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_contacts_email'), ['email'], unique=False)
        batch_op.create_index(batch_op.f('ix_contacts_name_key'), ['name_key'], unique=False)
        batch_op.create_index(batch_op.f('ix_contacts_phone_digits'), ['phone_digits'], unique=False)
        batch_op.create_index('uq_contacts_person', ['account_id', sa.literal_column("coalesce(email, '')"), 'name_key', 'phone_digits'], unique=True)

    op.create_table('events',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('contact_id', sa.Integer(), nullable=True),
    sa.Column('lecture_id', sa.Integer(), nullable=True),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('params', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), 'postgresql'), nullable=False),
    sa.Column('actor_kind', sa.String(), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('channel', sa.String(), nullable=False),
    sa.CheckConstraint("actor_kind IN ('contact', 'staff', 'api', 'worker', 'cli')", name=op.f('ck_events_actor_kind')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_events_account_id_accounts'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_events'))
    )
    with op.batch_alter_table('events', schema=None) as batch_op:
        batch_op.create_index('ix_events_account_at', ['account_id', 'at'], unique=False)
        batch_op.create_index(batch_op.f('ix_events_lecture_id'), ['lecture_id'], unique=False)

    op.create_table('handovers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('from_stage', sa.String(), nullable=False),
    sa.Column('to_stage', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('requested_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('requested_by_id', sa.Integer(), nullable=True),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('early_reason', sa.String(), nullable=False),
    sa.Column('receiver_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('before', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), 'postgresql'), nullable=False),
    sa.CheckConstraint("state IN ('requested', 'accepted', 'returned', 'withdrawn')", name=op.f('ck_handovers_state')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_handovers_account_id_accounts')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['staff.id'], name=op.f('fk_handovers_decided_by_id_staff')),
    sa.ForeignKeyConstraint(['receiver_id'], ['staff.id'], name=op.f('fk_handovers_receiver_id_staff')),
    sa.ForeignKeyConstraint(['requested_by_id'], ['staff.id'], name=op.f('fk_handovers_requested_by_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handovers'))
    )
    with op.batch_alter_table('handovers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_handovers_account_id'), ['account_id'], unique=False)
        batch_op.create_index('ix_handovers_state', ['state'], unique=False)
        batch_op.create_index('uq_handovers_open', ['account_id'], unique=True, sqlite_where=sa.text("state = 'requested'"), postgresql_where=sa.text("state = 'requested'"))

    op.create_table('lectures',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('uid', sa.String(), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('revised_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('course_id', sa.Integer(), nullable=False),
    sa.Column('series_id', sa.Integer(), nullable=True),
    sa.Column('slot', sa.String(), nullable=True),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('local_start', sa.String(), nullable=False),
    sa.Column('zone', sa.String(), nullable=False),
    sa.Column('capacity', sa.Integer(), nullable=False),
    sa.Column('seats_taken', sa.Integer(), nullable=False),
    sa.Column('host_id', sa.Integer(), nullable=True),
    sa.Column('join_url', sa.String(), nullable=False),
    sa.Column('locale', sa.String(), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('reason', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), 'postgresql'), nullable=False),
    sa.Column('edited', sa.Boolean(), nullable=False),
    sa.Column('reported_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("status IN ('scheduled', 'cancelled')", name=op.f('ck_lectures_status')),
    sa.CheckConstraint('ends_at > starts_at', name=op.f('ck_lectures_order')),
    sa.CheckConstraint('seats_taken >= 0 AND seats_taken <= capacity', name=op.f('ck_lectures_seats')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_lectures_account_id_accounts')),
    sa.ForeignKeyConstraint(['course_id'], ['courses.id'], name=op.f('fk_lectures_course_id_courses')),
    sa.ForeignKeyConstraint(['host_id'], ['staff.id'], name=op.f('fk_lectures_host_id_staff')),
    sa.ForeignKeyConstraint(['series_id'], ['series.id'], name=op.f('fk_lectures_series_id_series')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lectures')),
    sa.UniqueConstraint('series_id', 'slot', name=op.f('uq_lectures_series_id')),
    sa.UniqueConstraint('uid', name=op.f('uq_lectures_uid'))
    )
    with op.batch_alter_table('lectures', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_lectures_account_id'), ['account_id'], unique=False)
        batch_op.create_index('ix_lectures_course_start', ['course_id', 'starts_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_lectures_ends_at'), ['ends_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_lectures_host_id'), ['host_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_lectures_starts_at'), ['starts_at'], unique=False)

    op.create_table('stores',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('closed_days', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), 'postgresql'), nullable=False),
    sa.Column('scope', sa.String(), nullable=False),
    sa.Column('scope_from', sa.Date(), nullable=True),
    sa.Column('imported', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), 'postgresql'), nullable=False),
    sa.CheckConstraint("scope IN ('in', 'later', 'out')", name=op.f('ck_stores_scope')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_stores_account_id_accounts'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stores')),
    sa.UniqueConstraint('account_id', 'code', name=op.f('uq_stores_account_id'))
    )
    op.create_table('attendances',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('lecture_id', sa.Integer(), nullable=False),
    sa.Column('contact_id', sa.Integer(), nullable=False),
    sa.Column('verdict', sa.String(), nullable=False),
    sa.Column('seconds', sa.Integer(), nullable=False),
    sa.Column('sources', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), 'postgresql'), nullable=False),
    sa.Column('marked_by_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("verdict IN ('attended', 'partial', 'missed', 'unknown')", name=op.f('ck_attendances_verdict')),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_attendances_contact_id_contacts')),
    sa.ForeignKeyConstraint(['lecture_id'], ['lectures.id'], name=op.f('fk_attendances_lecture_id_lectures')),
    sa.ForeignKeyConstraint(['marked_by_id'], ['staff.id'], name=op.f('fk_attendances_marked_by_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attendances')),
    sa.UniqueConstraint('lecture_id', 'contact_id', name=op.f('uq_attendances_lecture_id'))
    )
    with op.batch_alter_table('attendances', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attendances_contact_id'), ['contact_id'], unique=False)

    op.create_table('completions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('step_id', sa.Integer(), nullable=False),
    sa.Column('store_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_kind', sa.String(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("state IN ('done', 'not_needed')", name=op.f('ck_completions_state')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_completions_account_id_accounts'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['step_id'], ['setup_steps.id'], name=op.f('fk_completions_step_id_setup_steps')),
    sa.ForeignKeyConstraint(['store_id'], ['stores.id'], name=op.f('fk_completions_store_id_stores'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_completions'))
    )
    with op.batch_alter_table('completions', schema=None) as batch_op:
        batch_op.create_index('ix_completions_account', ['account_id'], unique=False)
        batch_op.create_index('uq_completions_account', ['account_id', 'step_id'], unique=True, sqlite_where=sa.text('store_id IS NULL'), postgresql_where=sa.text('store_id IS NULL'))
        batch_op.create_index('uq_completions_store', ['store_id', 'step_id'], unique=True, sqlite_where=sa.text('store_id IS NOT NULL'), postgresql_where=sa.text('store_id IS NOT NULL'))

    op.create_table('contact_stores',
    sa.Column('contact_id', sa.Integer(), nullable=False),
    sa.Column('store_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_contact_stores_contact_id_contacts'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['store_id'], ['stores.id'], name=op.f('fk_contact_stores_store_id_stores'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('contact_id', 'store_id', name=op.f('pk_contact_stores'))
    )
    with op.batch_alter_table('contact_stores', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_contact_stores_store_id'), ['store_id'], unique=False)

    op.create_table('known_names',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name_key', sa.String(), nullable=False),
    sa.Column('contact_id', sa.Integer(), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_known_names_contact_id_contacts'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_known_names')),
    sa.UniqueConstraint('name_key', 'contact_id', name=op.f('uq_known_names_name_key'))
    )
    op.create_table('registrations',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('lecture_id', sa.Integer(), nullable=False),
    sa.Column('contact_id', sa.Integer(), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('uid', sa.String(), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('revised_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('registered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('companions', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), 'postgresql'), nullable=False),
    sa.Column('mails', sa.Boolean(), nullable=False),
    sa.CheckConstraint("status IN ('booked', 'waitlisted', 'cancelled')", name=op.f('ck_registrations_status')),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_registrations_contact_id_contacts')),
    sa.ForeignKeyConstraint(['lecture_id'], ['lectures.id'], name=op.f('fk_registrations_lecture_id_lectures')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_registrations')),
    sa.UniqueConstraint('uid', name=op.f('uq_registrations_uid'))
    )
    with op.batch_alter_table('registrations', schema=None) as batch_op:
        batch_op.create_index('ix_registrations_contact', ['contact_id', 'revised_at', 'sequence'], unique=False)
        batch_op.create_index('ix_registrations_lecture_status', ['lecture_id', 'status'], unique=False)
        batch_op.create_index('uq_registrations_live', ['lecture_id', 'contact_id'], unique=True, sqlite_where=sa.text("status <> 'cancelled'"), postgresql_where=sa.text("status <> 'cancelled'"))

    op.create_table('uploads',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('lecture_id', sa.Integer(), nullable=True),
    sa.Column('filename', sa.String(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('choices', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), 'postgresql'), nullable=False),
    sa.Column('result', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), 'postgresql'), nullable=True),
    sa.Column('staff_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind IN ('customers', 'attendance')", name=op.f('ck_uploads_kind')),
    sa.ForeignKeyConstraint(['lecture_id'], ['lectures.id'], name=op.f('fk_uploads_lecture_id_lectures')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_uploads_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_uploads'))
    )
    with op.batch_alter_table('uploads', schema=None) as batch_op:
        batch_op.create_index('ix_uploads_kind_created', ['kind', 'created_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_uploads_lecture_id'), ['lecture_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_uploads_sha256'), ['sha256'], unique=False)

    op.create_table('usage_days',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('store_id', sa.Integer(), nullable=True),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('event', sa.String(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_usage_days_account_id_accounts'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['store_id'], ['stores.id'], name=op.f('fk_usage_days_store_id_stores'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_usage_days'))
    )
    with op.batch_alter_table('usage_days', schema=None) as batch_op:
        batch_op.create_index('uq_usage_days', ['account_id', 'day', 'event', sa.literal_column('coalesce(store_id, 0)')], unique=True)

    op.create_table('mails',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('contact_id', sa.Integer(), nullable=True),
    sa.Column('staff_id', sa.Integer(), nullable=True),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('registration_id', sa.Integer(), nullable=True),
    sa.Column('lecture_id', sa.Integer(), nullable=True),
    sa.Column('handover_id', sa.Integer(), nullable=True),
    sa.Column('params', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), 'postgresql'), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('next_try_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('claimed_by', sa.String(), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('message_id', sa.String(), nullable=True),
    sa.Column('provider_id', sa.String(), nullable=True),
    sa.Column('to_address', sa.String(), nullable=True),
    sa.Column('locale', sa.String(), nullable=True),
    sa.Column('subject', sa.String(), nullable=True),
    sa.Column('text', sa.String(), nullable=True),
    sa.Column('template_version', sa.String(), nullable=True),
    sa.CheckConstraint("state IN ('queued', 'sending', 'sent', 'failed', 'missed', 'dropped')", name=op.f('ck_mails_state')),
    sa.CheckConstraint('(contact_id IS NULL) <> (staff_id IS NULL)', name=op.f('ck_mails_one_recipient')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_mails_account_id_accounts')),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_mails_contact_id_contacts')),
    sa.ForeignKeyConstraint(['handover_id'], ['handovers.id'], name=op.f('fk_mails_handover_id_handovers')),
    sa.ForeignKeyConstraint(['lecture_id'], ['lectures.id'], name=op.f('fk_mails_lecture_id_lectures')),
    sa.ForeignKeyConstraint(['registration_id'], ['registrations.id'], name=op.f('fk_mails_registration_id_registrations')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_mails_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mails')),
    sa.UniqueConstraint('key', name=op.f('uq_mails_key'))
    )
    with op.batch_alter_table('mails', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mails_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mails_contact_id'), ['contact_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mails_created_at'), ['created_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_mails_lecture_id'), ['lecture_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mails_registration_id'), ['registration_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mails_staff_id'), ['staff_id'], unique=False)
        batch_op.create_index('ix_mails_state_due', ['state', 'due_at'], unique=False)
        batch_op.create_index('ix_mails_waiting', ['next_try_at'], unique=False, sqlite_where=sa.text("state IN ('queued', 'sending')"), postgresql_where=sa.text("state IN ('queued', 'sending')"))

    op.create_table('presences',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('lecture_id', sa.Integer(), nullable=False),
    sa.Column('contact_id', sa.Integer(), nullable=True),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('upload_id', sa.Integer(), nullable=True),
    sa.Column('display_name', sa.String(), nullable=False),
    sa.Column('from_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('to_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('seconds', sa.Integer(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("source IN ('report', 'webhook', 'checkin', 'join_click', 'manual')", name=op.f('ck_presences_source')),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_presences_contact_id_contacts')),
    sa.ForeignKeyConstraint(['lecture_id'], ['lectures.id'], name=op.f('fk_presences_lecture_id_lectures')),
    sa.ForeignKeyConstraint(['upload_id'], ['uploads.id'], name=op.f('fk_presences_upload_id_uploads')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_presences'))
    )
    with op.batch_alter_table('presences', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_presences_contact_id'), ['contact_id'], unique=False)
        batch_op.create_index('ix_presences_lecture_contact', ['lecture_id', 'contact_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_presences_upload_id'), ['upload_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('presences', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_presences_upload_id'))
        batch_op.drop_index('ix_presences_lecture_contact')
        batch_op.drop_index(batch_op.f('ix_presences_contact_id'))

    op.drop_table('presences')
    with op.batch_alter_table('mails', schema=None) as batch_op:
        batch_op.drop_index('ix_mails_waiting', sqlite_where=sa.text("state IN ('queued', 'sending')"), postgresql_where=sa.text("state IN ('queued', 'sending')"))
        batch_op.drop_index('ix_mails_state_due')
        batch_op.drop_index(batch_op.f('ix_mails_staff_id'))
        batch_op.drop_index(batch_op.f('ix_mails_registration_id'))
        batch_op.drop_index(batch_op.f('ix_mails_lecture_id'))
        batch_op.drop_index(batch_op.f('ix_mails_created_at'))
        batch_op.drop_index(batch_op.f('ix_mails_contact_id'))
        batch_op.drop_index(batch_op.f('ix_mails_account_id'))

    op.drop_table('mails')
    with op.batch_alter_table('usage_days', schema=None) as batch_op:
        batch_op.drop_index('uq_usage_days')

    op.drop_table('usage_days')
    with op.batch_alter_table('uploads', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_uploads_sha256'))
        batch_op.drop_index(batch_op.f('ix_uploads_lecture_id'))
        batch_op.drop_index('ix_uploads_kind_created')

    op.drop_table('uploads')
    with op.batch_alter_table('registrations', schema=None) as batch_op:
        batch_op.drop_index('uq_registrations_live', sqlite_where=sa.text("status <> 'cancelled'"), postgresql_where=sa.text("status <> 'cancelled'"))
        batch_op.drop_index('ix_registrations_lecture_status')
        batch_op.drop_index('ix_registrations_contact')

    op.drop_table('registrations')
    op.drop_table('known_names')
    with op.batch_alter_table('contact_stores', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_contact_stores_store_id'))

    op.drop_table('contact_stores')
    with op.batch_alter_table('completions', schema=None) as batch_op:
        batch_op.drop_index('uq_completions_store', sqlite_where=sa.text('store_id IS NOT NULL'), postgresql_where=sa.text('store_id IS NOT NULL'))
        batch_op.drop_index('uq_completions_account', sqlite_where=sa.text('store_id IS NULL'), postgresql_where=sa.text('store_id IS NULL'))
        batch_op.drop_index('ix_completions_account')

    op.drop_table('completions')
    with op.batch_alter_table('attendances', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_attendances_contact_id'))

    op.drop_table('attendances')
    op.drop_table('stores')
    with op.batch_alter_table('lectures', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_lectures_starts_at'))
        batch_op.drop_index(batch_op.f('ix_lectures_host_id'))
        batch_op.drop_index(batch_op.f('ix_lectures_ends_at'))
        batch_op.drop_index('ix_lectures_course_start')
        batch_op.drop_index(batch_op.f('ix_lectures_account_id'))

    op.drop_table('lectures')
    with op.batch_alter_table('handovers', schema=None) as batch_op:
        batch_op.drop_index('uq_handovers_open', sqlite_where=sa.text("state = 'requested'"), postgresql_where=sa.text("state = 'requested'"))
        batch_op.drop_index('ix_handovers_state')
        batch_op.drop_index(batch_op.f('ix_handovers_account_id'))

    op.drop_table('handovers')
    with op.batch_alter_table('events', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_events_lecture_id'))
        batch_op.drop_index('ix_events_account_at')

    op.drop_table('events')
    with op.batch_alter_table('contacts', schema=None) as batch_op:
        batch_op.drop_index('uq_contacts_person')
        batch_op.drop_index(batch_op.f('ix_contacts_phone_digits'))
        batch_op.drop_index(batch_op.f('ix_contacts_name_key'))
        batch_op.drop_index(batch_op.f('ix_contacts_email'))

    op.drop_table('contacts')
    with op.batch_alter_table('series', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_series_course_id'))

    op.drop_table('series')
    with op.batch_alter_table('idempotent_answers', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_idempotent_answers_created_at'))

    op.drop_table('idempotent_answers')
    with op.batch_alter_table('accounts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_accounts_success_owner_id'))
        batch_op.drop_index('ix_accounts_stage_ready')
        batch_op.drop_index(batch_op.f('ix_accounts_stage'))
        batch_op.drop_index(batch_op.f('ix_accounts_sales_owner_id'))
        batch_op.drop_index(batch_op.f('ix_accounts_renewal_owner_id'))
        batch_op.drop_index(batch_op.f('ix_accounts_onboarding_owner_id'))
        batch_op.drop_index(batch_op.f('ix_accounts_level'))

    op.drop_table('accounts')
    op.drop_table('suppressions')
    with op.batch_alter_table('staff', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_staff_name_key'))

    op.drop_table('staff')
    op.drop_table('setup_steps')
    op.drop_table('settings')
    op.drop_table('job_runs')
    op.drop_table('courses')
    op.drop_table('api_tokens')
