"""Killed at any moment of erasing somebody: the next command finishes it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from cli import finishing
from cli.app import app
from cli.settling import settle
from consent_db import audit, disposals, erasures
from consent_db.database import Database
from consent_db.keys import SqlKeyStore
from consent_db.transaction import Transaction
from gate.errors import Erased
from gate.ports import KeyKind
from gate.publish import Publisher
from gate.references import ReferencePhotos
from gate.values import Outcome
from gate.vault import Vault
from tests.rights_site import ALONE, Judged, copy

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="needs fork and SIGKILL"),
    pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning"),
]

STEPS: tuple[tuple[object, str, int], ...] = (
    # where, which function, and at which of its calls
    (Transaction, "finish", 1),
    (Transaction, "finish", 2),
    (Transaction, "finish", 3),
    (SqlKeyStore, "destroy", 1),
    (SqlKeyStore, "destroy", 2),
    (SqlKeyStore, "destroy", 3),
    (ReferencePhotos, "destroy", 1),
    (Vault, "discard", 1),
    (finishing, "drop_results", 1),
    (disposals, "finish", 1),
    (disposals, "finish", 2),
    (erasures, "finish", 1),
    (Publisher, "settle", 2),
)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _erase_until_killed(own: Judged, step: int, *, before: bool) -> None:
    owner, name, at = STEPS[step]
    whole, calls = getattr(owner, name), iter(range(1, at))

    def marked(*args: object, **options: object) -> object:
        last = next(calls, None) is None
        if last and before:
            _die()
        done = whole(*args, **options)
        if last:
            _die()
        return done

    setattr(owner, name, marked)
    words = ("person", "erase", "D03", "--reason", "asked", "--yes", "--with-photos")
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        app(["--site", str(own.root), *words])


def _asked(own: Judged) -> bool:
    with own.site.database.reading() as connection:
        return bool(erasures.history(connection, "D03"))


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("step", range(len(STEPS)), ids=[f"{s[1]}-{s[2]}" for s in STEPS])
def test_the_next_command_finishes_it(
    judged: Judged, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int, *, before: bool
) -> None:
    own = copy(judged, tmp_path)
    monkeypatch.setenv("PHOTOGATE_KEYS", str(tmp_path / "keys"))
    photo = own.photo(ALONE).photo
    references = own.site.references.path("D03", own.site.references.held("D03")[0])
    victim = multiprocessing.get_context("fork").Process(
        target=_erase_until_killed, args=(own, step), kwargs={"before": before}
    )
    victim.start()
    victim.join(120)
    assert victim.exitcode == -signal.SIGKILL, "the kill missed what it was meant for"
    settle(own.site)
    site = own.site
    with site.database.reading() as connection:
        audit.verify(connection)
    snapshot = site.register().snapshot()
    if not _asked(own):
        # Killed before anything was on record: as if it had never been asked for.
        assert (STEPS[step][1:], before) == (("finish", 1), True) or step == 0
        assert snapshot.people["D03"].given_name == "نور"
        assert references.is_file()
        return
    assert "D03" not in snapshot.people
    assert "D03" not in snapshot.gallery.people
    assert site.references.held("D03") == ()
    assert not references.exists()
    assert not site.originals.path(photo).exists()
    with site.database.reading() as connection:
        assert erasures.unfinished(connection) == []
        assert disposals.unfinished(connection) == []
    assert len(own.log("person.erased")) == 1
    assert len(own.log("original.deleted")) == 1
    assert "D03" not in _released_people(own)
    with pytest.raises(Erased):
        site.sealer.open(KeyKind.PHOTO, photo, b"\x01" + bytes(60), context="vault")


def _released_people(own: Judged) -> set[str]:
    """Everybody who is shown on a copy that stands."""
    from consent_db import stored

    with own.site.database.reading() as connection:
        return {
            str(face.person)
            for photo in stored.decisions(connection)
            for decision in photo.judgement.decisions
            if decision.channel in {release.channel for release in photo.releases}
            for face in decision.faces
            if face.outcome is Outcome.SHOWN
        }


def test_a_settled_site_asks_little(own: Judged) -> None:
    settle(own.site)
    site = own.site
    calls: list[int] = []
    whole = Database.transaction

    def counted(self: Database, actor: str) -> object:
        calls.append(1)
        return whole(self, actor)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Database, "transaction", counted)
        settle(site)
    assert calls == []
