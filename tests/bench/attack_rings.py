"""What the surroundings of a covered head tell: wider and wider rings, larger and larger regions.

    python -m tests.bench.attack_rings FOLDER

FOLDER and protocol are as for tests.bench.attack. Every region is covered with ``fill``. A ring's
width is in face heights; what lies beyond it is one grey. The photographs end a little beyond the
head, so the wider a ring, the less of it there is: the share that there is, is printed.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np

from gate.engines.sface import SFace
from gate.engines.yunet import YuNet
from tests.bench.attack import Attacked, enough, owners_of
from tests.bench.attack_covers import grown, ringed
from tests.bench.attack_shots import shots
from tests.bench.attempts import numbers_around

RINGS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0)
GROWTHS = (1.0, 1.1, 1.2, 1.3)


def main() -> None:
    """Attack what is seen of every ring, then what is left around ever larger regions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    people, reader = enough(shots(options.folder, YuNet())), SFace()
    everybody = [shot for mine in people.values() for shot in mine]
    attacked = Attacked(everybody, owners_of(people))
    for width in RINGS:
        rings = [ringed(shot.pixels, shot.face, width) for shot in everybody]
        what = [(pixels, np.ones(pixels.shape[:2], np.bool_)) for pixels, _ in rings]
        attacked.record(f"ring {width}", "whole", numbers_around("whole", what, reader))
        print(f"ring {width}: {np.mean([share for _, share in rings]):.0%} of it is in the picture")
    for factor in GROWTHS:
        what = [grown(shot.pixels, shot.face, factor) for shot in everybody]
        attacked.record(f"fill x {factor}", "whole", numbers_around("whole", what, reader))
        print(
            f"x {factor} takes {np.mean([mask.mean() for _, mask in what]):.0%} of these pictures"
        )


if __name__ == "__main__":
    main()
