"""A version keeps the files it was published from, a taxonomy its own: courses can be exported as they came."""

import sqlalchemy as sa
from alembic import op

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('course_version_file',
    sa.Column('course_version_id', sa.Integer(), nullable=False),
    sa.Column('path', sa.String(length=400), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['course_version_id'], ['course_version.id'], name=op.f('fk_course_version_file_course_version_id')),
    sa.ForeignKeyConstraint(['sha256'], ['course_file.sha256'], name=op.f('fk_course_version_file_sha256')),
    sa.PrimaryKeyConstraint('course_version_id', 'path', name=op.f('pk_course_version_file'))
    )
    with op.batch_alter_table('taxonomy_release') as batch_op:
        batch_op.add_column(sa.Column('source', sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('taxonomy_release') as batch_op:
        batch_op.drop_column('source')
    op.drop_table('course_version_file')
    op.execute('DELETE FROM course_file WHERE sha256 NOT IN (SELECT sha256 FROM challenge_file)')
