"""Decisions on faulty questions; results that stand by our policy; what a draw was made from."""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('item_decision',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('question_version_id', sa.Integer(), nullable=False),
    sa.Column('exam_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('new_key', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('reason', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('proposed_by', sa.Integer(), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('approved_by', sa.Integer(), nullable=True),
    sa.Column('approved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reached', sa.Integer(), nullable=False),
    sa.Column('regraded', sa.Integer(), nullable=False),
    sa.Column('newly_passed', sa.Integer(), nullable=False),
    sa.Column('kept', sa.Integer(), nullable=False),
    sa.Column('failed', sa.Integer(), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind IN ('void', 'credit_all', 'rekey')", name=op.f('ck_item_decision_kind')),
    sa.CheckConstraint("state IN ('proposed', 'approved', 'dropped')", name=op.f('ck_item_decision_state')),
    sa.CheckConstraint("(kind = 'rekey') = (new_key IS NOT NULL)", name=op.f('ck_item_decision_new_key')),
    sa.CheckConstraint('approved_by IS NULL OR approved_by <> proposed_by', name=op.f('ck_item_decision_two_people')),
    sa.CheckConstraint("(state = 'approved') = (approved_by IS NOT NULL)", name=op.f('ck_item_decision_approved')),
    sa.CheckConstraint('(approved_by IS NULL) = (approved_at IS NULL)', name=op.f('ck_item_decision_approved_at')),
    sa.ForeignKeyConstraint(['question_version_id'], ['question_version.id'], name=op.f('fk_item_decision_question_version_id')),
    sa.ForeignKeyConstraint(['exam_id'], ['exam.id'], name=op.f('fk_item_decision_exam_id')),
    sa.ForeignKeyConstraint(['proposed_by'], ['account.id'], name=op.f('fk_item_decision_proposed_by')),
    sa.ForeignKeyConstraint(['approved_by'], ['account.id'], name=op.f('fk_item_decision_approved_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_item_decision')),
    sa.UniqueConstraint('public_id', name=op.f('uq_item_decision_public_id'))
    )
    op.create_index('ix_item_decision_question_version_id', 'item_decision', ['question_version_id'], unique=False)
    op.create_index('ix_item_decision_exam_id', 'item_decision', ['exam_id'], unique=False)
    op.create_index(
        'uq_item_decision_proposed', 'item_decision', ['question_version_id'], unique=True,
        sqlite_where=sa.text("state = 'proposed'"), postgresql_where=sa.text("state = 'proposed'"),
    )
    with op.batch_alter_table('result') as batch_op:
        batch_op.add_column(sa.Column('kept', sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table('attempt') as batch_op:
        batch_op.add_column(sa.Column('drawn_from', sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('attempt') as batch_op:
        batch_op.drop_column('drawn_from')
    with op.batch_alter_table('result') as batch_op:
        batch_op.drop_column('kept')
    op.drop_table('item_decision')
