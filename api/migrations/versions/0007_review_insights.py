"""Reviewed lines, and the statistics of talks.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "review_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(36), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("text", sa.String(1000), nullable=False),
        sa.Column("heard", sa.String(60)),
        sa.Column("verdict", sa.String(8), nullable=False),
        sa.Column("intent", sa.String(60), nullable=False),
        sa.Column("entities", sa.JSON(), nullable=False),
        sa.Column("suggestion", sa.String(2000), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(), nullable=False),
        sa.Column("confirmed_by", sa.Integer()),
        sa.Column("confirmed_at", sa.DateTime()),
        sa.Column("exported_at", sa.DateTime()),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_review_items_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_items")),
        sa.UniqueConstraint("conversation_id", "seq", name=op.f("uq_review_items_conversation_id_seq")),
    )
    op.create_table(
        "talk_statistics",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("language", sa.String(2)),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.Column("unsure", sa.Integer(), nullable=False),
        sa.Column("last_intent", sa.String(60)),
        sa.Column("last_at", sa.DateTime(), nullable=False),
        *(
            sa.Column(name, sa.Boolean(), nullable=False)
            for name in ("with_bot", "course", "appointment", "clinic", "person")
        ),
        sa.Column("score", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talk_statistics")),
    )
    op.create_index(op.f("ix_talk_statistics_day"), "talk_statistics", ["day"])
    op.create_table(
        "talk_subjects",
        sa.Column("talk_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("value", sa.String(80), nullable=False),
        sa.ForeignKeyConstraint(
            ["talk_id"], ["talk_statistics.id"], name=op.f("fk_talk_subjects_talk_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("talk_id", "kind", "value", name=op.f("pk_talk_subjects")),
    )
    op.create_table(
        "talk_handovers",
        sa.Column("talk_id", sa.String(36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("waited_seconds", sa.Integer()),
        sa.ForeignKeyConstraint(
            ["talk_id"], ["talk_statistics.id"], name=op.f("fk_talk_handovers_talk_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("talk_id", "number", name=op.f("pk_talk_handovers")),
    )
    op.create_table(
        "counted_talks",
        sa.Column("conversation_id", sa.String(36), nullable=False),
        sa.Column("talk_id", sa.String(36), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer()),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_counted_talks_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["talk_id"], ["talk_statistics.id"], name=op.f("fk_counted_talks_talk_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_counted_talks")),
        sa.UniqueConstraint("talk_id", name=op.f("uq_counted_talks_talk_id")),
    )


def downgrade() -> None:
    for name in ("counted_talks", "talk_handovers", "talk_subjects", "talk_statistics", "review_items"):
        op.drop_table(name)
