"""Appeals against results."""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('appeal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('attempt_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('grounds', sa.Text(), nullable=False),
    sa.Column('filed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reviewer_id', sa.Integer(), nullable=True),
    sa.Column('answer', sa.Text(), nullable=True),
    sa.Column('answered_by', sa.Integer(), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('open', 'in_review', 'upheld', 'rejected', 'withdrawn')", name=op.f('ck_appeal_state')),
    sa.CheckConstraint("(state IN ('upheld', 'rejected')) = (answer IS NOT NULL)", name=op.f('ck_appeal_answer')),
    sa.CheckConstraint('(answer IS NULL) = (answered_by IS NULL)', name=op.f('ck_appeal_answered_by')),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_appeal_attempt_id')),
    sa.ForeignKeyConstraint(['reviewer_id'], ['account.id'], name=op.f('fk_appeal_reviewer_id')),
    sa.ForeignKeyConstraint(['answered_by'], ['account.id'], name=op.f('fk_appeal_answered_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_appeal')),
    sa.UniqueConstraint('public_id', name=op.f('uq_appeal_public_id'))
    )
    op.create_index('ix_appeal_attempt_id', 'appeal', ['attempt_id'], unique=False)
    op.create_index('ix_appeal_queue', 'appeal', ['state', 'due_at'], unique=False)
    op.create_index(
        'uq_appeal_under_way', 'appeal', ['attempt_id'], unique=True,
        sqlite_where=sa.text("state IN ('open', 'in_review')"), postgresql_where=sa.text("state IN ('open', 'in_review')"),
    )


def downgrade() -> None:
    op.drop_table('appeal')
