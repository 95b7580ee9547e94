"""Challenges: a project in a box of time, its files, sessions, teams; the work of a team, shown by each member."""

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None

STATES = "state IN ('draft', 'submitted', 'in_review', 'accepted', 'changes_requested')"
MORE_STATES = f"{STATES[:-1]}, 'not_reached', 'not_handed_in')"
TEXTS = sa.JSON(none_as_null=True)
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    create_challenges()
    create_sessions()
    create_teams()
    with op.batch_alter_table('submission') as batch_op:
        batch_op.alter_column('account_id', existing_type=sa.Integer(), nullable=True)
        batch_op.add_column(sa.Column('team_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f('fk_submission_team_id'), 'challenge_team', ['team_id'], ['id'])
        batch_op.create_unique_constraint(op.f('uq_submission_team_id'), ['team_id'])
        batch_op.create_check_constraint(op.f('ck_submission_owner'), '(account_id IS NULL) <> (team_id IS NULL)')
        batch_op.drop_constraint(op.f('ck_submission_state'), type_='check')
        batch_op.create_check_constraint(op.f('ck_submission_state'), MORE_STATES)
    give_entries_an_author()


def create_challenges() -> None:
    op.create_table('challenge',
    sa.Column('project_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('promise', TEXTS, nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('duration_s', sa.Integer(), nullable=False),
    sa.Column('team', sa.Integer(), nullable=False),
    sa.Column('feedback_s', sa.Integer(), nullable=False),
    sa.CheckConstraint('duration_s BETWEEN 3600 AND 604800', name=op.f('ck_challenge_duration')),
    sa.CheckConstraint('team BETWEEN 1 AND 3', name=op.f('ck_challenge_team')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_challenge_project_id')),
    sa.PrimaryKeyConstraint('project_id', name=op.f('pk_challenge'))
    )
    op.create_table('course_file',
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('sha256', name=op.f('pk_course_file'))
    )
    op.create_table('challenge_file',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('sealed', sa.Boolean(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('title', TEXTS, nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['project_id'], ['challenge.project_id'], name=op.f('fk_challenge_file_project_id')),
    sa.ForeignKeyConstraint(['sha256'], ['course_file.sha256'], name=op.f('fk_challenge_file_sha256')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_challenge_file')),
    sa.UniqueConstraint('public_id', name=op.f('uq_challenge_file_public_id')),
    sa.UniqueConstraint('project_id', 'sealed', 'place', 'language', name=op.f('uq_challenge_file_project_id_sealed_place_language'))
    )


def create_sessions() -> None:
    op.create_table('challenge_session',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=80), nullable=False),
    sa.Column('starts_at', MOMENT, nullable=False),
    sa.Column('ends_at', MOMENT, nullable=False),
    sa.Column('feedback_due_at', MOMENT, nullable=False),
    sa.Column('opened_by', sa.Integer(), nullable=False),
    sa.Column('opened_at', MOMENT, nullable=False),
    sa.Column('cancelled_by', sa.Integer(), nullable=True),
    sa.Column('cancelled_at', MOMENT, nullable=True),
    sa.CheckConstraint('ends_at > starts_at', name=op.f('ck_challenge_session_end')),
    sa.CheckConstraint('feedback_due_at >= ends_at', name=op.f('ck_challenge_session_feedback')),
    sa.CheckConstraint('(cancelled_at IS NULL) = (cancelled_by IS NULL)', name=op.f('ck_challenge_session_cancelled')),
    sa.ForeignKeyConstraint(['project_id'], ['challenge.project_id'], name=op.f('fk_challenge_session_project_id')),
    sa.ForeignKeyConstraint(['opened_by'], ['account.id'], name=op.f('fk_challenge_session_opened_by')),
    sa.ForeignKeyConstraint(['cancelled_by'], ['account.id'], name=op.f('fk_challenge_session_cancelled_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_challenge_session')),
    sa.UniqueConstraint('public_id', name=op.f('uq_challenge_session_public_id'))
    )
    op.create_index('ix_challenge_session_ends_at', 'challenge_session', ['ends_at'], unique=False)
    op.create_index(op.f('ix_challenge_session_project_id'), 'challenge_session', ['project_id'], unique=False)
    op.create_table('challenge_sealed_file',
    sa.Column('session_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('place', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('added_by', sa.Integer(), nullable=False),
    sa.Column('added_at', MOMENT, nullable=False),
    sa.CheckConstraint('place >= 1', name=op.f('ck_challenge_sealed_file_place')),
    sa.ForeignKeyConstraint(['session_id'], ['challenge_session.id'], name=op.f('fk_challenge_sealed_file_session_id')),
    sa.ForeignKeyConstraint(['added_by'], ['account.id'], name=op.f('fk_challenge_sealed_file_added_by')),
    sa.PrimaryKeyConstraint('session_id', 'place', name=op.f('pk_challenge_sealed_file'))
    )


def create_teams() -> None:
    op.create_table('challenge_team',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('session_id', sa.Integer(), nullable=False),
    sa.Column('join_code', sa.String(length=8), nullable=False),
    sa.Column('changed_at', MOMENT, nullable=False),
    sa.Column('closed_at', MOMENT, nullable=True),
    sa.ForeignKeyConstraint(['session_id'], ['challenge_session.id'], name=op.f('fk_challenge_team_session_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_challenge_team')),
    sa.UniqueConstraint('join_code', name=op.f('uq_challenge_team_join_code')),
    sa.UniqueConstraint('id', 'session_id', name=op.f('uq_challenge_team_id_session_id'))
    )
    op.create_index(op.f('ix_challenge_team_session_id'), 'challenge_team', ['session_id'], unique=False)
    op.create_table('challenge_member',
    sa.Column('team_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('account_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('session_id', sa.Integer(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('alive', sa.Boolean(), nullable=False),
    sa.Column('joined_at', MOMENT, nullable=False),
    sa.CheckConstraint('place BETWEEN 1 AND 3', name=op.f('ck_challenge_member_place')),
    sa.ForeignKeyConstraint(['team_id', 'session_id'], ['challenge_team.id', 'challenge_team.session_id'], name=op.f('fk_challenge_member_team_id_session_id')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_challenge_member_account_id')),
    sa.PrimaryKeyConstraint('team_id', 'account_id', name=op.f('pk_challenge_member')),
    sa.UniqueConstraint('session_id', 'account_id', name=op.f('uq_challenge_member_session_id_account_id')),
    sa.UniqueConstraint('team_id', 'place', name=op.f('uq_challenge_member_team_id_place'))
    )
    op.create_index(op.f('ix_challenge_member_account_id'), 'challenge_member', ['account_id'], unique=False)
    op.create_index('uq_challenge_member_alive', 'challenge_member', ['account_id'], unique=True, sqlite_where=sa.text('alive'), postgresql_where=sa.text('alive'))


def give_entries_an_author() -> None:
    """The same work may be shown by each of its authors; so far each had one."""
    with op.batch_alter_table('portfolio_entry') as batch_op:
        batch_op.add_column(sa.Column('account_id', sa.Integer(), nullable=True))
    op.execute(
        'UPDATE portfolio_entry SET account_id = '
        '(SELECT account_id FROM submission WHERE submission.id = portfolio_entry.submission_id)'
    )
    with op.batch_alter_table('portfolio_entry') as batch_op:
        batch_op.alter_column('account_id', existing_type=sa.Integer(), nullable=False)
        batch_op.drop_constraint(op.f('pk_portfolio_entry'), type_='primary')
        batch_op.create_primary_key(op.f('pk_portfolio_entry'), ['submission_id', 'account_id'])
        batch_op.create_foreign_key(op.f('fk_portfolio_entry_account_id'), 'account', ['account_id'], ['id'])


def downgrade() -> None:
    """The works of challenges go with them."""
    of_teams = 'SELECT id FROM submission WHERE team_id IS NOT NULL'
    for table in ('portfolio_entry', 'marking', 'submission_file', 'submission_revision'):
        op.execute(f'DELETE FROM {table} WHERE submission_id IN ({of_teams})')
    op.execute('DELETE FROM submission WHERE team_id IS NOT NULL')
    with op.batch_alter_table('portfolio_entry') as batch_op:
        batch_op.drop_constraint(op.f('fk_portfolio_entry_account_id'), type_='foreignkey')
        batch_op.drop_constraint(op.f('pk_portfolio_entry'), type_='primary')
        batch_op.create_primary_key(op.f('pk_portfolio_entry'), ['submission_id'])
        batch_op.drop_column('account_id')
    with op.batch_alter_table('submission') as batch_op:
        batch_op.drop_constraint(op.f('ck_submission_owner'), type_='check')
        batch_op.drop_constraint(op.f('ck_submission_state'), type_='check')
        batch_op.create_check_constraint(op.f('ck_submission_state'), STATES)
        batch_op.drop_constraint(op.f('uq_submission_team_id'), type_='unique')
        batch_op.drop_constraint(op.f('fk_submission_team_id'), type_='foreignkey')
        batch_op.drop_column('team_id')
        batch_op.alter_column('account_id', existing_type=sa.Integer(), nullable=False)
    for table in ('challenge_member', 'challenge_team', 'challenge_sealed_file', 'challenge_session', 'challenge_file', 'course_file'):
        op.drop_table(table)
    op.execute('CREATE TEMPORARY TABLE gone AS SELECT project_id FROM challenge')
    op.drop_table('challenge')
    op.execute('DELETE FROM project WHERE id IN (SELECT project_id FROM gone)')
    op.execute('DROP TABLE gone')
