"""Sealing what the register holds of people and photos; the means come with the connection."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection

from gate.errors import Erased, KeysUnusable
from gate.ports import KeyKind, Sealer

_SEALER = "photogate_sealer"


def attach(connection: Connection, sealer: Sealer | None) -> None:
    """Give a connection its sealer."""
    connection.info[_SEALER] = sealer


def sealer_of(connection: Connection) -> Sealer:
    """The sealer of this connection. Raises KeysUnusable when it was opened without one."""
    sealer: Sealer | None = connection.info.get(_SEALER)
    if sealer is None:
        raise KeysUnusable("The register was opened without its keys, so nobody in it can be read.")
    return sealer


def seal_text(
    connection: Connection, kind: KeyKind, subject: str, text: str, *, context: str
) -> bytes:
    """A text, sealed with the key of a person or photo; ``context`` is the column, with its table.

    Raises KeysUnusable.
    """
    plain = text.encode("utf-8", "surrogatepass")
    return sealer_of(connection).seal(kind, subject, plain, context=context)


def open_text(
    connection: Connection, kind: KeyKind, subject: str, sealed: bytes | None, *, context: str
) -> str:
    """What ``seal_text`` sealed; "" where there is nothing, or it was erased.

    Raises KeysUnusable.
    """
    plain = opened(connection, kind, subject, sealed, context=context)
    return "" if plain is None else plain.decode("utf-8", "surrogatepass")


def seal_texts(
    connection: Connection, kind: KeyKind, subject: str, texts: Sequence[str], *, context: str
) -> bytes:
    """Several texts in one; raises like ``seal_text``."""
    packed = json.dumps(list(texts), separators=(",", ":"))
    return seal_text(connection, kind, subject, packed, context=context)


def open_texts(
    connection: Connection, kind: KeyKind, subject: str, sealed: bytes | None, *, context: str
) -> tuple[str, ...] | None:
    """What ``seal_texts`` sealed; None where there is nothing, or it was erased.

    Raises KeysUnusable.
    """
    packed = opened(connection, kind, subject, sealed, context=context)
    return None if packed is None else tuple(json.loads(packed))


def opened(
    connection: Connection, kind: KeyKind, subject: str, sealed: bytes | None, *, context: str
) -> bytes | None:
    """What was sealed; None where there is nothing, or it was erased. Raises KeysUnusable."""
    if sealed is None:
        return None
    try:
        return sealer_of(connection).open(kind, subject, sealed, context=context)
    except Erased:
        return None
