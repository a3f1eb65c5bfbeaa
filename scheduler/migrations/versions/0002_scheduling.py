"""Series for one account and cut in two, kinds of lectures, materials, dates to decide, calls, times offered, tasks."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('courses') as batch:
        batch.add_column(sa.Column('materials', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), 'postgresql'), nullable=False, server_default='{}'))
    with op.batch_alter_table('series') as batch:
        batch.add_column(sa.Column('kind', sa.String(), nullable=False, server_default='webinar'))
        batch.add_column(sa.Column('account_limit', sa.Integer(), nullable=True))
        batch.add_column(sa.Column('account_id', sa.Integer(), nullable=True))
        batch.add_column(sa.Column('ends_before', sa.Date(), nullable=True))
        batch.add_column(sa.Column('follows_id', sa.Integer(), nullable=True))
        batch.add_column(sa.Column('goes_on_from', sa.Date(), nullable=True))
        batch.create_index(op.f('ix_series_account_id'), ['account_id'], unique=False)
        batch.create_foreign_key(op.f('fk_series_account_id_accounts'), 'accounts', ['account_id'], ['id'])
        batch.create_index(op.f('ix_series_follows_id'), ['follows_id'], unique=False)
        batch.create_foreign_key(op.f('fk_series_follows_id_series'), 'series', ['follows_id'], ['id'])
        batch.create_check_constraint(op.f('ck_series_kind'), "kind IN ('webinar', 'meeting')")
    with op.batch_alter_table('lectures') as batch:
        batch.add_column(sa.Column('contact_id', sa.Integer(), nullable=True))
        batch.add_column(sa.Column('kind', sa.String(), nullable=False, server_default='webinar'))
        batch.add_column(sa.Column('account_limit', sa.Integer(), nullable=True))
        batch.add_column(sa.Column('stray_since', sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column('called_off_at', sa.DateTime(timezone=True), nullable=True))
        batch.create_index(op.f('ix_lectures_contact_id'), ['contact_id'], unique=False, sqlite_where=sa.text('contact_id IS NOT NULL'), postgresql_where=sa.text('contact_id IS NOT NULL'))
        batch.create_foreign_key(op.f('fk_lectures_contact_id_contacts'), 'contacts', ['contact_id'], ['id'])
        batch.create_check_constraint(op.f('ck_lectures_kind'), "kind IN ('webinar', 'meeting')")
    op.create_table('calls',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('lecture_id', sa.Integer(), nullable=False),
    sa.Column('contact_id', sa.Integer(), nullable=False),
    sa.Column('called_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_calls_contact_id_contacts'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['lecture_id'], ['lectures.id'], name=op.f('fk_calls_lecture_id_lectures')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_calls_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calls')),
    sa.UniqueConstraint('lecture_id', 'contact_id', name=op.f('uq_calls_lecture_id'))
    )
    op.create_index(op.f('ix_calls_contact_id'), 'calls', ['contact_id'], unique=False)
    op.create_table('proposals',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('contact_id', sa.Integer(), nullable=False),
    sa.Column('for_company', sa.Boolean(), nullable=False),
    sa.Column('people', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), 'postgresql'), nullable=False),
    sa.Column('course_id', sa.Integer(), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('capacity', sa.Integer(), nullable=False),
    sa.Column('host_id', sa.Integer(), nullable=True),
    sa.Column('join_url', sa.String(), nullable=False),
    sa.Column('locale', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('exception', sa.String(), nullable=False),
    sa.Column('times', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), 'postgresql'), nullable=False),
    sa.Column('zone', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('lecture_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('open', 'chosen', 'withdrawn')", name=op.f('ck_proposals_state')),
    sa.CheckConstraint("kind IN ('webinar', 'meeting')", name=op.f('ck_proposals_kind')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_proposals_account_id_accounts'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_proposals_contact_id_contacts'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['course_id'], ['courses.id'], name=op.f('fk_proposals_course_id_courses')),
    sa.ForeignKeyConstraint(['created_by_id'], ['staff.id'], name=op.f('fk_proposals_created_by_id_staff')),
    sa.ForeignKeyConstraint(['host_id'], ['staff.id'], name=op.f('fk_proposals_host_id_staff')),
    sa.ForeignKeyConstraint(['lecture_id'], ['lectures.id'], name=op.f('fk_proposals_lecture_id_lectures')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proposals'))
    )
    op.create_index(op.f('ix_proposals_account_id'), 'proposals', ['account_id'], unique=False)
    op.create_index(op.f('ix_proposals_contact_id'), 'proposals', ['contact_id'], unique=False)
    op.create_table('tasks',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('contact_id', sa.Integer(), nullable=True),
    sa.Column('lecture_id', sa.Integer(), nullable=True),
    sa.Column('params', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), 'postgresql'), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_tasks_account_id_accounts'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_tasks_contact_id_contacts'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['done_by_id'], ['staff.id'], name=op.f('fk_tasks_done_by_id_staff')),
    sa.ForeignKeyConstraint(['lecture_id'], ['lectures.id'], name=op.f('fk_tasks_lecture_id_lectures')),
    sa.ForeignKeyConstraint(['owner_id'], ['staff.id'], name=op.f('fk_tasks_owner_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tasks')),
    sa.UniqueConstraint('key', name=op.f('uq_tasks_key'))
    )
    op.create_index(op.f('ix_tasks_account_id'), 'tasks', ['account_id'], unique=False)
    op.create_index(op.f('ix_tasks_contact_id'), 'tasks', ['contact_id'], unique=False)
    op.create_index(op.f('ix_tasks_lecture_id'), 'tasks', ['lecture_id'], unique=False)
    op.create_index('ix_tasks_open', 'tasks', ['due_on'], unique=False, sqlite_where=sa.text('done_at IS NULL'), postgresql_where=sa.text('done_at IS NULL'))
    op.create_index(op.f('ix_tasks_owner_id'), 'tasks', ['owner_id'], unique=False)


def downgrade() -> None:
    op.drop_table('tasks')
    op.drop_table('proposals')
    op.drop_table('calls')
    with op.batch_alter_table('lectures') as batch:
        batch.drop_constraint(op.f('ck_lectures_kind'), type_='check')
        batch.drop_constraint(op.f('fk_lectures_contact_id_contacts'), type_='foreignkey')
        batch.drop_index(op.f('ix_lectures_contact_id'))
        for column in ('called_off_at', 'stray_since', 'account_limit', 'kind', 'contact_id'):
            batch.drop_column(column)
    with op.batch_alter_table('series') as batch:
        batch.drop_constraint(op.f('ck_series_kind'), type_='check')
        batch.drop_constraint(op.f('fk_series_account_id_accounts'), type_='foreignkey')
        batch.drop_index(op.f('ix_series_account_id'))
        batch.drop_constraint(op.f('fk_series_follows_id_series'), type_='foreignkey')
        batch.drop_index(op.f('ix_series_follows_id'))
        for column in ('goes_on_from', 'follows_id', 'ends_before', 'account_id', 'account_limit', 'kind'):
            batch.drop_column(column)
    with op.batch_alter_table('courses') as batch:
        batch.drop_column('materials')
