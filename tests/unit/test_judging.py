"""What is judged is what was taken."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

import cli.judging
from gate.errors import SiteError
from gate.values import Arrival
from gate.vault import Stamp, Vault
from tests.sealers import MadeUpKeys
from tests.watch_fakes import approved, sha256


class Everything:
    """A site whose gate releases whatever it is shown."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def originals(self) -> Vault:
        return Vault(self.root / "vault", MadeUpKeys())

    def gate(self) -> Everything:
        return self

    def judge(self, photo: str, data: bytes) -> object:
        return approved(photo)


@pytest.fixture(autouse=True)
def _signals_as_before() -> Iterator[None]:
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


def test_bytes_that_changed_in_the_vault_are_not_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli.judging, "Site", Everything)
    judge = cli.judging.open_judge(tmp_path)
    dropped, arrival = tmp_path / "a.jpg", Arrival(sha256(b"photo"), "a.jpg", "", 5, 1)
    dropped.write_bytes(b"photo")
    vault = Everything(tmp_path).originals
    photo = vault.path(vault.store(dropped, Stamp.of(dropped.stat())))
    assert judge(photo, arrival).photo == arrival.photo
    photo.write_bytes(b"other")
    with pytest.raises(SiteError):
        judge(photo, arrival)
