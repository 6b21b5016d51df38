"""Waiting messages: how often they failed, and whether the pupil knows that it takes a while.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("inbox", sa.Column("failures", sa.Integer(), server_default="0", nullable=False))
    op.add_column("inbox", sa.Column("told_to_wait", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("inbox") as batch_op:
        batch_op.drop_column("told_to_wait")
        batch_op.drop_column("failures")
