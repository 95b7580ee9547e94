"""Judges set the cut of an exam: panels, their judges, and what each said of each question."""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('panel',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('exam_version_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('first', 'second', 'closed')", name=op.f('ck_panel_state')),
    sa.ForeignKeyConstraint(['exam_version_id'], ['exam_version.id'], name=op.f('fk_panel_exam_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_panel')),
    sa.UniqueConstraint('public_id', name=op.f('uq_panel_public_id'))
    )
    op.create_index(op.f('ix_panel_exam_version_id'), 'panel', ['exam_version_id'], unique=False)
    op.create_index('uq_panel_open', 'panel', ['exam_version_id'], unique=True, sqlite_where=sa.text("state <> 'closed'"), postgresql_where=sa.text("state <> 'closed'"))
    op.create_table('panel_judge',
    sa.Column('panel_id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('invited_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_panel_judge_account_id')),
    sa.ForeignKeyConstraint(['panel_id'], ['panel.id'], name=op.f('fk_panel_judge_panel_id')),
    sa.PrimaryKeyConstraint('panel_id', 'account_id', name=op.f('pk_panel_judge'))
    )
    op.create_index(op.f('ix_panel_judge_account_id'), 'panel_judge', ['account_id'], unique=False)
    op.create_table('panel_rating',
    sa.Column('panel_id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('round', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('question_version_id', sa.Integer(), nullable=False),
    sa.Column('percent', sa.Integer(), nullable=False),
    sa.Column('rated_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('round IN (1, 2)', name=op.f('ck_panel_rating_round')),
    sa.CheckConstraint('percent BETWEEN 0 AND 100', name=op.f('ck_panel_rating_percent')),
    sa.ForeignKeyConstraint(['panel_id', 'account_id'], ['panel_judge.panel_id', 'panel_judge.account_id'], name=op.f('fk_panel_rating_panel_id_account_id')),
    sa.ForeignKeyConstraint(['question_version_id'], ['question_version.id'], name=op.f('fk_panel_rating_question_version_id')),
    sa.PrimaryKeyConstraint('panel_id', 'account_id', 'round', 'question_version_id', name=op.f('pk_panel_rating'))
    )


def downgrade() -> None:
    op.drop_table('panel_rating')
    op.drop_table('panel_judge')
    op.drop_table('panel')
