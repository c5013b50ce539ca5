"""Names, reasons and face templates are sealed with a key of each person and photo.

What lies there open is sealed on the way, so that no row is ever half of both. The words that bind
a sealed value to its place are those of the code as it was written; they never change.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import Any

import sqlalchemy as sa
from alembic import context, op

from consent_db.sealed import sealer_of
from gate.ports import KeyKind

revision = "0005"
down_revision = "0004"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_UTC = sa.DateTime(timezone=True)
_GUARDED = ("restrictions", "statements", "statements_taken_back")
_LIFTING_KEEPS = (
    "id",
    "person",
    "channels",
    "valid_from",
    "valid_until",
    "sealed_reason",
    "added_at",
    "added_by",
)


def upgrade() -> None:
    """Seal what lies there open."""
    guards = _lift_guards()
    _people()
    _reasons()
    _vectors()
    _drops()
    _put_back(guards)


# --- rows ---------------------------------------------------------------------------------------


def _people() -> None:
    op.add_column("people", sa.Column("sealed_names", sa.LargeBinary()))
    rows = _rows("SELECT ref, given_name, family_name FROM people")
    _prepare(KeyKind.PERSON, (row.ref for row in rows))
    _update(
        "UPDATE people SET sealed_names = :sealed WHERE ref = :key",
        [
            {"key": r.ref, "sealed": _texts(KeyKind.PERSON, r.ref, r[1:], "people.sealed_names")}
            for r in rows
        ],
        "people",
    )
    for name in ("given_name", "family_name"):
        op.drop_column("people", name)


def _reasons() -> None:
    of_photo = "SELECT s.id, p.sha256, s.reason FROM statements s JOIN photos p ON p.id = photo_id"
    taken_back = (
        "SELECT b.statement, p.sha256, b.reason FROM statements_taken_back b "
        "JOIN statements s ON s.id = b.statement JOIN photos p ON p.id = s.photo_id"
    )
    restricted = "SELECT id, person, reason FROM restrictions"
    photo, person = KeyKind.PHOTO, KeyKind.PERSON
    _reason("statements", "id", of_photo, photo, "statements.sealed_reason")
    _reason("statements_taken_back", "statement", taken_back, photo, "statements.sealed_reason")
    _reason("restrictions", "id", restricted, person, "restrictions.sealed_reason")


def _reason(table: str, key: str, query: str, kind: KeyKind, place: str) -> None:
    op.add_column(table, sa.Column("sealed_reason", sa.LargeBinary()))
    rows = _rows(query)
    _prepare(kind, (row[1] for row in rows))
    _update(
        f"UPDATE {table} SET sealed_reason = :sealed WHERE {key} = :key",  # noqa: S608 - own names
        [{"key": row[0], "sealed": _text(kind, row[1], row[2], place)} for row in rows],
        table,
    )
    op.drop_column(table, "reason")


def _vectors() -> None:
    query = "SELECT person, reader_version, vector FROM templates"
    rows = _rows(query)
    _prepare(KeyKind.TEMPLATE, (row.person for row in rows))
    _update(
        "UPDATE templates SET vector = :sealed WHERE person = :p AND reader_version = :r",
        [{"p": r[0], "r": r[1], "sealed": _vector(r[0], r[2], r[1])} for r in rows],
        "templates",
    )
    rows = _rows(
        "SELECT person, reader_version, vector, sha256 FROM template_references "
        "WHERE vector IS NOT NULL"
    )
    _update(
        "UPDATE template_references SET vector = :sealed "
        "WHERE person = :p AND reader_version = :r AND sha256 = :s",
        [
            {"p": r[0], "r": r[1], "s": r[3], "sealed": _vector(r[0], r[2], r[1], r[3])}
            for r in rows
        ],
        "template_references",
    )


# --- drops --------------------------------------------------------------------------------------


_KEPT = ("id", "photo_id", "size", "modified_ns", "at", "by")
_INDEXED = ("original", "name", "event")


def _drops() -> None:
    rows = _rows("SELECT d.*, p.sha256 FROM drops d JOIN photos p ON p.id = d.photo_id")
    _prepare(KeyKind.PHOTO, (row.sha256 for row in rows))
    changed = [_drop(row) for row in rows]
    if op.get_bind().dialect.name == "sqlite":
        _drops_anew(changed)
    else:
        _drops_in_place(changed)
    for column in (f"{name}_index" for name in _INDEXED[1:]):
        op.create_index(f"ix_drops_{column}", "drops", [column])


def _drop(row: Any) -> dict[str, Any]:  # noqa: ANN401
    index = sealer_of(op.get_bind()).index
    first = () if row.duplicate_of is None else (row.duplicate_of,)
    texts = (row.original, row.event, *first)
    return {
        **{name: getattr(row, name) for name in _KEPT},
        "sealed_names": _texts(KeyKind.PHOTO, row.sha256, texts, "drops.sealed_names"),
        "original_index": index("drops.original", row.original),
        "name_index": index("drops.name", PurePosixPath(row.original).name),
        "event_index": index("drops.event", row.event),
    }


def _drops_in_place(changed: list[dict[str, Any]]) -> None:
    op.add_column("drops", sa.Column("sealed_names", sa.LargeBinary()))
    for name in _INDEXED:
        op.add_column("drops", sa.Column(f"{name}_index", sa.String(64)))
    fresh = ("sealed_names", *(f"{name}_index" for name in _INDEXED))
    setting = ", ".join(f"{name} = :{name}" for name in fresh)
    _update(f"UPDATE drops SET {setting} WHERE id = :id", changed, "drops")  # noqa: S608
    for name in _INDEXED:
        op.alter_column("drops", f"{name}_index", nullable=False)
    for name in (*_INDEXED, "duplicate_of"):
        op.drop_column("drops", name)
    op.create_unique_constraint(
        "uq_drops_original_index_photo_id_modified_ns",
        "drops",
        ["original_index", "photo_id", "modified_ns"],
    )


def _drops_anew(changed: list[dict[str, Any]]) -> None:
    """SQLite cannot drop a column that a constraint names; no other table refers to drops."""
    op.drop_table("drops")
    op.create_table(
        "drops",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("photo_id", _NUMBER, nullable=False),
        sa.Column("sealed_names", sa.LargeBinary()),
        *(sa.Column(f"{name}_index", sa.String(64), nullable=False) for name in _INDEXED),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("modified_ns", sa.BigInteger(), nullable=False),
        sa.Column("at", _UTC, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["photo_id"], ["photos.id"], name="fk_drops_photo_id"),
        sa.PrimaryKeyConstraint("id", name="pk_drops"),
        sa.UniqueConstraint(
            "original_index",
            "photo_id",
            "modified_ns",
            name="uq_drops_original_index_photo_id_modified_ns",
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_drops_photo_id", "drops", ["photo_id"])
    names = (*_KEPT, "sealed_names", *(f"{name}_index" for name in _INDEXED))
    columns = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(f":{name}" for name in names)
    _update(f"INSERT INTO drops ({columns}) VALUES ({values})", changed, "drops")  # noqa: S608


# --- guards of history --------------------------------------------------------------------------


def _lift_guards() -> Sequence[Any]:
    """Let history be rewritten for this once; returns what SQLite had."""
    if op.get_bind().dialect.name != "sqlite":
        for table in _GUARDED:
            op.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        op.execute("DROP TRIGGER restrictions_only_lift ON restrictions")
        return ()
    guards = [
        row
        for row in _rows("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
        if row.tbl_name in _GUARDED
    ]
    for row in guards:
        op.execute(f"DROP TRIGGER {row.name}")
    return guards


def _put_back(guards: Sequence[Any]) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for row in guards:
            if row.name != "restrictions_only_lift":
                op.execute(sa.text(row.sql.replace(":", r"\:")))
        changed = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in _LIFTING_KEEPS)
        op.execute(
            "CREATE TRIGGER restrictions_only_lift BEFORE UPDATE ON restrictions "
            f"WHEN OLD.lifted_at IS NOT NULL OR {changed} BEGIN SELECT RAISE(ABORT, "
            "'rows of restrictions are history and are never changed'); END"
        )
        return
    new, old = (", ".join(f"{row}.{name}" for name in _LIFTING_KEEPS) for row in ("NEW", "OLD"))
    op.execute(
        "CREATE TRIGGER restrictions_only_lift BEFORE UPDATE ON restrictions FOR EACH ROW "
        f"WHEN (OLD.lifted_at IS NOT NULL OR ROW({new}) IS DISTINCT FROM ROW({old})) "
        "EXECUTE FUNCTION photogate_refuse()"
    )
    for table in _GUARDED:
        op.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


# --- sealing ------------------------------------------------------------------------------------


def _rows(query: str) -> Sequence[Any]:
    return op.get_bind().execute(sa.text(query)).all()


def _update(statement: str, rows: list[dict[str, Any]], table: str) -> None:
    if rows:
        op.get_bind().execute(sa.text(statement), rows)
        context.config.attributes["sealed"].add(table)


def _prepare(kind: KeyKind, subjects: Iterable[str]) -> None:
    wanted = set(subjects)
    if wanted:
        sealer_of(op.get_bind()).prepare(kind, wanted)


def _text(kind: KeyKind, subject: str, text: str, place: str) -> bytes:
    plain = text.encode("utf-8", "surrogatepass")
    return sealer_of(op.get_bind()).seal(kind, subject, plain, context=place)


def _texts(kind: KeyKind, subject: str, texts: Sequence[str], place: str) -> bytes:
    return _text(kind, subject, json.dumps(list(texts), separators=(",", ":")), place)


def _vector(ref: str, vector: bytes, *place: str) -> bytes:
    context_ = "/".join(("templates.vector", *place))
    return sealer_of(op.get_bind()).seal(KeyKind.TEMPLATE, ref, bytes(vector), context=context_)
