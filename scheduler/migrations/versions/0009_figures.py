"""What reports count: snapshots of history, tags, trials and the monthly figures imported for them."""

from typing import Any

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

Json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), 'postgresql')
Moment = sa.DateTime(timezone=True)

KINDS = "kind IN ('customers', 'attendance', 'setup', 'usage')"
MORE_KINDS = "kind IN ('customers', 'attendance', 'setup', 'usage', 'figures', 'contracts')"


def of_uploads(condition: str) -> None:
    with op.batch_alter_table('uploads') as batch:
        batch.drop_constraint(op.f('ck_uploads_kind'), type_='check')
        batch.create_check_constraint(op.f('ck_uploads_kind'), condition)


def upgrade() -> None:
    of_uploads(MORE_KINDS)
    op.create_table('tags',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('name_key', sa.String(), nullable=False),
    sa.Column('created_at', Moment, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tags')),
    sa.UniqueConstraint('name_key', name=op.f('uq_tags_name_key'))
    )
    op.create_table('trials',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('subjects', sa.String(), nullable=False),
    sa.Column('baseline_from', sa.Date(), nullable=False),
    sa.Column('baseline_to', sa.Date(), nullable=False),
    sa.Column('trial_from', sa.Date(), nullable=False),
    sa.Column('trial_to', sa.Date(), nullable=False),
    sa.Column('measures', Json, nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('created_at', Moment, nullable=False),
    sa.CheckConstraint("subjects IN ('accounts', 'staff')", name=op.f('ck_trials_subjects')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_trials')),
    sa.UniqueConstraint('name', name=op.f('uq_trials_name'))
    )
    op.create_table('staff_tags',
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('tag_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_staff_tags_staff_id_staff'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['tag_id'], ['tags.id'], name=op.f('fk_staff_tags_tag_id_tags'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('staff_id', 'tag_id', name=op.f('pk_staff_tags'))
    )
    op.create_index(op.f('ix_staff_tags_tag_id'), 'staff_tags', ['tag_id'], unique=False)
    op.create_table('trial_groups',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('trial_id', sa.Integer(), nullable=False),
    sa.Column('tag_id', sa.Integer(), nullable=False),
    sa.Column('tried', sa.Boolean(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['tag_id'], ['tags.id'], name=op.f('fk_trial_groups_tag_id_tags')),
    sa.ForeignKeyConstraint(['trial_id'], ['trials.id'], name=op.f('fk_trial_groups_trial_id_trials'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_trial_groups')),
    sa.UniqueConstraint('trial_id', 'tag_id', name=op.f('uq_trial_groups_trial_id'))
    )
    op.create_index(op.f('ix_trial_groups_tag_id'), 'trial_groups', ['tag_id'], unique=False)
    op.create_table('account_tags',
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('tag_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_account_tags_account_id_accounts'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['tag_id'], ['tags.id'], name=op.f('fk_account_tags_tag_id_tags'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('account_id', 'tag_id', name=op.f('pk_account_tags'))
    )
    op.create_index(op.f('ix_account_tags_tag_id'), 'account_tags', ['tag_id'], unique=False)
    op.create_table('milestones',
    sa.Column('account_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('began_on', sa.Date(), nullable=False),
    sa.Column('came_live', sa.Boolean(), nullable=False),
    sa.Column('signed_on', sa.Date(), nullable=True),
    sa.Column('invited_on', sa.Date(), nullable=True),
    sa.Column('registered_on', sa.Date(), nullable=True),
    sa.Column('attended_on', sa.Date(), nullable=True),
    sa.Column('set_up_on', sa.Date(), nullable=True),
    sa.Column('in_use_on', sa.Date(), nullable=True),
    sa.Column('ready_on', sa.Date(), nullable=True),
    sa.Column('handed_over_on', sa.Date(), nullable=True),
    sa.Column('last_used_on', sa.Date(), nullable=True),
    sa.Column('advanced_on', sa.Date(), nullable=True),
    sa.Column('cancelled_on', sa.Date(), nullable=True),
    sa.Column('stores', sa.Integer(), nullable=False),
    sa.Column('stores_attended', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_milestones_account_id_accounts'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('account_id', name=op.f('pk_milestones'))
    )
    op.create_index(op.f('ix_milestones_began_on'), 'milestones', ['began_on'], unique=False)
    op.create_index(op.f('ix_milestones_handed_over_on'), 'milestones', ['handed_over_on'], unique=False)
    op.create_table('tenures',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('stage', sa.String(), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=True),
    sa.Column('stores', sa.Integer(), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=True),
    sa.CheckConstraint('until_on IS NULL OR until_on > from_on', name=op.f('ck_tenures_order')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_tenures_account_id_accounts'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['owner_id'], ['staff.id'], name=op.f('fk_tenures_owner_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tenures'))
    )
    op.create_index('ix_tenures_account', 'tenures', ['account_id', 'from_on'], unique=True)
    op.create_index(op.f('ix_tenures_owner_id'), 'tenures', ['owner_id'], unique=False)
    op.create_index('ix_tenures_span', 'tenures', ['from_on', 'until_on'], unique=False)
    op.create_table('figures',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('staff_id', sa.Integer(), nullable=True),
    sa.Column('measure', sa.String(), nullable=False),
    sa.Column('value', sa.Double(), nullable=False),
    sa.Column('upload_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('(account_id IS NULL) <> (staff_id IS NULL)', name=op.f('ck_figures_one_subject')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_figures_account_id_accounts'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_figures_staff_id_staff')),
    sa.ForeignKeyConstraint(['upload_id'], ['uploads.id'], name=op.f('fk_figures_upload_id_uploads')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_figures'))
    )
    subject: Any = ['measure', 'month', sa.text('coalesce(account_id, 0)'), sa.text('coalesce(staff_id, 0)')]
    op.create_index('uq_figures_month', 'figures', subject, unique=True)
    op.create_index(op.f('ix_figures_account_id'), 'figures', ['account_id'], unique=False)
    op.create_index(op.f('ix_figures_staff_id'), 'figures', ['staff_id'], unique=False)
    op.create_index(op.f('ix_figures_upload_id'), 'figures', ['upload_id'], unique=False)
    op.create_table('turnouts',
    sa.Column('registration_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('lecture_id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('contact_id', sa.Integer(), nullable=False),
    sa.Column('course_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('lead', sa.String(), nullable=False),
    sa.Column('size', sa.String(), nullable=False),
    sa.Column('plan', sa.String(), nullable=False),
    sa.Column('it_skill', sa.String(), nullable=False),
    sa.Column('asked', sa.String(), nullable=False),
    sa.Column('reminder', sa.String(), nullable=False),
    sa.Column('verdict', sa.String(), nullable=False),
    sa.Column('joined', sa.Boolean(), nullable=False),
    sa.CheckConstraint("asked IN ('first', 'again', 'unasked')", name=op.f('ck_turnouts_asked')),
    sa.CheckConstraint("reminder IN ('seen', 'sent', 'none')", name=op.f('ck_turnouts_reminder')),
    sa.CheckConstraint("verdict IN ('attended', 'partial', 'missed', 'excused', 'unknown')", name=op.f('ck_turnouts_verdict')),
    sa.ForeignKeyConstraint(['registration_id'], ['registrations.id'], name=op.f('fk_turnouts_registration_id_registrations'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('registration_id', name=op.f('pk_turnouts'))
    )
    op.create_index(op.f('ix_turnouts_account_id'), 'turnouts', ['account_id'], unique=False)
    op.create_index('ix_turnouts_day_course', 'turnouts', ['day', 'course_id'], unique=False)
    op.create_index(op.f('ix_turnouts_lecture_id'), 'turnouts', ['lecture_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_turnouts_lecture_id'), table_name='turnouts')
    op.drop_index('ix_turnouts_day_course', table_name='turnouts')
    op.drop_index(op.f('ix_turnouts_account_id'), table_name='turnouts')
    op.drop_table('turnouts')
    op.drop_index(op.f('ix_figures_upload_id'), table_name='figures')
    op.drop_index(op.f('ix_figures_staff_id'), table_name='figures')
    op.drop_index(op.f('ix_figures_account_id'), table_name='figures')
    op.drop_index('uq_figures_month', table_name='figures')
    op.drop_table('figures')
    op.drop_index('ix_tenures_span', table_name='tenures')
    op.drop_index(op.f('ix_tenures_owner_id'), table_name='tenures')
    op.drop_index('ix_tenures_account', table_name='tenures')
    op.drop_table('tenures')
    op.drop_index(op.f('ix_milestones_handed_over_on'), table_name='milestones')
    op.drop_index(op.f('ix_milestones_began_on'), table_name='milestones')
    op.drop_table('milestones')
    op.drop_index(op.f('ix_account_tags_tag_id'), table_name='account_tags')
    op.drop_table('account_tags')
    op.drop_index(op.f('ix_trial_groups_tag_id'), table_name='trial_groups')
    op.drop_table('trial_groups')
    op.drop_index(op.f('ix_staff_tags_tag_id'), table_name='staff_tags')
    op.drop_table('staff_tags')
    op.drop_table('trials')
    op.drop_table('tags')
    op.execute("DELETE FROM uploads WHERE kind IN ('figures', 'contracts')")
    of_uploads(KINDS)
