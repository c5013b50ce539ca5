"""Every error that photogate raises on purpose.

PhotogateError
├── SettingsError          photogate.toml is wrong or missing
├── SiteError              a folder, lock or file of the site is not as needed
├── ImportRefused          a CSV file has rows that cannot be taken
├── RegisterError          the register says no: unknown person, no permission ...
│   ├── UnknownPerson
│   ├── PhotoLocked        the safeguarding lead locked the photo
│   ├── RegisterChanged    the register moved on while a photo was judged
│   ├── RegisterOutdated   the register was not confirmed for too long to go by it
│   └── CopyRevoked        a released copy has ended
├── NotAllowed             the account has no role for this, or nobody is logged in
├── LoginRefused           the name or the password is wrong, or it was tried too often
├── RegisterUnreachable    the database cannot be opened or answers with an error
│   ├── KeysUnusable       a key is missing or does not fit, or what is sealed is damaged
│   └── ClockBehind        the computer's clock shows a day that has passed
├── Erased                 what is sealed is unreadable for ever: its key was destroyed
├── AuditBroken            the chain of the audit log does not hold
├── LoadRefused            a file is not a picture that can be judged
├── EnrolmentRefused       a reference photo cannot be used
├── LabelsRefused          labelled photos to measure on are missing or wrong
├── DocumentRefused        a manifest, checkpoint or public key cannot be read as one
└── EngineError            weights missing or changed, model fails to run

The message of each is a sentence for the person at the keyboard that says what to do.
Refusing to publish is not an error: it is a decision.
"""

from __future__ import annotations

from gate.values import Reason


class PhotogateError(Exception):
    """Something that a person can mend; its text says how."""


class SettingsError(PhotogateError):
    """photogate.toml is missing, cannot be read, or holds a value that is not allowed."""


class SiteError(PhotogateError):
    """A folder, lock or file of the site is not as it must be."""


class ImportRefused(PhotogateError):
    """A CSV file was not taken; nothing of it was stored.

    ``problems`` holds one sentence for each row that is wrong.
    """

    def __init__(self, message: str, problems: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems


class RegisterError(PhotogateError):
    """The register does not allow what was asked."""


class UnknownPerson(RegisterError):
    """Nobody in the register has this reference."""


class PhotoLocked(RegisterError):
    """The safeguarding lead locked the photo; the text does not say so to whoever reads it."""

    def __init__(self) -> None:
        super().__init__("This photo is held: ask the safeguarding lead. Nothing was changed.")

    def __reduce__(self) -> tuple[type[PhotoLocked], tuple[()]]:
        return type(self), ()


class RegisterChanged(RegisterError):
    """Permissions changed between judging and releasing: judge again."""


class RegisterOutdated(RegisterError):
    """The register was not confirmed for too long: no copies are handed out by it."""


class CopyRevoked(RegisterError):
    """A copy that was released may not be used any more; the text never says why."""

    def __init__(self) -> None:
        super().__init__("This copy was revoked: delete it wherever you keep or show it.")

    def __reduce__(self) -> tuple[type[CopyRevoked], tuple[()]]:
        return type(self), ()


class NotAllowed(PhotogateError):
    """Whoever asks may not do this, or did not say who they are; nothing was changed."""


class LoginRefused(PhotogateError):
    """Nobody was let in; the text never says whether an account of that name exists.

    ``wait``: seconds until a password for this name is looked at again; 0 when it was wrong.
    """

    def __init__(self, message: str, wait: int = 0) -> None:
        super().__init__(message)
        self.wait = wait


class RegisterUnreachable(PhotogateError):
    """The register cannot be opened or does not answer."""


class KeysUnusable(RegisterUnreachable):
    """The site key or the key store is missing or wrong, or what was sealed is damaged.

    A kind of unreachable register: nothing is judged or released, and nothing counts as decided.
    """


class Erased(PhotogateError):
    """What is asked for was sealed with a key that was destroyed on purpose."""


class ClockBehind(RegisterUnreachable):
    """The clock shows a day before one that was here already: nothing is stored or released."""


class AuditBroken(PhotogateError):
    """An entry of the audit log was changed, removed or put in; ``sequence`` is the first one."""

    def __init__(self, message: str, sequence: int) -> None:
        super().__init__(message)
        self.sequence = sequence


class LoadRefused(PhotogateError):
    """A file cannot be judged; ``reason`` says why in the words of the ledger."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(detail or reason.value)
        self.reason = reason
        self.detail = detail

    def __reduce__(self) -> tuple[type[LoadRefused], tuple[Reason, str]]:
        return type(self), (self.reason, self.detail)


class EnrolmentRefused(PhotogateError):
    """A reference photo, or all of a person's, cannot be used."""


class UploadRefused(PhotogateError):
    """A file that was sent cannot be taken. ``too_large``: because it is larger than allowed."""

    def __init__(self, message: str, *, too_large: bool = False) -> None:
        super().__init__(message)
        self.too_large = too_large


class LabelsRefused(PhotogateError):
    """Labelled photos, or the file that says who is in them, cannot be measured on."""


class DocumentRefused(PhotogateError):
    """A manifest, a checkpoint or a public key is not one that can be read."""


class EngineError(PhotogateError):
    """A model cannot be loaded or run."""
