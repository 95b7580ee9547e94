"""Attempts say from when their result may be known, and at which question they are where questions come in order."""

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('attempt') as batch_op:
        batch_op.add_column(sa.Column('release_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('current_slot', sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('attempt') as batch_op:
        batch_op.drop_column('current_slot')
        batch_op.drop_column('release_at')
