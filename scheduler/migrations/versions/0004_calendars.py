"""Links of the staff's feeds, and what came back by mail."""

from alembic import op
import sqlalchemy as sa

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('staff') as batch:
        batch.add_column(sa.Column('feed_version', sa.Integer(), nullable=False, server_default='1'))
    op.create_table('replies',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('message_id', sa.String(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sender', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('registration_id', sa.Integer(), nullable=True),
    sa.Column('outcome', sa.String(), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['registration_id'], ['registrations.id'], name=op.f('fk_replies_registration_id_registrations')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_replies')),
    sa.UniqueConstraint('message_id', name=op.f('uq_replies_message_id'))
    )
    op.create_index('ix_replies_received_at', 'replies', ['received_at'], unique=False)
    op.create_index(op.f('ix_replies_registration_id'), 'replies', ['registration_id'], unique=False)


def downgrade() -> None:
    op.drop_table('replies')
    with op.batch_alter_table('staff') as batch:
        batch.drop_column('feed_version')
