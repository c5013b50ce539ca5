"""Photos that wait for a person are found without reading every decision."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the index."""
    op.create_index(
        "ix_decisions_verdict_reason_judgement_id",
        "decisions",
        ["verdict", "reason", "judgement_id"],
    )
