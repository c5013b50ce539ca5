"""Where copies are, what must come down, what is to be judged again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_UTC = sa.DateTime(timezone=True)
_OPEN = sa.text("done_at IS NULL AND lapsed_at IS NULL")


def _mentions() -> None:
    op.create_table(
        "mentions",
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("judgement_id", _NUMBER, nullable=False, autoincrement=False),
        sa.ForeignKeyConstraint(
            ["judgement_id"], ["judgements.id"], name="fk_mentions_judgement_id"
        ),
        sa.PrimaryKeyConstraint("person", "judgement_id", name="pk_mentions"),
    )
    op.create_index("ix_mentions_judgement_id", "mentions", ["judgement_id"])


def _places() -> None:
    op.create_table(
        "places",
        sa.Column("id", _NUMBER, nullable=False, autoincrement=False),
        sa.Column("release_id", _NUMBER, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", _UTC, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("gone_at", _UTC),
        sa.Column("gone_by", sa.Text()),
        sa.CheckConstraint("kind IN ('pulled', 'posted')", name=op.f("ck_places_kind")),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name="fk_places_release_id"),
        sa.PrimaryKeyConstraint("id", name="pk_places"),
    )
    op.create_index("ix_places_release_id", "places", ["release_id"])


def _takedowns() -> None:
    op.create_table(
        "takedowns",
        sa.Column("id", _NUMBER, nullable=False, autoincrement=False),
        sa.Column("place_id", _NUMBER, nullable=False),
        sa.Column("since", _UTC, nullable=False),
        sa.Column("due", _UTC, nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("person", sa.String(64)),
        sa.Column("done_at", _UTC),
        sa.Column("done_by", sa.Text()),
        sa.Column("sealed_proof", sa.LargeBinary()),
        sa.Column("lapsed_at", _UTC),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name="fk_takedowns_place_id"),
        sa.PrimaryKeyConstraint("id", name="pk_takedowns"),
    )
    op.create_index("ix_takedowns_person", "takedowns", ["person"])
    op.create_index(
        "uq_takedowns_open_place",
        "takedowns",
        ["place_id"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )


def _work() -> None:
    op.create_table(
        "rejudgings",
        sa.Column("photo_id", _NUMBER, nullable=False, autoincrement=False),
        sa.Column("since", _UTC, nullable=False),
        sa.Column("cause", sa.String(64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("not_before", _UTC),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["photo_id"], ["photos.id"], name="fk_rejudgings_photo_id"),
        sa.PrimaryKeyConstraint("photo_id", name="pk_rejudgings"),
    )
    op.create_table(
        "removals",
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("since", _UTC, nullable=False),
        sa.PrimaryKeyConstraint("path", name="pk_removals"),
    )
    op.create_table(
        "sweeps",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("day", sa.Date()),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_sweeps_single")),
        sa.PrimaryKeyConstraint("id", name="pk_sweeps"),
    )
    op.execute("INSERT INTO sweeps (id, day, basis) VALUES (1, NULL, '')")


def _approvals() -> None:
    op.create_table(
        "approvals",
        sa.Column("id", _NUMBER, nullable=False, autoincrement=False),
        sa.Column("photo_id", _NUMBER, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("seen", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("sealed_reason", sa.LargeBinary()),
        sa.Column("at", _UTC, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('sign_off', 'veto')", name=op.f("ck_approvals_kind")),
        sa.ForeignKeyConstraint(["photo_id"], ["photos.id"], name="fk_approvals_photo_id"),
        sa.PrimaryKeyConstraint("id", name="pk_approvals"),
    )
    op.create_index("ix_approvals_photo_id", "approvals", ["photo_id"])
    _keep_as_history("approvals", "id")


def _keep_as_history(table: str, key: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        taken = f"EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"  # noqa: S608 - own names
        guards = (
            ("no_update", f"UPDATE ON {table}"),
            ("no_delete", f"DELETE ON {table}"),
            ("no_replace", f"INSERT ON {table} WHEN {taken}"),
        )
        for name, when in guards:
            op.execute(
                f"CREATE TRIGGER {table}_{name} BEFORE {when} BEGIN SELECT RAISE(ABORT, "
                f"'rows of {table} are history and are never changed'); END"
            )
        return
    for name, when, each in (
        ("change", "UPDATE OR DELETE", "ROW"),
        ("truncate", "TRUNCATE", "STATEMENT"),
    ):
        op.execute(
            f"CREATE TRIGGER {table}_no_{name} BEFORE {when} ON {table} FOR EACH {each} "
            "EXECUTE FUNCTION photogate_refuse()"
        )


def upgrade() -> None:
    """Make the tables. Whom earlier judgements mention is noted when they are first swept."""
    _mentions()
    _places()
    _takedowns()
    _work()
    _approvals()
