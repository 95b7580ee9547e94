"""Essays and files in exams: the files sent, the papers that wait for people, their markings."""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

SLOT = (['attempt_id', 'slot'], ['attempt_item.attempt_id', 'attempt_item.slot'])


def upgrade() -> None:
    op.create_table('attempt_file',
    sa.Column('attempt_id', sa.Integer(), nullable=False),
    sa.Column('slot', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(*SLOT, name=op.f('fk_attempt_file_attempt_id_slot')),
    sa.PrimaryKeyConstraint('attempt_id', 'slot', 'sha256', name=op.f('pk_attempt_file'))
    )
    op.create_table('paper',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('attempt_id', sa.Integer(), nullable=False),
    sa.Column('slot', sa.Integer(), nullable=False),
    sa.Column('markers', sa.Integer(), nullable=False),
    sa.Column('handed_in_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('levels', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('markers BETWEEN 1 AND 2', name=op.f('ck_paper_markers')),
    sa.CheckConstraint('(levels IS NULL) = (decided_at IS NULL)', name=op.f('ck_paper_decided')),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_paper_attempt_id')),
    sa.ForeignKeyConstraint(*SLOT, name=op.f('fk_paper_attempt_id_slot')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_paper')),
    sa.UniqueConstraint('attempt_id', 'slot', name=op.f('uq_paper_attempt_id_slot')),
    sa.UniqueConstraint('public_id', name=op.f('uq_paper_public_id'))
    )
    op.create_index('ix_paper_queue', 'paper', ['decided_at', 'handed_in_at'], unique=False)
    op.create_table('paper_marking',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('paper_id', sa.Integer(), nullable=False),
    sa.Column('marker_id', sa.Integer(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('levels', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('feedback', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('comment', sa.Text(), nullable=False),
    sa.Column('claimed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('place BETWEEN 1 AND 3', name=op.f('ck_paper_marking_place')),
    sa.ForeignKeyConstraint(['marker_id'], ['account.id'], name=op.f('fk_paper_marking_marker_id')),
    sa.ForeignKeyConstraint(['paper_id'], ['paper.id'], name=op.f('fk_paper_marking_paper_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_paper_marking')),
    sa.UniqueConstraint('paper_id', 'marker_id', name=op.f('uq_paper_marking_paper_id_marker_id')),
    sa.UniqueConstraint('paper_id', 'place', name=op.f('uq_paper_marking_paper_id_place'))
    )
    op.create_index(op.f('ix_paper_marking_marker_id'), 'paper_marking', ['marker_id'], unique=False)


def downgrade() -> None:
    for table in ('paper_marking', 'paper', 'attempt_file'):
        op.drop_table(table)
