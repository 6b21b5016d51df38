"""Clearing by the clock and its report, contacts left in a talk sealed, and how far the alerts by e-mail have come.

Revision ID: 0009
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision: str | None = "0008"
branch_labels = None
depends_on = None

WITH_CONTACTS = ("signups", "appointments", "requests")


def upgrade() -> None:
    """Apply the change."""
    op.add_column("conversations", sa.Column("contact", sa.Text(), nullable=True))
    op.add_column("conversations", sa.Column("cleared_seq", sa.Integer(), server_default="0", nullable=False))
    op.add_column("pending_forgettings", sa.Column("for_good", sa.Boolean(), server_default=sa.true(), nullable=False))
    for table in WITH_CONTACTS:
        op.add_column(table, sa.Column("cleared_at", sa.DateTime(), nullable=True))
    op.create_table(
        "alert_cursor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_cursor")),
    )
    op.create_table(
        "retention_runs",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.Column("talks", sa.Integer(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("notes", sa.Integer(), nullable=False),
        sa.Column("contacts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_retention_runs")),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("retention_runs")
    op.drop_table("alert_cursor")
    for table in WITH_CONTACTS:
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column("cleared_at")
    with op.batch_alter_table("pending_forgettings") as batch_op:
        batch_op.drop_column("for_good")
    with op.batch_alter_table("conversations") as batch_op:
        batch_op.drop_column("cleared_seq")
        batch_op.drop_column("contact")
