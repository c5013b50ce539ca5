"""Who can be recognised behind a cover, by an attacker who covers a gallery in the same way.

    python -m tests.bench.attack FOLDER [--json FILE] [--plot FILE] [--without-dlib] [--growth]

FOLDER is as for tests.bench.school. The protocol is that of McPherson, Shokri and Shmatikov,
"Defeating Image Obfuscation with Deep Learning" (2016): a closed set of people, of each three
covered references and up to three other covered photographs as probes, all chosen anew in every
split; the share of probes whose most similar person is the right one. The interval is the central
95 % of a bootstrap over people. Chance is one over the number of people. Ties are broken by lot.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from gate.engines.dlib_resnet import DlibResNet
from gate.engines.sface import SFace
from gate.engines.yunet import YuNet
from gate.ports import FaceReader
from tests.bench.attack_covers import COVERS, OURS, VIEWS, covered, grown
from tests.bench.attack_shots import Shot, same_session, shots
from tests.bench.attackers import Attack, Floats
from tests.bench.attempts import (
    SEED,
    Attempt,
    heads_in_other_frames,
    numbers_alone,
    numbers_around,
    numbers_of_outline,
)

GALLERY = 3
PROBES = 3
SPLITS = 60
DRAWS = 2
GROWTHS = (1.0, 1.1, 1.2, 1.3)
_BOOTSTRAPS = 2000


@dataclass(frozen=True)
class Result:
    """Rank-1 share of one attacker on one cover, with its interval."""

    cover: str
    view: str
    attacker: str
    rank1: float
    low: float
    high: float


@dataclass(frozen=True)
class Split:
    """Rows of the gallery and of the probes, and whose they are."""

    gallery: NDArray[np.intp]
    of_gallery: NDArray[np.intp]
    probes: NDArray[np.intp]
    of_probes: NDArray[np.intp]


def splits(owners: NDArray[np.intp]) -> list[Split]:
    """Random choices of references and probes; the same for every cover."""
    rng = np.random.default_rng(SEED)
    result = []
    for _ in range(SPLITS):
        gallery: list[int] = []
        probes: list[int] = []
        for person in range(int(owners.max()) + 1):
            mine = rng.permutation(np.nonzero(owners == person)[0]).tolist()
            gallery += mine[:GALLERY]
            probes += mine[GALLERY : GALLERY + PROBES]
        rows = np.array(gallery), np.array(probes)
        result.append(Split(rows[0], owners[rows[0]], rows[1], owners[rows[1]]))
    return result


@dataclass
class Tally:
    """For each person, how many probes were asked about and how many were told rightly."""

    right: NDArray[np.float64]
    asked: NDArray[np.float64]

    def share(self) -> tuple[float, float, float]:
        """Share of probes told rightly, and the interval of a bootstrap over people."""
        people = len(self.right)
        drawn = np.random.default_rng(SEED).integers(0, people, (_BOOTSTRAPS, people))
        shares = self.right[drawn].sum(axis=1) / self.asked[drawn].sum(axis=1)
        low, high = np.quantile(shares, (0.025, 0.975))
        return float(self.right.sum() / self.asked.sum()), float(low), float(high)


def rank1(numbers: Floats, owners: NDArray[np.intp], attack: Attack) -> Tally:
    """How often a probe's best score is the right person's, over all splits."""
    people = int(owners.max()) + 1
    rng = np.random.default_rng(SEED)
    tally = Tally(np.zeros(people), np.zeros(people))
    numbers = _compact(numbers)
    for split in splits(owners):
        scores = attack(numbers[split.gallery], split.of_gallery, numbers[split.probes])
        best = np.isclose(scores, scores.max(axis=1, keepdims=True), rtol=0, atol=1e-9)
        guess = (best * rng.random(best.shape)).argmax(axis=1)
        np.add.at(tally.right, split.of_probes, guess == split.of_probes)
        np.add.at(tally.asked, split.of_probes, 1)
    return tally


def _compact(numbers: Floats) -> Floats:
    """The same rows in as few axes as they span: distances and angles stay, sums are quicker."""
    left, sizes, _ = np.linalg.svd(numbers, full_matrices=False)
    return np.asarray(left * sizes)


class Attacked:
    """The results so far; every new one is printed at once."""

    def __init__(self, everybody: list[Shot], owners: NDArray[np.intp]) -> None:
        self.everybody = everybody
        self.owners = owners
        self.results: list[Result] = []

    def record(self, cover: str, view: str, attacks: Iterator[Attempt]) -> None:
        """Add each attack's result; attacks of the same name are counted together."""
        tallies: dict[str, Tally] = {}
        for name, rows, attack in attacks:
            new = rank1(rows, self.owners, attack)
            old = tallies.setdefault(name, Tally(0 * new.right, 0 * new.asked))
            old.right += new.right
            old.asked += new.asked
        for name, tally in tallies.items():
            self.results.append(Result(cover, view, name, *tally.share()))
            print(_line(self.results[-1]), flush=True)


