"""Judgements are counted by day, without reading all of them."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the index; nothing that is there changes."""
    op.create_index("ix_judgements_day", "judgements", ["day"])
