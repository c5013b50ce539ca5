"""The audit log: whatever is changed in it, removed or put in is found and named; any database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

import pytest
from sqlalchemy import Connection, text

from consent_db import audit
from consent_db.database import Database
from gate.errors import AuditBroken, RegisterError

ENTRIES = 6
GUARDS = {
    "sqlite": ("no_update", "no_delete", "no_replace"),
    "postgresql": ("no_change", "no_truncate"),
}


@pytest.fixture
def log(database: Database) -> Database:
    for number in range(1, ENTRIES + 1):
        with database.transaction("admin") as tx:
            tx.audit("thing.done", f"P{number}", {"number": number, "with": ["é", None]})
    return database


def verified(database: Database) -> int:
    with database.reading() as connection:
        return audit.verify(connection)


def broken_at(database: Database) -> int:
    with pytest.raises(AuditBroken) as caught:
        verified(database)
    assert f"Entry {caught.value.sequence} " in str(caught.value)
    return caught.value.sequence


def tamper(database: Database, *statements: str) -> None:
    """Change the log as somebody can who owns the database."""
    with database.transaction("intruder") as tx:
        unguard(tx.connection)
        for statement in statements:
            tx.connection.execute(text(statement))


def unguard(connection: Connection) -> None:
    suffix = " ON audit" if connection.dialect.name == "postgresql" else ""
    for guard in GUARDS[connection.dialect.name]:
        connection.execute(text(f"DROP TRIGGER audit_{guard}{suffix}"))


def test_an_empty_log_holds(database: Database) -> None:
    assert verified(database) == 0


def test_a_log_that_nobody_touched_holds(log: Database) -> None:
    assert verified(log) == ENTRIES
    with log.reading() as connection:
        assert [entry.sequence for entry in audit.entries(connection)] == list(range(1, 7))
        assert [entry.sequence for entry in audit.entries(connection, after=4)] == [5, 6]


def test_an_entry_can_be_checked_by_anybody_from_its_export(log: Database) -> None:
    with log.reading() as connection:
        exported = [entry.as_dict() for entry in audit.entries(connection)]
    previous = ""
    for entry in exported:
        stated = entry.pop("hash")
        assert entry["previous"] == previous
        whole = json.dumps(entry, sort_keys=True, separators=(",", ":"))
        previous = hashlib.sha256(whole.encode()).hexdigest()
        assert stated == previous


def test_what_is_undone_leaves_no_gap(log: Database) -> None:
    with pytest.raises(RegisterError), log.transaction("admin") as tx:
        tx.audit("thing.done", "P1", {})
        raise RegisterError("no")
    with log.transaction("admin") as tx:
        tx.audit("thing.done", "P1", {})
    assert verified(log) == ENTRIES + 1


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", "'2020-01-01T00:00:00.000000+00:00'"),
        ("actor", "'nobody'"),
        ("action", "'thing.undone'"),
        ("subject", "'P7'"),
        ("details", "replace(details, 'number', 'nomber')"),
        ("details", "details || ' '"),
        ("previous", f"'{'0' * 64}'"),
        ("hash", f"'{'0' * 64}'"),
    ],
)
@pytest.mark.parametrize("sequence", [1, 3, ENTRIES])
def test_any_changed_entry_is_named(log: Database, column: str, value: str, sequence: int) -> None:
    tamper(log, f"UPDATE audit SET {column} = {value} WHERE sequence = {sequence}")  # noqa: S608
    assert broken_at(log) == sequence


@pytest.mark.parametrize(
    ("statements", "first"),
    [
        (["DELETE FROM audit WHERE sequence = 1"], 1),
        (["DELETE FROM audit WHERE sequence = 3"], 3),
        (["DELETE FROM audit WHERE sequence > 4"], 5),
        (["DELETE FROM audit"], 1),
        (["DELETE FROM audit_head"], ENTRIES + 1),
        (["DELETE FROM audit WHERE sequence = 6", "UPDATE audit_head SET sequence = 5"], 6),
        (["UPDATE audit SET sequence = sequence + 10 WHERE sequence >= 4"], 4),
        (
            [
                "INSERT INTO audit SELECT 7, at, actor, action, subject, details, hash, hash"
                " FROM audit WHERE sequence = 6"
            ],
            7,
        ),
    ],
    ids=["first", "middle", "tail", "all", "head", "tail and head", "renumbered", "put in"],
)
def test_whatever_is_removed_or_put_in_is_named(
    log: Database, statements: Sequence[str], first: int
) -> None:
    tamper(log, *statements)
    assert broken_at(log) == first


def test_an_entry_written_anew_with_a_fitting_hash_breaks_the_next_one(log: Database) -> None:
    with log.reading() as connection:
        entry = list(audit.entries(connection))[2]
    forged = audit.digest(3, [entry.at, "nobody", *list(entry.as_dict().values())[3:7]])  # type: ignore[list-item]
    tamper(log, f"UPDATE audit SET actor = 'nobody', hash = '{forged}' WHERE sequence = 3")  # noqa: S608
    assert broken_at(log) == 4


def test_nothing_is_added_to_a_log_that_was_cut(log: Database) -> None:
    tamper(log, "DELETE FROM audit WHERE sequence = 6")
    with pytest.raises(AuditBroken, match="restore"), log.transaction("admin") as tx:
        tx.audit("thing.done", "P1", {})
    assert broken_at(log) == ENTRIES


def test_details_that_are_no_json_stop_the_change(log: Database) -> None:
    with pytest.raises(ValueError, match="JSON"), log.transaction("admin") as tx:
        tx.audit("thing.done", "P1", {"score": float("nan")})
    assert verified(log) == ENTRIES
