"""Certificates are found without accents: the holder's name, folded, beside it."""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ł": "l"})
CERTIFICATE = sa.table(
    'certificate', sa.column('id', sa.Integer), sa.column('holder_name', sa.String), sa.column('holder_key', sa.String)
)


def upgrade() -> None:
    with op.batch_alter_table('certificate') as batch_op:
        batch_op.add_column(sa.Column('holder_key', sa.String(length=200), nullable=True))
    held = sa.select(CERTIFICATE.c.id, CERTIFICATE.c.holder_name).where(CERTIFICATE.c.holder_name.is_not(None))
    keys = [{"key_of": row.id, "key": folded(row.holder_name)[:200]} for row in op.get_bind().execute(held)]
    if keys:
        change = sa.update(CERTIFICATE).where(CERTIFICATE.c.id == sa.bindparam("key_of"))
        op.get_bind().execute(change.values(holder_key=sa.bindparam("key")), keys)


def folded(text: str) -> str:
    """As the program folds names on the day of this migration."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(LIGATURES)
    bare = "".join(c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() or c in "+#" else " " for c in bare).split())


def downgrade() -> None:
    with op.batch_alter_table('certificate') as batch_op:
        batch_op.drop_column('holder_key')
