"""A signature holds for one document, one purpose and one key, and for nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.errors import DocumentRefused
from gate.signing import PublicKey, Signer

SIGNER = Signer(bytes(range(32)))
OTHER = Signer(bytes(range(1, 33)))


def test_what_was_signed_holds_and_is_the_same_every_time() -> None:
    signature = SIGNER.sign("manifest", b"document")
    assert signature == SIGNER.sign("manifest", b"document")
    assert SIGNER.public_key.verify("manifest", b"document", signature)


@given(place=st.integers(0, 63), bit=st.integers(0, 7))
def test_any_changed_bit_of_a_signature_is_found(place: int, bit: int) -> None:
    signature = bytearray(SIGNER.sign("manifest", b"document"))
    signature[place] ^= 1 << bit
    assert not SIGNER.public_key.verify("manifest", b"document", bytes(signature))


@pytest.mark.parametrize(
    ("purpose", "document", "key"),
    [
        ("checkpoint", b"document", SIGNER.public_key),
        ("manifest", b"document ", SIGNER.public_key),
        ("manifest", b"document", OTHER.public_key),
        ("manifest\0d", b"ocument", SIGNER.public_key),
    ],
    ids=["purpose", "document", "key", "shifted"],
)
def test_a_signature_is_bound_to_all_of_it(purpose: str, document: bytes, key: PublicKey) -> None:
    assert not key.verify(purpose, document, SIGNER.sign("manifest", b"document"))


@given(st.binary(max_size=80))
def test_no_bytes_pass_for_a_signature(signature: bytes) -> None:
    assert not SIGNER.public_key.verify("manifest", b"document", signature)


@given(st.binary(min_size=32, max_size=32))
def test_a_public_key_is_written_in_one_way_that_can_be_read_back(raw: bytes) -> None:
    key = PublicKey(raw)
    assert PublicKey.parse(f" {key}\n") == key
    assert len(str(key)) == 51
    assert len(key.fingerprint) == 32


@given(st.text(max_size=60) | st.from_regex(r"ed25519:[A-Za-z0-9_-]{40,46}", fullmatch=True))
def test_only_what_was_written_as_a_key_is_read_as_one(text: str) -> None:
    try:
        key = PublicKey.parse(text)
    except DocumentRefused as error:
        assert "public key" in str(error)
    else:
        assert str(key) == text.strip()


def test_a_seed_of_another_length_is_no_seed_and_is_never_shown() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Signer(b"short")
    assert bytes(range(32)).hex() not in repr(SIGNER)
