"""A copy lies in ``ready/`` exactly when its release is on record."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

import gate.durable
from gate.errors import RegisterChanged, RegisterUnreachable, SiteError
from gate.publish import Publisher, Recovery
from gate.values import Arrival, Decision, Judgement, Reason, Verdict
from tests.watch_fakes import MemoryLedger, approved, no_names, rendition, sha256

PHOTO = sha256(b"photo")
ARRIVAL = Arrival(PHOTO, "sports-day/Emma.jpg", "sports-day", 5, 1)


class _Stop(Exception):
    """The process ends here."""


def _ready(site: Path) -> dict[str, bytes]:
    return {
        path.relative_to(site).as_posix(): path.read_bytes()
        for path in (site / "ready").rglob("*")
        if path.is_file()
    }


def _agree(site: Path, ledger: MemoryLedger) -> bool:
    return {path: sha256(data) for path, data in _ready(site).items()} == {
        path: release.sha256 for path, release in ledger.released.items()
    }


def _stop_at(monkeypatch: pytest.MonkeyPatch, name: str, after: int = 0) -> None:
    calls = iter(range(after))
    original = getattr(gate.publish, name)

    def stop(*args: object, **options: object) -> object:
        if next(calls, None) is None:
            raise _Stop
        return original(*args, **options)

    monkeypatch.setattr(gate.publish, name, stop)


def test_every_copy_is_on_record_and_every_record_has_its_copy(tmp_path: Path) -> None:
    ledger = MemoryLedger()
    releases = Publisher(tmp_path, ledger, no_names).publish(ARRIVAL, approved(PHOTO))
    assert {release.channel for release in releases} == {"website", "print"}
    assert all(r.path.startswith(f"ready/{r.channel}/sports-day/") for r in releases)
    assert _agree(tmp_path, ledger)


def test_no_name_of_the_register_or_the_file_is_in_a_path(tmp_path: Path) -> None:
    publisher = Publisher(tmp_path, MemoryLedger(), lambda: frozenset({"Emma"}))
    arrival = Arrival(PHOTO, "Emma 2/IMG_77.jpg", "Emma 2", 5, 1)
    publisher.publish(arrival, approved(PHOTO))
    assert not [path for path in _ready(tmp_path) if "emma" in path.lower() or "IMG" in path]


def test_a_blocked_photo_is_recorded_without_a_copy(tmp_path: Path) -> None:
    ledger = MemoryLedger()
    refused = (Decision("website", Verdict.BLOCK, Reason.DAMAGED),)
    plain = approved(PHOTO)
    judgement = Judgement(PHOTO, 0, 0, plain.on, plain.versions, plain.thresholds, refused)
    assert Publisher(tmp_path, ledger, no_names).publish(ARRIVAL, judgement) == ()
    assert ledger.judgements == [judgement]
    assert not (tmp_path / "ready").exists()


def test_a_copy_without_a_releasing_verdict_is_never_published(tmp_path: Path) -> None:
    plain = approved(PHOTO)
    for verdict in (Verdict.BLOCK, Verdict.REVIEW):
        refused = (Decision("website", verdict, Reason.SIGN_OFF),)
        judgement = Judgement(
            PHOTO, 0, 0, plain.on, plain.versions, plain.thresholds, refused,
            renditions=(rendition(b"x", "website"),),
        )  # fmt: skip
        with pytest.raises(ValueError, match="channels that may release"):
            Publisher(tmp_path, MemoryLedger(), no_names).publish(ARRIVAL, judgement)
    assert _ready(tmp_path) == {}


def test_nothing_is_published_when_the_register_changed(tmp_path: Path) -> None:
    ledger = MemoryLedger(changes=1)
    publisher = Publisher(tmp_path, ledger, no_names)
    with pytest.raises(RegisterChanged):
        publisher.publish(ARRIVAL, approved(PHOTO))
    assert _ready(tmp_path) == {}
    publisher.publish(ARRIVAL, approved(PHOTO))
    assert _agree(tmp_path, ledger)


@pytest.mark.parametrize("end", [Publisher.recover, Publisher.settle, Publisher.finish])
@pytest.mark.parametrize(("name", "after"), [("write", 0), ("write", 1), ("move", 0), ("move", 1)])
def test_after_a_stop_anywhere_record_and_copies_agree(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    after: int,
    end: Callable[[Publisher], object],
) -> None:
    ledger = MemoryLedger()
    with monkeypatch.context() as patched:
        _stop_at(patched, name, after=after)
        with pytest.raises(_Stop):
            Publisher(tmp_path, ledger, no_names).publish(ARRIVAL, approved(PHOTO))
    end(Publisher(tmp_path, ledger, no_names))
    assert _agree(tmp_path, ledger)
    assert bool(ledger.judgements) == (name == "move")
    assert not list((tmp_path / "ready" / ".incoming").iterdir())


def test_settling_leaves_alone_what_somebody_else_brings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = MemoryLedger()
    with monkeypatch.context() as patched:
        _stop_at(patched, "move", after=0)
        with pytest.raises(_Stop):
            Publisher(tmp_path, ledger, no_names).publish(ARRIVAL, approved(PHOTO))
    bringing = Publisher(tmp_path, ledger, no_names)
    with bringing._lock():
        assert Publisher(tmp_path, ledger, no_names).settle() == 0
        assert all(".incoming" in path for path in _ready(tmp_path))
    Publisher(tmp_path, ledger, no_names).settle()
    assert _agree(tmp_path, ledger)


def test_copies_whose_record_may_have_failed_are_kept_until_that_is_known(tmp_path: Path) -> None:
    class LosesItsAnswer(MemoryLedger):
        def record(self, *args: object) -> NoReturn:
            super().record(*args)  # type: ignore[arg-type]
            raise RegisterUnreachable("The connection was lost.")

    ledger = LosesItsAnswer()
    publisher = Publisher(tmp_path, ledger, no_names)
    with pytest.raises(RegisterUnreachable):
        publisher.publish(ARRIVAL, approved(PHOTO))
    assert len(publisher.recover().placed) == 2
    assert _agree(tmp_path, ledger)


def test_no_copy_is_put_into_place_after_permissions_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = MemoryLedger()
    with monkeypatch.context() as patched:
        _stop_at(patched, "move", after=1)  # one of two copies
        with pytest.raises(_Stop):
            Publisher(tmp_path, ledger, no_names).publish(ARRIVAL, approved(PHOTO))
    assert len(_ready(tmp_path)) == 2
    ledger.outdated = True
    found = Publisher(tmp_path, ledger, no_names).recover()
    assert (found.placed, found.missing) == ((), ())
    assert (found.discarded, len(found.quarantined)) == (1, 1)
    assert _ready(tmp_path) == {}
    assert not ledger.knows(PHOTO)


def test_what_lies_in_ready_already_is_not_judged_again_by_recovery(tmp_path: Path) -> None:
    ledger = MemoryLedger()
    publisher = Publisher(tmp_path, ledger, no_names)
    first, _ = publisher.publish(ARRIVAL, approved(PHOTO))
    waiting = tmp_path / "ready" / ".incoming" / sha256(first.path.encode())
    waiting.write_bytes((tmp_path / first.path).read_bytes())  # the old name came back
    ledger.outdated = True
    assert publisher.recover() == Recovery(discarded=1)
    assert _agree(tmp_path, ledger)


def test_recovery_tells_what_is_missing_and_sets_strangers_aside(tmp_path: Path) -> None:
    ledger = MemoryLedger()
    publisher = Publisher(tmp_path, ledger, no_names)
    lost, changed = publisher.publish(ARRIVAL, approved(PHOTO))
    (tmp_path / lost.path).unlink()
    (tmp_path / changed.path).write_bytes(b"other bytes")
    (tmp_path / "ready" / "website" / "stranger.jpg").write_bytes(b"never recorded")
    (tmp_path / "ready" / "link").symlink_to(tmp_path)
    (tmp_path / "ready" / ".incoming" / "left").write_bytes(b"half")
    found = publisher.recover()
    assert set(found.missing) == set(ledger.lost) == {lost.path, changed.path}
    assert found.discarded == 1
    assert len(found.quarantined) == 3
    assert _ready(tmp_path) == {}
    names = sorted(path.name for path in (tmp_path / "quarantine").iterdir())
    assert names == sorted(["link", "stranger.jpg", changed.path.rpartition("/")[2]])


def test_a_folder_without_a_single_copy_is_taken_for_a_missing_disk(tmp_path: Path) -> None:
    ledger = MemoryLedger()
    publisher = Publisher(tmp_path, ledger, no_names)
    for number in range(6):
        photo = sha256(str(number).encode())
        publisher.publish(Arrival(photo, f"{number}.jpg", "", 5, 1), approved(photo))
    shutil.rmtree(tmp_path / "ready")
    with pytest.raises(SiteError, match="Connect the disk"):
        publisher.recover()
    assert ledger.lost == []
    assert len(ledger.released) > 10


def test_recovery_of_a_site_in_order_changes_nothing(tmp_path: Path) -> None:
    ledger = MemoryLedger()
    publisher = Publisher(tmp_path, ledger, no_names)
    assert publisher.recover() == Recovery()
    publisher.publish(ARRIVAL, approved(PHOTO))
    assert publisher.recover() == Recovery()
    assert _agree(tmp_path, ledger)


def test_quarantine_overwrites_nothing(tmp_path: Path) -> None:
    publisher = Publisher(tmp_path, MemoryLedger(), no_names)
    for content in (b"one", b"two"):
        (tmp_path / "ready").mkdir(exist_ok=True)
        (tmp_path / "ready" / "a.jpg").write_bytes(content)
        publisher.recover()
    kept = {path.read_bytes() for path in (tmp_path / "quarantine").iterdir()}
    assert kept == {b"one", b"two"}


def test_a_full_disk_is_a_clear_error_and_nothing_is_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = MemoryLedger()
    publisher = Publisher(tmp_path, ledger, no_names)
    publisher.publish(ARRIVAL, approved(PHOTO))

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    other = sha256(b"other")
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(SiteError, match="No space left"):
            publisher.publish(Arrival(other, "b.jpg", "", 5, 1), approved(other))
    assert len(ledger.judgements) == 1
    publisher.recover()
    assert _agree(tmp_path, ledger)


def test_a_name_that_another_copy_has_is_made_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def same_name(photo: str, channel: str, rendition: str, *, longer: int = 0) -> str:
        return "1" * (15 + longer)

    monkeypatch.setattr(gate.publish, "copy_name", same_name)
    ledger = MemoryLedger()
    publisher = Publisher(tmp_path, ledger, no_names)
    other = sha256(b"other")
    publisher.publish(ARRIVAL, approved(PHOTO, "website"))
    publisher.publish(Arrival(other, "b.jpg", "sports-day", 5, 1), approved(other, "website"))
    assert len(_ready(tmp_path)) == 2
    assert _agree(tmp_path, ledger)


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_waiting_copies_and_quarantine_are_for_the_owner_alone(tmp_path: Path) -> None:
    publisher = Publisher(tmp_path, MemoryLedger(), no_names)
    publisher.publish(ARRIVAL, approved(PHOTO))
    (tmp_path / "ready" / "a.jpg").write_bytes(b"x")
    publisher.recover()
    for folder in ("ready/.incoming", "quarantine"):
        assert (tmp_path / folder).stat().st_mode & 0o077 == 0
