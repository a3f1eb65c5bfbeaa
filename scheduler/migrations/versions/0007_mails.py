"""What becomes of mails after they left, their words in versions, notes to accounts, pauses."""

from alembic import op
import sqlalchemy as sa

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

BEFORE = "state IN ('queued', 'sending', 'sent', 'failed', 'missed', 'dropped')"
AFTER = "state IN ('queued', 'sending', 'sent', 'delivered', 'bounced', 'failed', 'missed', 'dropped')"


def upgrade() -> None:
    op.create_table('mail_notes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_mail_notes_account_id_accounts'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['author_id'], ['staff.id'], name=op.f('fk_mail_notes_author_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mail_notes'))
    )
    still = sa.text('removed_at IS NULL')
    op.create_index('uq_mail_notes_open', 'mail_notes', ['account_id', 'kind'], unique=True, sqlite_where=still, postgresql_where=still)
    op.create_table('templates',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('locale', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('source', sa.String(), nullable=True),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['staff.id'], name=op.f('fk_templates_author_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_templates')),
    sa.UniqueConstraint('kind', 'locale', 'version', name=op.f('uq_templates_kind'))
    )
    with op.batch_alter_table('mails') as batch:
        batch.add_column(sa.Column('batch', sa.String(), nullable=True))
        batch.add_column(sa.Column('note_id', sa.Integer(), nullable=True))
        batch.add_column(sa.Column('delivered_at', sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column('opened_at', sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column('clicked_at', sa.DateTime(timezone=True), nullable=True))
        batch.drop_constraint(op.f('ck_mails_state'), type_='check')
        batch.create_check_constraint(op.f('ck_mails_state'), AFTER)
        batch.create_foreign_key(op.f('fk_mails_note_id_mail_notes'), 'mail_notes', ['note_id'], ['id'])
        there = sa.text('batch IS NOT NULL')
        batch.create_index('ix_mails_batch', ['batch'], unique=False, sqlite_where=there, postgresql_where=there)
        there = sa.text('note_id IS NOT NULL')
        batch.create_index('ix_mails_note_id', ['note_id'], unique=False, sqlite_where=there, postgresql_where=there)
    op.create_table('mail_events',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.String(), nullable=False),
    sa.Column('mail_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('detail', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['mail_id'], ['mails.id'], name=op.f('fk_mail_events_mail_id_mails'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mail_events')),
    sa.UniqueConstraint('event_id', name=op.f('uq_mail_events_event_id'))
    )
    op.create_index(op.f('ix_mail_events_mail_id'), 'mail_events', ['mail_id'], unique=False)
    with op.batch_alter_table('suppressions') as batch:
        batch.add_column(sa.Column('detail', sa.String(), nullable=False, server_default=''))
    with op.batch_alter_table('accounts') as batch:
        batch.add_column(sa.Column('mails_paused_at', sa.DateTime(timezone=True), nullable=True))
        there = sa.text('mails_paused_at IS NOT NULL')
        batch.create_index('ix_accounts_mails_paused', ['id'], unique=False, sqlite_where=there, postgresql_where=there)
    with op.batch_alter_table('series') as batch:
        batch.add_column(sa.Column('meeting_id', sa.String(), nullable=False, server_default=''))
        batch.add_column(sa.Column('passcode', sa.String(), nullable=False, server_default=''))
    with op.batch_alter_table('lectures') as batch:
        batch.add_column(sa.Column('meeting_id', sa.String(), nullable=False, server_default=''))
        batch.add_column(sa.Column('passcode', sa.String(), nullable=False, server_default=''))
        batch.add_column(sa.Column('follow_up_held_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('lectures') as batch:
        for column in ('follow_up_held_at', 'passcode', 'meeting_id'):
            batch.drop_column(column)
    with op.batch_alter_table('series') as batch:
        for column in ('passcode', 'meeting_id'):
            batch.drop_column(column)
    with op.batch_alter_table('accounts') as batch:
        batch.drop_index('ix_accounts_mails_paused')
        batch.drop_column('mails_paused_at')
    with op.batch_alter_table('suppressions') as batch:
        batch.drop_column('detail')
    op.drop_table('mail_events')
    op.execute("UPDATE mails SET state = 'sent' WHERE state = 'delivered'")
    op.execute("UPDATE mails SET state = 'failed' WHERE state = 'bounced'")
    with op.batch_alter_table('mails') as batch:
        batch.drop_index('ix_mails_note_id')
        batch.drop_index('ix_mails_batch')
        batch.drop_constraint(op.f('fk_mails_note_id_mail_notes'), type_='foreignkey')
        batch.drop_constraint(op.f('ck_mails_state'), type_='check')
        batch.create_check_constraint(op.f('ck_mails_state'), BEFORE)
        for column in ('clicked_at', 'opened_at', 'delivered_at', 'note_id', 'batch'):
            batch.drop_column(column)
    op.drop_table('templates')
    op.drop_table('mail_notes')
