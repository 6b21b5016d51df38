"""What a conversation was flagged for."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    with op.batch_alter_table("conversations") as table:
        table.add_column(sa.Column("safety_class", sa.String(length=16), nullable=True))


def downgrade() -> None:
    """Take the change back."""
    with op.batch_alter_table("conversations") as table:
        table.drop_column("safety_class")
