"""What programs that follow a channel are told: copies that were released and that ended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_UTC = sa.DateTime(timezone=True)
_TABLE = "release_events"
_SO_FAR = """
INSERT INTO release_events (id, release_id, channel, kind, at)
SELECT row_number() OVER (ORDER BY turn, moment, number), number, channel, kind, moment
FROM (
  SELECT 0 AS turn, releases.id AS number, channel, 'released' AS kind, judgements.at AS moment
  FROM releases JOIN judgements ON judgements.id = releases.judgement_id
  UNION ALL
  SELECT 1, id, channel, 'revoked', ended_at FROM releases WHERE ended_at IS NOT NULL
) AS so_far
"""
"""Everything that was released, then everything that ended: nobody has followed it yet."""


def upgrade() -> None:
    """Add the table, with what happened so far; nothing that is there changes."""
    op.create_table(
        _TABLE,
        sa.Column("id", _NUMBER, nullable=False, autoincrement=False),
        sa.Column("release_id", _NUMBER, nullable=False),
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("at", _UTC, nullable=False),
        sa.CheckConstraint("kind IN ('released', 'revoked')", name=op.f("ck_release_events_kind")),
        sa.ForeignKeyConstraint(
            ["release_id"], ["releases.id"], name="fk_release_events_release_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_release_events"),
    )
    op.create_index("ix_release_events_channel_id", _TABLE, ["channel", "id"])
    op.execute(_SO_FAR)
    _keep_as_history()


def _keep_as_history() -> None:
    if op.get_bind().dialect.name == "sqlite":
        taken = f"EXISTS (SELECT 1 FROM {_TABLE} WHERE id = NEW.id)"  # noqa: S608 - own names
        guards = (
            ("no_update", f"UPDATE ON {_TABLE}"),
            ("no_delete", f"DELETE ON {_TABLE}"),
            ("no_replace", f"INSERT ON {_TABLE} WHEN {taken}"),
        )
        for name, when in guards:
            op.execute(
                f"CREATE TRIGGER {_TABLE}_{name} BEFORE {when} BEGIN SELECT RAISE(ABORT, "
                f"'rows of {_TABLE} are history and are never changed'); END"
            )
        return
    for name, when, each in (
        ("change", "UPDATE OR DELETE", "ROW"),
        ("truncate", "TRUNCATE", "STATEMENT"),
    ):
        op.execute(
            f"CREATE TRIGGER {_TABLE}_no_{name} BEFORE {when} ON {_TABLE} FOR EACH {each} "
            "EXECUTE FUNCTION photogate_refuse()"
        )
