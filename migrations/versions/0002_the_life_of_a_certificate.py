"""The life of a certificate: suspended, superseded, renewed; keys withdrawn; designs; JWT; courses may go."""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

STATES = "state IN ('pending', 'valid', 'suspended', 'revoked', 'superseded')"
OLD_STATES = "state IN ('pending', 'valid', 'revoked')"
SPAN = '{"style": "span", "signatory_name": "", "signatory_role": {}, "logo": null, "second_language": null}'
# Name, table it points to, column, and what happens when that row goes.
FREED = {
    "achievement": (("exam_version", "exam_version_id"), ("course", "course_id")),
    "certificate": (("account", "account_id"), ("attempt", "attempt_id")),
}


def upgrade() -> None:
    op.create_table('certificate_design',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('course_id', sa.Integer(), nullable=True),
    sa.Column('design', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_certificate_design_course_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certificate_design')),
    sa.UniqueConstraint('course_id', name=op.f('uq_certificate_design_course_id'))
    )
    with op.batch_alter_table('signing_key') as batch_op:
        batch_op.add_column(sa.Column('compromised_from', sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE signing_key SET compromised_from = state_since WHERE state = 'compromised'")
    with op.batch_alter_table('signing_key') as batch_op:
        batch_op.create_check_constraint(op.f('ck_signing_key_compromised'), "(state = 'compromised') = (compromised_from IS NOT NULL)")
    with op.batch_alter_table('status_list') as batch_op:
        batch_op.add_column(sa.Column('signed_jwt', sa.Text(), nullable=True))
    with op.batch_alter_table('certificate_document') as batch_op:
        batch_op.add_column(sa.Column('jwt', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('jwt_sha256', sa.String(length=64), nullable=True))
        batch_op.create_unique_constraint(op.f('uq_certificate_document_jwt_sha256'), ['jwt_sha256'])
    free_achievements()
    lengthen_lives()


def free_achievements() -> None:
    """An achievement keeps the slug of its course, and may outlive both course and exam."""
    with op.batch_alter_table('achievement') as batch_op:
        batch_op.add_column(sa.Column('course_slug', sa.String(length=60), nullable=True))
    op.execute("UPDATE achievement SET course_slug = (SELECT slug FROM course WHERE course.id = achievement.course_id)")
    with op.batch_alter_table('achievement') as batch_op:
        batch_op.alter_column('course_slug', existing_type=sa.String(length=60), nullable=False)
        for table, column in FREED['achievement']:
            batch_op.alter_column(column, existing_type=sa.Integer(), nullable=True)
            batch_op.drop_constraint(op.f(f'fk_achievement_{column}'), type_='foreignkey')
            batch_op.create_foreign_key(op.f(f'fk_achievement_{column}'), table, [column], ['id'], ondelete='SET NULL')


def lengthen_lives() -> None:
    """Every state says since when; a certificate names the one that it replaces, and how it looks."""
    with op.batch_alter_table('certificate') as batch_op:
        batch_op.drop_constraint(op.f('ck_certificate_revoked'), type_='check')
        batch_op.drop_constraint(op.f('ck_certificate_state'), type_='check')
        batch_op.drop_constraint(op.f('uq_certificate_attempt_id'), type_='unique')
        batch_op.alter_column('revocation_reason', new_column_name='reason', existing_type=sa.String(length=40))
        batch_op.alter_column('revoked_at', new_column_name='state_since', existing_type=sa.DateTime(timezone=True))
        batch_op.alter_column('attempt_id', existing_type=sa.Integer(), nullable=True)
        batch_op.add_column(sa.Column('supersedes_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('design', sa.JSON(none_as_null=True), nullable=False, server_default=SPAN))
    op.execute("UPDATE certificate SET state_since = issued_at WHERE state_since IS NULL")
    with op.batch_alter_table('certificate') as batch_op:
        batch_op.alter_column('state_since', existing_type=sa.DateTime(timezone=True), nullable=False)
        batch_op.alter_column('design', existing_type=sa.JSON(none_as_null=True), server_default=None)
        batch_op.create_check_constraint(op.f('ck_certificate_state'), STATES)
        batch_op.create_check_constraint(op.f('ck_certificate_reason'), "(state IN ('suspended', 'revoked')) = (reason IS NOT NULL)")
        batch_op.create_check_constraint(op.f('ck_certificate_supersedes'), "supersedes_id IS NULL OR supersedes_id < id")
        batch_op.create_unique_constraint(op.f('uq_certificate_supersedes_id'), ['supersedes_id'])
        batch_op.create_foreign_key(op.f('fk_certificate_supersedes_id'), 'certificate', ['supersedes_id'], ['id'])
        for table, column in FREED['certificate']:
            batch_op.drop_constraint(op.f(f'fk_certificate_{column}'), type_='foreignkey')
            batch_op.create_foreign_key(op.f(f'fk_certificate_{column}'), table, [column], ['id'], ondelete='SET NULL')
    with op.batch_alter_table('certificate') as batch_op:
        batch_op.create_index(op.f('ix_certificate_attempt_id'), ['attempt_id'], unique=False)
        batch_op.create_index('ix_certificate_expiry', ['state', 'expires_at'], unique=False)
        batch_op.create_index('uq_certificate_first_of_attempt', ['attempt_id'], unique=True,
            sqlite_where=sa.text('supersedes_id IS NULL'), postgresql_where=sa.text('supersedes_id IS NULL'))


def downgrade() -> None:
    shorten_lives()
    with op.batch_alter_table('achievement') as batch_op:
        for table, column in FREED['achievement']:
            batch_op.drop_constraint(op.f(f'fk_achievement_{column}'), type_='foreignkey')
            batch_op.create_foreign_key(op.f(f'fk_achievement_{column}'), table, [column], ['id'])
            batch_op.alter_column(column, existing_type=sa.Integer(), nullable=False)
        batch_op.drop_column('course_slug')
    with op.batch_alter_table('certificate_document') as batch_op:
        batch_op.drop_constraint(op.f('uq_certificate_document_jwt_sha256'), type_='unique')
        batch_op.drop_column('jwt_sha256')
        batch_op.drop_column('jwt')
    with op.batch_alter_table('status_list') as batch_op:
        batch_op.drop_column('signed_jwt')
    with op.batch_alter_table('signing_key') as batch_op:
        batch_op.drop_constraint(op.f('ck_signing_key_compromised'), type_='check')
        batch_op.drop_column('compromised_from')
    op.drop_table('certificate_design')


def shorten_lives() -> None:
    """What the first schema cannot say stops the way back: it would turn a suspension into a valid certificate."""
    refused = op.get_bind().execute(sa.text(
        "SELECT count(*) FROM certificate WHERE state IN ('suspended', 'superseded') OR attempt_id IS NULL"
    )).scalar()
    if refused:
        raise RuntimeError(f"{refused} certificates are suspended, superseded or without an attempt: there is no way back")
    with op.batch_alter_table('certificate') as batch_op:
        batch_op.drop_index('uq_certificate_first_of_attempt')
        batch_op.drop_index('ix_certificate_expiry')
        batch_op.drop_index(op.f('ix_certificate_attempt_id'))
    with op.batch_alter_table('certificate') as batch_op:
        for name in ('state', 'reason', 'supersedes'):
            batch_op.drop_constraint(op.f(f'ck_certificate_{name}'), type_='check')
        batch_op.drop_constraint(op.f('fk_certificate_supersedes_id'), type_='foreignkey')
        batch_op.drop_constraint(op.f('uq_certificate_supersedes_id'), type_='unique')
        for table, column in FREED['certificate']:
            batch_op.drop_constraint(op.f(f'fk_certificate_{column}'), type_='foreignkey')
            batch_op.create_foreign_key(op.f(f'fk_certificate_{column}'), table, [column], ['id'])
        batch_op.alter_column('attempt_id', existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column('state_since', new_column_name='revoked_at', existing_type=sa.DateTime(timezone=True), nullable=True)
        batch_op.alter_column('reason', new_column_name='revocation_reason', existing_type=sa.String(length=40))
        batch_op.drop_column('supersedes_id')
        batch_op.drop_column('design')
    op.execute("UPDATE certificate SET revoked_at = NULL WHERE state <> 'revoked'")
    with op.batch_alter_table('certificate') as batch_op:
        batch_op.create_check_constraint(op.f('ck_certificate_state'), OLD_STATES)
        batch_op.create_check_constraint(op.f('ck_certificate_revoked'), "(state = 'revoked') = (revoked_at IS NOT NULL)")
        batch_op.create_unique_constraint(op.f('uq_certificate_attempt_id'), ['attempt_id'])
