"""A record of a ledger with who put it in, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from gate.values import BiometricRecord, ConsentRecord

Record = TypeVar("Record", ConsentRecord, BiometricRecord)


@dataclass(frozen=True, slots=True)
class Recorded(Generic[Record]):
    """What was said, and who recorded it, ``at`` in UTC."""

    record: Record
    at: datetime
    by: str
