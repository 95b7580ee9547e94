"""The audit record is found by its subject: a certificate's history no longer reads every entry."""

from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_audit_entry_subject', 'audit_entry', ['subject'])


def downgrade() -> None:
    op.drop_index('ix_audit_entry_subject', table_name='audit_entry')
