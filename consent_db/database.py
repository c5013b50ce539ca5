"""The register's database: opened for each use, changed in whole transactions only."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, select, text

from consent_db import engine as engines
from consent_db.failures import mapped
from consent_db.schema import releases
from consent_db.sealed import attach
from consent_db.transaction import Transaction
from consent_db.upgrade import upgrade
from gate.errors import RegisterError, RegisterUnreachable
from gate.ports import Clock, Sealer

BUSY_SECONDS = 30.0
"""How long a writer waits for another one."""


Aftermath = Callable[[Transaction], None]
"""What follows for released copies from a change that touched people; part of the change."""


def no_aftermath(tx: Transaction) -> None:
    """For registers without released copies. Raises RegisterError when it matters."""
    if tx.touched and tx.connection.execute(select(releases.c.id).limit(1)).first() is not None:
        raise RegisterError(
            "Copies have been released, and what this change means for them cannot be told here. "
            "Nothing was stored."
        )


class Database:
    """A register at an address: a SQLite file (``sqlite:///path``) or PostgreSQL.

    Making one opens nothing. It may be used by several threads and processes at once and be sent
    to a worker process: every use has a connection of its own. ``sealer`` seals what names or
    shows somebody; without it, nothing of that can be stored or read. ``aftermath`` draws the
    consequences for released copies before a change or a judgement is stored. Raises
    SettingsError when the address cannot be used.
    """

    def __init__(
        self,
        url: str,
        clock: Clock,
        *,
        busy_seconds: float = BUSY_SECONDS,
        sealer: Sealer | None = None,
        aftermath: Aftermath = no_aftermath,
    ) -> None:
        self._url = engines.parse(url)
        self._clock = clock
        self._sealer = sealer
        self._aftermath = aftermath
        self._busy_seconds = busy_seconds
        self._engine = engines.make(self._url, busy_seconds)

    def __reduce__(self) -> tuple[object, ...]:
        whole = self._url.render_as_string(hide_password=False)
        parts = (self._clock, self._busy_seconds, self._sealer, self._aftermath)
        return _rebuilt, (whole, *parts)

    @property
    def place(self) -> str:
        """Where the register is, for messages; without any password."""
        return self._url.render_as_string(hide_password=True)

    def migrate(self) -> None:
        """Make the register, or bring it up to date.

        A SQLite file is made readable and writable for its owner only. Raises RegisterUnreachable
        when its folder is missing or the register was made by a newer version.
        """
        if self._url.drivername == "sqlite":
            self._make_file(Path(str(self._url.database)))
        with self._begun(writes=True) as connection:
            sealed = upgrade(connection)
        if sealed:
            self._empty_log()
            self._rewrite_tables(sealed)

    def _make_file(self, path: Path) -> None:
        try:
            path.touch(mode=0o600, exist_ok=True)
            path.chmod(0o600)
        except OSError as error:
            raise RegisterUnreachable(
                f"The register {self.place} cannot be made: {error.strerror}. "
                "Check that its folder is there and belongs to you."
            ) from error
        with mapped(self.place), self._engine.connect() as connection:
            # Outside a transaction: SQLite changes the journal only there, and remembers it.
            connection.connection.execute("PRAGMA journal_mode = WAL")

    @contextmanager
    def transaction(self, actor: str) -> Iterator[Transaction]:
        """A change by this person: stored whole on leaving, undone when an error leaves it.

        Changes come one after the other, over all processes. Raises RegisterUnreachable, and
        RegisterError when a rule of the register is broken.
        """
        who = actor.strip()
        if not who:
            raise RegisterError("Say who makes this change; nothing was stored.")
        with self._begun(writes=True) as connection:
            transaction = Transaction(connection, who, self._clock())
            yield transaction
            if transaction.touched or transaction.judged:
                self._aftermath(transaction)
            transaction.finish()
        if transaction.wiped:
            self._empty_log()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one consistent state. Raises RegisterUnreachable."""
        with self._begun(writes=False) as connection:
            yield connection

    @contextmanager
    def _begun(self, *, writes: bool) -> Iterator[Connection]:
        options = engines.options(self._engine, writes=writes)
        with (
            mapped(self.place),
            self._engine.connect() as connection,
            connection.execution_options(**options).begin(),
        ):
            if writes:
                engines.lock_writers(connection, self._busy_seconds)
            if self._sealer is not None:
                self._sealer.refresh()
            attach(connection, self._sealer)
            yield connection

    def _empty_log(self) -> None:
        """Have SQLite move what was overwritten out of its write-ahead log and cut the log off."""
        if self._url.drivername == "sqlite":
            with mapped(self.place), self._engine.connect() as connection:
                connection.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _rewrite_tables(self, tables: Collection[str]) -> None:
        """Have PostgreSQL give up the rows as they were before they were sealed."""
        if self._url.drivername == "sqlite":
            return
        with (
            mapped(self.place),
            self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
        ):
            for table in sorted(tables):
                connection.execute(text(f"VACUUM FULL {table}"))


def _rebuilt(
    url: str, clock: Clock, busy_seconds: float, sealer: Sealer | None, aftermath: Aftermath
) -> Database:
    return Database(url, clock, busy_seconds=busy_seconds, sealer=sealer, aftermath=aftermath)
