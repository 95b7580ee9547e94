"""The first schema: people, courses, exams, certificates, offers, matches, audit, outbox."""

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


# Rows that must never change: the audit record, the answers that arrived, the questions once written.
FROZEN = {"audit_entry": ("UPDATE", "DELETE"), "answer_event": ("UPDATE",), "question_version": ("UPDATE",), "score": ("UPDATE",)}
CIRCULAR = {"course": "course_version", "question": "question_version"}


def freeze_rows() -> None:
    dialect = op.get_bind().dialect.name
    if dialect == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME; END $$"
        )
    for table, events in FROZEN.items():
        for event in events:
            name = f"{table}_no_{event.lower()}"
            if dialect == "postgresql":
                op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {table} EXECUTE FUNCTION refuse_change()")
            else:
                op.execute(
                    f"CREATE TRIGGER {name} BEFORE {event} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed'); END"
                )


def thaw_rows() -> None:
    dialect = op.get_bind().dialect.name
    for table, events in FROZEN.items():
        for event in events:
            on = f" ON {table}" if dialect == "postgresql" else ""
            op.execute(f"DROP TRIGGER {table}_no_{event.lower()}{on}")
    if dialect == "postgresql":
        op.execute("DROP FUNCTION refuse_change()")


def tie_current_versions() -> None:
    for table, versions in CIRCULAR.items():
        with op.batch_alter_table(table) as batch:
            batch.create_foreign_key(f"fk_{table}_current_version_id", versions, ["current_version_id"], ["id"])


def untie_current_versions() -> None:
    for table in CIRCULAR:
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(f"fk_{table}_current_version_id", type_="foreignkey")


