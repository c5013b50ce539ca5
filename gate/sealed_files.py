"""Sealed files: encrypted block by block, so that a large photo needs little memory.

A mark, the file's own key sealed with a key of the site's key store, then blocks of AES-256-GCM.
The nonce of a block is its number and whether it is the last one (the STREAM construction of
Hoang, Reyhanitabar, Rogaway and Vizar, CRYPTO 2015): blocks that are cut off, swapped or repeated
are noticed. The file's key is used for this file alone, so that numbers serve as nonces.
"""

from __future__ import annotations

import io
import secrets
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gate.sealing import KEY_BYTES, OVERHEAD

MARK = b"photogate sealed 1\n"
BLOCK = 1 << 20
"""Bytes of the plain file in one block; only the last one is shorter."""

_TAG = 16
_HEAD = len(MARK) + KEY_BYTES + OVERHEAD


class Damaged(Exception):
    """The file is cut off, or was changed."""


def is_sealed(head: bytes) -> bool:
    """Whether a file that begins with these bytes is sealed."""
    return head.startswith(MARK)


def write_sealed(
    file: BinaryIO, chunks: Iterable[bytes], seal_key: Callable[[bytes], bytes]
) -> None:
    """Write a sealed file into an empty one.

    ``seal_key`` seals the file's key; it is called when all chunks were read, so that it may know
    what they were. ``file`` must be able to seek. Raises what ``chunks`` and ``seal_key`` raise.
    """
    key = secrets.token_bytes(KEY_BYTES)
    cipher = AESGCM(key)
    file.write(bytes(_HEAD))
    for number, (block, last) in enumerate(_blocks(chunks)):
        file.write(cipher.encrypt(_nonce(number, last=last), block, None))
    file.seek(0)
    file.write(MARK + seal_key(key))
    file.seek(0, io.SEEK_END)


def read_sealed(file: BinaryIO, open_key: Callable[[bytes], bytes]) -> Iterator[bytes]:
    """The plain blocks of a sealed file, each one checked before it is given.

    That the last one is the end of the file is only known when the iterator ends. Raises Damaged,
    and what ``open_key`` raises, which opens what ``seal_key`` made.
    """
    head = file.read(_HEAD)
    if len(head) != _HEAD or not is_sealed(head):
        raise Damaged
    cipher = AESGCM(open_key(head[len(MARK) :]))
    number, block = 0, file.read(BLOCK + _TAG)
    while True:
        following = file.read(BLOCK + _TAG)
        try:
            yield cipher.decrypt(_nonce(number, last=not following), block, None)
        except InvalidTag as error:
            raise Damaged from error
        if not following:
            return
        number, block = number + 1, following


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _blocks(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """The same bytes in blocks of equal length, and whether each is the last one."""
    waiting = bytearray()
    for chunk in chunks:
        waiting += chunk
        while len(waiting) > BLOCK:
            yield bytes(waiting[:BLOCK]), False
            del waiting[:BLOCK]
    yield bytes(waiting), True
