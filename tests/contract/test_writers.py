"""Several programs at once: changes come one after the other and none is lost; any database."""

from __future__ import annotations

import multiprocessing
import pickle
import subprocess
import sys
import threading
from datetime import UTC, datetime
from functools import partial

import pytest

from consent_db import audit, people
from consent_db.database import Database
from consent_db.register import SqlRegister
from gate.errors import RegisterUnreachable, SettingsError
from tests.registers import READER, StandingClock, person
from tests.sealers import MadeUpKeys

WRITERS, CHANGES = 3, 8


NOW = partial(datetime.now, UTC)
PROGRAM = """
import sys
from datetime import UTC, datetime
from functools import partial
from consent_db import people
from consent_db.database import Database
from gate.values import Person
from tests.sealers import MadeUpKeys
url, writer, changes = sys.argv[1:]
database = Database(url, partial(datetime.now, UTC), sealer=MadeUpKeys())
for number in range(int(changes)):
    with database.transaction(f"writer {writer}") as tx:
        people.add_or_change(tx, Person(f"P{writer}-{number}", "staff", "Given", "Family"))
"""


def write(database: Database, writer: int) -> None:
    for number in range(CHANGES):
        with database.transaction(f"writer {writer}") as tx:
            people.add_or_change(tx, person(f"P{writer}-{number}"))


def test_programs_write_one_after_the_other(register_url: str) -> None:
    command = [sys.executable, "-c", PROGRAM, register_url]
    writers = [subprocess.Popen([*command, str(n), str(CHANGES)]) for n in range(WRITERS)]
    assert [writer.wait(120) for writer in writers] == [0] * WRITERS
    check_written(register_url)


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")
def test_forked_workers_write_one_after_the_other(register_url: str) -> None:
    database = Database(register_url, NOW, sealer=MadeUpKeys())
    SqlRegister(database, READER).snapshot()
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=write, args=(database, n)) for n in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(120)
    assert [writer.exitcode for writer in writers] == [0] * WRITERS
    check_written(register_url)


def check_written(register_url: str) -> None:
    database = Database(register_url, NOW, sealer=MadeUpKeys())
    snapshot = SqlRegister(database, READER).snapshot()
    assert len(snapshot.people) == snapshot.revision == WRITERS * CHANGES
    with database.reading() as connection:
        assert audit.verify(connection) == WRITERS * CHANGES


def test_readers_do_not_wait_for_a_writer(database: Database) -> None:
    with database.transaction("admin") as tx:
        people.add_or_change(tx, person())
        assert SqlRegister(database, READER).snapshot().people == {}


def test_a_writer_waits_only_so_long(register_url: str, clock: StandingClock) -> None:
    patient = Database(register_url, clock, sealer=MadeUpKeys())
    hasty = Database(register_url, clock, busy_seconds=0.2, sealer=MadeUpKeys())
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
    sent: Database = pickle.loads(pickle.dumps(database))  # noqa: S301
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