def upgrade() -> None:
    op.create_table('account',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('email_key', sa.String(length=254), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('name_key', sa.String(length=200), nullable=False),
    sa.Column('role', sa.String(length=20), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('password_hash', sa.String(length=200), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("language IN ('fr', 'en')", name=op.f('ck_account_language')),
    sa.CheckConstraint("role IN ('learner', 'instructor', 'employer', 'administrator')", name=op.f('ck_account_role')),
    sa.CheckConstraint("state IN ('active', 'suspended', 'erased')", name=op.f('ck_account_state')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account')),
    sa.UniqueConstraint('email_key', name=op.f('uq_account_email_key')),
    sa.UniqueConstraint('public_id', name=op.f('uq_account_public_id'))
    )
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_account_name_key'), ['name_key'], unique=False)

    op.create_table('audit_entry',
    sa.Column('seq', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.String(length=40), nullable=False),
    sa.Column('event', sa.String(length=60), nullable=False),
    sa.Column('subject', sa.String(length=120), nullable=False),
    sa.Column('body_sha256', sa.String(length=64), nullable=False),
    sa.Column('previous', sa.String(length=64), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('seq', name=op.f('pk_audit_entry')),
    sa.UniqueConstraint('hash', name=op.f('uq_audit_entry_hash'))
    )
    op.create_table('budget',
    sa.Column('scope', sa.String(length=40), nullable=False),
    sa.Column('key_hash', sa.String(length=32), nullable=False),
    sa.Column('window', sa.Integer(), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('scope', 'key_hash', 'window', name='pk_budget')
    )
    op.create_table('course',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=60), nullable=False),
    sa.Column('current_version_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_course')),
    sa.UniqueConstraint('slug', name=op.f('uq_course_slug'))
    )
    op.create_table('issuer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('did', sa.String(length=200), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('url', sa.String(length=200), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_issuer')),
    sa.UniqueConstraint('did', name=op.f('uq_issuer_did'))
    )
    op.create_table('match_inputs',
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('inputs', sa.JSON(none_as_null=True), nullable=False),
    sa.PrimaryKeyConstraint('sha256', name=op.f('pk_match_inputs'))
    )
    op.create_table('outbox',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('dedupe_key', sa.String(length=120), nullable=False),
    sa.Column('recipient_id', sa.Integer(), nullable=True),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('payload', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('last_error', sa.String(length=300), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('dead_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('tries >= 0', name=op.f('ck_outbox_tries')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox')),
    sa.UniqueConstraint('dedupe_key', name=op.f('uq_outbox_dedupe_key'))
    )
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_outbox_recipient_id'), ['recipient_id'], unique=False)
        batch_op.create_index('ix_outbox_waiting', ['due_at', 'sent_at', 'dead_at'], unique=False)

    op.create_table('sign_in_delay',
    sa.Column('key_hash', sa.String(length=32), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('open_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('tries >= 0', name=op.f('ck_sign_in_delay_tries')),
    sa.PrimaryKeyConstraint('key_hash', name=op.f('pk_sign_in_delay'))
    )
    op.create_table('signing_key',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key_id', sa.String(length=40), nullable=False),
    sa.Column('multibase', sa.String(length=80), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state_since', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("state IN ('active', 'retired', 'compromised')", name=op.f('ck_signing_key_state')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signing_key')),
    sa.UniqueConstraint('key_id', name=op.f('uq_signing_key_key_id')),
    sa.UniqueConstraint('multibase', name=op.f('uq_signing_key_multibase'))
    )
    op.create_table('skill',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=60), nullable=False),
    sa.Column('esco_uri', sa.String(length=120), nullable=True),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('family', sa.String(length=16), nullable=False),
    sa.Column('name', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('can_do', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('replaced_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("kind IN ('skill', 'knowledge')", name=op.f('ck_skill_kind')),
    sa.CheckConstraint("status IN ('active', 'deprecated')", name=op.f('ck_skill_status')),
    sa.ForeignKeyConstraint(['replaced_by_id'], ['skill.id'], name=op.f('fk_skill_replaced_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_skill')),
    sa.UniqueConstraint('esco_uri', name=op.f('uq_skill_esco_uri')),
    sa.UniqueConstraint('slug', name=op.f('uq_skill_slug'))
    )
    op.create_table('status_list',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('bits', sa.LargeBinary(), nullable=False),
    sa.Column('signed', sa.Text(), nullable=True),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_status_list')),
    sa.UniqueConstraint('number', name=op.f('uq_status_list_number'))
    )
    op.create_table('taxonomy_release',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('source_sha256', sa.String(length=64), nullable=False),
    sa.Column('occupations', sa.Integer(), nullable=False),
    sa.Column('imported_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_taxonomy_release')),
    sa.UniqueConstraint('name', 'source_sha256', name=op.f('uq_taxonomy_release_name_source_sha256'))
    )
    op.create_table('audit_body',
    sa.Column('seq', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('details', sa.JSON(none_as_null=True), nullable=False),
    sa.ForeignKeyConstraint(['seq'], ['audit_entry.seq'], name=op.f('fk_audit_body_seq')),
    sa.PrimaryKeyConstraint('seq', name=op.f('pk_audit_body'))
    )
    op.create_table('bank',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('course_id', sa.Integer(), nullable=True),
    sa.Column('slug', sa.String(length=60), nullable=False),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_bank_course_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bank')),
    sa.UniqueConstraint('slug', name=op.f('uq_bank_slug'))
    )
    with op.batch_alter_table('bank', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_bank_course_id'), ['course_id'], unique=False)

    op.create_table('consent',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('purpose', sa.String(length=40), nullable=False),
    sa.Column('given', sa.Boolean(), nullable=False),
    sa.Column('text_sha256', sa.String(length=64), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_consent_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consent'))
    )
    with op.batch_alter_table('consent', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_consent_account_id'), ['account_id'], unique=False)

    op.create_table('course_version',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('course_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('content_sha256', sa.String(length=64), nullable=False),
    sa.Column('tier', sa.Integer(), nullable=False),
    sa.Column('languages', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('title', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('tagline', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('description_html', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('assumes', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('hours', sa.String(length=40), nullable=False),
    sa.Column('domains', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('change_note', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('not_yet', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('tier BETWEEN 1 AND 4', name=op.f('ck_course_version_tier')),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_course_version_course_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_course_version')),
    sa.UniqueConstraint('course_id', 'content_sha256', name=op.f('uq_course_version_course_id_content_sha256')),
    sa.UniqueConstraint('course_id', 'number', name=op.f('uq_course_version_course_id_number'))
    )
    with op.batch_alter_table('course_version', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_course_version_course_id'), ['course_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_course_version_tier'), ['tier'], unique=False)

    op.create_table('employer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('about', sa.String(length=1000), nullable=False),
    sa.Column('place', sa.String(length=120), nullable=False),
    sa.Column('website', sa.String(length=200), nullable=False),
    sa.Column('approved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_employer_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_employer')),
    sa.UniqueConstraint('account_id', name=op.f('uq_employer_account_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_employer_public_id'))
    )
    op.create_table('exam',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('course_id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=60), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.CheckConstraint("kind IN ('practice', 'graded', 'certification')", name=op.f('ck_exam_kind')),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_exam_course_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_exam')),
    sa.UniqueConstraint('course_id', 'slug', name=op.f('uq_exam_course_id_slug')),
    sa.UniqueConstraint('public_id', name=op.f('uq_exam_public_id'))
    )
    op.create_table('match_profile',
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('pseudonym', sa.String(length=26), nullable=False),
    sa.Column('visible', sa.Boolean(), nullable=False),
    sa.Column('salt', sa.LargeBinary(length=16), nullable=False),
    sa.Column('note', sa.String(length=500), nullable=False),
    sa.Column('wishes', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_match_profile_account_id')),
    sa.PrimaryKeyConstraint('account_id', name=op.f('pk_match_profile')),
    sa.UniqueConstraint('pseudonym', name=op.f('uq_match_profile_pseudonym'))
    )
    with op.batch_alter_table('match_profile', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_match_profile_visible'), ['visible'], unique=False)

    op.create_table('match_subject',
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('subject', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_match_subject_account_id')),
    sa.PrimaryKeyConstraint('account_id', name=op.f('pk_match_subject')),
    sa.UniqueConstraint('subject', name=op.f('uq_match_subject_subject'))
    )
    op.create_table('one_time_token',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token_sha256', sa.String(length=64), nullable=False),
    sa.Column('purpose', sa.String(length=12), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('password_sha256', sa.String(length=64), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("purpose IN ('confirm', 'reset')", name=op.f('ck_one_time_token_purpose')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_one_time_token_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_one_time_token')),
    sa.UniqueConstraint('token_sha256', name=op.f('uq_one_time_token_token_sha256'))
    )
    with op.batch_alter_table('one_time_token', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_one_time_token_account_id'), ['account_id'], unique=False)

    op.create_table('skill_broader',
    sa.Column('skill_id', sa.Integer(), nullable=False),
    sa.Column('broader_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['broader_id'], ['skill.id'], name=op.f('fk_skill_broader_broader_id')),
    sa.ForeignKeyConstraint(['skill_id'], ['skill.id'], name=op.f('fk_skill_broader_skill_id')),
    sa.PrimaryKeyConstraint('skill_id', 'broader_id', name=op.f('pk_skill_broader'))
    )
    op.create_table('skill_label',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('skill_id', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('text', sa.String(length=200), nullable=False),
    sa.Column('preferred', sa.Boolean(), nullable=False),
    sa.Column('folded', sa.String(length=240), nullable=False),
    sa.ForeignKeyConstraint(['skill_id'], ['skill.id'], name=op.f('fk_skill_label_skill_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_skill_label'))
    )
    with op.batch_alter_table('skill_label', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_skill_label_folded'), ['folded'], unique=False)
        batch_op.create_index(batch_op.f('ix_skill_label_skill_id'), ['skill_id'], unique=False)
        batch_op.create_index('uq_skill_label_preferred', ['skill_id', 'language'], unique=True, sqlite_where=sa.text('preferred'), postgresql_where=sa.text('preferred'))

    op.create_table('skill_near',
    sa.Column('release_id', sa.Integer(), nullable=False),
    sa.Column('skill_id', sa.Integer(), nullable=False),
    sa.Column('near_id', sa.Integer(), nullable=False),
    sa.Column('pi_milli', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=12), nullable=False),
    sa.ForeignKeyConstraint(['near_id'], ['skill.id'], name=op.f('fk_skill_near_near_id')),
    sa.ForeignKeyConstraint(['release_id'], ['taxonomy_release.id'], name=op.f('fk_skill_near_release_id')),
    sa.ForeignKeyConstraint(['skill_id'], ['skill.id'], name=op.f('fk_skill_near_skill_id')),
    sa.PrimaryKeyConstraint('release_id', 'skill_id', 'near_id', name=op.f('pk_skill_near'))
    )
    op.create_table('skill_weight',
    sa.Column('release_id', sa.Integer(), nullable=False),
    sa.Column('skill_id', sa.Integer(), nullable=False),
    sa.Column('df', sa.Integer(), nullable=False),
    sa.Column('idf_centi', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['release_id'], ['taxonomy_release.id'], name=op.f('fk_skill_weight_release_id')),
    sa.ForeignKeyConstraint(['skill_id'], ['skill.id'], name=op.f('fk_skill_weight_skill_id')),
    sa.PrimaryKeyConstraint('release_id', 'skill_id', name=op.f('pk_skill_weight'))
    )
    op.create_table('user_session',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token_sha256', sa.String(length=64), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_user_session_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_user_session')),
    sa.UniqueConstraint('token_sha256', name=op.f('uq_user_session_token_sha256'))
    )
    with op.batch_alter_table('user_session', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_user_session_account_id'), ['account_id'], unique=False)

    op.create_table('course_prerequisite',
    sa.Column('course_version_id', sa.Integer(), nullable=False),
    sa.Column('required_course_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['course_version_id'], ['course_version.id'], name=op.f('fk_course_prerequisite_course_version_id')),
    sa.ForeignKeyConstraint(['required_course_id'], ['course.id'], name=op.f('fk_course_prerequisite_required_course_id')),
    sa.PrimaryKeyConstraint('course_version_id', 'required_course_id', name=op.f('pk_course_prerequisite'))
    )
    op.create_table('course_skill',
    sa.Column('course_version_id', sa.Integer(), nullable=False),
    sa.Column('skill_id', sa.Integer(), nullable=False),
    sa.Column('tier', sa.Integer(), nullable=False),
    sa.Column('proven', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['course_version_id'], ['course_version.id'], name=op.f('fk_course_skill_course_version_id')),
    sa.ForeignKeyConstraint(['skill_id'], ['skill.id'], name=op.f('fk_course_skill_skill_id')),
    sa.PrimaryKeyConstraint('course_version_id', 'skill_id', name=op.f('pk_course_skill'))
    )
    with op.batch_alter_table('course_skill', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_course_skill_skill_id'), ['skill_id'], unique=False)

    op.create_table('course_text',
    sa.Column('course_version_id', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('folded', sa.Text(), nullable=False),
    sa.Column('title_key', sa.String(length=240), nullable=False),
    sa.ForeignKeyConstraint(['course_version_id'], ['course_version.id'], name=op.f('fk_course_text_course_version_id')),
    sa.PrimaryKeyConstraint('course_version_id', 'language', name=op.f('pk_course_text'))
    )
    op.create_table('exam_version',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('exam_id', sa.Integer(), nullable=False),
    sa.Column('course_version_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('settings', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('blueprint', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('pledge', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['course_version_id'], ['course_version.id'], name=op.f('fk_exam_version_course_version_id')),
    sa.ForeignKeyConstraint(['exam_id'], ['exam.id'], name=op.f('fk_exam_version_exam_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_exam_version')),
    sa.UniqueConstraint('exam_id', 'course_version_id', name=op.f('uq_exam_version_exam_id_course_version_id'))
    )
    with op.batch_alter_table('exam_version', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_exam_version_course_version_id'), ['course_version_id'], unique=False)

    op.create_table('module',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('course_version_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=60), nullable=False),
    sa.Column('title', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('summary', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('requires', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('mastery', sa.JSON(none_as_null=True), nullable=True),
    sa.ForeignKeyConstraint(['course_version_id'], ['course_version.id'], name=op.f('fk_module_course_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_module')),
    sa.UniqueConstraint('course_version_id', 'position', name=op.f('uq_module_course_version_id_position')),
    sa.UniqueConstraint('course_version_id', 'slug', name=op.f('uq_module_course_version_id_slug'))
    )
    op.create_table('offer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('employer_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('contract', sa.String(length=16), nullable=False),
    sa.Column('place', sa.String(length=120), nullable=False),
    sa.Column('remote', sa.String(length=8), nullable=False),
    sa.Column('pay_min', sa.Integer(), nullable=True),
    sa.Column('pay_max', sa.Integer(), nullable=True),
    sa.Column('pay_currency', sa.String(length=3), nullable=False),
    sa.Column('closes_on', sa.Date(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('salt', sa.LargeBinary(length=16), nullable=False),
    sa.Column('folded', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("contract IN ('permanent', 'fixed-term', 'apprenticeship', 'internship', 'freelance')", name=op.f('ck_offer_contract')),
    sa.CheckConstraint("remote IN ('on-site', 'hybrid', 'remote')", name=op.f('ck_offer_remote')),
    sa.CheckConstraint("state IN ('draft', 'published', 'closed')", name=op.f('ck_offer_state')),
    sa.CheckConstraint('pay_min IS NULL OR pay_max IS NULL OR pay_max >= pay_min', name=op.f('ck_offer_pay')),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_offer_employer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_offer')),
    sa.UniqueConstraint('public_id', name=op.f('uq_offer_public_id'))
    )
    with op.batch_alter_table('offer', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_offer_employer_id'), ['employer_id'], unique=False)
        batch_op.create_index('ix_offer_open', ['state', 'closes_on'], unique=False)

    op.create_table('question',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('bank_id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=80), nullable=False),
    sa.Column('current_version_id', sa.Integer(), nullable=True),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['bank_id'], ['bank.id'], name=op.f('fk_question_bank_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question')),
    sa.UniqueConstraint('bank_id', 'slug', name=op.f('uq_question_bank_id_slug')),
    sa.UniqueConstraint('public_id', name=op.f('uq_question_public_id'))
    )
    op.create_table('achievement',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('exam_version_id', sa.Integer(), nullable=False),
    sa.Column('course_id', sa.Integer(), nullable=False),
    sa.Column('course_version', sa.String(length=20), nullable=False),
    sa.Column('name', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('description', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('criteria', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('tier', sa.Integer(), nullable=False),
    sa.Column('assurance', sa.Integer(), nullable=False),
    sa.Column('validity_months', sa.Integer(), nullable=True),
    sa.Column('skills', sa.JSON(none_as_null=True), nullable=False),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_achievement_course_id')),
    sa.ForeignKeyConstraint(['exam_version_id'], ['exam_version.id'], name=op.f('fk_achievement_exam_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_achievement')),
    sa.UniqueConstraint('exam_version_id', name=op.f('uq_achievement_exam_version_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_achievement_public_id'))
    )
    with op.batch_alter_table('achievement', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_achievement_course_id'), ['course_id'], unique=False)

    op.create_table('application',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('offer_id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('message', sa.String(length=2000), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('decline_reason', sa.String(length=40), nullable=True),
    sa.Column('decline_note', sa.String(length=1000), nullable=False),
    sa.Column('score', sa.Integer(), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(state = 'declined') = (decline_reason IS NOT NULL)", name=op.f('ck_application_declined_with_reason')),
    sa.CheckConstraint("state IN ('sent', 'read', 'interview', 'hired', 'declined', 'withdrawn')", name=op.f('ck_application_state')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_application_account_id')),
    sa.ForeignKeyConstraint(['offer_id'], ['offer.id'], name=op.f('fk_application_offer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_application')),
    sa.UniqueConstraint('offer_id', 'account_id', name=op.f('uq_application_offer_id_account_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_application_public_id'))
    )
    with op.batch_alter_table('application', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_application_account_id'), ['account_id'], unique=False)

    op.create_table('attempt',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('exam_id', sa.Integer(), nullable=False),
    sa.Column('exam_version_id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('seed', sa.LargeBinary(length=16), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('deadline_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('extra_percent', sa.Integer(), nullable=False),
    sa.Column('pause_s', sa.Integer(), nullable=False),
    sa.Column('pledged_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finish_reason', sa.String(length=12), nullable=True),
    sa.Column('receipt_sha256', sa.String(length=64), nullable=True),
    sa.CheckConstraint("state IN ('in_progress', 'submitted', 'scored', 'released', 'annulled')", name=op.f('ck_attempt_state')),
    sa.CheckConstraint('deadline_at IS NULL OR deadline_at > started_at', name=op.f('ck_attempt_deadline')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_attempt_account_id')),
    sa.ForeignKeyConstraint(['exam_id'], ['exam.id'], name=op.f('fk_attempt_exam_id')),
    sa.ForeignKeyConstraint(['exam_version_id'], ['exam_version.id'], name=op.f('fk_attempt_exam_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attempt')),
    sa.UniqueConstraint('exam_id', 'account_id', 'number', name=op.f('uq_attempt_exam_id_account_id_number')),
    sa.UniqueConstraint('public_id', name=op.f('uq_attempt_public_id'))
    )
    with op.batch_alter_table('attempt', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attempt_account_id'), ['account_id'], unique=False)
        batch_op.create_index('ix_attempt_sweep', ['state', 'deadline_at'], unique=False)
        batch_op.create_index('uq_attempt_open', ['exam_id', 'account_id'], unique=True, sqlite_where=sa.text("state = 'in_progress'"), postgresql_where=sa.text("state = 'in_progress'"))

    op.create_table('invitation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('offer_id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('message', sa.String(length=1000), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('sent', 'accepted', 'declined')", name=op.f('ck_invitation_state')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_invitation_account_id')),
    sa.ForeignKeyConstraint(['offer_id'], ['offer.id'], name=op.f('fk_invitation_offer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invitation')),
    sa.UniqueConstraint('offer_id', 'account_id', name=op.f('uq_invitation_offer_id_account_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_invitation_public_id'))
    )
    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_invitation_account_id'), ['account_id'], unique=False)

    op.create_table('item',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('course_version_id', sa.Integer(), nullable=False),
    sa.Column('module_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('slug', sa.String(length=60), nullable=False),
    sa.Column('title', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.CheckConstraint("kind IN ('lesson', 'quiz', 'project')", name=op.f('ck_item_kind')),
    sa.ForeignKeyConstraint(['course_version_id'], ['course_version.id'], name=op.f('fk_item_course_version_id')),
    sa.ForeignKeyConstraint(['module_id'], ['module.id'], name=op.f('fk_item_module_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_item')),
    sa.UniqueConstraint('course_version_id', 'slug', name=op.f('uq_item_course_version_id_slug')),
    sa.UniqueConstraint('module_id', 'position', name=op.f('uq_item_module_id_position'))
    )
    op.create_table('match_run',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('offer_id', sa.Integer(), nullable=False),
    sa.Column('formula_version', sa.String(length=16), nullable=False),
    sa.Column('release_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['offer_id'], ['offer.id'], name=op.f('fk_match_run_offer_id')),
    sa.ForeignKeyConstraint(['release_id'], ['taxonomy_release.id'], name=op.f('fk_match_run_release_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_match_run'))
    )
    with op.batch_alter_table('match_run', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_match_run_offer_id'), ['offer_id'], unique=False)

    op.create_table('offer_requirement',
    sa.Column('offer_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('skill_id', sa.Integer(), nullable=False),
    sa.Column('tier', sa.Integer(), nullable=False),
    sa.Column('essential', sa.Boolean(), nullable=False),
    sa.Column('exact', sa.Boolean(), nullable=False),
    sa.Column('blocking', sa.Boolean(), nullable=False),
    sa.Column('min_assurance', sa.Integer(), nullable=False),
    sa.CheckConstraint('min_assurance BETWEEN 0 AND 3', name=op.f('ck_offer_requirement_min_assurance')),
    sa.CheckConstraint('tier BETWEEN 1 AND 4', name=op.f('ck_offer_requirement_tier')),
    sa.ForeignKeyConstraint(['offer_id'], ['offer.id'], name=op.f('fk_offer_requirement_offer_id')),
    sa.ForeignKeyConstraint(['skill_id'], ['skill.id'], name=op.f('fk_offer_requirement_skill_id')),
    sa.PrimaryKeyConstraint('offer_id', 'position', name=op.f('pk_offer_requirement')),
    sa.UniqueConstraint('offer_id', 'skill_id', name=op.f('uq_offer_requirement_offer_id_skill_id'))
    )
    with op.batch_alter_table('offer_requirement', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_offer_requirement_skill_id'), ['skill_id'], unique=False)

    op.create_table('question_version',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('type', sa.String(length=16), nullable=False),
    sa.Column('domain', sa.String(length=60), nullable=False),
    sa.Column('level', sa.Integer(), nullable=False),
    sa.Column('body', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('body_sha256', sa.String(length=64), nullable=False),
    sa.Column('b_prior', sa.String(length=40), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('level BETWEEN 1 AND 4', name=op.f('ck_question_version_level')),
    sa.ForeignKeyConstraint(['question_id'], ['question.id'], name=op.f('fk_question_version_question_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question_version')),
    sa.UniqueConstraint('question_id', 'number', name=op.f('uq_question_version_question_id_number'))
    )
    op.create_table('answer',
    sa.Column('attempt_id', sa.Integer(), nullable=False),
    sa.Column('slot', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('rev', sa.Integer(), nullable=False),
    sa.Column('payload', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_answer_attempt_id')),
    sa.PrimaryKeyConstraint('attempt_id', 'slot', name=op.f('pk_answer'))
    )
    op.create_table('answer_event',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('attempt_id', sa.Integer(), nullable=False),
    sa.Column('slot', sa.Integer(), nullable=False),
    sa.Column('rev', sa.Integer(), nullable=False),
    sa.Column('payload', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('idempotency_key', sa.String(length=64), nullable=False),
    sa.Column('body_sha256', sa.String(length=64), nullable=False),
    sa.Column('tab_id', sa.String(length=64), nullable=True),
    sa.Column('client_at', sa.String(length=40), nullable=True),
    sa.Column('server_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('counted', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_answer_event_attempt_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_answer_event')),
    sa.UniqueConstraint('attempt_id', 'idempotency_key', name=op.f('uq_answer_event_attempt_id_idempotency_key'))
    )
    op.create_table('application_change',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('application_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_account_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_application_change_application_id')),
    sa.ForeignKeyConstraint(['by_account_id'], ['account.id'], name=op.f('fk_application_change_by_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_application_change'))
    )
    with op.batch_alter_table('application_change', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_application_change_application_id'), ['application_id'], unique=False)

    op.create_table('attempt_item',
    sa.Column('attempt_id', sa.Integer(), nullable=False),
    sa.Column('slot', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('question_version_id', sa.Integer(), nullable=False),
    sa.Column('option_order', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('points', sa.String(length=40), nullable=False),
    sa.Column('flagged', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_attempt_item_attempt_id')),
    sa.ForeignKeyConstraint(['question_version_id'], ['question_version.id'], name=op.f('fk_attempt_item_question_version_id')),
    sa.PrimaryKeyConstraint('attempt_id', 'slot', name=op.f('pk_attempt_item'))
    )
    with op.batch_alter_table('attempt_item', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attempt_item_question_version_id'), ['question_version_id'], unique=False)

    op.create_table('certificate',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('attempt_id', sa.Integer(), nullable=False),
    sa.Column('achievement_id', sa.Integer(), nullable=False),
    sa.Column('holder_name', sa.String(length=60), nullable=True),
    sa.Column('reveal_key', sa.String(length=32), nullable=True),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('name_public', sa.Boolean(), nullable=False),
    sa.Column('earned', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revocation_reason', sa.String(length=40), nullable=True),
    sa.CheckConstraint("(state = 'revoked') = (revoked_at IS NOT NULL)", name=op.f('ck_certificate_revoked')),
    sa.CheckConstraint("state IN ('pending', 'valid', 'revoked')", name=op.f('ck_certificate_state')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_certificate_account_id')),
    sa.ForeignKeyConstraint(['achievement_id'], ['achievement.id'], name=op.f('fk_certificate_achievement_id')),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_certificate_attempt_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certificate')),
    sa.UniqueConstraint('attempt_id', name=op.f('uq_certificate_attempt_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_certificate_public_id'))
    )
    with op.batch_alter_table('certificate', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_certificate_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_certificate_achievement_id'), ['achievement_id'], unique=False)

    op.create_table('enrolment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('course_id', sa.Integer(), nullable=False),
    sa.Column('course_version_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('enrolled_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_item_id', sa.Integer(), nullable=True),
    sa.Column('last_seen_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('active', 'left')", name=op.f('ck_enrolment_state')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_enrolment_account_id')),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_enrolment_course_id')),
    sa.ForeignKeyConstraint(['course_version_id'], ['course_version.id'], name=op.f('fk_enrolment_course_version_id')),
    sa.ForeignKeyConstraint(['last_item_id'], ['item.id'], name=op.f('fk_enrolment_last_item_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_enrolment')),
    sa.UniqueConstraint('account_id', 'course_id', name=op.f('uq_enrolment_account_id_course_id'))
    )
    with op.batch_alter_table('enrolment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_enrolment_course_id'), ['course_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_enrolment_course_version_id'), ['course_version_id'], unique=False)

    op.create_table('exam_pool',
    sa.Column('exam_version_id', sa.Integer(), nullable=False),
    sa.Column('question_version_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['exam_version_id'], ['exam_version.id'], name=op.f('fk_exam_pool_exam_version_id')),
    sa.ForeignKeyConstraint(['question_version_id'], ['question_version.id'], name=op.f('fk_exam_pool_question_version_id')),
    sa.PrimaryKeyConstraint('exam_version_id', 'question_version_id', name=op.f('pk_exam_pool'))
    )
    op.create_table('lesson_text',
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('objectives', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('terms', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('blocks', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('words', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_lesson_text_item_id')),
    sa.PrimaryKeyConstraint('item_id', 'language', name=op.f('pk_lesson_text'))
    )
    op.create_table('match_row',
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('subject', sa.String(length=26), nullable=False),
    sa.Column('inputs_sha256', sa.String(length=64), nullable=False),
    sa.Column('score', sa.Integer(), nullable=False),
    sa.Column('essential', sa.Integer(), nullable=False),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.Column('eligible', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['run_id'], ['match_run.id'], name=op.f('fk_match_row_run_id')),
    sa.PrimaryKeyConstraint('run_id', 'subject', name=op.f('pk_match_row'))
    )
    op.create_table('result',
    sa.Column('attempt_id', sa.Integer(), nullable=False),
    sa.Column('revision', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('total', sa.String(length=40), nullable=False),
    sa.Column('max_points', sa.String(length=40), nullable=False),
    sa.Column('cut', sa.String(length=40), nullable=False),
    sa.Column('passed', sa.Boolean(), nullable=False),
    sa.Column('per_domain', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('reason', sa.String(length=40), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_result_attempt_id')),
    sa.PrimaryKeyConstraint('attempt_id', 'revision', name=op.f('pk_result'))
    )
    op.create_table('score',
    sa.Column('attempt_id', sa.Integer(), nullable=False),
    sa.Column('slot', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('revision', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('credit', sa.String(length=40), nullable=False),
    sa.Column('rule', sa.String(length=24), nullable=False),
    sa.Column('rule_version', sa.String(length=16), nullable=False),
    sa.Column('reason', sa.String(length=40), nullable=False),
    sa.Column('scored_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_score_attempt_id')),
    sa.PrimaryKeyConstraint('attempt_id', 'slot', 'revision', name=op.f('pk_score'))
    )
    op.create_table('application_certificate',
    sa.Column('application_id', sa.Integer(), nullable=False),
    sa.Column('certificate_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_application_certificate_application_id')),
    sa.ForeignKeyConstraint(['certificate_id'], ['certificate.id'], name=op.f('fk_application_certificate_certificate_id')),
    sa.PrimaryKeyConstraint('application_id', 'certificate_id', name=op.f('pk_application_certificate'))
    )
    op.create_table('candidate_skill',
    sa.Column('skill_id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('ev_milli', sa.Integer(), nullable=False),
    sa.Column('certificate_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_candidate_skill_account_id')),
    sa.ForeignKeyConstraint(['certificate_id'], ['certificate.id'], name=op.f('fk_candidate_skill_certificate_id')),
    sa.ForeignKeyConstraint(['skill_id'], ['skill.id'], name=op.f('fk_candidate_skill_skill_id')),
    sa.PrimaryKeyConstraint('skill_id', 'account_id', name=op.f('pk_candidate_skill')),
    sqlite_with_rowid=False
    )
    with op.batch_alter_table('candidate_skill', schema=None) as batch_op:
        batch_op.create_index('ix_candidate_skill_account_id', ['account_id'], unique=False)

    op.create_table('certificate_document',
    sa.Column('certificate_id', sa.Integer(), nullable=False),
    sa.Column('revision', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('credential', sa.Text(), nullable=True),
    sa.Column('credential_sha256', sa.String(length=64), nullable=False),
    sa.Column('key_id', sa.String(length=40), nullable=False),
    sa.Column('status_list_id', sa.Integer(), nullable=False),
    sa.Column('status_index', sa.Integer(), nullable=False),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['certificate_id'], ['certificate.id'], name=op.f('fk_certificate_document_certificate_id')),
    sa.ForeignKeyConstraint(['key_id'], ['signing_key.key_id'], name=op.f('fk_certificate_document_key_id')),
    sa.ForeignKeyConstraint(['status_list_id'], ['status_list.id'], name=op.f('fk_certificate_document_status_list_id')),
    sa.PrimaryKeyConstraint('certificate_id', 'revision', name=op.f('pk_certificate_document')),
    sa.UniqueConstraint('credential_sha256', name=op.f('uq_certificate_document_credential_sha256')),
    sa.UniqueConstraint('status_list_id', 'status_index', name=op.f('uq_certificate_document_status_list_id_status_index'))
    )
    op.create_table('certificate_file',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('certificate_id', sa.Integer(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('signature', sa.String(length=120), nullable=True),
    sa.Column('key_id', sa.String(length=40), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['certificate_id'], ['certificate.id'], name=op.f('fk_certificate_file_certificate_id')),
    sa.ForeignKeyConstraint(['key_id'], ['signing_key.key_id'], name=op.f('fk_certificate_file_key_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certificate_file')),
    sa.UniqueConstraint('certificate_id', 'revision', 'kind', name=op.f('uq_certificate_file_certificate_id_revision_kind'))
    )
    with op.batch_alter_table('certificate_file', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_certificate_file_sha256'), ['sha256'], unique=False)

    op.create_table('certificate_skill',
    sa.Column('certificate_id', sa.Integer(), nullable=False),
    sa.Column('skill_id', sa.Integer(), nullable=False),
    sa.Column('level', sa.Integer(), nullable=False),
    sa.Column('assurance', sa.Integer(), nullable=False),
    sa.Column('issued_on', sa.Date(), nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['certificate_id'], ['certificate.id'], name=op.f('fk_certificate_skill_certificate_id')),
    sa.ForeignKeyConstraint(['skill_id'], ['skill.id'], name=op.f('fk_certificate_skill_skill_id')),
    sa.PrimaryKeyConstraint('certificate_id', 'skill_id', name=op.f('pk_certificate_skill'))
    )
    with op.batch_alter_table('certificate_skill', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_certificate_skill_skill_id'), ['skill_id'], unique=False)

    op.create_table('item_progress',
    sa.Column('enrolment_id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('completed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('best_ratio', sa.String(length=40), nullable=True),
    sa.ForeignKeyConstraint(['enrolment_id'], ['enrolment.id'], name=op.f('fk_item_progress_enrolment_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_item_progress_item_id')),
    sa.PrimaryKeyConstraint('enrolment_id', 'item_id', name=op.f('pk_item_progress'))
    )
    tie_current_versions()
    freeze_rows()


def downgrade() -> None:
    thaw_rows()
    untie_current_versions()
    op.drop_table('item_progress')
    with op.batch_alter_table('certificate_skill', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_certificate_skill_skill_id'))

    op.drop_table('certificate_skill')
    with op.batch_alter_table('certificate_file', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_certificate_file_sha256'))

    op.drop_table('certificate_file')
    op.drop_table('certificate_document')
    with op.batch_alter_table('candidate_skill', schema=None) as batch_op:
        batch_op.drop_index('ix_candidate_skill_account_id')

    op.drop_table('candidate_skill')
    op.drop_table('application_certificate')
    op.drop_table('score')
    op.drop_table('result')
    op.drop_table('match_row')
    op.drop_table('lesson_text')
    op.drop_table('exam_pool')
    with op.batch_alter_table('enrolment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_enrolment_course_version_id'))
        batch_op.drop_index(batch_op.f('ix_enrolment_course_id'))

    op.drop_table('enrolment')
    with op.batch_alter_table('certificate', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_certificate_achievement_id'))
        batch_op.drop_index(batch_op.f('ix_certificate_account_id'))

    op.drop_table('certificate')
    with op.batch_alter_table('attempt_item', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_attempt_item_question_version_id'))

    op.drop_table('attempt_item')
    with op.batch_alter_table('application_change', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_application_change_application_id'))

    op.drop_table('application_change')
    op.drop_table('answer_event')
    op.drop_table('answer')
    op.drop_table('question_version')
    with op.batch_alter_table('offer_requirement', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_offer_requirement_skill_id'))

    op.drop_table('offer_requirement')
    with op.batch_alter_table('match_run', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_match_run_offer_id'))

    op.drop_table('match_run')
    op.drop_table('item')
    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_invitation_account_id'))

    op.drop_table('invitation')
    with op.batch_alter_table('attempt', schema=None) as batch_op:
        batch_op.drop_index('uq_attempt_open', sqlite_where=sa.text("state = 'in_progress'"), postgresql_where=sa.text("state = 'in_progress'"))
        batch_op.drop_index('ix_attempt_sweep')
        batch_op.drop_index(batch_op.f('ix_attempt_account_id'))

    op.drop_table('attempt')
    with op.batch_alter_table('application', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_application_account_id'))

    op.drop_table('application')
    with op.batch_alter_table('achievement', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_achievement_course_id'))

    op.drop_table('achievement')
    op.drop_table('question')
    with op.batch_alter_table('offer', schema=None) as batch_op:
        batch_op.drop_index('ix_offer_open')
        batch_op.drop_index(batch_op.f('ix_offer_employer_id'))

    op.drop_table('offer')
    op.drop_table('module')
    with op.batch_alter_table('exam_version', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_exam_version_course_version_id'))

    op.drop_table('exam_version')
    op.drop_table('course_text')
    with op.batch_alter_table('course_skill', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_course_skill_skill_id'))

    op.drop_table('course_skill')
    op.drop_table('course_prerequisite')
    with op.batch_alter_table('user_session', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_user_session_account_id'))

    op.drop_table('user_session')
    op.drop_table('skill_weight')
    op.drop_table('skill_near')
    with op.batch_alter_table('skill_label', schema=None) as batch_op:
        batch_op.drop_index('uq_skill_label_preferred', sqlite_where=sa.text('preferred'), postgresql_where=sa.text('preferred'))
        batch_op.drop_index(batch_op.f('ix_skill_label_skill_id'))
        batch_op.drop_index(batch_op.f('ix_skill_label_folded'))

    op.drop_table('skill_label')
    op.drop_table('skill_broader')
    with op.batch_alter_table('one_time_token', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_one_time_token_account_id'))

    op.drop_table('one_time_token')
    op.drop_table('match_subject')
    with op.batch_alter_table('match_profile', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_match_profile_visible'))

    op.drop_table('match_profile')
    op.drop_table('exam')
    op.drop_table('employer')
    with op.batch_alter_table('course_version', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_course_version_tier'))
        batch_op.drop_index(batch_op.f('ix_course_version_course_id'))

    op.drop_table('course_version')
    with op.batch_alter_table('consent', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_consent_account_id'))

    op.drop_table('consent')
    with op.batch_alter_table('bank', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_bank_course_id'))

    op.drop_table('bank')
    op.drop_table('audit_body')
    op.drop_table('taxonomy_release')
    op.drop_table('status_list')
    op.drop_table('skill')
    op.drop_table('signing_key')
    op.drop_table('sign_in_delay')
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_index('ix_outbox_waiting')
        batch_op.drop_index(batch_op.f('ix_outbox_recipient_id'))

    op.drop_table('outbox')
    op.drop_table('match_inputs')
    op.drop_table('issuer')
    op.drop_table('course')
    op.drop_table('budget')
    op.drop_table('audit_entry')
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_account_name_key'))

    op.drop_table('account')
