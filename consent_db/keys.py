"""The key store: wrapped keys in a file of its own, away from what they open.

It lies outside of the site, because a backup of both together would bring back what was erased.
Not in the write-ahead mode of the register: there destroyed keys would lie in the log for a while,
and a copy of the store would need several files.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from gate.errors import KeysUnusable
from gate.ports import StoredKey

_BUSY_SECONDS = 30.0
_MANY = 500
_TABLES = (
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID",
    "CREATE TABLE keys (kind TEXT NOT NULL, subject TEXT NOT NULL, id BLOB NOT NULL, wrapped BLOB,"
    " PRIMARY KEY (kind, subject)) WITHOUT ROWID",
)
_ADD = """
INSERT INTO keys (kind, subject, id, wrapped) VALUES (?, ?, ?, ?)
ON CONFLICT (kind, subject) DO UPDATE SET id = excluded.id, wrapped = excluded.wrapped
WHERE keys.wrapped IS NULL
"""


class SqlKeyStore:
    """The store in this file; ``site`` is the id of the site that it belongs to.

    Every method raises KeysUnusable. Destroyed keys are overwritten, and their row stays, so that
    "destroyed" and "lost" can be told apart.
    """

    def __init__(self, path: Path, site: str) -> None:
        self._path = path
        self._site = site

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    def create(self, check: bytes) -> None:
        """Make a new store; ``check`` is what only its site key opens."""
        if self._path.exists():
            raise KeysUnusable(f"There is a key store already: {self._path}.")
        with self._mapped():
            self._path.touch(mode=0o600)
            with closing(self._opened()) as connection, _transaction(connection):
                for table in _TABLES:
                    connection.execute(table)
                rows = {"site": self._site, "check": check, "generation": 0}
                connection.executemany("INSERT INTO meta VALUES (?, ?)", list(rows.items()))

    def check(self) -> bytes:
        """What only the site key opens."""
        with self._reading() as connection:
            if _meta(connection, "site") != self._site:
                raise KeysUnusable(
                    f"The key store {self._path} belongs to another site. Put this site's own "
                    "back from its copy."
                )
            return _bytes(_meta(connection, "check"))

    def generation(self) -> int:
        """Rises when a key is destroyed and when all are wrapped anew."""
        with self._reading() as connection:
            return int(str(_meta(connection, "generation")))

    def read(self, kind: str, subjects: Collection[str] | None = None) -> dict[str, StoredKey]:
        """The keys of these subjects (None: of all) that there are, also destroyed ones."""
        everything = "SELECT subject, id, wrapped FROM keys WHERE kind = ?"
        with self._reading() as connection:
            if subjects is None or len(subjects) > _MANY:
                rows = connection.execute(everything, [kind]).fetchall()
                wanted = None if subjects is None else frozenset(subjects)
            else:
                marks = ", ".join("?" * len(subjects))
                some = f"{everything} AND subject IN ({marks})"
                rows = connection.execute(some, [kind, *subjects]).fetchall()
                wanted = None
        return {
            subject: StoredKey(number, wrapped)
            for subject, number, wrapped in rows
            if wanted is None or subject in wanted
        }

    def add(self, kind: str, keys: Mapping[str, StoredKey], check: bytes) -> bool:
        """Store keys where there is none, unless they are wrapped with an outdated site key."""
        with self._writing() as connection:
            if _meta(connection, "check") != check:
                return False
            rows = [(kind, subject, key.id, key.wrapped) for subject, key in keys.items()]
            connection.executemany(_ADD, rows)
        return True

    def destroy(self, kind: str, subject: str) -> bool:
        """Overwrite a key; whether there was one."""
        with self._writing() as connection:
            done = connection.execute(
                "UPDATE keys SET wrapped = NULL "
                "WHERE kind = ? AND subject = ? AND wrapped IS NOT NULL",
                [kind, subject],
            )
            if done.rowcount:
                _next_generation(connection)
        return bool(done.rowcount)

    def rewrap(self, change: Callable[[str, str, bytes], bytes], check: bytes) -> int:
        """Replace every wrapped key in one transaction; how many there were."""
        with self._writing() as connection:
            rows = connection.execute(
                "SELECT kind, subject, wrapped FROM keys WHERE wrapped IS NOT NULL"
            ).fetchall()
            changed = [(change(*row), row[0], row[1]) for row in rows]
            connection.executemany(
                "UPDATE keys SET wrapped = ? WHERE kind = ? AND subject = ?", changed
            )
            connection.execute("UPDATE meta SET value = ? WHERE name = 'check'", [check])
            _next_generation(connection)
        return len(rows)

    def count(self) -> dict[str, tuple[int, int]]:
        """By kind: how many keys there are, and how many were destroyed."""
        query = (
            "SELECT kind, count(wrapped), count(*) - count(wrapped) FROM keys "
            "GROUP BY kind ORDER BY kind"
        )
        with self._reading() as connection:
            return {kind: (there, gone) for kind, there, gone in connection.execute(query)}

    # --- inside ---------------------------------------------------------------------------------

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._mapped(), closing(self._opened()) as connection:
            # Not opened read-only: what a stop cut short must be undone before reading.
            connection.execute("PRAGMA query_only = ON")
            with _transaction(connection, "BEGIN"):
                yield connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._mapped(), closing(self._opened()) as connection, _transaction(connection):
            yield connection

    def _opened(self) -> sqlite3.Connection:
        if not self._path.is_file():
            raise KeysUnusable(
                f"The key store {self._path} is not there. Nothing is judged or released until "
                "it is back from its newest copy; docs/keys.md says how."
            )
        connection = sqlite3.connect(
            f"{self._path.absolute().as_uri()}?mode=rw",
            uri=True,
            timeout=_BUSY_SECONDS,
            isolation_level=None,
        )
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA journal_mode = TRUNCATE")
        return connection

    @contextmanager
    def _mapped(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise KeysUnusable(
                f"The key store {self._path} cannot be used: {error}. Check who owns it and that "
                "its disk has room; if it is damaged, put its newest copy back."
            ) from error
        except OSError as error:
            raise KeysUnusable(
                f"The key store {self._path} cannot be opened ({error.strerror})."
            ) from error


@contextmanager
def _transaction(connection: sqlite3.Connection, begin: str = "BEGIN IMMEDIATE") -> Iterator[None]:
    connection.execute(begin)
    with connection:
        yield


def _meta(connection: sqlite3.Connection, name: str) -> object:
    row = connection.execute("SELECT value FROM meta WHERE name = ?", [name]).fetchone()
    if row is None:
        raise KeysUnusable("The key store is damaged. Put its newest copy back.")
    return row[0]


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""


def _next_generation(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE meta SET value = value + 1 WHERE name = 'generation'")
