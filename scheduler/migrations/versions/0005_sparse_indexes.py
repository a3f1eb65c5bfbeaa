"""Indexes without the rows that nobody looks for in them: SQLite would find the lectures open to all by them."""

from alembic import op
import sqlalchemy as sa

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table, column in (('lectures', 'account_id'), ('mails', 'staff_id')):
        there = sa.text(f'{column} IS NOT NULL')
        op.drop_index(op.f(f'ix_{table}_{column}'), table_name=table)
        op.create_index(op.f(f'ix_{table}_{column}'), table, [column], sqlite_where=there, postgresql_where=there)


def downgrade() -> None:
    for table, column in (('lectures', 'account_id'), ('mails', 'staff_id')):
        op.drop_index(op.f(f'ix_{table}_{column}'), table_name=table)
        op.create_index(op.f(f'ix_{table}_{column}'), table, [column])
