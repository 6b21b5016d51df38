"""Catalogue: changes by staff with every version, and which fact files are loaded.

Revision ID: 0008
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision: str | None = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "catalogue_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("staff_name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_changes")),
    )
    op.create_index("ix_catalogue_changes_record", "catalogue_changes", ["kind", "record_id"])
    op.add_column("catalogue_records", sa.Column("revision", sa.Integer(), server_default="0", nullable=False))
    op.add_column("course_editions", sa.Column("revision", sa.Integer(), server_default="0", nullable=False))
    op.add_column("catalogue_state", sa.Column("files", sa.String(length=64), nullable=True))


def downgrade() -> None:
    op.drop_column("catalogue_state", "files")
    op.drop_column("course_editions", "revision")
    op.drop_column("catalogue_records", "revision")
    op.drop_index("ix_catalogue_changes_record", "catalogue_changes")
    op.drop_table("catalogue_changes")
