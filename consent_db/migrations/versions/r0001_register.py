"""The first schema: people, permissions, restrictions, templates, photos, audit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_UTC = sa.DateTime(timezone=True)
_STATUS = "status IN ('granted', 'refused', 'withdrawn')"


def _id() -> sa.Column[int]:
    return sa.Column("id", _NUMBER, primary_key=True, autoincrement=True)


def _record() -> sa.Column[int]:
    return sa.Column("id", _NUMBER, primary_key=True, autoincrement=False)


def _who(verb: str) -> tuple[sa.Column[object], sa.Column[str]]:
    return (
        sa.Column(f"{verb}_at", _UTC, nullable=False),
        sa.Column(f"{verb}_by", sa.Text(), nullable=False),
    )


def _of_person(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["person"], ["people.ref"], name=f"fk_{table}_person")


def _register() -> None:
    op.create_table(
        "register",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", _UTC),
        sa.CheckConstraint("id = 1", name=op.f("ck_register_single")),
        sa.PrimaryKeyConstraint("id", name="pk_register"),
    )
    op.execute("INSERT INTO register (id, revision) VALUES (1, 0)")


def _people() -> None:
    op.create_table(
        "people",
        sa.Column("ref", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("given_name", sa.Text(), nullable=False),
        sa.Column("family_name", sa.Text(), nullable=False),
        sa.Column("year_group", sa.Text()),
        sa.Column("left_on", sa.Date()),
        *_who("changed"),
        sa.CheckConstraint("kind IN ('pupil', 'staff', 'visitor')", name=op.f("ck_people_kind")),
        sa.PrimaryKeyConstraint("ref", name="pk_people"),
    )


def _permissions() -> None:
    op.create_table(
        "consents",
        _record(),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("obtained_on", sa.Date(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date()),
        sa.Column("names_online_use", sa.Boolean(), nullable=False),
        *_who("recorded"),
        sa.CheckConstraint("names_online_use IN (0, 1)", name=op.f("ck_consents_flag")).ddl_if(
            dialect="sqlite"
        ),
        sa.CheckConstraint(_STATUS, name=op.f("ck_consents_status")),
        _of_person("consents"),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
    )
    op.create_index("ix_consents_person_channel", "consents", ["person", "channel"])
    op.create_table(
        "biometrics",
        _record(),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("obtained_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date()),
        *_who("recorded"),
        sa.CheckConstraint(_STATUS, name=op.f("ck_biometrics_status")),
        _of_person("biometrics"),
        sa.PrimaryKeyConstraint("id", name="pk_biometrics"),
    )
    op.create_index("ix_biometrics_person", "biometrics", ["person"])


def _restrictions() -> None:
    op.create_table(
        "restrictions",
        _record(),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("channels", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date()),
        sa.Column("reason", sa.Text(), nullable=False),
        *_who("added"),
        sa.Column("lifted_at", _UTC),
        sa.Column("lifted_by", sa.Text()),
        sa.CheckConstraint("channels <> ''", name=op.f("ck_restrictions_channels")),
        _of_person("restrictions"),
        sa.PrimaryKeyConstraint("id", name="pk_restrictions"),
    )
    op.create_index("ix_restrictions_person", "restrictions", ["person"])


def _templates() -> None:
    op.create_table(
        "templates",
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("reader_version", sa.String(200), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        *_who("made"),
        _of_person("templates"),
        sa.PrimaryKeyConstraint("person", "reader_version", name="pk_templates"),
    )
    op.create_table(
        "template_references",
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("reader_version", sa.String(200), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("quality", sa.Text(), nullable=False),
        sa.Column("taken_on", sa.Date()),
        sa.ForeignKeyConstraint(
            ["person", "reader_version"],
            ["templates.person", "templates.reader_version"],
            name="fk_template_references_person_reader_version",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "person", "reader_version", "sha256", name="pk_template_references"
        ),
    )


def _photos() -> None:
    op.create_table(
        "photos",
        _id(),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_photos"),
        sa.UniqueConstraint("sha256", name="uq_photos_sha256"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "drops",
        _id(),
        sa.Column("photo_id", _NUMBER, nullable=False),
        sa.Column("original", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("modified_ns", sa.BigInteger(), nullable=False),
        sa.Column("at", _UTC, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("duplicate_of", sa.Text()),
        sa.ForeignKeyConstraint(["photo_id"], ["photos.id"], name="fk_drops_photo_id"),
        sa.PrimaryKeyConstraint("id", name="pk_drops"),
        sa.UniqueConstraint(
            "original", "photo_id", "modified_ns", name="uq_drops_original_photo_id_modified_ns"
        ),
        sqlite_autoincrement=True,
    )
    for column in ("photo_id", "name", "event"):
        op.create_index(f"ix_drops_{column}", "drops", [column])


def _judgements() -> None:
    op.create_table(
        "judgements",
        _id(),
        sa.Column("photo_id", _NUMBER, nullable=False),
        sa.Column("at", _UTC, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("software", sa.Text(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("engine", sa.Text(), nullable=False),
        sa.Column("register", sa.BigInteger(), nullable=False),
        sa.Column("show", sa.Float(53), nullable=False),
        sa.Column("veto", sa.Float(53), nullable=False),
        sa.Column("margin", sa.Float(53), nullable=False),
        sa.Column("faces", sa.JSON(), nullable=False),
        sa.Column("matches", sa.JSON(), nullable=False),
        sa.Column("search", sa.JSON()),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("seconds", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["photo_id"], ["photos.id"], name="fk_judgements_photo_id"),
        sa.PrimaryKeyConstraint("id", name="pk_judgements"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_judgements_photo_id", "judgements", ["photo_id"])


def _decisions() -> None:
    op.create_table(
        "decisions",
        _id(),
        sa.Column("judgement_id", _NUMBER, nullable=False),
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("faces", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "verdict IN ('approve', 'blur', 'block', 'review')",
            name=op.f("ck_decisions_verdict"),
        ),
        sa.ForeignKeyConstraint(
            ["judgement_id"], ["judgements.id"], name="fk_decisions_judgement_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
        sa.UniqueConstraint("judgement_id", "channel", name="uq_decisions_judgement_id_channel"),
        sqlite_autoincrement=True,
    )


def _releases() -> None:
    op.create_table(
        "releases",
        _id(),
        sa.Column("judgement_id", _NUMBER, nullable=False),
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", _UTC),
        sa.ForeignKeyConstraint(
            ["judgement_id"], ["judgements.id"], name="fk_releases_judgement_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_releases"),
        sa.UniqueConstraint("judgement_id", "channel", name="uq_releases_judgement_id_channel"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_releases_sha256", "releases", ["sha256"])
    op.create_index("ix_releases_path", "releases", ["path"])
    op.create_index(
        "uq_releases_current_path",
        "releases",
        ["path"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("sequence", _NUMBER, nullable=False, autoincrement=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_audit"),
    )
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_single")),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )
    op.execute("INSERT INTO audit_head (id, sequence, hash) VALUES (1, 0, '')")


def upgrade() -> None:
    """Make the tables, then what keeps history from being changed."""
    _register()
    _people()
    _permissions()
    _restrictions()
    _templates()
    _photos()
    _judgements()
    _decisions()
    _releases()
    _audit()
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgresql()


def _guard_sqlite() -> None:
    for table, name, when in _SQLITE_GUARDS:
        op.execute(
            f"CREATE TRIGGER {table}_{name} BEFORE {when} BEGIN SELECT RAISE(ABORT, "
            f"'rows of {table} are history and are never changed'); END"
        )


def _guard_postgresql() -> None:
    op.execute(_REFUSE)
    for name, when, condition in _POSTGRESQL_GUARDS:
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {when} {condition} EXECUTE FUNCTION photogate_refuse()"
        )


_SQLITE_GUARDS = (
    ("consents", "no_update", "UPDATE ON consents"),
    ("consents", "no_delete", "DELETE ON consents"),
    (
        "consents",
        "no_replace",
        "INSERT ON consents WHEN EXISTS (SELECT 1 FROM consents WHERE id = NEW.id)",
    ),
    ("biometrics", "no_update", "UPDATE ON biometrics"),
    ("biometrics", "no_delete", "DELETE ON biometrics"),
    (
        "biometrics",
        "no_replace",
        "INSERT ON biometrics WHEN EXISTS (SELECT 1 FROM biometrics WHERE id = NEW.id)",
    ),
    ("audit", "no_update", "UPDATE ON audit"),
    ("audit", "no_delete", "DELETE ON audit"),
    (
        "audit",
        "no_replace",
        "INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE sequence = NEW.sequence)",
    ),
    (
        "restrictions",
        "only_lift",
        "UPDATE ON restrictions WHEN OLD.lifted_at IS NOT NULL"
        " OR NEW.id IS NOT OLD.id OR NEW.person IS NOT OLD.person"
        " OR NEW.channels IS NOT OLD.channels OR NEW.valid_from IS NOT OLD.valid_from"
        " OR NEW.valid_until IS NOT OLD.valid_until OR NEW.reason IS NOT OLD.reason"
        " OR NEW.added_at IS NOT OLD.added_at OR NEW.added_by IS NOT OLD.added_by",
    ),
    ("restrictions", "no_delete", "DELETE ON restrictions"),
    (
        "restrictions",
        "no_replace",
        "INSERT ON restrictions WHEN EXISTS (SELECT 1 FROM restrictions WHERE id = NEW.id)",
    ),
)

_REFUSE = """
CREATE OR REPLACE FUNCTION photogate_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are history and are never changed', TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END $$
"""

_POSTGRESQL_GUARDS = (
    ("consents_no_change", "UPDATE OR DELETE ON consents", "FOR EACH ROW"),
    ("consents_no_truncate", "TRUNCATE ON consents", "FOR EACH STATEMENT"),
    ("biometrics_no_change", "UPDATE OR DELETE ON biometrics", "FOR EACH ROW"),
    ("biometrics_no_truncate", "TRUNCATE ON biometrics", "FOR EACH STATEMENT"),
    ("audit_no_change", "UPDATE OR DELETE ON audit", "FOR EACH ROW"),
    ("audit_no_truncate", "TRUNCATE ON audit", "FOR EACH STATEMENT"),
    (
        "restrictions_only_lift",
        "UPDATE ON restrictions",
        "FOR EACH ROW WHEN (OLD.lifted_at IS NOT NULL OR"
        " ROW(NEW.id, NEW.person, NEW.channels, NEW.valid_from, NEW.valid_until, NEW.reason,"
        " NEW.added_at, NEW.added_by) IS DISTINCT FROM"
        " ROW(OLD.id, OLD.person, OLD.channels, OLD.valid_from, OLD.valid_until, OLD.reason,"
        " OLD.added_at, OLD.added_by))",
    ),
    ("restrictions_no_delete", "DELETE ON restrictions", "FOR EACH ROW"),
    ("restrictions_no_truncate", "TRUNCATE ON restrictions", "FOR EACH STATEMENT"),
)
