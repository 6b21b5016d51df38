"""Whether a waiting message is surely no cry for help, for the bot that plays its turn.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision: str | None = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change. Of what waits now nobody knows."""
    op.add_column("inbox", sa.Column("calm", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """Take the change back."""
    with op.batch_alter_table("inbox") as batch_op:
        batch_op.drop_column("calm")
