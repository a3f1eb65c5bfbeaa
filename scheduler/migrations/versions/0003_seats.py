"""Places offered, exceptions, replies and companions without a name; visitors who apply on the public page."""

from alembic import op
import sqlalchemy as sa

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('registrations') as batch:
        batch.add_column(sa.Column('unnamed_companions', sa.Integer(), nullable=False, server_default='0'))
        batch.add_column(sa.Column('offered_until', sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column('exception', sa.String(), nullable=False, server_default=''))
        batch.add_column(sa.Column('reply', sa.String(), nullable=True))
        batch.create_index('ix_registrations_offered_until', ['offered_until'], unique=False, sqlite_where=sa.text('offered_until IS NOT NULL'), postgresql_where=sa.text('offered_until IS NOT NULL'))
    op.create_table('applications',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('lecture_id', sa.Integer(), nullable=False),
    sa.Column('company', sa.String(), nullable=False),
    sa.Column('store', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('email', sa.String(), nullable=False),
    sa.Column('phone', sa.String(), nullable=False),
    sa.Column('locale', sa.String(), nullable=False),
    sa.Column('zone', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('proposed_account_id', sa.Integer(), nullable=True),
    sa.Column('contact_id', sa.Integer(), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('sent', 'waiting', 'done', 'refused')", name=op.f('ck_applications_state')),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_applications_contact_id_contacts')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['staff.id'], name=op.f('fk_applications_decided_by_id_staff')),
    sa.ForeignKeyConstraint(['lecture_id'], ['lectures.id'], name=op.f('fk_applications_lecture_id_lectures')),
    sa.ForeignKeyConstraint(['proposed_account_id'], ['accounts.id'], name=op.f('fk_applications_proposed_account_id_accounts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_applications'))
    )
    op.create_index(op.f('ix_applications_contact_id'), 'applications', ['contact_id'], unique=False)
    op.create_index(op.f('ix_applications_email'), 'applications', ['email'], unique=False)
    op.create_index(op.f('ix_applications_lecture_id'), 'applications', ['lecture_id'], unique=False)
    op.create_index(op.f('ix_applications_proposed_account_id'), 'applications', ['proposed_account_id'], unique=False)
    op.create_index('ix_applications_state_created', 'applications', ['state', 'created_at'], unique=False)
    op.create_index('uq_applications_open', 'applications', ['lecture_id', 'email'], unique=True, sqlite_where=sa.text("state IN ('sent', 'waiting')"), postgresql_where=sa.text("state IN ('sent', 'waiting')"))
    with op.batch_alter_table('mails') as batch:
        batch.add_column(sa.Column('application_id', sa.Integer(), nullable=True))
        batch.create_index(op.f('ix_mails_application_id'), ['application_id'], unique=False, sqlite_where=sa.text('application_id IS NOT NULL'), postgresql_where=sa.text('application_id IS NOT NULL'))
        batch.create_foreign_key(op.f('fk_mails_application_id_applications'), 'applications', ['application_id'], ['id'])
        batch.drop_constraint(op.f('ck_mails_one_recipient'), type_='check')
        batch.create_check_constraint(
            op.f('ck_mails_one_recipient'),
            "(CASE WHEN contact_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN staff_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN application_id IS NULL THEN 0 ELSE 1 END) = 1",
        )


def downgrade() -> None:
    # Without the column there is nobody these mails are for.
    op.execute('DELETE FROM mails WHERE application_id IS NOT NULL')
    with op.batch_alter_table('mails') as batch:
        batch.drop_constraint(op.f('ck_mails_one_recipient'), type_='check')
        batch.create_check_constraint(op.f('ck_mails_one_recipient'), "(contact_id IS NULL) <> (staff_id IS NULL)")
        batch.drop_constraint(op.f('fk_mails_application_id_applications'), type_='foreignkey')
        batch.drop_index(op.f('ix_mails_application_id'))
        batch.drop_column('application_id')
    op.drop_table('applications')
    with op.batch_alter_table('registrations') as batch:
        batch.drop_index('ix_registrations_offered_until')
        for column in ('reply', 'exception', 'offered_until', 'unnamed_companions'):
            batch.drop_column(column)
