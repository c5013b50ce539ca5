"""The database's own refusal to change history."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, MetaData, event, text

APPEND_ONLY = {
    "consents": "id",
    "biometrics": "id",
    "audit": "sequence",
    "calibrations": "id",
    "statements": "id",
    "statements_taken_back": "statement",
    "approvals": "id",
    "links": "id",
    "locks": "id",
    "incidents": "id",
    "incident_photos": "id",
    "incident_notes": "id",
    "release_events": "id",
}
"""Tables in which rows are only ever added, each with its key."""

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

_REFUSE = """
CREATE OR REPLACE FUNCTION photogate_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are history and are never changed', TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END $$
"""


def _sqlite_trigger(name: str, when: str, table: str) -> str:
    return (
        f"CREATE TRIGGER {table}_{name} BEFORE {when} BEGIN "
        f"SELECT RAISE(ABORT, 'rows of {table} are history and are never changed'); END"
    )


def _no_removal_sqlite(table: str, key: str) -> list[str]:
    # REPLACE removes the old row without asking the trigger on DELETE.
    taken = f"EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"  # noqa: S608 - own names
    return [
        _sqlite_trigger("no_delete", f"DELETE ON {table}", table),
        _sqlite_trigger("no_replace", f"INSERT ON {table} WHEN {taken}", table),
    ]


def _append_only_sqlite(table: str, key: str) -> list[str]:
    no_update = _sqlite_trigger("no_update", f"UPDATE ON {table}", table)
    return [no_update, *_no_removal_sqlite(table, key)]


def _append_only_postgresql(table: str) -> list[str]:
    refuse = "EXECUTE FUNCTION photogate_refuse()"
    return [
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW {refuse}",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT {refuse}",
    ]


def _only_lifting_sqlite() -> list[str]:
    changed = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in _LIFTING_KEEPS)
    when = f"UPDATE ON restrictions WHEN OLD.lifted_at IS NOT NULL OR {changed}"
    return [
        _sqlite_trigger("only_lift", when, "restrictions"),
        *_no_removal_sqlite("restrictions", "id"),
    ]


def _only_lifting_postgresql() -> list[str]:
    new = ", ".join(f"NEW.{name}" for name in _LIFTING_KEEPS)
    old = ", ".join(f"OLD.{name}" for name in _LIFTING_KEEPS)
    changed = f"OLD.lifted_at IS NOT NULL OR ROW({new}) IS DISTINCT FROM ROW({old})"
    refuse = "EXECUTE FUNCTION photogate_refuse()"
    return [
        f"CREATE TRIGGER restrictions_only_lift BEFORE UPDATE ON restrictions "
        f"FOR EACH ROW WHEN ({changed}) {refuse}",
        f"CREATE TRIGGER restrictions_no_delete BEFORE DELETE ON restrictions "
        f"FOR EACH ROW {refuse}",
        f"CREATE TRIGGER restrictions_no_truncate BEFORE TRUNCATE ON restrictions "
        f"FOR EACH STATEMENT {refuse}",
    ]


def _listen(metadata: MetaData, table: str, dialect: str, statements: list[str]) -> None:
    for statement in statements:
        event.listen(metadata.tables[table], "after_create", _running(statement, dialect))


def _running(statement: str, dialect: str) -> Callable[..., None]:
    def run(_target: object, connection: Connection, **_options: object) -> None:
        if connection.dialect.name == dialect:
            connection.execute(text(statement))

    return run


def attach(metadata: MetaData) -> None:
    """Have the triggers made together with the tables."""
    event.listen(metadata, "before_create", _running(_REFUSE, "postgresql"))
    for table, key in APPEND_ONLY.items():
        _listen(metadata, table, "sqlite", _append_only_sqlite(table, key))
        _listen(metadata, table, "postgresql", _append_only_postgresql(table))
    _listen(metadata, "restrictions", "sqlite", _only_lifting_sqlite())
    _listen(metadata, "restrictions", "postgresql", _only_lifting_postgresql())
