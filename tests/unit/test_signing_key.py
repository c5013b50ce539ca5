"""The signing key is made once, whoever asks first, and never replaced by itself."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gate.errors import SiteError
from gate.signing_key import FILE_NAME, signing_seed


def test_it_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    vault = tmp_path / "vault"
    seed = signing_seed(vault)
    assert len(seed) == 32
    assert signing_seed(vault) == seed
    assert (vault / FILE_NAME).stat().st_mode & 0o777 == 0o600
    assert signing_seed(tmp_path / "other") != seed


def test_many_who_ask_at_once_get_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        seeds = set(pool.map(lambda _: signing_seed(tmp_path), range(32)))
    assert len(seeds) == 1


def test_what_was_cut_short_is_made_again(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).with_suffix(".new").write_bytes(b"half")
    assert len(signing_seed(tmp_path)) == 32


@pytest.mark.parametrize("content", [b"", b"short", bytes(33)])
def test_a_damaged_key_is_never_replaced(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    with pytest.raises(SiteError, match="damaged"):
        signing_seed(tmp_path)
    assert (tmp_path / FILE_NAME).read_bytes() == content


def test_a_key_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).mkdir()
    with pytest.raises(SiteError, match="cannot be read or made"):
        signing_seed(tmp_path)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_vault_that_cannot_be_written_serves_a_key_that_is_there(tmp_path: Path) -> None:
    seed = signing_seed(tmp_path)
    tmp_path.chmod(0o500)
    assert signing_seed(tmp_path) == seed
