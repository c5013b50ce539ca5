"""Signed documents on disk: JSON that can be written in one way only, and its signature."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, AwareDatetime, StringConstraints, TypeAdapter, ValidationError

from gate.errors import DocumentRefused
from gate.safe_text import clean
from gate.signing import SIGNATURE_BYTES, PublicKey, Signer

Document = TypeVar("Document")

_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False)
_VERSION, _KEY, _SIGNATURE = "version", "key", "signature"
_FINGERPRINT = r"^[0-9a-f]{32}$"


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def _on_one_line(text: str) -> str:
    if clean(text) != text or text.strip() != text:
        raise ValueError("it should be plain text on one line")
    return text


Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Fingerprint = Annotated[str, StringConstraints(pattern=_FINGERPRINT)]
Instant = Annotated[AwareDatetime, AfterValidator(_utc)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_on_one_line)]


@dataclass(frozen=True, slots=True)
class Seal:
    """A signature over ``body`` for a ``purpose``, by the key with the fingerprint ``key``."""

    purpose: str
    body: bytes
    key: str
    signature: bytes

    def is_by(self, key: PublicKey) -> bool:
        """Whether the holder of this key signed exactly this."""
        return key.fingerprint == self.key and key.verify(self.purpose, self.body, self.signature)


@dataclass(frozen=True)
class Form(Generic[Document]):
    """One kind of signed document.

    ``purpose`` is its name in English; ``version`` that of its form; ``most`` the bytes that a
    file may have. ``plain`` gives a document as JSON values, ``kind`` checks and reads them.
    """

    purpose: str
    version: int
    most: int
    plain: Callable[[Document], dict[str, Any]]
    kind: Callable[[], TypeAdapter[Document]]

    def to_bytes(self, document: Document, signer: Signer) -> bytes:
        """The file: the same document and key always give the same bytes."""
        stated = self._stated(document, signer.public_key.fingerprint)
        signature = signer.sign(self.purpose, canonical(stated))
        return canonical({self.purpose: stated, _SIGNATURE: base64.b64encode(signature).decode()})

    def read(self, data: bytes) -> tuple[Document, Seal]:
        """The document in a file, and its seal, which is still to be checked.

        Raises DocumentRefused unless it is, to the byte, what ``to_bytes`` can write.
        """
        if len(data) > self.most:
            raise DocumentRefused(f"A {self.purpose} is never larger than {self.most:,} bytes.")
        stated, signature = self._taken_apart(_parsed(data))
        body, key = canonical(stated), stated.get(_KEY)
        if not isinstance(key, str) or not re.fullmatch(_FINGERPRINT, key):
            raise self._is_not()
        document = self._checked({k: v for k, v in stated.items() if k != _KEY})
        whole = {self.purpose: stated, _SIGNATURE: base64.b64encode(signature).decode()}
        if canonical(whole) != data or canonical(self._stated(document, key)) != body:
            raise DocumentRefused(
                f"This {self.purpose} was changed, or written by another program."
            )
        return document, Seal(self.purpose, body, key, signature)

    def refused(self, error: ValidationError) -> DocumentRefused:
        """The first thing that is wrong with a document, in a sentence."""
        first = error.errors(include_url=False)[0]
        where = clean(".".join(str(part) for part in first["loc"]))[:100]
        what = first["msg"].removeprefix("Value error, ")
        return DocumentRefused(f"This {self.purpose} cannot be used: {what} ({where}).")

    def _stated(self, document: Document, key: str) -> dict[str, Any]:
        return {**self.plain(document), _VERSION: self.version, _KEY: key}

    def _taken_apart(self, whole: object) -> tuple[dict[str, Any], bytes]:
        if not isinstance(whole, dict) or set(whole) != {self.purpose, _SIGNATURE}:
            raise self._is_not()
        stated, signature = whole[self.purpose], _decoded(whole[_SIGNATURE])
        if not isinstance(stated, dict) or signature is None:
            raise self._is_not()
        return stated, signature

    def _checked(self, stated: dict[str, Any]) -> Document:
        version = stated.pop(_VERSION, None)
        if type(version) is not int:
            raise self._is_not()
        if version != self.version:
            raise DocumentRefused(
                f"This {self.purpose} is of form {version}; this photogate reads form "
                f"{self.version} only. Use the photogate that wrote it, or a newer one."
            )
        try:
            return self.kind().validate_json(canonical(stated), strict=True)
        except ValidationError as error:
            raise self.refused(error) from error

    def _is_not(self) -> DocumentRefused:
        return DocumentRefused(f"This file is not a {self.purpose} of photogate.")


def canonical(value: object) -> bytes:
    """JSON with sorted keys, no spaces, ASCII only. Raises DocumentRefused on what has no form."""
    try:
        return _CANONICAL.encode(value).encode()
    except (ValueError, RecursionError) as error:
        raise DocumentRefused("This file holds what no document of photogate has.") from error


def instant(moment: datetime) -> str:
    """An instant as documents write it: ISO 8601, UTC, microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _parsed(data: bytes) -> object:
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise DocumentRefused("This file is not a document of photogate.") from error


def _decoded(text: object) -> bytes | None:
    try:
        signature = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except (ValueError, binascii.Error):
        return None
    return signature if len(signature) == SIGNATURE_BYTES else None
