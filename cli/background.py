"""What the service does beside judging, in a process of its own: FOLDER ACTOR."""

from __future__ import annotations

import sys
from pathlib import Path

from cli import reporting_mistakes
from cli.calibrating import due, find, keep
from cli.site import Site


def main() -> None:
    """Calibrate the site in this folder, if it is due."""
    folder, actor = sys.argv[1:]
    site = Site(Path(folder))
    if due(site):
        keep(site, find(site), actor)


if __name__ == "__main__":
    with reporting_mistakes():
        main()
