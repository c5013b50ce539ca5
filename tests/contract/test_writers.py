"""Several programs at once: changes come one after the other and none is lost; any database."""

from __future__ import annotations

import multiprocessing
import pickle
import threading
from datetime import UTC, datetime

import pytest

from consent_db import audit, people
from consent_db.database import Database
from consent_db.register import SqlRegister
from gate.errors import RegisterUnreachable, SettingsError
from tests.registers import READER, StandingClock, person

WRITERS, CHANGES = 3, 8


def now() -> datetime:
    return datetime.now(UTC)


def write(database: Database, writer: int) -> None:
    for number in range(CHANGES):
        with database.transaction(f"writer {writer}") as tx:
            people.add_or_change(tx, person(f"P{writer}-{number}"))


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes_write_one_after_the_other(register_url: str, method: str) -> None:
    database = Database(register_url, now)
    with database.reading():
        pass
    context = multiprocessing.get_context(method)
    writers = [context.Process(target=write, args=(database, n)) for n in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0] * WRITERS
    snapshot = SqlRegister(database, READER).snapshot()
    assert len(snapshot.people) == snapshot.revision == WRITERS * CHANGES
    with database.reading() as connection:
        assert audit.verify(connection) == WRITERS * CHANGES


def test_readers_do_not_wait_for_a_writer(database: Database) -> None:
    with database.transaction("admin") as tx:
        people.add_or_change(tx, person())
        assert SqlRegister(database, READER).snapshot().people == {}


def test_a_writer_waits_only_so_long(register_url: str, clock: StandingClock) -> None:
    patient = Database(register_url, clock)
    hasty = Database(register_url, clock, busy_seconds=0.2)
    entered = threading.Event()
    leave = threading.Event()

    def hold() -> None:
        with patient.transaction("admin"):
            entered.set()
            leave.wait(30)

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert entered.wait(30)
        with pytest.raises(RegisterUnreachable, match="busy"), hasty.transaction("admin"):
            pass
    finally:
        leave.set()
        holder.join(30)


def test_a_database_can_be_sent_to_a_worker(database: Database) -> None:
    sent: Database = pickle.loads(pickle.dumps(database))
    with sent.transaction("worker") as tx:
        people.add_or_change(tx, person())
    assert SqlRegister(database, READER).revision() == 1


@pytest.mark.parametrize(
    "url", ["", "register.db", "sqlite://", "sqlite:///:memory:", "mysql://a/b", "postgresql+x://a"]
)
def test_an_address_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="address"):
        Database(url, StandingClock())


def test_no_password_appears_in_a_message() -> None:
    database = Database("postgresql://me:secret@127.0.0.1:9/register", StandingClock())
    with pytest.raises(RegisterUnreachable) as caught:
        SqlRegister(database, READER).revision()
    assert "secret" not in str(caught.value)
    assert "secret" not in database.place
