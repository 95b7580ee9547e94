"""Accommodations, and what an attempt copies of them: breaks and a hidden timer."""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('accommodation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('extra_percent', sa.Integer(), nullable=False),
    sa.Column('break_minutes', sa.Integer(), nullable=False),
    sa.Column('hide_timer', sa.Boolean(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('proof_reference', sa.String(length=60), nullable=False),
    sa.Column('granted_by', sa.Integer(), nullable=False),
    sa.Column('granted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_by', sa.Integer(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('extra_percent BETWEEN 0 AND 300', name=op.f('ck_accommodation_extra_percent')),
    sa.CheckConstraint('break_minutes BETWEEN 0 AND 240', name=op.f('ck_accommodation_break_minutes')),
    sa.CheckConstraint('valid_to IS NULL OR valid_to >= valid_from', name=op.f('ck_accommodation_validity')),
    sa.CheckConstraint('(ended_at IS NULL) = (ended_by IS NULL)', name=op.f('ck_accommodation_ended')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_accommodation_account_id')),
    sa.ForeignKeyConstraint(['granted_by'], ['account.id'], name=op.f('fk_accommodation_granted_by')),
    sa.ForeignKeyConstraint(['ended_by'], ['account.id'], name=op.f('fk_accommodation_ended_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_accommodation'))
    )
    op.create_index('ix_accommodation_account_id', 'accommodation', ['account_id'], unique=False)
    op.create_index(
        'uq_accommodation_standing', 'accommodation', ['account_id'], unique=True,
        sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'),
    )
    with op.batch_alter_table('attempt') as batch_op:
        batch_op.add_column(sa.Column('break_allowance_s', sa.Integer(), nullable=False, server_default=sa.text('0')))
        batch_op.add_column(sa.Column('break_started_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('timer_hidden', sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table('attempt') as batch_op:
        batch_op.drop_column('timer_hidden')
        batch_op.drop_column('break_started_at')
        batch_op.drop_column('break_allowance_s')
    op.drop_table('accommodation')
