"""The bell rings for arrivals, and its threads end with it."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from watch.wake import Wake


def _rings(wake: Wake, seconds: float = 3.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        wake.wait(0.05)
        if wake.changed():
            return True
    return False


def test_a_new_file_rings_at_any_depth(tmp_path: Path) -> None:
    (tmp_path / "event").mkdir()
    with Wake(tmp_path) as wake:
        assert wake.listening
        (tmp_path / "event" / "a.jpg").write_bytes(b"x")
        assert _rings(wake)


def test_reading_and_removing_do_not_ring(tmp_path: Path) -> None:
    photo = tmp_path / "a.jpg"
    photo.write_bytes(b"x")
    with Wake(tmp_path) as wake:
        photo.read_bytes()
        photo.unlink()
        assert not _rings(wake, 0.3)


def test_no_thread_is_left_behind(tmp_path: Path) -> None:
    before = threading.active_count()
    for _ in range(3):
        with Wake(tmp_path) as wake:
            wake.listen()
    assert threading.active_count() == before


def test_without_a_folder_or_events_it_only_waits(tmp_path: Path) -> None:
    before = threading.active_count()
    for wake in (Wake(tmp_path / "gone"), Wake(tmp_path, events=False)):
        with wake:
            assert not wake.listening
            assert not wake.changed()
    assert threading.active_count() == before


def test_a_ring_before_the_wait_is_not_lost(tmp_path: Path) -> None:
    wake = Wake(tmp_path, events=False)
    wake.ring()
    began = time.monotonic()
    wake.wait(5)
    assert time.monotonic() - began < 1
    assert not wake.changed()
