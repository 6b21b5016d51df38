"""What came of Meta's wishes that somebody be forgotten.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision: str | None = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change. What was noted so far was said to be done."""
    op.add_column(
        "messenger_deletions", sa.Column("state", sa.String(length=16), server_default="erased", nullable=False)
    )
    op.add_column("messenger_deletions", sa.Column("user_id", sa.String(length=64), nullable=True))
    op.add_column("messenger_deletions", sa.Column("erased", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    """Take the change back."""
    with op.batch_alter_table("messenger_deletions") as batch_op:
        batch_op.drop_column("erased")
        batch_op.drop_column("user_id")
        batch_op.drop_column("state")
