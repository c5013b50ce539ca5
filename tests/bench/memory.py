"""Peak memory of one worker, judging one photo after the other.

python -m tests.bench.memory SITE PHOTO...

SITE is a site with people enrolled; the figure is the resident memory of this whole process.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
from pathlib import Path

from cli.judging import open_judge
from gate.values import Arrival


def main() -> None:
    """Judge each photo and print the peak so far."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site", type=Path)
    parser.add_argument("photos", type=Path, nargs="+")
    options = parser.parse_args()
    judge = open_judge(options.site)
    for path in options.photos:
        data = path.read_bytes()
        arrival = Arrival(hashlib.sha256(data).hexdigest(), path.name, "", len(data), 0)
        judgement = judge(path, arrival)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        size = f"{judgement.width} x {judgement.height}"
        print(f"{path.name}: {size}, {len(judgement.faces)} faces, peak {peak} MB")


if __name__ == "__main__":
    main()
