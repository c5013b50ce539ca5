"""A checkpoint vouches only if it is the site's own, unchanged, and the entry is still there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate import checkpoint
from gate.checkpoint import Vouching, compare, made, read, to_bytes
from gate.errors import DocumentRefused
from gate.signing import Signer

NOON = datetime(2026, 9, 5, 12, 0, tzinfo=UTC)
EARLIER, NOW, STRANGE = Signer(bytes(32)), Signer(b"1" * 32), Signer(b"2" * 32)
KEYS = [EARLIER.public_key, NOW.public_key]
HASH = "a" * 64
MADE = made("5" * 32, (12, HASH), NOON)


def holds(data: bytes) -> bool:
    try:
        return compare(read(data), KEYS, HASH) is Vouching.HOLDS
    except DocumentRefused:
        return False


def test_it_is_read_as_it_was_written() -> None:
    assert read(to_bytes(MADE, NOW)).checkpoint == MADE
    assert MADE.count == 12


@pytest.mark.parametrize(
    ("signer", "found", "expected"),
    [
        (NOW, HASH, Vouching.HOLDS),
        (EARLIER, HASH, Vouching.HOLDS),
        (NOW, "b" * 64, Vouching.REWRITTEN),
        (NOW, None, Vouching.CUT_OFF),
        (STRANGE, HASH, Vouching.OTHER_KEY),
        (STRANGE, None, Vouching.OTHER_KEY),
    ],
)
def test_what_it_says_of_a_log(signer: Signer, found: str | None, expected: Vouching) -> None:
    assert compare(read(to_bytes(MADE, signer)), KEYS, found) is expected
    if expected is not Vouching.OTHER_KEY:
        assert compare(read(to_bytes(MADE, signer)), [], found) is Vouching.OTHER_KEY


def test_a_fingerprint_alone_proves_nothing() -> None:
    signed = read(to_bytes(MADE, STRANGE))
    claimed = replace(signed, seal=replace(signed.seal, key=NOW.public_key.fingerprint))
    assert compare(claimed, KEYS, HASH) is Vouching.CHANGED


def test_any_changed_bit_is_found() -> None:
    whole = to_bytes(MADE, NOW)
    assert holds(whole)
    for place in range(len(whole)):
        for bit in range(8):
            changed = bytearray(whole)
            changed[place] ^= 1 << bit
            assert not holds(bytes(changed)), (place, bit)


@given(st.data())
def test_whatever_is_cut_out_or_put_in_is_found(data: st.DataObject) -> None:
    whole = to_bytes(MADE, NOW)
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 40)))
    changed = whole[:start] + data.draw(st.binary(max_size=40)) + whole[end:]
    assert holds(changed) == (changed == whole)


def test_a_manifest_is_no_checkpoint_though_the_same_key_signed_it() -> None:
    whole = to_bytes(MADE, NOW).replace(b'"checkpoint"', b'"manifest"')
    with pytest.raises(DocumentRefused, match="not a checkpoint"):
        read(whole)


def test_a_file_that_is_too_large_is_not_a_checkpoint() -> None:
    with pytest.raises(DocumentRefused, match="never larger"):
        read(b" " * (checkpoint.MOST_BYTES + 1))
