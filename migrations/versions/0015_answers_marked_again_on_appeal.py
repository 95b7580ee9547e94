"""Re-markings on appeal: who proposed and approved them, proposed marks, papers that are marked again."""

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

UNDER_WAY = sa.text("state IN ('marking', 'proposed')")
FIRST = sa.text('remarking_id IS NULL')


def upgrade() -> None:
    op.create_table('remarking',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('appeal_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('proposed_by', sa.Integer(), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('approved_by', sa.Integer(), nullable=True),
    sa.Column('approved_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('marking', 'proposed', 'approved', 'dropped')", name=op.f('ck_remarking_state')),
    sa.CheckConstraint('approved_by IS NULL OR approved_by <> proposed_by', name=op.f('ck_remarking_two_people')),
    sa.CheckConstraint("(state = 'approved') = (approved_by IS NOT NULL)", name=op.f('ck_remarking_approved')),
    sa.CheckConstraint('(approved_by IS NULL) = (approved_at IS NULL)', name=op.f('ck_remarking_approved_at')),
    sa.ForeignKeyConstraint(['appeal_id'], ['appeal.id'], name=op.f('fk_remarking_appeal_id')),
    sa.ForeignKeyConstraint(['proposed_by'], ['account.id'], name=op.f('fk_remarking_proposed_by')),
    sa.ForeignKeyConstraint(['approved_by'], ['account.id'], name=op.f('fk_remarking_approved_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_remarking')),
    sa.UniqueConstraint('public_id', name=op.f('uq_remarking_public_id'))
    )
    op.create_index(op.f('ix_remarking_appeal_id'), 'remarking', ['appeal_id'], unique=False)
    op.create_index(
        'uq_remarking_under_way', 'remarking', ['appeal_id'], unique=True,
        sqlite_where=UNDER_WAY, postgresql_where=UNDER_WAY,
    )
    op.create_table('proposed_mark',
    sa.Column('remarking_id', sa.Integer(), nullable=False),
    sa.Column('slot', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('points', sa.String(length=40), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['remarking_id'], ['remarking.id'], name=op.f('fk_proposed_mark_remarking_id')),
    sa.PrimaryKeyConstraint('remarking_id', 'slot', name=op.f('pk_proposed_mark'))
    )
    with op.batch_alter_table('paper') as batch_op:
        batch_op.add_column(sa.Column('remarking_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f('fk_paper_remarking_id'), 'remarking', ['remarking_id'], ['id'])
        batch_op.drop_constraint('uq_paper_attempt_id_slot', type_='unique')
        batch_op.create_unique_constraint(op.f('uq_paper_remarking_id_slot'), ['remarking_id', 'slot'])
    op.create_index(
        'uq_paper_first', 'paper', ['attempt_id', 'slot'], unique=True, sqlite_where=FIRST, postgresql_where=FIRST,
    )


def downgrade() -> None:
    # What was marked again goes; the marks that followed from it stay where they are, in their revisions.
    op.execute(
        'DELETE FROM paper_marking WHERE paper_id IN (SELECT id FROM paper WHERE remarking_id IS NOT NULL)'
    )
    op.execute('DELETE FROM paper WHERE remarking_id IS NOT NULL')
    op.drop_index('uq_paper_first', table_name='paper')
    with op.batch_alter_table('paper') as batch_op:
        batch_op.drop_constraint('uq_paper_remarking_id_slot', type_='unique')
        batch_op.create_unique_constraint(op.f('uq_paper_attempt_id_slot'), ['attempt_id', 'slot'])
        batch_op.drop_constraint('fk_paper_remarking_id', type_='foreignkey')
        batch_op.drop_column('remarking_id')
    op.drop_table('proposed_mark')
    op.drop_table('remarking')
