"""What is sealed opens only whole, in its place, with its own key; and never after that is gone."""

from __future__ import annotations

import pickle
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gate.errors import Erased, KeysUnusable
from gate.ports import KeyKind
from gate.sealing import OVERHEAD, KeyedSealer
from tests.sealers import keyed

PERSON, PHOTO = KeyKind.PERSON, KeyKind.PHOTO
NAMES = "people.names"


@pytest.fixture
def sealer(tmp_path: Path) -> KeyedSealer:
    return keyed(tmp_path / "keys")


@given(plain=st.binary(max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_was_sealed_opens_as_it_was(sealer: KeyedSealer, plain: bytes) -> None:
    sealed = sealer.seal(PERSON, "P1", plain, context=NAMES)
    assert len(sealed) == len(plain) + OVERHEAD
    assert sealer.open(PERSON, "P1", sealed, context=NAMES) == plain


def test_any_changed_byte_is_noticed(sealer: KeyedSealer) -> None:
    sealed = sealer.seal(PERSON, "P1", b"Cleo Jessop", context=NAMES)
    for place in range(len(sealed)):
        for bit in (1, 128):
            wrong = bytearray(sealed)
            wrong[place] ^= bit
            with pytest.raises((KeysUnusable, Erased)):
                sealer.open(PERSON, "P1", bytes(wrong), context=NAMES)
    for end in range(len(sealed)):
        with pytest.raises((KeysUnusable, Erased)):
            sealer.open(PERSON, "P1", sealed[:end], context=NAMES)


def test_what_is_sealed_for_one_place_opens_in_no_other(sealer: KeyedSealer) -> None:
    sealed = sealer.seal(PERSON, "P1", b"Cleo Jessop", context=NAMES)
    sealer.prepare(PERSON, ["P2"])
    sealer.prepare(PHOTO, ["P1"])
    for kind, subject, context in (
        (PERSON, "P2", NAMES),
        (PHOTO, "P1", NAMES),
        (PERSON, "P1", "restrictions.sealed_reason"),
    ):
        with pytest.raises((KeysUnusable, Erased)):
            sealer.open(kind, subject, sealed, context=context)


def test_the_place_is_bound_even_under_one_key(
    sealer: KeyedSealer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = sealer.seal(PERSON, "P1", b"Cleo", context=NAMES)
    known = sealer._known[PERSON, "P1"]
    for kind, subject in ((PERSON, "P2"), (PHOTO, "P1")):
        monkeypatch.setitem(sealer._known, (kind, subject), known)
        with pytest.raises(KeysUnusable, match="changed or is damaged"):
            sealer.open(kind, subject, sealed, context=NAMES)


def test_equal_texts_never_look_equal(sealer: KeyedSealer) -> None:
    sealed = {sealer.seal(PERSON, "P1", b"Cleo", context=NAMES) for _ in range(2_000)}
    assert len({one[9:21] for one in sealed}) == 2_000
    assert len(sealed) == 2_000


def test_a_destroyed_key_opens_nothing_any_more_even_with_a_new_one(sealer: KeyedSealer) -> None:
    sealed = sealer.seal(PERSON, "P1", b"Cleo", context=NAMES)
    assert sealer.destroy(PERSON, "P1")
    assert not sealer.destroy(PERSON, "P1")
    with pytest.raises(Erased):
        sealer.open(PERSON, "P1", sealed, context=NAMES)
    again = sealer.seal(PERSON, "P1", b"Cleo", context=NAMES)
    assert sealer.open(PERSON, "P1", again, context=NAMES) == b"Cleo"
    with pytest.raises(Erased):
        sealer.open(PERSON, "P1", sealed, context=NAMES)


def test_a_destroyed_key_is_nowhere_in_the_store(sealer: KeyedSealer, tmp_path: Path) -> None:
    sealer.prepare(PERSON, [f"P{number}" for number in range(300)])
    wrapped = sealer._store.read(PERSON, ["P7"])["P7"].wrapped
    assert wrapped is not None
    store = tmp_path / "keys" / "keys.sqlite3"
    assert wrapped in store.read_bytes()
    sealer.destroy(PERSON, "P7")
    for file in store.parent.iterdir():
        assert wrapped not in file.read_bytes(), file


def test_another_process_notices_that_a_key_was_destroyed(tmp_path: Path) -> None:
    one, other = keyed(tmp_path), keyed(tmp_path)
    sealed = one.seal(PERSON, "P1", b"Cleo", context=NAMES)
    one.refresh()
    other.destroy(PERSON, "P1")
    one.refresh()
    with pytest.raises(Erased):
        one.open(PERSON, "P1", sealed, context=NAMES)


def test_two_processes_make_one_key(tmp_path: Path) -> None:
    one, other = keyed(tmp_path), keyed(tmp_path)
    sealed = one.seal(PERSON, "P1", b"Cleo", context=NAMES)
    assert other.open(PERSON, "P1", sealed, context=NAMES) == b"Cleo"
    assert one.secret("names") == other.secret("names")
    assert one.secret("names") != one.secret("signing")
    assert len(one.secret("names")) == 32


def test_an_older_key_store_is_told_from_erasure(sealer: KeyedSealer, tmp_path: Path) -> None:
    old = tmp_path / "old"
    shutil.copytree(tmp_path / "keys", old)
    sealed = sealer.seal(PERSON, "P1", b"Cleo", context=NAMES)
    with pytest.raises(KeysUnusable, match="older than the site"):
        keyed(old).open(PERSON, "P1", sealed, context=NAMES)


def test_indexes_are_equal_for_equal_texts_and_survive_a_new_site_key(
    sealer: KeyedSealer, tmp_path: Path
) -> None:
    before = sealer.index("drops.name", "IMG_1.jpg")
    assert before == keyed(tmp_path / "keys").index("drops.name", "IMG_1.jpg")
    assert before != sealer.index("drops.event", "IMG_1.jpg")
    assert before != sealer.index("drops.name", "IMG_2.jpg")
    assert before != keyed(tmp_path / "other").index("drops.name", "IMG_1.jpg")
    sealer.rotate()
    assert sealer.index("drops.name", "IMG_1.jpg") == before


def test_a_new_site_key_changes_no_sealed_value(tmp_path: Path) -> None:
    one, other = keyed(tmp_path), keyed(tmp_path)
    sealed = one.seal(PERSON, "P1", b"Cleo", context=NAMES)
    old = (tmp_path / "site.key").read_bytes()
    assert other.rotate() == 1
    assert (tmp_path / "site.key").read_bytes() != old
    assert not (tmp_path / "site.key.new").exists()
    # One that was at work with the old site key goes on, reading and making keys.
    more = one.seal(PERSON, "P2", b"Tom", context=NAMES)
    for each in (one, other, keyed(tmp_path)):
        assert each.open(PERSON, "P1", sealed, context=NAMES) == b"Cleo"
        assert each.open(PERSON, "P2", more, context=NAMES) == b"Tom"
    (tmp_path / "site.key").write_bytes(old)
    with pytest.raises(KeysUnusable, match="does not fit this site"):
        keyed(tmp_path).open(PERSON, "P1", sealed, context=NAMES)


def test_a_wrong_or_missing_key_is_a_sentence(sealer: KeyedSealer, tmp_path: Path) -> None:
    sealed = sealer.seal(PERSON, "P1", b"Cleo", context=NAMES)
    folder = tmp_path / "keys"
    keyed(tmp_path / "other")
    own = (folder / "site.key").read_bytes()
    (folder / "site.key").write_bytes((tmp_path / "other" / "site.key").read_bytes())
    uses: tuple[Callable[[KeyedSealer], object], ...] = (
        lambda s: s.open(PERSON, "P1", sealed, context=NAMES),
        lambda s: s.seal(PERSON, "P9", b"Tom", context=NAMES),
        lambda s: s.require_fitting(),
        lambda s: s.rotate(),
    )
    for use in uses:
        with pytest.raises(KeysUnusable, match="The site key does not fit this site"):
            use(pickle.loads(pickle.dumps(sealer)))  # noqa: S301
    for text, words in ((b"no key", "base64"), (b"AAAA", "32 bytes")):
        (folder / "site.key").write_bytes(text)
        with pytest.raises(KeysUnusable, match=words):
            pickle.loads(pickle.dumps(sealer)).require_fitting()  # noqa: S301
    (folder / "site.key").unlink()
    with pytest.raises(KeysUnusable, match="is not there"):
        pickle.loads(pickle.dumps(sealer)).require_fitting()  # noqa: S301
    (folder / "site.key").write_bytes(own)
    assert pickle.loads(pickle.dumps(sealer)).open(PERSON, "P1", sealed, context=NAMES)  # noqa: S301
    (folder / "keys.sqlite3").write_bytes(b"not a database" * 100)
    with pytest.raises(KeysUnusable, match="cannot be used"):
        pickle.loads(pickle.dumps(sealer)).require_fitting()  # noqa: S301
    (folder / "keys.sqlite3").unlink()
    with pytest.raises(KeysUnusable, match=r"key store .* is not there"):
        pickle.loads(pickle.dumps(sealer)).require_fitting()  # noqa: S301


def test_the_keys_of_another_site_are_refused(sealer: KeyedSealer, tmp_path: Path) -> None:
    with pytest.raises(KeysUnusable, match="another site"):
        keyed(tmp_path / "keys", "other").require_fitting()


def test_keys_can_be_read_by_their_owner_alone(sealer: KeyedSealer, tmp_path: Path) -> None:
    sealer.seal(PERSON, "P1", b"Cleo", context=NAMES)
    sealer.rotate()
    for name in ("site.key", "keys.sqlite3"):
        assert stat.S_IMODE((tmp_path / "keys" / name).stat().st_mode) == 0o600


def test_a_secret_from_elsewhere_is_taken_once(sealer: KeyedSealer) -> None:
    sealer.adopt("names", b"a" * 32)
    sealer.adopt("names", b"b" * 32)
    assert sealer.secret("names") == b"a" * 32
    with pytest.raises(KeysUnusable):
        sealer.adopt("other", b"short")
