"""Where the time of a photo goes, stage by stage, as a table and a picture.

    python -m tests.bench.stages SITE [--picture OUT.svg]

SITE is a site that has judged photos; the seconds are those that its workers wrote down.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

from cli.site import Site
from consent_db import stored

WORDS = {
    "load": "decode",
    "find": "find faces",
    "read": "read faces",
    "match": "match",
    "decide": "decide",
    "cover": "cover",
    "encode": "encode",
    "look again": "look again",
}


def per_photo(site: Path) -> tuple[dict[str, float], int]:
    """Mean seconds of each stage over the photos that could be judged, and their number."""
    total: defaultdict[str, float] = defaultdict(float)
    count = 0
    with Site(site).database.reading() as connection:
        for photo in stored.decisions(connection):
            if photo.judgement.width:
                count += 1
                for stage, seconds in photo.judgement.seconds.items():
                    total[stage] += seconds
    return {stage: total[stage] / count for stage in WORDS if stage in total}, count


def table(seconds: dict[str, float]) -> str:
    """The stages as rows of a table in Markdown."""
    whole = sum(seconds.values())
    rows = [f"| {WORDS[s]} | {t:.3f} | {t / whole:.0%} |" for s, t in seconds.items()]
    return "\n".join(["| stage | seconds | share |", "|---|---|---|", *rows])


def draw(seconds: dict[str, float], title: str, out: Path) -> None:
    """One bar, cut into the stages; the small ones are named in the legend only."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcParams["svg.hashsalt"] = "stages"
    figure = Figure(figsize=(8, 2.4), layout="constrained")
    axes = figure.subplots()
    left, whole = 0.0, sum(seconds.values())
    for number, (stage, length) in enumerate(seconds.items()):
        share = length / whole
        axes.barh(0, length, left=left, color=f"C{number}", label=f"{WORDS[stage]} {share:.0%}")
        left += length
    axes.set(title=title, xlabel="seconds of one core", yticks=[])
    figure.legend(ncols=4, loc="outside lower center", frameon=False)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    figure.savefig(out, metadata={"Date": None} if out.suffix == ".svg" else None, dpi=150)


def main() -> None:
    """Print the table; draw the picture where one is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site", type=Path)
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--title", default="One photo, one worker")
    options = parser.parse_args()
    seconds, count = per_photo(options.site)
    whole = sum(seconds.values())
    print(f"{count} photos, {whole:.2f} s each: {1 / whole:.2f} photos per second of one core\n")
    print(table(seconds))
    if options.picture:
        draw(seconds, options.title, options.picture)


if __name__ == "__main__":
    main()
