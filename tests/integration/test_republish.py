"""When a photo is judged again, its copies are swapped as one, whatever happens in between."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import NoReturn

import pytest

import gate.publish
from gate.errors import RegisterChanged, RegisterUnreachable, SiteError
from gate.publish import Publisher, Recovery
from gate.site_lock import SiteLock
from gate.statements import Change
from gate.values import Arrival, Decision, Judgement, Reason, Verdict
from tests.watch_fakes import MemoryLedger, approved, no_names, rendition, sha256

PHOTO = sha256(b"photo")
ARRIVAL = Arrival(PHOTO, "sports-day/a.jpg", "sports-day", 5, 1)
SAID = Change("why")


class _Stop(Exception):
    """The process ends here."""


def other_copies(*channels: str) -> Judgement:
    """A judgement of the same photo with other copies, or none."""
    plain = approved(PHOTO)
    copies = tuple(rendition(f"new copy for {name}".encode(), name) for name in channels)
    decisions = tuple(
        Decision(name, Verdict.APPROVE, Reason.ALL_SHOWN)
        if name in channels
        else Decision(name, Verdict.BLOCK, Reason.RESTRICTED_PERSON)
        for name in ("website", "print")
    )
    return Judgement(
        PHOTO, 10, 10, plain.on, plain.versions, plain.thresholds, decisions, renditions=copies
    )


def ready(site: Path) -> dict[str, str]:
    return {
        path.relative_to(site).as_posix(): sha256(path.read_bytes())
        for path in (site / "ready").rglob("*")
        if path.is_file()
    }


def on_record(ledger: MemoryLedger) -> dict[str, str]:
    return {path: release.sha256 for path, release in ledger.released.items()}


def published(site: Path) -> tuple[MemoryLedger, Publisher]:
    ledger = MemoryLedger()
    publisher = Publisher(site, ledger, no_names)
    publisher.publish(ARRIVAL, approved(PHOTO))
    return ledger, publisher


@pytest.mark.parametrize("channels", [(), ("website",), ("website", "print")])
def test_old_copies_are_gone_and_new_ones_are_there(
    tmp_path: Path, channels: tuple[str, ...]
) -> None:
    ledger, publisher = published(tmp_path)
    before = set(ready(tmp_path))
    releases = publisher.republish("sports-day", other_copies(*channels), "review", SAID)
    assert [release.channel for release in releases] == list(channels)
    assert ready(tmp_path) == on_record(ledger)
    assert not before & set(ready(tmp_path))
    assert ledger.said == [SAID]
    assert publisher.recover() == Recovery()


def test_copies_that_come_out_the_same_stay(tmp_path: Path) -> None:
    ledger, publisher = published(tmp_path)
    before = ready(tmp_path)
    publisher.republish("sports-day", approved(PHOTO), "review", SAID)
    assert ready(tmp_path) == before == on_record(ledger)


def test_nothing_changes_when_the_register_did(tmp_path: Path) -> None:
    ledger, publisher = published(tmp_path)
    before = ready(tmp_path)
    ledger.changes = 1
    with pytest.raises(RegisterChanged):
        publisher.republish("sports-day", other_copies("website"), "review", SAID)
    assert ready(tmp_path) == before == on_record(ledger)
    assert list((tmp_path / "ready" / ".incoming").iterdir()) == []


STEPS = [("write", n) for n in range(2)] + [("move", n) for n in range(2)] + [("sync_folder", 0)]


@pytest.mark.parametrize(("name", "after"), STEPS)
@pytest.mark.parametrize("next_one", ["recover", "publish", "republish"])
def test_after_a_stop_anywhere_the_next_one_mends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, after: int, next_one: str
) -> None:
    ledger, publisher = published(tmp_path)
    original, calls = getattr(gate.publish, name), iter(range(after))

    def stop(*args: object, **options: object) -> object:
        if next(calls, None) is None:
            raise _Stop
        return original(*args, **options)

    with monkeypatch.context() as patched:
        patched.setattr(gate.publish, name, stop)
        with pytest.raises(_Stop):
            publisher.republish("sports-day", other_copies("website", "print"), "review", SAID)
    assert bool(ledger.said) == (name != "write")
    fresh = Publisher(tmp_path, ledger, no_names)
    if next_one == "recover":
        fresh.recover()
    else:
        other = sha256(b"other")
        if next_one == "publish":
            fresh.publish(Arrival(other, "b.jpg", "", 5, 1), approved(other))
        else:
            fresh.republish("", other_copies(), "review", SAID)
    assert ready(tmp_path) == on_record(ledger)
    assert not (tmp_path / "quarantine").exists()


def test_a_stop_before_old_copies_are_deleted_is_mended_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger, publisher = published(tmp_path)
    before = set(ready(tmp_path))

    def stop(*_: object) -> None:
        raise _Stop

    with monkeypatch.context() as patched:
        patched.setattr(publisher, "_remove_ended", stop)
        with pytest.raises(_Stop):
            publisher.republish("sports-day", other_copies(), "review", SAID)
    assert set(ready(tmp_path)) >= before
    assert Publisher(tmp_path, ledger, no_names).settle() == len(before)
    assert ready(tmp_path) == {}


def test_a_record_whose_answer_was_lost_is_found_out(tmp_path: Path) -> None:
    class LosesItsAnswer(MemoryLedger):
        def rejudge(self, *args: object) -> NoReturn:
            super().rejudge(*args)  # type: ignore[arg-type]
            raise RegisterUnreachable("The connection was lost.")

    ledger = LosesItsAnswer()
    publisher = Publisher(tmp_path, ledger, no_names)
    publisher.publish(ARRIVAL, approved(PHOTO))
    with pytest.raises(RegisterUnreachable):
        publisher.republish("sports-day", other_copies("print"), "review", SAID)
    publisher.recover()
    assert ready(tmp_path) == on_record(ledger)


def test_a_copy_with_other_bytes_at_an_ended_path_is_set_aside(tmp_path: Path) -> None:
    _, publisher = published(tmp_path)
    path = next(iter(ready(tmp_path)))
    publisher.republish("sports-day", other_copies(), "review", SAID)
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_bytes(b"put there by hand")
    assert len(publisher.recover().quarantined) == 1


def test_two_publish_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger, publisher = published(tmp_path)
    inside, go_on = threading.Event(), threading.Event()
    slow = MemoryLedger.rejudge

    def rejudge(self: MemoryLedger, *args: object) -> object:
        inside.set()
        assert go_on.wait(10)
        return slow(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(MemoryLedger, "rejudge", rejudge)
    done: list[Recovery] = []
    reviewing = threading.Thread(
        target=publisher.republish, args=("sports-day", other_copies("website"), "review", SAID)
    )
    reviewing.start()
    assert inside.wait(10)
    # The waiting copy of the review lies in .incoming; a watcher that starts must not delete it.
    starting = threading.Thread(
        target=lambda: done.append(Publisher(tmp_path, ledger, no_names).recover())
    )
    starting.start()
    starting.join(0.3)
    assert not done
    go_on.set()
    reviewing.join()
    starting.join()
    assert done == [Recovery()]
    assert ready(tmp_path) == on_record(ledger)


def test_who_waits_too_long_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, publisher = published(tmp_path)
    monkeypatch.setattr(gate.publish, "_PATIENCE", 0.1)
    with (
        SiteLock(tmp_path / "vault" / ".publish.lock", "publisher"),
        pytest.raises(SiteError, match="publisher"),
    ):
        publisher.republish("sports-day", other_copies(), "review", SAID)