def transplants(
    cover: str, everybody: list[Shot], readers: dict[str, FaceReader]
) -> Iterator[Attempt]:
    """Attacks on heads in other people's photographs; dlib, slow, on the first draw only."""
    for draw in range(DRAWS):
        pictures, frames = heads_in_other_frames(everybody, draw)
        moved = [covered(cover, *one) for one in zip(pictures, frames, strict=True)]
        used = readers if draw == 0 else {"SFace": readers["SFace"]}
        yield from numbers_alone(frames, moved, used)


def attack_all(people: dict[str, list[Shot]], readers: dict[str, FaceReader]) -> list[Result]:
    """Every cover, view and attacker."""
    everybody = [shot for mine in people.values() for shot in mine]
    owners = np.repeat(np.arange(len(people)), [len(mine) for mine in people.values()])
    attacked = Attacked(everybody, owners)
    faces = [shot.face for shot in everybody]
    quick = {"SFace": readers["SFace"]}
    for cover in COVERS:
        what = [covered(cover, shot.pixels, shot.face) for shot in everybody]
        attacked.record(cover, "transplanted", transplants(cover, everybody, readers))
        used = readers if cover in OURS else quick
        attacked.record(cover, "alone", numbers_alone(faces, what, used))
        attacked.record(cover, "whole", numbers_around("whole", what, readers["SFace"]))
        if cover == "constant":
            attacked.record("outline only", "alone", numbers_of_outline(faces, what))
    return attacked.results


def _line(result: Result) -> str:
    interval = f"{result.low:.1%} to {result.high:.1%}"
    return (
        f"{result.cover:14} {result.view:12} {result.attacker:40} {result.rank1:6.1%}  {interval}"
    )


def table(results: list[Result], view: str) -> str:
    """One view as Markdown: covers down, attackers across, rank-1 with its interval."""
    shown = [result for result in results if result.view == view]
    across = list(dict.fromkeys(r.attacker for r in shown if r.cover in COVERS))
    lines = ["| cover | " + " | ".join(across) + " |", "|---" * (len(across) + 1) + "|"]
    for cover in COVERS:
        found = {r.attacker: r for r in shown if r.cover == cover}
        cells = [_cell(found.get(name)) for name in across]
        lines.append(f"| {cover} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(result: Result | None) -> str:
    if result is None:
        return "-"
    return f"{100 * result.rank1:.1f} ({100 * result.low:.1f}-{100 * result.high:.1f})"


def growth(people: dict[str, list[Shot]], reader: FaceReader) -> None:
    """Print what the whole picture tells when the region, filled, is larger and larger."""
    everybody = [shot for mine in people.values() for shot in mine]
    owners = np.repeat(np.arange(len(people)), [len(mine) for mine in people.values()])
    for factor in GROWTHS:
        what = [grown(shot.pixels, shot.face, factor) for shot in everybody]
        attacked = Attacked(everybody, owners)
        name = f"fill x {factor}"
        attacked.record(name, "whole", numbers_around("whole", what, reader))
        print(f"{name} takes {np.mean([mask.mean() for _, mask in what]):.0%} of these pictures")


def main() -> None:
    """Attack, print tables, write JSON and plot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--without-dlib", action="store_true")
    parser.add_argument("--growth", action="store_true", help="only: larger and larger regions")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    readers: dict[str, FaceReader] = {"SFace": SFace()}
    if not options.without_dlib and not options.growth:
        readers["dlib"] = DlibResNet()
    found = shots(options.folder, YuNet())
    people = {name: mine for name, mine in found.items() if len(mine) > GALLERY}
    count, chance = sum(map(len, people.values())), 1 / len(people)
    same, pairs = same_session(people)
    about = f"{len(people)} people, {count} photographs; chance {chance:.2%}; {SPLITS} splits"
    print(f"{about}; {same} of {pairs} pairs of one person look like one session")
    if options.growth:
        growth(people, readers["SFace"])
        return
    results = attack_all(people, readers)
    for view in VIEWS:
        print(f"\n{view}: rank-1 in per cent (95 % interval)\n\n{table(results, view)}")
    for view in ("transplanted", "alone"):
        ours = (r for r in results if r.cover in OURS and r.view == view)
        worst = max(ours, key=lambda result: result.rank1)
        print(f"\nworst of ours: {_line(worst)} = {worst.rank1 / chance:.2f} x chance")
    if options.json:
        told = {"about": about, "chance": chance, "results": [asdict(r) for r in results]}
        options.json.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    if options.plot:
        from tests.bench.attack_plot import plot

        plot(results, chance, OURS, options.plot)


if __name__ == "__main__":
    main()
