"""The plot of the attack: for every cover the strongest attacker, against chance.

    python -m tests.bench.attack_plot JSON... --plot FILE

JSON are files written by tests.bench.attack --json, each for some of the covers.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Protocol

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from tests.bench.attack_covers import COVERS, OURS

TITLES = {
    "transplanted": "Heads moved into other photographs:\nwhat the region tells of the head",
    "placed": "All brought to one place and outline:\nwhat the region repeats of the surroundings",
    "alone": "Photographs as they are, region alone:\nplace and outline tell something, too",
    "whole": "The whole picture:\nhair ends, clothes and background as well",
}
_TICKS = (1, 2, 5, 10, 20, 50, 100)


class Shown(Protocol):
    """One result, as far as the plot needs it."""

    @property
    def cover(self) -> str: ...
    @property
    def view(self) -> str: ...
    @property
    def rank1(self) -> float: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...


def plot(results: Sequence[Shown], chance: float, ours: Sequence[str], out: Path) -> None:
    """Write the plot; its kind by the suffix of ``out``."""
    mpl.use("agg")
    had = {r.cover for r in results if r.view == "transplanted"}
    covers = [cover for cover in COVERS if cover in had]
    figure, axes = plt.subplots(1, len(TITLES), figsize=(14, 4), sharey=True)
    for axis, (view, title) in zip(axes, TITLES.items(), strict=True):
        for place, cover in enumerate(covers):
            found = (r for r in results if (r.cover, r.view) == (cover, view))
            colour = "tab:green" if cover in ours else "0.65"
            _bar(axis, place, max(found, key=lambda result: result.rank1), colour)
        _frame(axis, title, chance)
    axes[0].set_yticks(range(len(covers)), covers)
    axes[0].invert_yaxis()
    axes[0].legend(fontsize=8, loc="lower right")
    figure.tight_layout()
    figure.savefig(out, dpi=110)
    plt.close(figure)


def _bar(axis: Axes, place: int, result: Shown, colour: str) -> None:
    share = 100 * result.rank1
    reach = [[share - 100 * result.low], [100 * result.high - share]]
    axis.barh(place, share, xerr=reach, color=colour, ecolor="0.2", capsize=2)


def _frame(axis: Axes, title: str, chance: float) -> None:
    axis.axvline(100 * chance, color="tab:red", linewidth=1, label="chance")
    axis.axvline(150 * chance, color="tab:red", linewidth=1, linestyle=":", label="1.5 x chance")
    axis.set_xscale("log")
    axis.set_xlim(1, 130)
    axis.set_xticks(_TICKS, [str(tick) for tick in _TICKS])
    axis.minorticks_off()
    axis.set_title(title, fontsize=9)
    axis.set_xlabel("strongest attacker, rank 1, per cent", fontsize=9)


def main() -> None:
    """Draw what was written before."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("written", type=Path, nargs="+")
    parser.add_argument("--plot", type=Path, required=True)
    options = parser.parse_args()
    told = [json.loads(path.read_text(encoding="utf-8")) for path in options.written]
    results = [SimpleNamespace(**result) for one in told for result in one["results"]]
    plot(results, told[0]["chance"], OURS, options.plot)


if __name__ == "__main__":
    main()
