"""Integrity signals, and when each exam was last looked through for them."""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('signal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('attempt_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('slot', sa.Integer(), nullable=True),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('other_id', sa.Integer(), nullable=True),
    sa.Column('mark', sa.String(length=32), nullable=True),
    sa.Column('details', sa.JSON(none_as_null=True), nullable=True),
    sa.CheckConstraint("kind IN ('hidden', 'paste', 'address', 'browser', 'windows', 'fast', 'alike')", name=op.f('ck_signal_kind')),
    sa.CheckConstraint('amount >= 0', name=op.f('ck_signal_amount')),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_signal_attempt_id')),
    sa.ForeignKeyConstraint(['other_id'], ['attempt.id'], name=op.f('fk_signal_other_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signal')),
    sa.UniqueConstraint('attempt_id', 'kind', 'mark', name=op.f('uq_signal_attempt_id_kind_mark'))
    )
    op.create_index('ix_signal_other_id', 'signal', ['other_id'], unique=False)
    op.create_table('signal_round',
    sa.Column('exam_id', sa.Integer(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('looked_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['exam_id'], ['exam.id'], name=op.f('fk_signal_round_exam_id')),
    sa.PrimaryKeyConstraint('exam_id', name=op.f('pk_signal_round'))
    )


def downgrade() -> None:
    op.drop_table('signal_round')
    op.drop_table('signal')
