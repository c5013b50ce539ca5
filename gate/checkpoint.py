"""A checkpoint: what the end of the audit log was at some time, signed, to be kept elsewhere.

Whoever can change the whole register can compute every hash of its log anew. They cannot change a
file that lies elsewhere: the log must still have the entry that it names, with that very hash.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any

from pydantic import ConfigDict, PositiveInt, TypeAdapter
from pydantic.dataclasses import dataclass as strict_dataclass

from gate.sealed import Fingerprint, Form, Instant, Seal, Sha256, instant
from gate.signing import PublicKey, Signer

MOST_BYTES = 10_000


@strict_dataclass(frozen=True, slots=True, config=ConfigDict(strict=True, extra="forbid"))
class Checkpoint:
    """That the log of the site had ``count`` entries, the last with this sequence and hash."""

    site: Fingerprint
    sequence: PositiveInt
    hash: Sha256
    count: PositiveInt
    at: Instant


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint as it was read, with a seal that is still to be checked."""

    checkpoint: Checkpoint
    seal: Seal


class Vouching(StrEnum):
    """What a checkpoint says of the log as it is now."""

    HOLDS = "holds"
    REWRITTEN = "rewritten"
    CUT_OFF = "cut_off"
    CHANGED = "changed"
    OTHER_KEY = "other_key"


def to_bytes(checkpoint: Checkpoint, signer: Signer) -> bytes:
    """The file."""
    return _FORM.to_bytes(checkpoint, signer)


def read(data: bytes) -> SignedCheckpoint:
    """The checkpoint in a file. Raises DocumentRefused unless it is one, in every detail."""
    return SignedCheckpoint(*_FORM.read(data))


def compare(signed: SignedCheckpoint, keys: Collection[PublicKey], found: str | None) -> Vouching:
    """What follows for a log whose site signed with these keys.

    ``found`` is the hash of the entry with the checkpoint's sequence, None where there is none.
    The log's own chain is checked apart from this.
    """
    named = [key for key in keys if key.fingerprint == signed.seal.key]
    if not named:
        return Vouching.OTHER_KEY
    if not any(signed.seal.is_by(key) for key in named):
        return Vouching.CHANGED
    if found is None:
        return Vouching.CUT_OFF
    return Vouching.HOLDS if found == signed.checkpoint.hash else Vouching.REWRITTEN


def made(site: str, head: tuple[int, str], at: datetime) -> Checkpoint:
    """The checkpoint of a log that ends with this sequence and hash, and begins with 1."""
    sequence, hash_ = head
    return Checkpoint(site=site, sequence=sequence, hash=hash_, count=sequence, at=at)


@cache
def _kind() -> TypeAdapter[Checkpoint]:
    return TypeAdapter(Checkpoint)


def _plain(checkpoint: Checkpoint) -> dict[str, Any]:
    return {
        "site": checkpoint.site,
        "sequence": checkpoint.sequence,
        "hash": checkpoint.hash,
        "count": checkpoint.count,
        "at": instant(checkpoint.at),
    }


_FORM = Form("checkpoint", 1, MOST_BYTES, _plain, _kind)
