"""Projects are handed in and marked: projects, submissions with their revisions, files and markings, portfolios;
and a step of a course may wait for others."""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

STATES = "state IN ('draft', 'submitted', 'in_review', 'accepted', 'changes_requested')"
REVISION = (['submission_id', 'revision'], ['submission_revision.submission_id', 'submission_revision.number'])


def upgrade() -> None:
    with op.batch_alter_table('item_progress') as batch_op:
        batch_op.add_column(sa.Column('waiting_since', sa.DateTime(timezone=True), nullable=True))
    op.create_table('project',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('course_version_id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=60), nullable=False),
    sa.Column('title', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('brief_html', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('body', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('markers', sa.Integer(), nullable=False),
    sa.CheckConstraint('markers BETWEEN 1 AND 2', name=op.f('ck_project_markers')),
    sa.ForeignKeyConstraint(['course_version_id'], ['course_version.id'], name=op.f('fk_project_course_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_project')),
    sa.UniqueConstraint('course_version_id', 'slug', name=op.f('uq_project_course_version_id_slug'))
    )
    op.create_table('submission',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('handed_in_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint(STATES, name=op.f('ck_submission_state')),
    sa.CheckConstraint('revision >= 1', name=op.f('ck_submission_revision')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_submission_account_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_submission_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_submission')),
    sa.UniqueConstraint('project_id', 'account_id', name=op.f('uq_submission_project_id_account_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_submission_public_id'))
    )
    op.create_index('ix_submission_queue', 'submission', ['state', 'handed_in_at'], unique=False)
    op.create_index(op.f('ix_submission_account_id'), 'submission', ['account_id'], unique=False)
    op.create_table('submission_revision',
    sa.Column('submission_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('link', sa.String(length=500), nullable=False),
    sa.Column('own_levels', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('handed_in_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('levels', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('accepted', sa.Boolean(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['submission_id'], ['submission.id'], name=op.f('fk_submission_revision_submission_id')),
    sa.PrimaryKeyConstraint('submission_id', 'number', name=op.f('pk_submission_revision'))
    )
    create_what_revisions_hold()
    op.create_table('portfolio',
    sa.Column('account_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_portfolio_account_id')),
    sa.PrimaryKeyConstraint('account_id', name=op.f('pk_portfolio')),
    sa.UniqueConstraint('public_id', name=op.f('uq_portfolio_public_id'))
    )
    op.create_table('portfolio_entry',
    sa.Column('submission_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('presentation', sa.Text(), nullable=False),
    sa.Column('link', sa.String(length=500), nullable=False),
    sa.Column('shown', sa.Boolean(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['submission_id'], ['submission.id'], name=op.f('fk_portfolio_entry_submission_id')),
    sa.PrimaryKeyConstraint('submission_id', name=op.f('pk_portfolio_entry'))
    )


def create_what_revisions_hold() -> None:
    """Files and markings belong to one revision of a submission."""
    op.create_table('submission_file',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('submission_id', sa.Integer(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(*REVISION, name=op.f('fk_submission_file_submission_id_revision')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_submission_file')),
    sa.UniqueConstraint('public_id', name=op.f('uq_submission_file_public_id')),
    sa.UniqueConstraint('submission_id', 'revision', 'sha256', name=op.f('uq_submission_file_submission_id_revision_sha256'))
    )
    op.create_table('marking',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('submission_id', sa.Integer(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('marker_id', sa.Integer(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('levels', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('feedback', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('comment', sa.Text(), nullable=False),
    sa.Column('claimed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('place BETWEEN 1 AND 3', name=op.f('ck_marking_place')),
    sa.ForeignKeyConstraint(['marker_id'], ['account.id'], name=op.f('fk_marking_marker_id')),
    sa.ForeignKeyConstraint(*REVISION, name=op.f('fk_marking_submission_id_revision')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_marking')),
    sa.UniqueConstraint('submission_id', 'revision', 'marker_id', name=op.f('uq_marking_submission_id_revision_marker_id')),
    sa.UniqueConstraint('submission_id', 'revision', 'place', name=op.f('uq_marking_submission_id_revision_place'))
    )
    op.create_index(op.f('ix_marking_marker_id'), 'marking', ['marker_id'], unique=False)


def downgrade() -> None:
    for table in ('portfolio_entry', 'portfolio', 'marking', 'submission_file', 'submission_revision', 'submission', 'project'):
        op.drop_table(table)
    with op.batch_alter_table('item_progress') as batch_op:
        batch_op.drop_column('waiting_since')
