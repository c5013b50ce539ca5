"""Checkpoints of the audit log: made for keeping elsewhere, and compared with the log later."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from cli.site import Site, now
from consent_db import audit, signing_keys
from gate import checkpoint as checkpoints
from gate import durable
from gate.checkpoint import Checkpoint, Vouching
from gate.english import ENGLISH
from gate.errors import AuditBroken, DocumentRefused, SiteError
from gate.safe_text import clean
from gate.signing import PublicKey

CHECKPOINTED = "audit.checkpointed"


def make(site: Site, by: str, to: Path | None) -> tuple[Path, Checkpoint]:
    """Check the log, and write what it ends with to a new file; that is on record itself.

    Raises AuditBroken (a log that does not hold is not vouched for) and SiteError.
    """
    path = Path()

    def keep(made: Checkpoint, data: bytes) -> None:
        nonlocal path
        path = _new_file(to, made)
        _write(path, data)

    made = take(site, by, keep)
    return path, made


def take(site: Site, by: str, keep: Callable[[Checkpoint, bytes], None]) -> Checkpoint:
    """Check the log, sign what it ends with and hand it to ``keep``; that is on record itself.

    Raises AuditBroken, and what ``keep`` raises: then nothing is on record.
    """
    signer, site_id = site.signer, site.id
    with site.database.reading() as connection:
        sequence = audit.verify(connection)
        last = audit.hash_at(connection, sequence)
    assert last is not None, "the signing key is on record"  # noqa: S101
    made = checkpoints.made(site_id, (sequence, last), now())
    with site.database.transaction(by) as tx:
        key = signer.public_key.fingerprint
        tx.audit(CHECKPOINTED, str(sequence), {"hash": last, "key": key})
        # Last, so that no entry speaks of a file that could not be written.
        keep(made, checkpoints.to_bytes(made, signer))
    return made


def neutral_name(made: Checkpoint) -> str:
    """What the file of a checkpoint is called."""
    return f"photogate-checkpoint-{made.at:%Y-%m-%d}-{made.sequence}.json"


@dataclass(frozen=True)
class Compared:
    """What a checkpoint file says of the log; ``checkpoint`` is None where it cannot be read."""

    file: str
    vouching: Vouching | None
    checkpoint: Checkpoint | None = None
    problem: str = ""

    @property
    def holds(self) -> bool:
        """Whether the log up to there is what it was."""
        return self.vouching is Vouching.HOLDS

    @property
    def sentence(self) -> str:
        """The same in words."""
        name = clean(self.file)
        if self.vouching is None or self.checkpoint is None:
            return f"{name}: {self.problem}"
        when = ENGLISH.when(self.checkpoint.at.astimezone())
        gaps = {"number": self.checkpoint.sequence, "when": when}
        return f"{name}: {_SENTENCES[self.vouching].format(**gaps)}"


_SENTENCES = {
    Vouching.HOLDS: "holds. The first {number} entries are what they were on {when}.",
    Vouching.REWRITTEN: "does not hold. Entry {number} is not the one of {when}: the log was "
    "rewritten since, there or before.",
    Vouching.CUT_OFF: "does not hold. Entry {number} of {when} is gone: the log was cut off, or "
    "an older register was put in its place.",
    Vouching.CHANGED: "its signature is wrong: this file was changed.",
    Vouching.OTHER_KEY: "is signed with a key that this log does not know. It belongs to another "
    "site, or the log was rewritten.",
}


@dataclass(frozen=True)
class Given:
    """A checkpoint file that somebody gives: its bytes, or why it cannot be read."""

    name: str
    data: bytes = b""
    problem: str = ""


def on_disk(file: Path) -> Given:
    """The file at this path, as far as it is worth reading."""
    try:
        with file.open("rb") as opened:
            return Given(str(file), opened.read(checkpoints.MOST_BYTES + 1))
    except OSError as error:
        return Given(str(file), problem=f"cannot be read ({error.strerror}).")


def verify(
    site: Site, given: Sequence[Given]
) -> tuple[AuditBroken | None, int, tuple[Compared, ...]]:
    """Check the whole log: what is wrong with it, or how many entries it has; and each file."""
    problem, entries = None, 0
    with site.database.reading() as connection:
        try:
            entries = audit.verify(connection)
        except AuditBroken as error:
            problem = error
        known = signing_keys.known(connection) if given else []
        keys = [PublicKey.parse(key.public_key) for key in known]
        compared = compare(connection, keys, given)
    return problem, entries, compared


def compare(
    connection: Connection, keys: Sequence[PublicKey], files: Sequence[Given]
) -> tuple[Compared, ...]:
    """Each of these checkpoint files against the log; all of them, whatever one says."""
    return tuple(_compare(connection, keys, file) for file in files)


def _compare(connection: Connection, keys: Sequence[PublicKey], file: Given) -> Compared:
    if file.problem:
        return Compared(file.name, None, problem=file.problem)
    try:
        signed = checkpoints.read(file.data)
    except DocumentRefused as error:
        return Compared(file.name, None, problem=str(error))
    found = audit.hash_at(connection, signed.checkpoint.sequence)
    return Compared(file.name, checkpoints.compare(signed, keys, found), signed.checkpoint)


def _new_file(to: Path | None, made: Checkpoint) -> Path:
    name = neutral_name(made)
    path = Path(name) if to is None else to / name if to.is_dir() else to
    if path.exists() or path.is_symlink():
        raise SiteError(f"{path} exists already; nothing was changed. Name a new file.")
    return path


def _write(path: Path, data: bytes) -> None:
    temporary = path.with_name(f".{path.name}.new")
    try:
        durable.write(temporary, data, mode=durable.SHARED_FILE)
        durable.move(temporary, path)
    except OSError as error:
        raise SiteError(f"{path} cannot be written ({error.strerror}).") from error
